//! What the people of a workspace are told while it is disabled.

use super::entrance::EntranceLayout;
use crate::session::answer_with_status;
use crate::ui::{ButtonKind, LinkButton};
use leptos::prelude::*;
use model::Code;

/// The page in the place of every page of the workspace.
#[component]
pub fn Disabled() -> impl IntoView {
    answer_with_status(Code::WorkspaceDisabled.status());
    view! {
        <EntranceLayout
            title="This workspace is disabled"
            text="Whoever runs this Homeport has disabled it: its devices can't connect, and its pages and its API answer nobody. What it has kept is still there, and shows again once it is enabled."
        >
            <div class="entrance-actions">
                <LinkButton href="/workspaces" kind=ButtonKind::Primary>
                    "All workspaces"
                </LinkButton>
            </div>
        </EntranceLayout>
    }
}
