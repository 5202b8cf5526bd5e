//! The roles of a workspace: the built-in ones, those that were made, and the way to make, change and delete them.

mod editor;

use super::SettingsTabs;
use super::frame::crumbs;
use crate::api::AppError;
use crate::api::roles::{delete_role, list_roles};
use crate::layout::{PageHead, Shell};
use crate::pages::devices::may;
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, Confirm, ErrorState, Glyph, Menu, MenuItem, MenuSeparator, Skeleton,
    TableFrame, Tag, use_toasts,
};
use editor::{Edited, RoleDialog};
use leptos::prelude::*;
use model::permission::{Permission, Subject};
use model::role::{ListedRole, Role};

/// `/w/:workspace/settings/roles`
#[component]
pub fn RolesPage() -> impl IntoView {
    let slug = use_slug();
    let roles = Resource::new(move || slug.get(), list_roles);
    let may_change = may(Permission::ManageRoles);
    let editing = RwSignal::new(None::<Edited>);
    let asking = RwSignal::new(None::<Role>);
    let parts = Parts { editing, asking, may_change };
    view! {
        <Shell crumbs=crumbs("Roles")>
            <PageHead title="Settings">
                <Show when=move || may_change.get()>
                    <Button
                        kind=ButtonKind::Primary
                        icon=Glyph::Plus
                        on_click=move || editing.set(Some(Edited::fresh()))
                    >
                        "New role"
                    </Button>
                </Show>
            </PageHead>
            <SettingsTabs />
            <div class="settings wide">
                <Card title=Signal::stored("Roles".to_owned()) padded=false>
                    <Transition fallback=|| view! { <Skeleton rows=5 /> }>
                        {move || Suspend::new(async move {
                            match roles.await {
                                Ok(list) => view! { <Roles list parts /> }.into_any(),
                                Err(AppError(problem)) => {
                                    view! { <ErrorState problem retry=move || roles.refetch() /> }.into_any()
                                }
                            }
                        })}
                    </Transition>
                </Card>
            </div>
            <RoleDialog editing on_saved=move |()| roles.refetch() />
            <DeleteRole asking on_deleted=move |()| roles.refetch() />
        </Shell>
    }
    .into_any()
}

/// What the rows need of the page.
#[derive(Clone, Copy)]
struct Parts {
    editing: RwSignal<Option<Edited>>,
    asking: RwSignal<Option<Role>>,
    may_change: Signal<bool>,
}

#[component]
fn Roles(list: Vec<ListedRole>, parts: Parts) -> impl IntoView {
    let said = format!("{} roles", list.len());
    let rows = list.into_iter().map(|listed| view! { <RoleRow listed parts /> }).collect_view();
    view! {
        <TableFrame label="Roles" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Allows"</th>
                    <th scope="col" class="number">"People"</th>
                    <th scope="col" class="number">"API tokens"</th>
                    <th scope="col" class="row-actions">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
        <p class="table-note" role="status">{said}</p>
    }
    .into_any()
}

#[component]
fn RoleRow(listed: ListedRole, parts: Parts) -> impl IntoView {
    let ListedRole { role, people, tokens } = listed;
    let label = format!("Actions for {}", role.name);
    let built_in = role.built_in;
    let held = people + tokens > 0;
    let allows = summary(&role);
    let (name, description) = (role.name.clone(), role.description.clone());
    let role = StoredValue::new(role);
    let Parts { editing, asking, may_change } = parts;
    view! {
        <tr>
            <td>
                {name} " " {built_in.then(|| view! { <Tag>"built in"</Tag> })}
                <p class="hint">{description}</p>
            </td>
            <td data-label="Allows">{allows}</td>
            <td class="number" data-label="People">{count(people)}</td>
            <td class="number" data-label="API tokens">{count(tokens)}</td>
            <td class="row-actions">
                <Menu label=label>
                    <MenuItem
                        on_click=move || editing.set(Some(Edited::shown(&role.get_value(), may_change.get_untracked())))
                        icon=if built_in { Glyph::Eye } else { Glyph::Pencil }
                    >
                        {if built_in { "Show what it allows" } else { "Edit…" }}
                    </MenuItem>
                    <Show when=move || may_change.get()>
                        <MenuItem
                            on_click=move || editing.set(Some(Edited::from(&role.get_value())))
                            icon=Glyph::Copy
                        >
                            "Make another from it…"
                        </MenuItem>
                        <Show when=move || !built_in>
                            <MenuSeparator />
                            <MenuItem
                                on_click=move || asking.set(Some(role.get_value()))
                                icon=Glyph::Trash
                                danger=true
                            >
                                {if held { "Delete… (somebody has it)" } else { "Delete…" }}
                            </MenuItem>
                        </Show>
                    </Show>
                </Menu>
            </td>
        </tr>
    }
    .into_any()
}

/// `8 of 22: devices 4, data 2`: how much a role allows of each subject.
fn summary(role: &Role) -> String {
    if role.permissions.count() == Permission::ALL.len() {
        return "Everything".to_owned();
    }
    let of = |subject: Subject| role.permissions.iter().filter(|p| p.subject() == subject).count();
    let parts: Vec<String> = Subject::ALL
        .into_iter()
        .filter(|subject| of(*subject) > 0)
        .map(|subject| format!("{} {}", subject.title().to_lowercase(), of(subject)))
        .collect();
    format!("{} of {}: {}", role.permissions.count(), Permission::ALL.len(), parts.join(", "))
}

#[component]
fn DeleteRole(asking: RwSignal<Option<Role>>, #[prop(into)] on_deleted: Callback<()>) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        if asking.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            asking.set(None);
        }
    });
    let title = Signal::derive(move || {
        asking.with(|role| role.as_ref().map_or_else(String::new, |role| format!("Delete “{}”?", role.name)))
    });
    let delete = Callback::new(move |()| {
        let Some(role) = asking.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let answer = delete_role(slug.get_untracked(), role.id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    toasts.ok(format!("“{}” is deleted.", role.name));
                    on_deleted.try_run(());
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = open.try_set(false);
        });
    });
    view! {
        <Confirm open title action="Delete the role" danger=true on_confirm=delete busy>
            <p>"Only a role that nobody has can be deleted. This can't be undone."</p>
        </Confirm>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::summary;
    use model::role::BuiltIn;

    #[test]
    fn a_role_says_how_much_it_allows() {
        assert_eq!(summary(&BuiltIn::Administrator.role()), "Everything");
        let all = model::permission::Permission::ALL.len();
        assert_eq!(
            summary(&BuiltIn::Viewer.role()),
            format!("5 of {all}: devices 3, templates 1, rules and alarms 1")
        );
    }
}
