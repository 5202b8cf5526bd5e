//! The parts of a workspace's settings, each a page: those that the signed-in person may see.

use crate::session::use_workspace;
use crate::ui::Tabs;
use leptos::prelude::*;
use model::permission::Permission;

/// Address below `/w/{slug}/settings`, words, and what it takes to see it; nothing: belonging to the workspace.
const PARTS: &[(&str, &str, Option<Permission>)] = &[
    ("", "General", None),
    ("/people", "People", Some(Permission::ViewPeople)),
    ("/roles", "Roles", Some(Permission::ViewPeople)),
    ("/organizations", "Organizations", Some(Permission::ViewPeople)),
    ("/sign-in", "Sign-in", Some(Permission::ManagePeople)),
    ("/storage", "Storage", Some(Permission::ManageWorkspace)),
    ("/usage", "Usage", Some(Permission::ViewUsage)),
    ("/branding", "Branding", Some(Permission::ManageBranding)),
    ("/application", "Application", Some(Permission::ManageTemplates)),
    ("/audit", "Audit log", Some(Permission::ViewAudit)),
];

/// The tabs above every page of the settings.
#[component]
pub(crate) fn SettingsTabs() -> impl IntoView {
    let workspace = use_workspace();
    let items = Signal::derive(move || {
        workspace.with(|open| {
            let Some(open) = open else { return Vec::new() };
            let seen =
                PARTS.iter().filter(|(_, _, needed)| needed.is_none_or(|needed| open.role.allows(needed)));
            let item = |(part, words, _): &(&str, &str, Option<Permission>)| {
                (format!("/w/{}/settings{part}", open.workspace.slug), (*words).to_owned())
            };
            seen.map(item).collect()
        })
    });
    view! { <Tabs items label="Settings" /> }.into_any()
}
