//! The dialogs of the tree: making, renaming and moving, deleting.

use crate::api::organizations::{create_organization, delete_organization, update_organization};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::organizations::{chosen, options};
use crate::session::use_slug;
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, Select, use_toasts};
use leptos::prelude::*;
use model::check::{self, Check};
use model::organization::{NewOrganization, Organization, OrganizationPatch};

/// What somebody wants to do with a node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    /// Make one below it.
    Make(Organization),
    /// Rename it, or hang it elsewhere.
    Change(Organization),
    /// Delete it.
    Delete(Organization),
}

/// Open while there is a wish.
#[component]
pub(super) fn Dialogs(
    wish: RwSignal<Option<Wish>>,
    known: Signal<Vec<Organization>>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if wish.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            wish.set(None);
        }
    });
    let title = Signal::derive(move || {
        wish.with(|wish| match wish {
            Some(Wish::Change(node)) => format!("Change “{}”", node.name),
            Some(Wish::Delete(node)) => format!("Delete “{}”?", node.name),
            _ => "New organization".to_owned(),
        })
    });
    let done = Callback::new(move |()| {
        _ = open.try_set(false);
        on_done.try_run(());
    });
    view! {
        <Dialog open title>
            {move || match wish.get() {
                Some(Wish::Delete(node)) => view! { <Delete node open done /> }.into_any(),
                Some(Wish::Make(parent)) => view! { <Edit node=None parent known open done /> }.into_any(),
                Some(Wish::Change(node)) => {
                    let parent = known.with_untracked(|all| {
                        all.iter().find(|other| Some(other.id) == node.parent).cloned().unwrap_or(node.clone())
                    });
                    view! { <Edit node=Some(node) parent known open done /> }.into_any()
                }
                None => ().into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Edit(
    node: Option<Organization>,
    parent: Organization,
    known: Signal<Vec<Organization>>,
    open: RwSignal<bool>,
    done: Callback<()>,
) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let name = RwSignal::new(node.as_ref().map(|node| node.name.clone()).unwrap_or_default());
    let below = RwSignal::new(parent.id.to_string());
    let making = node.is_none();
    let top = node.as_ref().is_some_and(|node| node.parent.is_none());
    let places = Signal::derive(move || known.with(|all| options(all)));
    let submit = move || {
        let mut checked = Check::default();
        checked.field("name", check::name(&name.get_untracked()));
        let (slug, parent, node) = (slug.get_untracked(), chosen(&below.get_untracked()), node.clone());
        let name = name.get_untracked();
        let call = async move {
            match node {
                None => create_organization(slug, NewOrganization { key: String::new(), name, parent }).await,
                Some(node) => {
                    let parent = parent.filter(|_| node.parent.is_some());
                    update_organization(slug, node.id, OrganizationPatch { name: Some(name), parent }).await
                }
            }
        };
        attempt.run(checked.done(), call, move |saved: Organization| {
            toasts.ok(format!("“{}” is saved.", saved.name));
            done.try_run(());
        });
    };
    view! {
        <Form on_submit=submit label="Organization">
            <Field
                label="Name"
                name="name"
                value=name
                error=attempt.error("name", name)
                autocomplete="off"
                autofocus=true
                placeholder="North wing"
            />
            {(!top)
                .then(|| {
                    view! {
                        <Select
                            label="Below"
                            name="parent"
                            value=below
                            options=places
                            error=attempt.error("parent", below)
                            hint="Who belongs there, or above, sees everything of it. That changes at once."
                        />
                    }
                })}
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    {if making { "Make the organization" } else { "Save" }}
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn Delete(node: Organization, open: RwSignal<bool>, done: Callback<()>) -> impl IntoView {
    let (slug, toasts, attempt) = (use_slug(), use_toasts(), Attempt::new());
    let submit = move || {
        let name = node.name.clone();
        attempt.run(Ok(()), delete_organization(slug.get_untracked(), node.id), move |()| {
            toasts.ok(format!("“{name}” is deleted."));
            done.try_run(());
        });
    };
    view! {
        <Form on_submit=submit label="Delete the organization">
            <p>
                "Only one to which nothing belongs can be deleted: no device, nobody, no API token and no other organization. "
                "What devices sent while they were in it stays, with the organization above."
            </p>
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Danger submit=true busy=attempt.busy()>
                    "Delete the organization"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
