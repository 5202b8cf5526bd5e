//! The workspaces of whoever is signed in: switch between them, make another.

use super::applications::{ApplicationChoice, ApplicationFile, FROM_FILE, Places, read_file};
use super::attempt::{Attempt, Refusal};
use crate::api::workspaces::create_workspace;
use crate::layout::{Crumb, PageHead, Shell, initials};
use crate::session::{use_me, use_session};
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, Dialog, EmptyState, Field, Form, FormActions, Glyph, Tag, use_toasts,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::application::BLANK;
use model::check::{self, Check};
use model::workspace::{Membership, Workspace};

/// `/workspaces`
#[component]
pub fn WorkspacesPage() -> impl IntoView {
    let session = use_session();
    let me = use_me();
    let creating = RwSignal::new(false);
    let memberships = Memo::new(move |_| me.get().map(|me| me.memberships).unwrap_or_default());
    let none = Memo::new(move |_| memberships.with(Vec::is_empty));
    // The counts of devices are those of the last answer; this page is where one compares them.
    Effect::new(move || session.refresh());
    view! {
        <Shell crumbs=vec![Crumb::here("Workspaces")]>
            <PageHead
                title="Workspaces"
                note=Signal::derive(move || memberships.with(Vec::len).to_string())
            >
                <Button kind=ButtonKind::Primary icon=Glyph::Plus on_click=move || creating.set(true)>
                    "New workspace"
                </Button>
            </PageHead>
            <Show
                when=move || !none.get()
                fallback=move || {
                    view! {
                        <Card>
                            <EmptyState
                                icon=Glyph::Workspace
                                title="You belong to no workspace yet"
                                text="Devices and their data live in workspaces. Make one, or ask for an invitation to one."
                            >
                                <Button
                                    kind=ButtonKind::Primary
                                    icon=Glyph::Plus
                                    on_click=move || creating.set(true)
                                >
                                    "New workspace"
                                </Button>
                            </EmptyState>
                        </Card>
                    }
                }
            >
                <ul class="workspace-cards">
                    <For each=move || memberships.get() key=card_key let:membership>
                        <WorkspaceCard membership />
                    </For>
                </ul>
            </Show>
            <Dialog open=creating title="New workspace" wide=true>
                <NewWorkspace open=creating />
            </Dialog>
        </Shell>
    }
}

/// A card is drawn anew when anything that it shows has changed.
fn card_key(m: &Membership) -> (i32, String, i64, String, bool) {
    (m.workspace.id.0, m.workspace.name.clone(), m.devices, m.role.name.clone(), m.workspace.disabled)
}

#[component]
fn WorkspaceCard(membership: Membership) -> impl IntoView {
    let Membership { workspace, role, devices, support_until_ms, .. } = membership;
    let devices = match devices {
        0 => "No devices yet".to_owned(),
        1 => "1 device".to_owned(),
        n => format!("{} devices", count(n)),
    };
    let path = format!("/w/{}/devices", workspace.slug);
    view! {
        <li>
            <a class="workspace-card" href=path>
                <span class="mark" aria-hidden="true">
                    {initials(&workspace.name)}
                </span>
                <strong>{workspace.name}</strong>
                <span class="mono quiet">{format!("/w/{}", workspace.slug)}</span>
                <span class="workspace-card-foot">
                    <span>{devices}</span>
                    {workspace.disabled.then(|| view! { <Tag dashed=true>"disabled"</Tag> })}
                    {support_until_ms.is_some().then(|| view! { <Tag dashed=true>"support"</Tag> })}
                    <Tag>{role.name}</Tag>
                </span>
            </a>
        </li>
    }
}

#[component]
fn NewWorkspace(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts, navigate) = (use_session(), use_toasts(), use_navigate());
    let attempt = Attempt::new();
    let name = RwSignal::new(String::new());
    let (application, file) = (RwSignal::new(BLANK.to_owned()), RwSignal::new(String::new()));
    let from_file = move || application.with(|chosen| chosen == FROM_FILE);
    let address = move || match check::slug(&name.get()).as_str() {
        "" => "Devices, data and people of one undertaking.".to_owned(),
        slug => format!("Its address will be /w/{slug}, or much like it."),
    };
    let submit = move || {
        let name = name.get_untracked();
        let mut checked = Check::default();
        checked.field("name", check::name(&name));
        let (chosen, file) = match from_file() {
            true => (String::new(), file.get_untracked()),
            false => (application.get_untracked(), String::new()),
        };
        let problem = checked.done().and_then(|()| match from_file() {
            true => read_file(&file).map(|_| ()),
            false => Ok(()),
        });
        let navigate = navigate.clone();
        let made = create_workspace(name, chosen.clone(), file);
        attempt.run(problem, made, move |workspace: Workspace| {
            let part = if chosen == BLANK { "devices" } else { "dashboards" };
            let path = format!("/w/{}/{part}", workspace.slug);
            toasts.ok(format!("Made “{}”", workspace.name));
            session.set_workspace(workspace);
            open.set(false);
            navigate(&path, NavigateOptions::default());
        });
    };
    view! {
        <Form on_submit=submit label="New workspace">
            <Field
                label="Name"
                name="name"
                autofocus=true
                placeholder="Weather & buildings"
                value=name
                error=attempt.error("name", name)
            />
            <p class="hint">{address}</p>
            <ApplicationChoice value=application files=true />
            <Show when=from_file>
                <ApplicationFile value=file />
            </Show>
            <Places attempt />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Create workspace"
                </Button>
            </FormActions>
        </Form>
    }
}
