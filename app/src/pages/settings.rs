//! A workspace's settings. Everyone in it sees them; who may manage it changes its name.

mod application;
mod audit;
mod branding;
mod frame;
mod navigation;
mod new_token;
mod organizations;
mod people;
mod roles;
mod sign_in;
mod storage;
mod tokens;

pub use self::application::ApplicationPage;
pub use self::audit::AuditPage;
pub use self::branding::BrandingPage;
pub(crate) use self::frame::SettingsPart;
pub(crate) use self::navigation::SettingsTabs;
pub use self::organizations::OrganizationsPage;
pub use self::people::PeoplePage;
pub use self::roles::RolesPage;
pub use self::sign_in::SignInSettingsPage;
pub use self::storage::StoragePage;

use self::tokens::ApiTokens;
use super::attempt::{Attempt, Refusal};
use crate::api::workspaces::rename_workspace;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::{use_session, use_workspace};
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, Card, CopyButton, Facts, Field, Form, FormActions, Tag, use_toasts};
use leptos::prelude::*;
use model::check::{self, Check};
use model::permission::Permission;
use model::workspace::{Membership, Workspace};

/// `/w/:workspace/settings`
#[component]
pub fn SettingsPage() -> impl IntoView {
    let membership = use_workspace();
    // Drawn anew for another workspace only: a rename leaves the form alone.
    let open = Memo::new(move |_| membership.with(|m| m.as_ref().map(|m| m.workspace.id)));
    view! {
        <Shell crumbs=vec![Crumb::here("Settings")]>
            <PageHead title="Settings" />
            <SettingsTabs />
            {move || {
                open.track();
                membership.get_untracked().map(|membership| view! { <Settings membership /> })
            }}
        </Shell>
    }
}

#[component]
fn Settings(membership: Membership) -> impl IntoView {
    let Membership { workspace, role, organization, at_root, .. } = membership;
    let (scope, slug) = (Signal::stored(workspace.scope.clone()), Signal::stored(workspace.slug.clone()));
    let own_slug = workspace.slug.clone();
    let may_change = role.allows(Permission::ManageWorkspace);
    let may_tokens = role.allows(Permission::ManageTokens);
    let kept_for = retention(workspace.retention_days);
    view! {
        <div class="settings">
            <Card title=Signal::stored("General".to_owned())>
                {if may_change {
                    view! { <Rename workspace /> }.into_any()
                } else {
                    view! {
                        <p>{workspace.name}</p>
                        <p class="hint">"Only administrators rename a workspace."</p>
                    }
                        .into_any()
                }}
            </Card>
            <Card title=Signal::stored("Identity".to_owned())>
                <Facts>
                    <dt>"ID scope"</dt>
                    <dd>
                        <span class="copyable">
                            <code class="mono">{move || scope.get()}</code>
                            <CopyButton text=scope label="Copy the ID scope" />
                        </span>
                        <p class="hint">"Devices connect with it. It never changes."</p>
                    </dd>
                    <dt>"Address"</dt>
                    <dd>
                        <code class="mono">{move || format!("/w/{}", slug.get())}</code>
                        <p class="hint">"It stays when the name changes, so that links keep working."</p>
                    </dd>
                </Facts>
            </Card>
            <Card title=Signal::stored("Data".to_owned())>
                <Facts>
                    <dt>"Telemetry is kept for"</dt>
                    <dd>
                        {kept_for}
                        {may_change
                            .then(|| {
                                view! {
                                    <p>
                                        <a href=move || format!("/w/{}/settings/storage", slug.get())>"Storage and retention"</a>
                                    </p>
                                    <p>
                                        <a href=move || format!("/w/{}/takeout.tar", slug.get()) rel="external" download>
                                            "Take all of it along, as an archive"
                                        </a>
                                    </p>
                                }
                            })}
                    </dd>
                </Facts>
            </Card>
            {may_tokens
                .then(|| view! { <ApiTokens slug=own_slug /> })}
            <Card title=Signal::stored("You".to_owned())>
                <Facts>
                    <dt>"Your role"</dt>
                    <dd>
                        <Tag>{role.name}</Tag>
                        <p class="hint">{role.description}</p>
                    </dd>
                    <dt>"Your organization"</dt>
                    <dd>
                        {organization.name}
                        <p class="hint">
                            {if at_root {
                                "You see the whole workspace."
                            } else {
                                "You see its devices and those of the organizations below it."
                            }}
                        </p>
                    </dd>
                </Facts>
            </Card>
        </div>
    }
}

#[component]
fn Rename(workspace: Workspace) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let attempt = Attempt::new();
    let kept = RwSignal::new(workspace.name.clone());
    let name = RwSignal::new(workspace.name);
    let same = Signal::derive(move || kept.with(|kept| name.with(|name| name.trim() == kept)));
    let slug = workspace.slug;
    let submit = move || {
        if same.get_untracked() {
            return;
        }
        let new = name.get_untracked();
        let mut checked = Check::default();
        checked.field("name", check::name(&new));
        attempt.run(checked.done(), rename_workspace(slug.clone(), new), move |renamed: Workspace| {
            kept.set(renamed.name.clone());
            name.set(renamed.name.clone());
            toasts.ok(format!("The workspace is called “{}” now", renamed.name));
            session.set_workspace(renamed);
        });
    };
    view! {
        <Form on_submit=submit label="Rename the workspace">
            <Field label="Name of the workspace" name="name" value=name error=attempt.error("name", name) />
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy() disabled=same>
                    "Rename"
                </Button>
            </FormActions>
        </Form>
    }
}

fn retention(days: i32) -> String {
    match days {
        1 => "1 day".into(),
        n if n % 365 == 0 && n > 365 => format!("{} years", n / 365),
        365 => "1 year".into(),
        n => format!("{} days", count(i64::from(n))),
    }
}

#[cfg(test)]
mod tests {
    use super::retention;

    #[test]
    fn whole_years_are_years() {
        let cases = [(1, "1 day"), (30, "30 days"), (365, "1 year"), (1095, "3 years"), (1100, "1,100 days")];
        for (days, text) in cases {
            assert_eq!(retention(days), text);
        }
    }
}
