//! Starting and stopping the simulation of the page's device, and the sign that it is one.

use super::here::Here;
use crate::api::simulations::set_simulation;
use crate::ui::{Glyph, MenuItem, Tag, use_toasts};
use leptos::prelude::*;
use model::simulation::Simulation;

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

/// The line of the menu that starts or stops it; nothing where it is none of ours.
#[component]
pub(super) fn SimulationItem(here: Here) -> impl IntoView {
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
    }
    .into_any()
}
