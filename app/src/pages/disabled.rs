//! What the people of a workspace are told while it is disabled.

use super::entrance::EntranceLayout;
use crate::api::usage::why_disabled;
use crate::session::answer_with_status;
use crate::ui::{Banner, BannerKind, ButtonKind, LinkButton};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::Code;

/// The page in the place of every page of the workspace.
#[component]
pub fn Disabled() -> impl IntoView {
    answer_with_status(Code::WorkspaceDisabled.status());
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|p| p.get("workspace")).unwrap_or_default());
    let why = Resource::new(move || slug.get(), why_disabled);
    view! {
        <EntranceLayout
            title="This workspace is disabled"
            text="Whoever runs this Homeport has disabled it: its devices can't connect, and its pages and its API answer nobody. What it has kept is still there, and shows again once it is enabled."
        >
            <Suspense>
                {move || Suspend::new(async move {
                    let reason = why.await.unwrap_or_default();
                    (!reason.is_empty()).then(|| view! { <Banner kind=BannerKind::Warning>{reason}</Banner> })
                })}
            </Suspense>
            <p class="hint">
                "Who administers it can take all of it along: "
                <a href=move || format!("/w/{}/takeout.tar", slug.get()) rel="external" download>
                    "download the workspace"
                </a> "."
            </p>
            <div class="entrance-actions">
                <LinkButton href="/workspaces" kind=ButtonKind::Primary>
                    "All workspaces"
                </LinkButton>
            </div>
        </EntranceLayout>
    }
}
