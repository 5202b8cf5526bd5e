//! What the workspace's telemetry takes on the disk, how long it is kept, and deleting days of it.

mod erasing;
mod figures;
mod growth;
mod retention;

use super::SettingsTabs;
use crate::api::storage::{list_erasures, storage_usage};
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::{use_slug, use_workspace};
use crate::ui::{Card, ErrorState, Skeleton};
use erasing::Erasures;
use figures::Figures;
use growth::Growth;
use leptos::prelude::*;
use model::permission::Permission;
use model::{Code, Problem};
use retention::RetentionCard;

/// `/w/:workspace/settings/storage`
#[component]
pub fn StoragePage() -> impl IntoView {
    let (slug, workspace) = (use_slug(), use_workspace());
    let may = Memo::new(move |_| {
        workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageWorkspace)))
    });
    let crumbs = Signal::derive(move || {
        vec![Crumb::link("Settings", format!("/w/{}/settings", slug.get())), Crumb::here("Storage")]
    });
    view! {
        <Shell crumbs>
            <PageHead title="Storage" />
            <SettingsTabs />
            {move || match may.get() {
                true => view! { <Parts /> }.into_any(),
                false => {
                    view! {
                        <Card>
                            <ErrorState problem=Problem::new(Code::NotAllowed) />
                        </Card>
                    }
                        .into_any()
                }
            }}
        </Shell>
    }
}

#[component]
fn Parts() -> impl IntoView {
    let slug = use_slug();
    let usage = Resource::new(move || slug.get(), storage_usage);
    let erasures = Resource::new(move || slug.get(), list_erasures);
    view! {
        <div class="settings">
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    match usage.await {
                        Ok(storage) => {
                            let days = storage.days.clone();
                            let retention = storage.retention_days;
                            view! {
                                <Figures storage />
                                <Growth days />
                                <RetentionCard days=retention on_set=move |()| usage.refetch() />
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=move || usage.refetch() />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
            <Erasures erasures on_finished=move |()| usage.refetch() />
        </div>
    }
}
