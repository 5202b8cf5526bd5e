//! The legend: which line is which, and switches to hide them.

use super::line_chart::ChartState;
use super::plot::COLOURS;
use super::readout::label;
use leptos::prelude::*;
use std::collections::BTreeSet;

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
        let alone = {
            let name = name.clone();
            move || hidden.update(|hidden| names.with_untracked(|all| isolate(hidden, all, &name)))
        };
        let toggled = {
            let alone = alone.clone();
            move |ev: leptos::ev::MouseEvent| match ev.shift_key() {
                true => alone(),
                false => hidden.update(|hidden| {
                    if !hidden.remove(&name) {
                        hidden.insert(name.clone());
                    }
                }),
            }
        };
        view! {
            <button
                class="legend-line"
                type="button"
                data-line=i % COLOURS + 1
                aria-pressed=move || if shown() { "true" } else { "false" }
                title="Click to hide or show; twice, or with Shift, to show it alone"
                on:click=toggled
                on:dblclick=move |_| alone()
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

/// Hides all others; where they are hidden already, shows all.
fn isolate(hidden: &mut BTreeSet<String>, all: &[String], name: &str) {
    let others: BTreeSet<String> = all.iter().filter(|other| *other != name).cloned().collect();
    let was_alone = !hidden.contains(name) && others.iter().all(|other| hidden.contains(other));
    *hidden = if was_alone { BTreeSet::new() } else { others };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_alone_and_all_again() {
        let all = ["a", "b", "c"].map(str::to_owned);
        let mut hidden = BTreeSet::from(["a".to_owned()]);
        isolate(&mut hidden, &all, "a");
        assert_eq!(hidden, BTreeSet::from(["b".to_owned(), "c".to_owned()]));
        isolate(&mut hidden, &all, "a");
        assert!(hidden.is_empty());
    }
}
