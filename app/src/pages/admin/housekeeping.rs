//! How the housekeeping of telemetry stands: what waits to be packed, and what has failed.

use crate::api::admin::admin_housekeeping;
use crate::layout::{Crumb, PageHead, Shell};
use crate::ui::value::bytes;
use crate::ui::{Banner, BannerKind, Button, Card, ErrorState, Facts, Skeleton, Time};
use leptos::prelude::*;
use model::housekeeping::{Housekeeping, Trouble};

/// `/admin/housekeeping`
#[component]
pub fn HousekeepingPage() -> impl IntoView {
    let found = Resource::new(|| (), |()| admin_housekeeping());
    let reload = Callback::new(move |()| found.refetch());
    view! {
        <Shell crumbs=vec![Crumb::link("Administration", "/admin"), Crumb::here("Housekeeping")]>
            <PageHead title="Housekeeping">
                <Button on_click=move || found.refetch()>"Look again"</Button>
            </PageHead>
            <div class="settings wide">
                <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                    {move || Suspend::new(async move {
                        match found.await {
                            Ok(housekeeping) => view! { <Standing housekeeping /> }.into_any(),
                            Err(error) => view! { <ErrorState problem=error.0 retry=reload /> }.into_any(),
                        }
                    })}
                </Transition>
            </div>
        </Shell>
    }
    .into_any()
}

#[component]
fn Standing(housekeeping: Housekeeping) -> impl IntoView {
    let count = |state: &str| housekeeping.count(state).to_string();
    let (open, waiting) = (count("open"), count("closed"));
    let (packed, leaving) = (count("compacted"), count("dropping"));
    view! {
        {housekeeping.trouble.clone().map(|trouble| view! { <Failure trouble /> })}
        <Card title=Signal::stored("Telemetry on its way to the archive".to_owned())>
            <p class="hint">
                "Messages are written into slots. A full slot is closed, packed to a few bytes a value, and then dropped; reading goes on all the while."
            </p>
            <Facts>
                <dt>"Taking messages"</dt>
                <dd>{open}</dd>
                <dt>"Waiting to be packed"</dt>
                <dd>
                    {waiting}
                    {housekeeping
                        .waiting_since_ms
                        .map(|ms| {
                            view! {
                                <span class="hint">
                                    ", the oldest since " <Time ms=Signal::stored(Some(ms)) />
                                </span>
                            }
                        })}
                </dd>
                <dt>"Packed, kept for a while"</dt>
                <dd>{packed}</dd>
                <dt>"Being dropped"</dt>
                <dd>{leaving}</dd>
                <dt>"The whole database"</dt>
                <dd>{bytes(housekeeping.database_bytes)}</dd>
            </Facts>
        </Card>
    }
    .into_any()
}

#[component]
fn Failure(trouble: Trouble) -> impl IntoView {
    let times = match trouble.count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    view! {
        <Banner kind=BannerKind::Bad>
            <p>
                "Packing has failed " {times} ", last " <Time ms=Signal::stored(Some(trouble.at_ms)) />
                ". Nothing is lost: what isn't packed is kept and read as it is, and packing is tried again."
            </p>
            <p class="mono">{trouble.text}</p>
        </Banner>
    }
    .into_any()
}
