//! The explorer: values of a group of devices over time, as lines and as a table, asked for by choosing or by text.
//!
//! What is looked at stands in the address, so that a link brings it along; it can be saved under a name.

mod answer;
mod charts;
mod controls;
mod devices;
mod grid;
mod lines;
mod pin;
mod saved;
mod state;
mod text;
mod time;
mod values;

use crate::api::explorations::list_explorations;
use crate::api::groups::{group_choices, list_groups};
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::use_slug;
use crate::ui::{Button, Card, CopyButton, ErrorState, Glyph, Skeleton};
use answer::Answered;
use charts::Charts;
use controls::Controls;
use grid::Grid;
use leptos::prelude::*;
use model::group::{Choices, ListedGroup};
use pin::PinDialog;
use saved::{SaveDialog, SavedDialog};
use state::Looked;
pub(crate) use state::query_string;
use text::QueryText;

/// Groups that are offered.
const GROUPS: i64 = 500;

/// What there is to choose from.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    choices: Choices,
    groups: Vec<ListedGroup>,
}

/// `/w/:workspace/explore`
#[component]
pub fn ExplorePage() -> impl IntoView {
    let slug = use_slug();
    let looked = Looked::here();
    let choices = Resource::new(move || slug.get(), group_choices);
    let groups = Resource::new(move || slug.get(), |slug| list_groups(slug, String::new(), 0, GROUPS));
    let saved = Resource::new(move || slug.get(), list_explorations);
    let (saving, opening, pinning) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let nothing = Memo::new(move |_| looked.now.with(|now| now.values.is_empty()));
    // The whole address is known in the browser only.
    let link = Signal::derive(move || {
        looked.now.track();
        match cfg!(feature = "hydrate") {
            true => window().location().href().unwrap_or_default(),
            false => String::new(),
        }
    });
    view! {
        <Shell crumbs=vec![Crumb::here("Explore")]>
            <PageHead title="Explore">
                <Button icon=Glyph::Storage on_click=move || opening.set(true)>
                    "Saved…"
                </Button>
                <Show when=move || !nothing.get()>
                    <CopyButton text=link label="Copy the link" />
                    <Button icon=Glyph::Plus on_click=move || saving.set(true)>
                        "Save…"
                    </Button>
                    <Button icon=Glyph::Dashboard on_click=move || pinning.set(true)>
                        "Pin to a dashboard…"
                    </Button>
                </Show>
            </PageHead>
            <Transition fallback=|| view! { <Card><Skeleton rows=6 /></Card> }>
                {move || Suspend::new(async move {
                    match (choices.await, groups.await) {
                        (Ok(choices), Ok(page)) => {
                            let known = StoredValue::new(Known { choices, groups: page.items });
                            view! { <Explorer looked known /> }.into_any()
                        }
                        (Err(error), _) | (_, Err(error)) => {
                            let again = move || {
                                choices.refetch();
                                groups.refetch();
                            };
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=again />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
            <SaveDialog open=saving looked on_saved=move |()| saved.refetch() />
            <SavedDialog open=opening saved />
            <PinDialog open=pinning looked />
        </Shell>
    }
    .into_any()
}

#[component]
fn Explorer(looked: Looked, known: StoredValue<Known>) -> impl IntoView {
    let answered = Answered::of(looked);
    view! {
        <div class="explore">
            <Card>
                <Controls looked known answered />
            </Card>
            <Charts looked known answered />
            <Grid looked known answered />
            <QueryText looked known answered />
        </div>
    }
    .into_any()
}
