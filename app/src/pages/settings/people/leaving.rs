//! Leaving a workspace.

use crate::api::members::leave_workspace;
use crate::session::use_session;
use crate::ui::{Button, Card, Confirm, use_toasts};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The card.
#[component]
pub(super) fn Leave(slug: StoredValue<String>) -> impl IntoView {
    let (session, toasts, navigate) = (use_session(), use_toasts(), use_navigate());
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let leave = Callback::new(move |()| {
        busy.set(true);
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            match leave_workspace(slug.get_value()).await {
                Ok(()) => {
                    navigate("/workspaces", Default::default());
                    session.reload().await;
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = asking.try_set(false);
        });
    });
    view! {
        <Card title=Signal::stored("Leave".to_owned())>
            <div class="settings-row">
                <p>"You lose access to this workspace. Your account stays, and what you have made here."</p>
                <Button on_click=move || asking.set(true)>"Leave the workspace"</Button>
            </div>
            <Confirm
                open=asking
                title=Signal::stored("Leave this workspace?".to_owned())
                action="Leave"
                danger=true
                on_confirm=leave
                busy
            >
                <p>"To come back you must be invited again."</p>
            </Confirm>
        </Card>
    }
    .into_any()
}
