//! Surfaces that hold things together: cards, tiles, the grid that they stand in, lists of facts.

use leptos::prelude::*;

/// A surface with an optional title, a note beside it and actions at its end.
#[component]
pub fn Card(
    #[prop(optional, into)] title: Option<Signal<String>>,
    #[prop(optional, into)] note: Option<Signal<String>>,
    /// Whether the content keeps away from the edges; a table doesn't.
    #[prop(default = true)]
    padded: bool,
    /// Columns that it takes of the grid's twelve; 0: as many as there are.
    #[prop(optional)]
    span: u8,
    #[prop(optional, into)] actions: Option<ViewFnOnce>,
    children: Children,
) -> impl IntoView {
    let head = title.map(|title| {
        view! {
            <header class="card-head">
                <h2>{move || title.get()}</h2>
                {note.map(|note| view! { <span class="card-note">{move || note.get()}</span> })}
                {actions.map(|actions| view! { <div class="card-actions">{actions.run()}</div> })}
            </header>
        }
    });
    view! {
        <section class=format!("card {}", span_class(span)) class:padded=padded>
            {head}
            {children()}
        </section>
    }
    .into_any()
}

/// One figure with its name: the big number is the content.
#[component]
pub fn Tile(
    #[prop(into)] title: Signal<String>,
    /// A short remark beside the title: a unit, a time range.
    #[prop(optional, into)]
    note: Option<Signal<String>>,
    /// Columns that it takes of the grid's twelve.
    #[prop(default = 3)]
    span: u8,
    children: Children,
) -> impl IntoView {
    view! {
        <section class=format!("tile {}", span_class(span))>
            <h3>
                <span>{move || title.get()}</span>
                {note.map(|note| view! { <small>{move || note.get()}</small> })}
            </h3>
            {children()}
        </section>
    }
    .into_any()
}

/// Twelve columns that fold up on narrow screens.
#[component]
pub fn Grid(children: Children) -> impl IntoView {
    view! { <div class="grid">{children()}</div> }.into_any()
}

/// A list of names and what belongs to them; its content are `<dt>` and `<dd>`.
#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }.into_any()
}

fn span_class(span: u8) -> &'static str {
    match span {
        3 => "span-3",
        4 => "span-4",
        6 => "span-6",
        8 => "span-8",
        12 => "span-12",
        _ => "",
    }
}
