//! What is said where there is nothing: an unknown address, or a workspace of other people.

use super::entrance::EntranceLayout;
use crate::session::answer_with_status;
use crate::ui::{ButtonKind, LinkButton};
use leptos::prelude::*;
use model::Code;

/// The page with status 404. It says the same of what doesn't exist and of what isn't one's own.
#[component]
pub fn NotFound() -> impl IntoView {
    answer_with_status(Code::NotFound.status());
    view! {
        <EntranceLayout
            title="Nothing here"
            text="This address leads nowhere, or to something that you can't see. Check it for a typing error, or go back to where you know the way."
        >
            <div class="entrance-actions">
                <LinkButton href="/" kind=ButtonKind::Primary>
                    "To your workspace"
                </LinkButton>
                <LinkButton href="/workspaces">"All workspaces"</LinkButton>
            </div>
        </EntranceLayout>
    }
}
