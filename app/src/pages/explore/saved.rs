//! Saving what is looked at, and finding it again.

use super::state::{Looked, query_string};
use crate::api::AppError;
use crate::api::explorations::{create_exploration, delete_exploration, update_exploration};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::{use_slug, use_workspace};
use crate::ui::{
    Button, ButtonKind, Checkbox, Dialog, EmptyState, ErrorState, Field, Form, FormActions, Glyph,
    IconButton, Skeleton, TableFrame, Tag, Time, use_toasts,
};
use leptos::prelude::*;
use model::exploration::{ExplorationDraft, SavedExploration};
use model::permission::Permission;

/// Asks for a name, and for whom.
#[component]
pub(super) fn SaveDialog(
    open: RwSignal<bool>,
    looked: Looked,
    #[prop(into)] on_saved: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog open title="Save the exploration">
            <SaveForm open looked on_saved />
        </Dialog>
    }
    .into_any()
}

#[component]
fn SaveForm(open: RwSignal<bool>, looked: Looked, on_saved: Callback<()>) -> impl IntoView {
    let (slug, toasts, attempt, workspace) = (use_slug(), use_toasts(), Attempt::new(), use_workspace());
    let may_share = workspace
        .with_untracked(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ShareExplorations)));
    let (name, shared) = (RwSignal::new(String::new()), RwSignal::new(false));
    let submit = move || {
        let draft = ExplorationDraft {
            name: name.get_untracked(),
            shared: shared.get_untracked(),
            exploration: looked.now.get_untracked(),
        };
        let check = draft.checked().map(|_| ());
        let call = create_exploration(slug.get_untracked(), draft);
        attempt.run(check, call, move |saved: SavedExploration| {
            toasts.ok(format!("“{}” is saved.", saved.name));
            _ = open.try_set(false);
            on_saved.try_run(());
        });
    };
    view! {
        <Form on_submit=submit label="Save the exploration">
            <Field
                label="Name"
                name="name"
                value=name
                error=attempt.error("name", name)
                autocomplete="off"
                autofocus=true
                placeholder="Warmest rooms of the week"
            />
            {may_share
                .then(|| {
                    view! {
                        <Checkbox
                            label="For everybody"
                            name="shared"
                            value=shared
                            hint="Whoever sees your organization finds it; what they may not see of the devices stays hidden."
                        />
                    }
                })}
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

/// All that were saved.
#[component]
pub(super) fn SavedDialog(
    open: RwSignal<bool>,
    saved: Resource<Result<Vec<SavedExploration>, AppError>>,
) -> impl IntoView {
    view! {
        <Dialog open title="Saved explorations" wide=true>
            {move || match saved.get() {
                None => view! { <Skeleton rows=4 /> }.into_any(),
                Some(Err(AppError(problem))) => {
                    view! { <ErrorState problem retry=move || saved.refetch() /> }.into_any()
                }
                Some(Ok(list)) if list.is_empty() => {
                    view! {
                        <EmptyState
                            icon=Glyph::Compass
                            title="Nothing saved yet"
                            text="Save what you look at, for yourself or for everybody, and find it here again."
                        />
                    }
                        .into_any()
                }
                Some(Ok(list)) => view! { <SavedList list open on_changed=move |()| saved.refetch() /> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn SavedList(
    list: Vec<SavedExploration>,
    open: RwSignal<bool>,
    #[prop(into)] on_changed: Callback<()>,
) -> impl IntoView {
    let rows = list.into_iter().map(|saved| view! { <SavedRow saved open on_changed /> }).collect_view();
    view! {
        <TableFrame label="Saved explorations" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Exploration"</th>
                    <th scope="col">"For"</th>
                    <th scope="col" class="number">"Changed"</th>
                    <th scope="col" class="row-actions">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn SavedRow(saved: SavedExploration, open: RwSignal<bool>, on_changed: Callback<()>) -> impl IntoView {
    let (slug, toasts, workspace) = (use_slug(), use_toasts(), use_workspace());
    let may_share = workspace
        .with_untracked(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ShareExplorations)));
    let may_change = if saved.shared { may_share } else { saved.mine };
    let query = query_string(&saved.exploration);
    let href = move || format!("/w/{}/explore{query}", slug.get());
    let (name, updated, shared) = (saved.name.clone(), saved.updated_ms, saved.shared);
    let label = format!("Delete {name}");
    let saved = StoredValue::new(saved);
    // What was deleted can be brought back while the page is open.
    let gone = RwSignal::new(false);
    let delete = move || {
        let one = saved.get_value();
        let answer = delete_exploration(slug.get_untracked(), one.id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => _ = gone.try_set(true),
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    let undo = move || {
        let SavedExploration { name, shared, exploration, .. } = saved.get_value();
        let answer = create_exploration(slug.get_untracked(), ExplorationDraft { name, shared, exploration });
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(_) => _ = on_changed.try_run(()),
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    let share = move || {
        let SavedExploration { id, name, exploration, .. } = saved.get_value();
        let draft = ExplorationDraft { name, shared: true, exploration };
        let answer = update_exploration(slug.get_untracked(), id, draft);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(_) => _ = on_changed.try_run(()),
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    view! {
        <tr>
            <th scope="row" data-label="Exploration">
                <a class="row-link" href=href on:click=move |_| open.set(false)>
                    {name}
                </a>
            </th>
            <td data-label="For">
                {if shared { view! { <Tag>"everybody"</Tag> }.into_any() } else { "you".into_any() }}
            </td>
            <td class="number quiet" data-label="Changed">
                <Time ms=Signal::stored(Some(updated)) />
            </td>
            <td class="row-actions">
                <Show when=move || gone.get()>
                    <Button icon=Glyph::Undo on_click=undo>
                        "Bring it back"
                    </Button>
                </Show>
                <Show when=move || may_change && !gone.get()>
                    <Show when=move || may_share && !shared>
                        <Button kind=ButtonKind::Ghost on_click=share>
                            "Share"
                        </Button>
                    </Show>
                    <IconButton glyph=Glyph::Trash label=label.clone() on_click=delete />
                </Show>
            </td>
        </tr>
    }
    .into_any()
}
