//! Starting and stopping the simulation of the page's device, how often it sends, and the sign that it is one.

use super::here::Here;
use crate::api::simulations::set_simulation;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, Glyph, MenuItem, Tag, use_toasts};
use leptos::prelude::*;
use model::simulation::{self, Simulation};
use model::{Code, Problem};

/// The sign beside the name of a simulated device.
#[component]
pub(super) fn SimulatedTag(here: Here) -> impl IntoView {
    let simulated = move || here.device.with(|d| d.simulated);
    let word = move || match here.simulation.get() {
        Some(Simulation { running: false, .. }) => "simulated, stopped",
        _ => "simulated",
    };
    view! {
        <Show when=simulated>
            <Tag dashed=true>{word}</Tag>
        </Show>
    }
    .into_any()
}

/// The lines of the menu that start or stop it and change its pace; nothing where it is none of ours.
#[component]
pub(super) fn SimulationItem(here: Here, pacing: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let set = move |running: bool| {
        let Some(now) = here.simulation.get_untracked() else { return };
        let answer = set_simulation(here.slug(), here.id(), Simulation { running, ..now });
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(after) => {
                    toasts.ok(match after.running {
                        true => "The simulation starts within seconds.",
                        false => "The simulation is stopped. What it sent stays.",
                    });
                    _ = here.simulation.try_set(Some(after));
                }
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    let is = move |running: bool| here.simulation.get().is_some_and(|s| s.running == running);
    view! {
        <Show when=move || is(true)>
            <MenuItem on_click=move || set(false) icon=Glyph::Ban>
                "Stop the simulation"
            </MenuItem>
        </Show>
        <Show when=move || is(false)>
            <MenuItem on_click=move || set(true) icon=Glyph::Refresh>
                "Start the simulation"
            </MenuItem>
        </Show>
        <Show when=move || here.simulation.get().is_some()>
            <MenuItem on_click=move || pacing.set(true) icon=Glyph::Pencil>
                "How often it sends…"
            </MenuItem>
        </Show>
    }
    .into_any()
}

/// Asks how often it should send.
#[component]
pub(super) fn PaceDialog(here: Here, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="How often it sends">
            <PaceForm here open />
        </Dialog>
    }
    .into_any()
}

#[component]
fn PaceForm(here: Here, open: RwSignal<bool>) -> impl IntoView {
    let (toasts, attempt) = (use_toasts(), Attempt::new());
    let now = here.simulation.get_untracked().map_or(simulation::EVERY_MS, |now| now.every_ms);
    let seconds = RwSignal::new((f64::from(now) / 1000.0).to_string());
    let submit = move || {
        let Some(now) = here.simulation.get_untracked() else { return };
        let wanted = seconds.with_untracked(|s| s.trim().parse::<f64>()).unwrap_or(0.0);
        // Too large and too small alike become what is refused with what is allowed.
        let every = simulation::every((wanted * 1000.0).round() as u32);
        let check = every.clone().map(|_| ()).map_err(|why| Problem::field(Code::Invalid, "every_ms", why));
        let wanted = Simulation { every_ms: every.unwrap_or(now.every_ms), ..now };
        attempt.run(check, set_simulation(here.slug(), here.id(), wanted), move |after| {
            toasts.ok("It keeps to that within seconds.");
            _ = here.simulation.try_set(Some(after));
            _ = open.try_set(false);
        });
    };
    view! {
        <Form on_submit=submit label="How often it sends">
            <Field
                label="Seconds between messages"
                name="every_ms"
                value=seconds
                error=attempt.error("every_ms", seconds)
                hint="From one second to a day."
                kind="number"
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Save"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
