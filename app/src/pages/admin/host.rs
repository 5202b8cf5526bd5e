//! The host name that a workspace wants to be reached by, for whoever runs Homeport to confirm.

use crate::api::branding::{admin_confirm_host, admin_get_host};
use crate::ui::{Button, Card, Tag, use_toasts};
use leptos::prelude::*;

/// Nothing where the workspace wants none.
#[component]
pub(super) fn HostCard(slug: String) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let found = Resource::new(move || slug.get_value(), admin_get_host);
    let reload = Callback::new(move |()| found.refetch());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let wanted = found.await.ok().flatten();
                wanted.map(|(host, confirmed)| view! { <Host slug=slug.get_value() host confirmed reload /> })
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Host(slug: String, host: String, confirmed: bool, reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asked = StoredValue::new((slug, host.clone()));
    let turn = move || {
        busy.set(true);
        let (slug, host) = asked.get_value();
        leptos::task::spawn_local(async move {
            match admin_confirm_host(slug, host, !confirmed).await {
                Ok(()) => reload.run(()),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    };
    let mark = if confirmed { "confirmed" } else { "waits for you" };
    let action = if confirmed { "Take it back" } else { "Confirm" };
    view! {
        <Card
            title=Signal::stored("Host name".to_owned())
            actions=move || view! { <Button busy on_click=turn>{action}</Button> }
        >
            <p>
                <code class="mono">{host}</code> " " <Tag dashed=!confirmed>{mark}</Tag>
            </p>
            <p class="hint">
                "Whoever comes by this name is led to the workspace's sign-in. Confirm it once its owner has shown that the name is theirs, it leads to this server, and the proxy in front holds its certificate."
            </p>
        </Card>
    }
    .into_any()
}
