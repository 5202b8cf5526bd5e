//! Notices: the alarms that somebody is told of, what they have read, and what they want to be told of.

use crate::api::notices::{list_notices, read_notices, set_notices};
use crate::layout::{Crumb, PageHead, Shell};
use crate::live;
use crate::pages::alarms::{OpenAlarm, SeverityMark};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::{answer_with_status, use_slug};
use crate::ui::{
    Button, ButtonKind, Card, Checkbox, EmptyState, ErrorState, Field, Form, FormActions, Glyph, Select,
    Skeleton, TableFrame, Tag, Time, use_toasts,
};
use leptos::prelude::*;
use model::notice::{Notice, NoticeSettings};
use model::rule::Severity;
use model::{Code, Problem};

/// `/w/:workspace/notices`
#[component]
pub fn NoticesPage() -> impl IntoView {
    let slug = use_slug();
    let notices = Resource::new(move || slug.get(), list_notices);
    let stream = live::live();
    let (news, missed) = (stream.alarms(), stream.reconnected());
    Effect::watch(move || (news.get(), missed.get()), move |_, _, _| notices.refetch(), false);
    let opened = RwSignal::new(None::<i64>);
    let toasts = use_toasts();
    let read = Callback::new(move |alarm: Option<i64>| {
        leptos::task::spawn_local(async move {
            match read_notices(slug.get_untracked(), alarm).await {
                Ok(()) => live::live().look_at_alarms(),
                Err(error) => toasts.bad(&error.0),
            }
        });
    });
    let show = Callback::new(move |alarm: i64| {
        opened.set(Some(alarm));
        read.run(Some(alarm));
    });
    view! {
        <Shell crumbs=vec![Crumb::here("Notices")]>
            <PageHead title="Notices">
                <Button on_click=move || read.run(None)>"Mark all as read"</Button>
            </PageHead>
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    match notices.await {
                        Ok(found) => {
                            let settings = found.settings.clone();
                            view! {
                                <Card>
                                    <NoticeTable items=found.items show read />
                                </Card>
                                <Wanted settings on_save=move || notices.refetch() />
                            }
                                .into_any()
                        }
                        Err(error) => {
                            answer_with_status(error.0.code.status());
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
            <OpenAlarm opened on_change=move || notices.refetch() />
        </Shell>
    }
    .into_any()
}

#[component]
fn NoticeTable(items: Vec<Notice>, show: Callback<i64>, read: Callback<Option<i64>>) -> impl IntoView {
    if items.is_empty() {
        return view! {
            <EmptyState
                icon=Glyph::Bell
                title="Nothing to tell"
                text="Alarms of the last 30 days stand here, as they are raised."
            />
        }
        .into_any();
    }
    let line = move |Notice { alarm, read: is_read }: Notice| {
        let id = alarm.id;
        view! {
            <tr>
                <td>
                    <button class="link-button" type="button" on:click=move |_| show.run(id)>
                        {alarm.rule_name}
                    </button>
                    " "
                    {(!is_read).then(|| view! { <Tag>"new"</Tag> })}
                    <div class="quiet">{alarm.why}</div>
                </td>
                <td data-label="Severity">
                    <SeverityMark severity=alarm.severity />
                </td>
                <td data-label="Device">{alarm.device_name}</td>
                <td data-label="Raised">
                    <Time ms=Signal::stored(Some(alarm.raised_ms)) />
                </td>
                <td data-label="State">{alarm.state.label()}</td>
                <td>
                    {(!is_read)
                        .then(|| {
                            view! {
                                <Button kind=ButtonKind::Ghost on_click=move || read.run(Some(id))>
                                    "Mark as read"
                                </Button>
                            }
                        })}
                </td>
            </tr>
        }
    };
    view! {
        <TableFrame label="Notices" stack=true>
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Device"</th>
                    <th scope="col">"Raised"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">
                        <span class="visually-hidden">"Read"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{items.into_iter().map(line).collect_view()}</tbody>
        </TableFrame>
    }
    .into_any()
}

/// What somebody wants to be told of.
#[component]
fn Wanted(settings: NoticeSettings, #[prop(into)] on_save: Callback<()>) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let (from, to) = settings.quiet.unwrap_or((22 * 60, 6 * 60));
    let at_least = RwSignal::new(settings.at_least.map(Severity::as_str).unwrap_or_default().to_owned());
    let quiet = RwSignal::new(settings.quiet.is_some());
    let (from, to) = (RwSignal::new(clock(from)), RwSignal::new(clock(to)));
    let options: Vec<(String, String)> = std::iter::once((String::new(), "None".to_owned()))
        .chain(
            Severity::ALL
                .iter()
                .map(|severity| (severity.as_str().to_owned(), format!("{} and worse", severity.label()))),
        )
        .collect();
    let save = move || {
        let minutes = minute(&from.get_untracked()).zip(minute(&to.get_untracked()));
        let wanted = match (quiet.get_untracked(), minutes) {
            (true, None) => {
                Err(Problem::field(Code::Invalid, "quiet", "Two times of the day, like 22:00 and 06:00."))
            }
            (is, minutes) => NoticeSettings {
                at_least: Severity::from_word(&at_least.get_untracked()),
                quiet: minutes.filter(|_| is),
            }
            .checked(),
        };
        let settings = wanted.clone().unwrap_or_default();
        attempt.run(wanted.map(|_| ()), set_notices(slug.get_untracked(), settings), move |()| {
            toasts.ok("Saved".to_owned());
            on_save.run(());
        });
    };
    let error = attempt.error("quiet", from);
    view! {
        <Card title=Signal::stored("What you are told of".to_owned())>
            <Form on_submit=save label="What you are told of">
                <Select label="Alarms" name="at-least" value=at_least options />
                <Checkbox
                    label="Quiet hours"
                    name="quiet"
                    hint="No browser of yours is woken then. The bell counts on."
                    value=quiet
                />
                <Show when=move || quiet.get()>
                    <div class="rule-row" role="group" aria-label="Quiet hours">
                        <Field label="From" name="quiet-from" value=from error />
                        <Field label="To" name="quiet-to" value=to />
                    </div>
                </Show>
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Save"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

fn minute(clock: &str) -> Option<u16> {
    let (hours, minutes) = clock.trim().split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}
