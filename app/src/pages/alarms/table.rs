//! Alarms as rows, some of which may be chosen to do something with all at once.

use crate::api::alarms::change_alarms;
use crate::pages::devices::{device_path, may};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, TableFrame, Tag, Time, use_toasts};
use leptos::prelude::*;
use model::alarm::{Alarm, AlarmChange, AlarmState};
use model::permission::Permission;
use model::rule::Severity;
use std::collections::BTreeSet;

/// For so long alarms are kept quiet that are chosen: an hour, in milliseconds.
const QUIET_MS: i64 = 3_600_000;

/// How bad something is, by word and by colour.
#[component]
pub fn SeverityMark(severity: Severity) -> impl IntoView {
    view! {
        <span class="severity" data-severity=severity.as_str()>
            <span class="dot" aria-hidden="true"></span>
            {severity.label()}
        </span>
    }
    .into_any()
}

/// The rows; `opened` is the one that somebody wants to see whole. `on_change` is called when something was done with one.
#[component]
pub fn AlarmTable(
    list: Vec<Alarm>,
    opened: RwSignal<Option<i64>>,
    #[prop(into)] on_change: Callback<()>,
) -> impl IntoView {
    let may_manage = may(Permission::ManageAlarms);
    let chosen = RwSignal::new(BTreeSet::<i64>::new());
    let open_ids: BTreeSet<i64> =
        list.iter().filter(|alarm| alarm.state != AlarmState::Cleared).map(|alarm| alarm.id).collect();
    let some_open = !open_ids.is_empty();
    let open_ids = StoredValue::new(open_ids);
    let all = move || chosen.with(|chosen| open_ids.with_value(|ids| !ids.is_empty() && ids == chosen));
    view! {
        <Show when=move || may_manage.get() && some_open>
            <Bulk chosen on_change />
        </Show>
        <TableFrame label="Alarms" stack=true>
            <thead>
                <tr>
                    <Show when=move || may_manage.get() && some_open>
                        <th scope="col">
                            <input
                                type="checkbox"
                                aria-label="Choose all that are open"
                                prop:checked=all
                                on:change:target=move |ev| {
                                    let to = ev.target().checked();
                                    chosen.set(if to { open_ids.get_value() } else { BTreeSet::new() });
                                }
                            />
                        </th>
                    </Show>
                    <th scope="col">"Alarm"</th>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Device"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Raised"</th>
                </tr>
            </thead>
            <tbody>
                {list
                    .into_iter()
                    .map(|alarm| {
                        view! { <AlarmRow alarm chosen choosable=Signal::derive(move || may_manage.get() && some_open) opened /> }
                    })
                    .collect_view()}
            </tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn AlarmRow(
    alarm: Alarm,
    chosen: RwSignal<BTreeSet<i64>>,
    choosable: Signal<bool>,
    opened: RwSignal<Option<i64>>,
) -> impl IntoView {
    let slug = use_slug();
    let id = alarm.id;
    let cleared = alarm.state == AlarmState::Cleared;
    let marked = marks(&alarm);
    let (device, label) =
        (alarm.device.clone(), format!("Choose {} of {}", alarm.rule_name, alarm.device_name));
    let label = StoredValue::new(label);
    let state = match (&alarm.assigned_to, alarm.state) {
        (Some(who), state) if state != AlarmState::Cleared => format!("{}, {who}", state.label()),
        (_, state) => state.label().to_owned(),
    };
    view! {
        <tr>
            <Show when=move || choosable.get()>
                <td>
                    <input
                        type="checkbox"
                        aria-label=label.get_value()
                        disabled=cleared
                        prop:checked=move || chosen.with(|chosen| chosen.contains(&id))
                        on:change:target=move |ev| {
                            let to = ev.target().checked();
                            chosen
                                .update(|chosen| {
                                    if to {
                                        chosen.insert(id);
                                    } else {
                                        chosen.remove(&id);
                                    }
                                });
                        }
                    />
                </td>
            </Show>
            <td>
                <button type="button" class="link-button" on:click=move |_| opened.set(Some(id))>
                    {alarm.rule_name}
                </button>
                {(alarm.count > 1).then(|| view! { " " <Tag>{format!("{} times", count(i64::from(alarm.count)))}</Tag> })}
                {marked.into_iter().map(|mark| view! { " " <Tag dashed=true>{mark}</Tag> }).collect_view()}
                <div class="quiet">{alarm.why}</div>
            </td>
            <td data-label="Severity">
                <SeverityMark severity=alarm.severity />
            </td>
            <td data-label="Device">
                <a class="quiet-link" href=move || device_path(&slug.get(), &device, "")>
                    {alarm.device_name}
                </a>
            </td>
            <td data-label="State">{state}</td>
            <td data-label="Raised">
                <Time ms=Signal::stored(Some(alarm.raised_ms)) />
            </td>
        </tr>
    }
    .into_any()
}

/// Why nobody is told of it, or more people are.
fn marks(alarm: &Alarm) -> Vec<&'static str> {
    let open = alarm.state != AlarmState::Cleared;
    let marks = [
        (alarm.maintenance.is_some(), "in maintenance"),
        (open && alarm.quiet_until_ms.is_some(), "quiet"),
        (alarm.escalated, "escalated"),
    ];
    marks.into_iter().filter(|(holds, _)| *holds).map(|(_, mark)| mark).collect()
}

/// What can be done with all that are chosen.
#[component]
fn Bulk(chosen: RwSignal<BTreeSet<i64>>, on_change: Callback<()>) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let busy = RwSignal::new(false);
    let does = move |change: AlarmChange, word: &'static str| {
        let ids: Vec<i64> = chosen.with_untracked(|chosen| chosen.iter().copied().collect());
        busy.set(true);
        leptos::task::spawn_local(async move {
            match change_alarms(slug.get_untracked(), ids, change).await {
                Ok(changed) => toasts.ok(format!("{word} {}", count(changed as i64))),
                Err(error) => toasts.bad(&error.0),
            }
            let _ = busy.try_set(false);
            let _ = chosen.try_set(BTreeSet::new());
            let _ = on_change.try_run(());
        });
    };
    let none = Signal::derive(move || chosen.with(BTreeSet::is_empty));
    view! {
        <div class="filters" role="group" aria-label="With those that are chosen">
            <span role="status">{move || format!("{} chosen", count(chosen.with(BTreeSet::len) as i64))}</span>
            <Button
                kind=ButtonKind::Plain
                busy
                disabled=none
                on_click=move || does(AlarmChange::Acknowledge, "Acknowledged")
            >
                "Acknowledge"
            </Button>
            <Button
                kind=ButtonKind::Plain
                busy
                disabled=none
                on_click=move || does(AlarmChange::Quiet { for_ms: QUIET_MS }, "Quiet for an hour:")
            >
                "Quiet for an hour"
            </Button>
            <Button kind=ButtonKind::Plain busy disabled=none on_click=move || does(AlarmChange::Clear, "Cleared")>
                "Clear"
            </Button>
        </div>
    }
    .into_any()
}
