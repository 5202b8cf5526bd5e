//! A command as a button on another page: it runs on the devices it is for, and what comes of it shows beneath.

use super::super::here::{Whose, may};
use super::form::CommandForm;
use crate::api::AppError;
use crate::api::commands::{device_commands, run_command};
use crate::live;
use crate::ui::{Button, ButtonKind, Confirm, Skeleton, Tag};
use leptos::prelude::*;
use model::command::{CommandsView, NewRun, Run, RunState};
use model::dashboard::CommandOf;
use model::dtdl::Capability;
use model::live::{LiveEvent, Part};
use model::permission::Permission;

/// Results that are shown one by one.
const SHOWN_MAX: usize = 8;

/// What came of it on one device.
#[derive(Clone, Debug, PartialEq)]
struct Came {
    device: String,
    name: String,
    outcome: Result<Run, String>,
}

/// The button. Where the template asks for values that nobody has given, it is a form, for one device.
#[component]
pub(crate) fn CommandButton(
    slug: String,
    /// What each device connects with, and its name.
    devices: Vec<(String, String)>,
    command: CommandOf,
) -> impl IntoView {
    let may_run = may(Permission::RunCommands);
    let first = devices.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let whose = Whose::new(slug, first);
    let known = RwSignal::new(None::<CommandsView>);
    Effect::new(move |_| {
        leptos::task::spawn_local(async move {
            // What no template knows can be run all the same.
            let found = device_commands(whose.slug(), whose.id()).await.unwrap_or_default();
            _ = known.try_set(Some(found));
        });
    });
    let (devices, command) = (StoredValue::new(devices), StoredValue::new(command));
    let content = move || {
        let Some(view) = known.get() else { return view! { <Skeleton rows=1 /> }.into_any() };
        let (devices, command) = (devices.get_value(), command.get_value());
        let is = |c: &&Capability| c.name == command.name && c.component == command.component;
        let capability = view.known.iter().find(is).cloned();
        match capability {
            Some(capability)
                if capability.request.is_some() && command.request.is_none() && devices.len() == 1 =>
            {
                let view = RwSignal::new(view);
                view! { <CommandForm whose view command=capability /> }.into_any()
            }
            capability => {
                let label = capability.map_or_else(|| command.name.clone(), |c| c.label().to_owned());
                view! { <OneButton whose devices command label /> }.into_any()
            }
        }
    };
    view! {
        <Show
            when=move || may_run.get()
            fallback=|| view! { <p class="figure-note">"Your role may not run commands."</p> }
        >
            {content}
        </Show>
    }
    .into_any()
}

#[component]
fn OneButton(
    whose: Whose,
    devices: Vec<(String, String)>,
    command: CommandOf,
    label: String,
) -> impl IntoView {
    let (busy, asking) = (RwSignal::new(false), RwSignal::new(false));
    let came = RwSignal::new(Vec::<Came>::new());
    let confirm = command.confirm;
    let many = devices.len();
    let title = format!("Run “{label}”?");
    let words = match devices.as_slice() {
        [(_, name)] => format!("It is run on {name}."),
        all => format!("It is run on {} devices.", all.len()),
    };
    let run = move || {
        asking.set(false);
        busy.set(true);
        came.set(Vec::new());
        let (devices, command) = (devices.clone(), command.clone());
        leptos::task::spawn_local(async move {
            for (device, name) in devices {
                let new = NewRun {
                    component: command.component.clone(),
                    name: command.name.clone(),
                    request: command.request.clone(),
                    timeout_s: None,
                    connect_s: 0,
                    queue_s: None,
                };
                let answer = run_command(whose.slug(), device.clone(), new).await;
                let outcome = answer.map_err(|AppError(problem)| problem.sentence().to_owned());
                if came.try_update(|came| came.push(Came { device, name, outcome })).is_none() {
                    return;
                }
            }
            _ = busy.try_set(false);
        });
    };
    let run = Callback::new(move |()| run());
    let press = move || match confirm {
        true => asking.set(true),
        false => run.run(()),
    };
    // The answers come later.
    live::live().on_any(Callback::new(move |event: LiveEvent| {
        if let LiveEvent::Changed { device, part: Part::Commands } = event
            && came.with_untracked(|came| came.iter().any(|one| one.device == device))
        {
            look_again(whose, device, came);
        }
    }));
    let shown = move || came.get().into_iter().take(SHOWN_MAX).map(|one| line(one, many)).collect_view();
    let rest = move || {
        let all = came.get();
        let failed = all.iter().filter(|one| is_trouble(&one.outcome)).count();
        (all.len() > SHOWN_MAX)
            .then(|| view! { <p class="figure-note">{format!("{} in all, {failed} failed", all.len())}</p> })
    };
    view! {
        <div class="command-button">
            <Button
                kind=ButtonKind::Primary
                busy
                on_click=press
            >
                {label.clone()}
            </Button>
            <ul aria-live="polite">{shown}</ul>
            {rest}
            <Confirm open=asking title action="Run" on_confirm=run>
                <p>{words.clone()}</p>
            </Confirm>
        </div>
    }
    .into_any()
}

/// What became of the run of this device.
fn look_again(whose: Whose, device: String, came: RwSignal<Vec<Came>>) {
    leptos::task::spawn_local(async move {
        let Ok(view) = device_commands(whose.slug(), device.clone()).await else { return };
        _ = came.try_update(|came| {
            for one in came.iter_mut().filter(|one| one.device == device) {
                if let Ok(run) = &mut one.outcome
                    && let Some(fresh) = view.runs.iter().find(|fresh| fresh.id == run.id)
                {
                    *run = fresh.clone();
                }
            }
        });
    });
}

fn is_trouble(outcome: &Result<Run, String>) -> bool {
    outcome
        .as_ref()
        .map_or(true, |run| run.state.is_trouble() || run.status.is_some_and(|status| status >= 400))
}

fn line(one: Came, many: usize) -> impl IntoView {
    let bad = is_trouble(&one.outcome);
    let name = (many > 1).then(|| view! { <span>{one.name}</span> });
    let (state, dashed, said) = match one.outcome {
        Err(why) => ("Not run".to_owned(), false, why),
        Ok(run) => {
            let status = run.status.map(|status| format!("{status} ")).unwrap_or_default();
            let said = format!("{status}{}", run.response.or(run.why).unwrap_or_default());
            let dashed = matches!(run.state, RunState::Sent | RunState::Waiting);
            (run.state.label().to_owned(), dashed, said)
        }
    };
    view! {
        <li>
            {name}
            <Tag dashed bad>
                {state}
            </Tag>
            <small class="mono">{said}</small>
        </li>
    }
}
