//! One alarm, in a dialog over the list: what happened to it, and what somebody may do.

use crate::api::AppError;
use crate::api::alarms::{change_alarms, get_alarm};
use crate::api::rules::alarm_action_runs;
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::devices::may;
use crate::pages::rules::{StateMark, kind_label};
use crate::session::use_slug;
use crate::ui::{
    Button, ButtonKind, Dialog, ErrorState, Field, Form, FormActions, Select, Skeleton, TextArea, Time,
};
use leptos::prelude::*;
use model::action_run::ActionRun;
use model::alarm::{Alarm, AlarmChange, AlarmEntry, AlarmState};
use model::permission::Permission;

/// The dialog of the alarm of this number, while there is one.
#[component]
pub fn OpenAlarm(opened: RwSignal<Option<i64>>, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let slug = use_slug();
    let open = RwSignal::new(false);
    // No resource: the dialog may stand within a part of the page that is built more than once.
    let found = RwSignal::new(None::<Result<(Alarm, Vec<AlarmEntry>), AppError>>);
    let ask = Callback::new(move |id: i64| {
        let asked = get_alarm(slug.get_untracked(), id);
        leptos::task::spawn_local(async move {
            let answer = asked.await;
            // Another one may be open by now.
            if opened.try_get_untracked() == Some(Some(id)) {
                let _ = found.try_set(Some(answer));
            }
        });
    });
    Effect::watch(
        move || opened.get(),
        move |id, _, _| {
            open.set(id.is_some());
            found.set(None);
            if let Some(id) = id {
                ask.run(*id);
            }
        },
        false,
    );
    Effect::watch(
        move || open.get(),
        move |open, _, _| {
            if !open {
                opened.set(None);
            }
        },
        false,
    );
    let changed = Callback::new(move |()| {
        if let Some(id) = opened.get_untracked() {
            ask.run(id);
        }
        on_change.run(());
    });
    view! {
        <Dialog open title="Alarm">
            {move || match found.get() {
                None => view! { <Skeleton rows=4 /> }.into_any(),
                Some(Ok((alarm, entries))) => view! { <Whole alarm entries changed /> }.into_any(),
                Some(Err(error)) => view! { <ErrorState problem=error.0 /> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Whole(alarm: Alarm, entries: Vec<AlarmEntry>, changed: Callback<()>) -> impl IntoView {
    let may_manage = may(Permission::ManageAlarms);
    let slug = use_slug();
    let (id, state, rule) = (alarm.id, alarm.state, alarm.rule);
    let quiet_until = alarm.quiet_until_ms.filter(|_| state != AlarmState::Cleared);
    let assigned = alarm.assigned_to.clone().unwrap_or_default();
    let assigned = StoredValue::new(assigned);
    let title = format!("{}: {} ({})", alarm.severity.label(), alarm.rule_name, alarm.device_name);
    let line = |entry: AlarmEntry| {
        let what = match entry.kind.as_str() {
            "raised" => "Raised",
            "acknowledged" => "Acknowledged",
            "assigned" if entry.text.is_empty() => "Assigned to nobody",
            "assigned" => "Assigned to",
            "cleared" if entry.by.is_none() => "Cleared: its conditions no longer hold",
            "cleared" => "Cleared",
            "mailed" => "Mailed to",
            "quiet" if entry.text.is_empty() => "Told of again",
            "quiet" => "Kept quiet",
            "level" => "Now",
            "escalated" => "Nobody had acknowledged it: mailed to",
            _ => "Comment",
        };
        view! {
            <li>
                <Time ms=Signal::stored(Some(entry.at_ms)) exact=true />
                " "
                <b>{what}</b>
                " "
                {entry.text}
                {entry.by.map(|by| view! { <span class="quiet">{format!(" by {by}")}</span> })}
            </li>
        }
    };
    view! {
        <h3>{title}</h3>
        <p>{alarm.why}</p>
        {alarm.maintenance.map(|reason| view! { <p class="quiet">{format!("Raised in maintenance, so nobody was told: {reason}")}</p> })}
        {quiet_until
            .map(|until| {
                view! {
                    <p class="quiet">"Kept quiet until " <Time ms=Signal::stored(Some(until)) exact=true /> "."</p>
                }
            })}
        {rule.map(|rule| view! {
            <p><a href=move || format!("/w/{}/rules/{rule}", slug.get())>"The rule"</a></p>
        })}
        <ol class="alarm-entries">{entries.into_iter().map(line).collect_view()}</ol>
        <Done alarm=id />
        <Show when=move || may_manage.get()>
            <Actions id state assigned=assigned.get_value() quiet=quiet_until.is_some() changed />
        </Show>
    }
    .into_any()
}

/// What the rule's actions did because of it.
#[component]
fn Done(alarm: i64) -> impl IntoView {
    let slug = use_slug();
    // No resource, as above.
    let runs = RwSignal::new(Vec::<ActionRun>::new());
    Effect::new(move |_| {
        let asked = alarm_action_runs(slug.get_untracked(), alarm);
        leptos::task::spawn_local(async move {
            if let Ok(answer) = asked.await {
                let _ = runs.try_set(answer);
            }
        });
    });
    let line = |run: ActionRun| {
        view! {
            <li>
                <StateMark state=run.state />
                " "
                <b>{kind_label(&run.kind)}</b>
                " "
                {run.target}
                ": "
                <span class="quiet">{run.status.map(|status| format!("{status} "))} {run.answer}</span>
            </li>
        }
    };
    view! {
        <Show when=move || runs.with(|runs| !runs.is_empty())>
            <h4>"What was done"</h4>
            <ol class="alarm-entries">{move || runs.get().into_iter().map(line).collect_view()}</ol>
        </Show>
    }
    .into_any()
}

#[component]
fn Actions(
    id: i64,
    state: AlarmState,
    assigned: String,
    quiet: bool,
    changed: Callback<()>,
) -> impl IntoView {
    let for_hours = RwSignal::new("1".to_owned());
    let slug = use_slug();
    let attempt = Attempt::new();
    let (to, text) = (RwSignal::new(assigned), RwSignal::new(String::new()));
    let does = move |change: AlarmChange| {
        let checked = change.clone().checked().map(|_| ());
        let call = change_alarms(slug.get_untracked(), vec![id], change);
        attempt.run(checked, call, move |_| {
            text.set(String::new());
            changed.run(());
        });
    };
    let open = state != AlarmState::Cleared;
    view! {
        <Form on_submit=move || does(AlarmChange::Comment { text: text.get_untracked() }) label="Comment">
            <TextArea label="Comment" name="text" rows=2 value=text error=attempt.error("text", text) />
            {open
                .then(|| {
                    view! {
                        <Field
                            label="Assigned to"
                            name="to"
                            placeholder="ada@example.com"
                            value=to
                            error=attempt.error("to", to)
                        />
                        <Select
                            label="Keep it quiet for"
                            name="quiet"
                            hint="Nobody is told of it meanwhile, also when it clears and is raised anew."
                            value=for_hours
                            options=hours()
                        />
                    }
                })}
            <Refusal attempt />
            <FormActions>
                <Button submit=true busy=attempt.busy()>
                    "Comment"
                </Button>
                {open
                    .then(|| {
                        view! {
                            <Button
                                busy=attempt.busy()
                                on_click=move || does(AlarmChange::Assign { to: Some(to.get_untracked()) })
                            >
                                "Assign"
                            </Button>
                            <Button
                                busy=attempt.busy()
                                on_click=move || {
                                    let hours = for_hours.with_untracked(|hours| hours.parse::<i64>()).unwrap_or(1);
                                    does(AlarmChange::Quiet { for_ms: hours * 3_600_000 });
                                }
                            >
                                "Keep quiet"
                            </Button>
                            {quiet
                                .then(|| {
                                    view! {
                                        <Button
                                            busy=attempt.busy()
                                            on_click=move || does(AlarmChange::Quiet { for_ms: 0 })
                                        >
                                            "Tell again"
                                        </Button>
                                    }
                                })}
                            <Button busy=attempt.busy() on_click=move || does(AlarmChange::Clear)>
                                "Clear"
                            </Button>
                        }
                    })}
                {(state == AlarmState::Active)
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Primary
                                busy=attempt.busy()
                                on_click=move || does(AlarmChange::Acknowledge)
                            >
                                "Acknowledge"
                            </Button>
                        }
                    })}
            </FormActions>
        </Form>
    }
    .into_any()
}

/// For how many hours an alarm may be kept quiet.
fn hours() -> Vec<(String, String)> {
    [("1", "An hour"), ("4", "4 hours"), ("8", "8 hours"), ("24", "A day"), ("168", "A week")]
        .map(|(hours, text)| (hours.to_owned(), text.to_owned()))
        .to_vec()
}
