//! The Properties tab: what is wanted of the device and what it says to it, what it reports, what only the cloud knows, and
//! who changed what. The form is made of the template.

mod form;
mod history;
mod patch;
mod row;
mod unknown;

use super::here::{Here, Whose};
use crate::api::AppError;
use crate::api::twin::device_twin;
use crate::live;
use crate::ui::{Card, Code, EmptyState, ErrorState, Glyph, Skeleton};
use form::PropertiesForm;
use history::History;
use leptos::prelude::*;
use model::dtdl::Capability;
use model::live::{LiveEvent, Part};
use model::twin::TwinView;
use patch::PatchEditor;
use unknown::Unknown;

/// The tab.
#[component]
pub(super) fn Properties(here: Here, view: TwinView) -> impl IntoView {
    let view = RwSignal::new(view);
    let asking = StoredValue::new(Asking::default());
    let stream = live::live();
    stream.on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| {
            if matches!(event, LiveEvent::Changed { part: Part::Properties, .. }) {
                ask_again(here.whose(), view, asking);
            }
        }),
    );
    Effect::watch(
        move || stream.reconnected().get(),
        move |_, _, _| ask_again(here.whose(), view, asking),
        false,
    );
    let known = view.with_untracked(|view| !view.capabilities.is_empty());
    let empty = Memo::new(move |_| {
        !known && view.with(|v| v.twin.desired.values.is_empty() && v.twin.reported.values.is_empty())
    });
    view! {
        <div class="cards">
            {known.then(|| view! { <PropertiesForm whose=here.whose() view /> })}
            <Show when=move || empty.get()>
                <Card>
                    <EmptyState
                        icon=Glyph::Template
                        title="No properties yet"
                        text="What the device reports shows here. A template with properties gives a form to set them."
                    />
                </Card>
            </Show>
            <Unknown view />
            <Whole here view />
            <History view />
        </div>
    }
    .into_any()
}

/// The properties of a device on another page: those of these names, or all that the template knows.
#[component]
pub(crate) fn DeviceProperties(slug: String, device: String, names: Vec<String>) -> impl IntoView {
    let whose = Whose::new(slug, device);
    let found = RwSignal::new(None::<Result<TwinView, AppError>>);
    let ask = move || {
        leptos::task::spawn_local(async move {
            let answer = device_twin(whose.slug(), whose.id()).await;
            _ = found.try_set(Some(answer));
        });
    };
    Effect::new(move |_| ask());
    move || match found.get() {
        None => view! { <Skeleton rows=3 /> }.into_any(),
        Some(Err(AppError(problem))) => view! { <ErrorState problem retry=ask /> }.into_any(),
        Some(Ok(mut twin)) => {
            let path = |c: &Capability| match c.component.as_str() {
                "" => c.name.clone(),
                component => format!("{component}.{}", c.name),
            };
            twin.capabilities.retain(|c| names.is_empty() || names.contains(&path(c)));
            view! { <Followed whose twin /> }.into_any()
        }
    }
}

/// The form, kept as the device is.
#[component]
fn Followed(whose: Whose, twin: TwinView) -> impl IntoView {
    let none = twin.capabilities.is_empty();
    let view = RwSignal::new(twin);
    let asking = StoredValue::new(Asking::default());
    let stream = live::live();
    stream.on_device(
        whose.id(),
        Callback::new(move |event: LiveEvent| {
            if matches!(event, LiveEvent::Changed { part: Part::Properties, .. }) {
                ask_again(whose, view, asking);
            }
        }),
    );
    Effect::watch(move || stream.reconnected().get(), move |_, _, _| ask_again(whose, view, asking), false);
    match none {
        true => view! { <p class="figure-note">"Its template knows no such properties."</p> }.into_any(),
        false => view! { <PropertiesForm whose view /> }.into_any(),
    }
}

/// Whether the twin is being asked for, and whether it has changed again since.
#[derive(Clone, Copy, Default)]
struct Asking {
    busy: bool,
    again: bool,
}

/// Asks for the twin anew; what somebody is writing stays. A device that reports often is asked for once at a time.
fn ask_again(whose: Whose, view: RwSignal<TwinView>, asking: StoredValue<Asking>) {
    let was = asking.get_value();
    asking.set_value(Asking { busy: true, again: was.busy });
    if was.busy {
        return;
    }
    leptos::task::spawn_local(async move {
        loop {
            // Where it fails the page keeps what it shows; the next event asks again.
            if let Ok(fresh) = device_twin(whose.slug(), whose.id()).await {
                _ = view.try_set(fresh);
            }
            // The page may be gone by now.
            let Some(Asking { again, .. }) = asking.try_get_value() else { return };
            asking.set_value(Asking { busy: again, again: false });
            if !again {
                return;
            }
        }
    });
}

/// The twin as JSON, and a way to change it by a patch.
#[component]
fn Whole(here: Here, view: RwSignal<TwinView>) -> impl IntoView {
    let open = RwSignal::new(false);
    let text = Signal::derive(move || {
        view.with(|view| serde_json::to_string_pretty(&view.twin).unwrap_or_default())
    });
    view! {
        <Card>
            <details class="disclosure" on:toggle:target=move |ev| open.set(ev.target().open())>
                <summary>
                    "The twin as JSON" <span class="hint">"With versions and the time of each leaf."</span>
                </summary>
                <Show when=move || open.get()>
                    <Code text />
                    <PatchEditor here view />
                </Show>
            </details>
        </Card>
    }
    .into_any()
}
