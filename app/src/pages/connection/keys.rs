//! The keys of a group: shown on demand, replaced one at a time.

use crate::api::provisioning::{rotate_group_key, show_group_keys};
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Dialog, FormActions, Secret, use_toasts};
use leptos::prelude::*;
use model::certificate::Place;
use model::enrolment::{EnrolmentGroup, KeyPair};

/// Both keys of the chosen group.
#[component]
pub(super) fn KeysDialog(
    open: RwSignal<bool>,
    slug: Signal<String>,
    group: RwSignal<Option<EnrolmentGroup>>,
) -> impl IntoView {
    let keys = RwSignal::new(None::<KeyPair>);
    // What was shown is forgotten when the dialog closes.
    Effect::new(move |_| {
        if !open.get() {
            keys.set(None);
        }
    });
    let title = Signal::derive(move || {
        group.with(|group| {
            group.as_ref().map_or_else(String::new, |group| format!("Keys of “{}”", group.name))
        })
    });
    view! {
        <Dialog open title>
            <div class="form">
                <p class="hint">
                    "Give devices the key that follows from one of these and their id, never these themselves: base64(HMAC-SHA256(group key, device id))."
                </p>
                {Place::ALL.into_iter().map(|place| view! { <OneKey place slug group keys /> }).collect_view()}
                <FormActions>
                    <Button kind=ButtonKind::Primary on_click=move || open.set(false)>
                        "Done"
                    </Button>
                </FormActions>
            </div>
        </Dialog>
    }
    .into_any()
}

#[component]
fn OneKey(
    place: Place,
    slug: Signal<String>,
    group: RwSignal<Option<EnrolmentGroup>>,
    keys: RwSignal<Option<KeyPair>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let (shown, busy, asking) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let value = Signal::derive(move || {
        let keys = keys.get().filter(|_| shown.get())?;
        Some(if place == Place::Primary { keys.primary } else { keys.secondary })
    });
    let id = move || group.with_untracked(|group| group.as_ref().map(|group| group.id.clone()));
    let show = Callback::new(move |()| {
        let Some(id) = id() else { return };
        busy.set(true);
        let answer = show_group_keys(slug.get_untracked(), id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(both) => {
                    _ = keys.try_set(Some(both));
                    _ = shown.try_set(true);
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    });
    let rotate = move || {
        let Some(id) = id() else { return };
        busy.set(true);
        let answer = rotate_group_key(slug.get_untracked(), id, place);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(both) => {
                    _ = keys.try_set(Some(both));
                    _ = shown.try_set(true);
                    toasts
                        .ok(format!("The {} key is replaced; the old one no longer works.", place.as_str()));
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = asking.try_set(false);
        });
    };
    view! {
        <div class="field">
            <span class="label">{place.label()} " key"</span>
            <span class="fact-line">
                <Secret value on_show=show on_hide=move |()| shown.set(false) busy />
                <Button kind=ButtonKind::Ghost on_click=move || asking.set(true)>
                    "Rotate"
                </Button>
            </span>
            // Not a dialog: one stands open already.
            <Show when=move || asking.get()>
                <Banner kind=BannerKind::Warning>
                    "Devices that are connected by this key are cut off at once, and it is worth nothing from then on."
                </Banner>
                <FormActions>
                    <Button on_click=move || asking.set(false)>"Cancel"</Button>
                    <Button kind=ButtonKind::Danger busy on_click=rotate>
                        "Replace the key"
                    </Button>
                </FormActions>
            </Show>
        </div>
    }
    .into_any()
}
