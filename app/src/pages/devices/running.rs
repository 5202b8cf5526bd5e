//! The Commands tab: a form for each command of the template, one for any other, what was run and what came of it; and
//! messages to the device beneath.

mod button;
mod form;
mod history;
mod messages;

pub(crate) use button::CommandButton;

use super::here::{Here, Whose, may};
use crate::api::commands::device_commands;
use crate::live;
use form::{AnyCommand, CommandForm};
use history::Runs;
use leptos::prelude::*;
use messages::Messages;
use model::command::CommandsView;
use model::live::{LiveEvent, Part};
use model::permission::Permission;

/// The tab.
#[component]
pub(super) fn Commands(here: Here, view: CommandsView) -> impl IntoView {
    let view = RwSignal::new(view);
    let stream = live::live();
    stream.on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| {
            if matches!(event, LiveEvent::Changed { part: Part::Commands, .. }) {
                ask_again(here.whose(), view);
            }
        }),
    );
    Effect::watch(move || stream.reconnected().get(), move |_, _, _| ask_again(here.whose(), view), false);
    let may_run = may(Permission::RunCommands);
    let known = view.with_untracked(|view| view.known.clone());
    let forms = move || {
        known
            .iter()
            .map(|command| view! { <CommandForm whose=here.whose() view command=command.clone() /> })
            .collect_view()
    };
    view! {
        <div class="cards">
            <Show when=move || may_run.get()>
                {forms.clone()}
                <AnyCommand whose=here.whose() view />
            </Show>
            <Runs view />
            <Messages here view may_run />
        </div>
    }
    .into_any()
}

/// Asks for all of it anew; what somebody is writing stays.
fn ask_again(whose: Whose, view: RwSignal<CommandsView>) {
    let answer = device_commands(whose.slug(), whose.id());
    leptos::task::spawn_local(async move {
        // Where it fails the page keeps what it shows; the next event asks again.
        if let Ok(fresh) = answer.await {
            _ = view.try_set(fresh);
        }
    });
}
