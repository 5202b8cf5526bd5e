//! What belongs to tables: the frame that scrolls, headers that sort, the pager with the count.

use super::icon::{Glyph, Icon};
use super::value::count;
use leptos::prelude::*;
use model::page::Direction;

/// The frame of a `<table>`: scrolls sideways within itself, never the page.
///
/// Rows restack into cards on a phone when `stack` is set; each `<td>` then carries `data-label`.
#[component]
pub fn TableFrame(
    #[prop(into)] label: String,
    #[prop(optional)] stack: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="table-frame" class:stack=stack role="region" aria-label=label tabindex="0">
            <table>{children()}</table>
        </div>
    }
    .into_any()
}

/// A `<th>` that sorts its table. Pressing the current column turns the direction.
#[component]
pub fn SortHeader<K>(
    #[prop(into)] label: String,
    /// The column.
    key: K,
    /// The column that the table is sorted by, and in which direction.
    #[prop(into)]
    current: Signal<(K, Direction)>,
    #[prop(into)] on_sort: Callback<(K, Direction)>,
    /// Right-aligned, as its numbers are.
    #[prop(optional)]
    number: bool,
) -> impl IntoView
where
    K: Copy + PartialEq + Send + Sync + 'static,
{
    let mine = move || current.get().0 == key;
    let turned = move |_| {
        let to = match current.get_untracked() {
            (k, Direction::Ascending) if k == key => Direction::Descending,
            _ => Direction::Ascending,
        };
        on_sort.run((key, to));
    };
    let sorted = move || {
        mine().then(|| match current.get().1 {
            Direction::Ascending => "ascending",
            Direction::Descending => "descending",
        })
    };
    view! {
        <th scope="col" class:number=number aria-sort=sorted>
            <button class="sort-header" type="button" on:click=turned>
                {label}
                <Icon glyph=Glyph::ArrowUp />
            </button>
        </th>
    }
    .into_any()
}

/// Where one is in a long list, and the way to its other pages.
#[component]
pub fn Pager(
    /// How many are passed over.
    #[prop(into)]
    offset: Signal<i64>,
    /// How many a page.
    limit: i64,
    /// How many there are.
    #[prop(into)]
    matching: Signal<i64>,
    /// Called with the new offset.
    #[prop(into)]
    on_page: Callback<i64>,
) -> impl IntoView {
    let last = move || (offset.get() + limit).min(matching.get());
    let is_last = move || last() >= matching.get();
    let text = move || match matching.get() {
        0 => "None".to_owned(),
        n => format!("{}–{} of {}", count(offset.get() + 1), count(last()), count(n)),
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <span class="pager-text">{text}</span>
            <button
                class="button icon-only"
                type="button"
                aria-label="Previous page"
                disabled=move || offset.get() <= 0
                on:click=move |_| on_page.run((offset.get_untracked() - limit).max(0))
            >
                <Icon glyph=Glyph::ChevronLeft />
            </button>
            <button
                class="button icon-only"
                type="button"
                aria-label="Next page"
                disabled=is_last
                on:click=move |_| on_page.run(offset.get_untracked() + limit)
            >
                <Icon glyph=Glyph::ChevronRight />
            </button>
        </nav>
    }
    .into_any()
}
