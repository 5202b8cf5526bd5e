//! What the workspace's telemetry takes on the disk, how long it is kept, and deleting days of it.

mod erasing;
mod figures;
mod growth;
mod retention;

use super::SettingsPart;
use crate::api::storage::{list_erasures, storage_usage};
use crate::session::use_slug;
use crate::ui::{Card, ErrorState, Skeleton};
use erasing::Erasures;
use figures::Figures;
use growth::Growth;
use leptos::prelude::*;
use model::permission::Permission;
use retention::RetentionCard;

/// `/w/:workspace/settings/storage`
#[component]
pub fn StoragePage() -> impl IntoView {
    view! {
        <SettingsPart name="Storage" needs=Permission::ManageWorkspace>
            <Parts />
        </SettingsPart>
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
