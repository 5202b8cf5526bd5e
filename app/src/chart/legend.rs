//! The legend: which line is which, and switches to hide them.

use super::line_chart::ChartState;
use super::plot::COLOURS;
use super::readout::label;
use leptos::prelude::*;

/// More lines than these have no buttons: nobody could tell their colours apart.
const NAMED_MAX: usize = 40;

/// Buttons for the lines; nothing where there is only one, or very many.
#[component]
pub(super) fn Legend(state: ChartState) -> impl IntoView {
    let ChartState { series, labels, hidden, .. } = state;
    // Names only: new values don't build the legend again.
    let names = Memo::new(move |_| series.with(|all| all.iter().map(|s| s.name.clone()).collect::<Vec<_>>()));
    let button = move |i: usize, name: String| {
        let shown = {
            let name = name.clone();
            move || !hidden.with(|hidden| hidden.contains(&name))
        };
        let display = label(&labels.get(), &name).display;
        let toggled = move |_| {
            hidden.update(|hidden| {
                if !hidden.remove(&name) {
                    hidden.insert(name.clone());
                }
            });
        };
        view! {
            <button
                class="legend-line"
                type="button"
                data-line=i % COLOURS + 1
                aria-pressed=move || if shown() { "true" } else { "false" }
                on:click=toggled
            >
                <i aria-hidden="true"></i>
                {display}
            </button>
        }
    };
    move || {
        let names = names.get();
        (2..=NAMED_MAX).contains(&names.len()).then(|| {
            let buttons = names.into_iter().enumerate().map(|(i, name)| button(i, name)).collect_view();
            view! {
                <div class="legend" role="group" aria-label="Lines">
                    {buttons}
                </div>
            }
        })
    }
}
