//! The dialog that makes and changes a role: its name, and what it allows, by subject.

use crate::api::roles::{create_role, update_role};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::{use_slug, use_workspace};
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::permission::{Permission, Permissions, Subject};
use model::role::{BuiltIn, Role, RoleDraft, RoleId};

/// What the dialog shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Edited {
    /// The role that is changed; none: one is made.
    id: Option<RoleId>,
    draft: RoleDraft,
    /// Whether it is shown only.
    fixed: bool,
}

impl Edited {
    /// A new one, which may look.
    pub(super) fn fresh() -> Edited {
        let draft = RoleDraft { permissions: BuiltIn::Viewer.permissions(), ..RoleDraft::default() };
        Edited { id: None, draft, fixed: false }
    }

    /// A new one that begins like another.
    pub(super) fn from(role: &Role) -> Edited {
        let name = format!("{} 2", role.name);
        let draft = RoleDraft { name, description: role.description.clone(), permissions: role.permissions };
        Edited { id: None, draft, fixed: false }
    }

    /// This one, to be changed where that can be.
    pub(super) fn shown(role: &Role, may_change: bool) -> Edited {
        let draft = RoleDraft {
            name: role.name.clone(),
            description: role.description.clone(),
            permissions: role.permissions,
        };
        Edited { id: Some(role.id.clone()), draft, fixed: role.built_in || !may_change }
    }
}

/// Open while something is edited.
#[component]
pub(super) fn RoleDialog(
    editing: RwSignal<Option<Edited>>,
    #[prop(into)] on_saved: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if editing.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            editing.set(None);
        }
    });
    let title = Signal::derive(move || {
        editing.with(|edited| match edited {
            Some(Edited { fixed: true, draft, .. }) => draft.name.clone(),
            Some(Edited { id: Some(_), .. }) => "Edit the role".to_owned(),
            _ => "New role".to_owned(),
        })
    });
    view! {
        <Dialog open title>
            {move || editing.get().map(|edited| view! { <RoleForm edited open on_saved /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn RoleForm(edited: Edited, open: RwSignal<bool>, on_saved: Callback<()>) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let Edited { id, draft, fixed } = edited;
    let (name, description) = (RwSignal::new(draft.name), RwSignal::new(draft.description));
    let chosen = RwSignal::new(draft.permissions);
    let mine = use_workspace()
        .with_untracked(|open| open.as_ref().map_or(Permissions::NONE, |open| open.role.permissions));
    let making = id.is_none();
    let submit = move || {
        if fixed {
            return open.set(false);
        }
        let draft = RoleDraft {
            name: name.get_untracked(),
            description: description.get_untracked(),
            permissions: chosen.get_untracked(),
        };
        let (slug, id) = (slug.get_untracked(), id.clone());
        let check = draft.checked().map(|_| ());
        let call = async move {
            match id {
                Some(id) => update_role(slug, id, draft).await,
                None => create_role(slug, draft).await,
            }
        };
        attempt.run(check, call, move |saved: Role| {
            toasts.ok(format!("“{}” is saved.", saved.name));
            _ = open.try_set(false);
            on_saved.try_run(());
        });
    };
    let nothing = Signal::derive(move || {
        attempt.problem().with(|p| p.as_ref()?.of_field("permissions").map(str::to_owned))
    });
    let groups = Subject::ALL.map(|subject| view! { <Group subject chosen mine fixed /> }).collect_view();
    view! {
        <Form on_submit=submit label="Role">
            {(!fixed)
                .then(|| {
                    view! {
                        <Field
                            label="Name"
                            name="name"
                            value=name
                            error=attempt.error("name", name)
                            autocomplete="off"
                            autofocus=true
                            placeholder="Night shift"
                        />
                        <Field
                            label="What it is for"
                            name="description"
                            value=description
                            error=attempt.error("description", description)
                            autocomplete="off"
                        />
                    }
                })}
            {groups}
            {move || nothing.get().map(|said| view! { <p class="field-error" role="alert">{said}</p> })}
            {(!fixed)
                .then(|| {
                    view! {
                        <p class="hint">
                            "What needs something else brings it along. Nobody gives away more than they may do themselves. "
                            "A change counts at once, for everybody who has the role."
                        </p>
                    }
                })}
            <Refusal attempt />
            <FormActions>
                {if fixed {
                    view! { <Button on_click=move || open.set(false)>"Close"</Button> }.into_any()
                } else {
                    view! {
                        <Button on_click=move || open.set(false)>"Cancel"</Button>
                        <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                            {if making { "Make the role" } else { "Save" }}
                        </Button>
                    }
                        .into_any()
                }}
            </FormActions>
        </Form>
    }
    .into_any()
}

/// What there is to allow about one subject.
#[component]
fn Group(subject: Subject, chosen: RwSignal<Permissions>, mine: Permissions, fixed: bool) -> impl IntoView {
    let boxes = Permission::ALL
        .into_iter()
        .filter(|permission| permission.subject() == subject)
        .map(|permission| {
            let held = move || chosen.get().allows(permission);
            let shut = fixed || !mine.allows(permission);
            view! {
                <label class="checkbox">
                    <input
                        type="checkbox"
                        name=permission.as_str()
                        disabled=shut
                        checked=chosen.get_untracked().allows(permission)
                        prop:checked=held
                        on:change:target=move |ev| {
                            let wanted = ev.target().checked();
                            chosen.update(|set| {
                                *set = if wanted { set.with(permission) } else { set.without(permission) };
                            });
                        }
                    />
                    <span>{permission.says()}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="permissions">
            <legend>{subject.title()}</legend>
            {boxes}
        </fieldset>
    }
    .into_any()
}
