//! Alarms: what rules have found, and who sees to it. The list keeps its filters in the address and follows what happens.

mod maintenance;
mod one;
mod table;

pub use one::OpenAlarm;
pub use table::{AlarmTable, SeverityMark};

use crate::api::alarms::list_alarms;
use crate::layout::{Crumb, PageHead, Shell};
use crate::live;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Card, EmptyState, ErrorState, Glyph, Pager, Segmented, Select, Skeleton};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use maintenance::MaintenanceCard;
use model::OrganizationId;
use model::alarm::{AlarmQuery, AlarmState};
use model::rule::Severity;

/// So many a page.
const PAGE: i64 = 50;

/// `/w/:workspace/alarms`, with `?state=`, `?severity=`, `?rule=`, `?device=`, `?organization=`, `?all` and `?offset=`.
#[component]
pub fn AlarmsPage() -> impl IntoView {
    let slug = use_slug();
    let asked = use_query_map();
    let query = Memo::new(move |_| {
        asked.with(|q| {
            let word = |name: &str| q.get(name).filter(|word| !word.is_empty());
            let state = word("state");
            AlarmQuery {
                state: state.as_deref().and_then(AlarmState::from_word),
                all: state.as_deref() == Some("all") || q.get("all").is_some(),
                severity: word("severity").and_then(|word| Severity::from_word(&word)),
                rule: word("rule").and_then(|id| id.parse().ok()),
                device: word("device"),
                organization: word("organization").and_then(|id| id.parse().ok()).map(OrganizationId),
                offset: word("offset").and_then(|n| n.parse().ok()).unwrap_or(0),
                limit: PAGE,
            }
        })
    });
    let alarms = Resource::new(
        move || (slug.get(), query.get()),
        async move |(slug, query)| list_alarms(slug, query).await,
    );
    let opened = RwSignal::new(None::<i64>);
    let stream = live::live();
    let (news, missed) = (stream.alarms(), stream.reconnected());
    Effect::watch(move || (news.get(), missed.get()), move |_, _, _| alarms.refetch(), false);
    let total = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok(page)) = alarms.get() {
            total.set(format!("{} open", count(page.total)));
        }
    });
    let navigate = use_navigate();
    let on_page = Callback::new(move |offset: i64| {
        navigate(
            &address(&slug.get_untracked(), &AlarmQuery { offset, ..query.get_untracked() }),
            Default::default(),
        );
    });
    view! {
        <Shell crumbs=vec![Crumb::here("Alarms")]>
            <PageHead title="Alarms" note=total />
            <Filters query />
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    match alarms.await {
                        Ok(page) if page.items.is_empty() => {
                            let (title, text) = match query.get_untracked() == (AlarmQuery { limit: PAGE, ..AlarmQuery::default() }) {
                                true => ("All is well", "No alarm is open. Rules raise alarms; those that are over are under “All”."),
                                false => ("No alarm matches", "Nothing fits these filters."),
                            };
                            view! {
                                <Card>
                                    <EmptyState icon=Glyph::Good title text />
                                </Card>
                            }
                                .into_any()
                        }
                        Ok(page) => {
                            let matching = page.matching;
                            view! {
                                <Card padded=false>
                                    <AlarmTable list=page.items opened on_change=move || alarms.refetch() />
                                    <Pager
                                        offset=Signal::derive(move || query.get().offset)
                                        limit=PAGE
                                        matching=Signal::stored(matching)
                                        on_page
                                    />
                                </Card>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=move || alarms.refetch() />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
            <MaintenanceCard />
            <OpenAlarm opened on_change=move || alarms.refetch() />
        </Shell>
    }
}

/// What narrows the list; it stands in the address.
#[component]
fn Filters(query: Memo<AlarmQuery>) -> impl IntoView {
    let (slug, navigate) = (use_slug(), use_navigate());
    let now = query.get_untracked();
    let state = match (now.state, now.all) {
        (Some(state), _) => state.as_str(),
        (None, true) => "all",
        (None, false) => "",
    };
    let state = RwSignal::new(state.to_owned());
    let severity = RwSignal::new(now.severity.map(Severity::as_str).unwrap_or_default().to_owned());
    let option = |key: &str, text: &str| (key.to_owned(), text.to_owned());
    let mut states = vec![option("", "Open")];
    states.extend(AlarmState::ALL.iter().map(|state| option(state.as_str(), state.label())));
    states.push(option("all", "All"));
    let mut severities = vec![option("", "Any severity")];
    severities.extend(Severity::ALL.iter().map(|severity| option(severity.as_str(), severity.label())));
    Effect::watch(
        move || (state.get(), severity.get()),
        move |(state, severity), _, _| {
            let wanted = AlarmQuery {
                state: AlarmState::from_word(state),
                all: state == "all",
                severity: Severity::from_word(severity),
                offset: 0,
                ..query.get_untracked()
            };
            if wanted != query.get_untracked() {
                navigate(&address(&slug.get_untracked(), &wanted), Default::default());
            }
        },
        false,
    );
    let narrowed = move || {
        query.with(|q| match (&q.device, q.rule, q.organization) {
            (Some(device), ..) => Some(format!("Of the device {device}.")),
            (None, Some(rule), _) => Some(format!("Of rule {rule}.")),
            (None, None, Some(_)) => Some("Of one organization, and of those below it.".to_owned()),
            (None, None, None) => None,
        })
    };
    view! {
        <div class="filters">
            <Segmented label="State" value=state options=states />
            <Select label="Severity" name="severity" value=severity options=severities bare=true />
            {move || {
                narrowed()
                    .map(|text| {
                        view! {
                            <span class="quiet">
                                {text} " " <a href=move || format!("/w/{}/alarms", slug.get())>"Show those of all"</a>
                            </span>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}

/// The address of the list as it is asked for.
fn address(slug: &str, query: &AlarmQuery) -> String {
    let mut parts = Vec::new();
    match (query.state, query.all) {
        (Some(state), _) => parts.push(format!("state={}", state.as_str())),
        (None, true) => parts.push("state=all".to_owned()),
        (None, false) => {}
    }
    parts.extend(query.severity.map(|severity| format!("severity={}", severity.as_str())));
    parts.extend(query.rule.map(|rule| format!("rule={rule}")));
    parts.extend(query.device.as_ref().map(|device| format!("device={device}")));
    parts.extend(query.organization.map(|organization| format!("organization={organization}")));
    parts.extend((query.offset > 0).then(|| format!("offset={}", query.offset)));
    match parts.is_empty() {
        true => format!("/w/{slug}/alarms"),
        false => format!("/w/{slug}/alarms?{}", parts.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stand_in_the_address() {
        let query = AlarmQuery { limit: PAGE, ..AlarmQuery::default() };
        assert_eq!(address("a", &query), "/w/a/alarms");
        let query = AlarmQuery {
            state: Some(AlarmState::Active),
            severity: Some(Severity::Major),
            rule: Some(3),
            offset: 50,
            ..query
        };
        assert_eq!(address("a", &query), "/w/a/alarms?state=active&severity=major&rule=3&offset=50");
        assert_eq!(address("a", &AlarmQuery { all: true, ..AlarmQuery::default() }), "/w/a/alarms?state=all");
    }
}
