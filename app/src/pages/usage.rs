//! What a workspace uses, as charts and a table: for its own people, and for whoever administers the platform.

mod chart;
mod page;

pub use page::UsagePage;

use crate::api::AppError;
use crate::api::admin::admin_tenant_usage;
use crate::api::usage::workspace_usage;
use crate::ui::value::{bytes, count};
use crate::ui::{Card, EmptyState, ErrorState, Glyph, LinkButton, Segmented, Skeleton, TableFrame};
use chart::UsageChart;
use leptos::prelude::*;
use model::usage::{Grain, HOUR_MS, UsageQuery, Used, hour_text};

/// Days and hours that are shown.
const DAYS: i64 = 30;
const HOURS: i64 = 48;

/// Whose usage, and who asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Whose {
    /// The own workspace's, by its slug.
    Own(String),
    /// Any one's, by its slug, for platform administrators.
    Tenant(String),
}

async fn ask(whose: Whose, grain: Grain) -> Result<Vec<Used>, AppError> {
    let span = match grain {
        Grain::Day => DAYS * 24,
        Grain::Hour => HOURS,
    };
    // To the end of the hour that runs.
    let to_ms = (now_ms().div_euclid(HOUR_MS) + 1) * HOUR_MS;
    let from_ms = to_ms - span * HOUR_MS;
    let from_ms = if grain == Grain::Day { from_ms.div_euclid(24 * HOUR_MS) * 24 * HOUR_MS } else { from_ms };
    let query = UsageQuery { grain, from_ms, to_ms };
    match whose {
        Whose::Own(slug) => workspace_usage(slug, query).await,
        Whose::Tenant(slug) => admin_tenant_usage(slug, query).await,
    }
}

#[cfg(feature = "ssr")]
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn now_ms() -> i64 {
    crate::zone::now_ms()
}

/// Charts and a table, by day or by hour; `csv` is the address of the file.
#[component]
pub fn UsageCards(whose: Whose, #[prop(into)] csv: String) -> impl IntoView {
    let grain = RwSignal::new("day".to_owned());
    let chosen = Memo::new(move |_| if grain.get() == "hour" { Grain::Hour } else { Grain::Day });
    let used = Resource::new(move || (whose.clone(), chosen.get()), |(whose, grain)| ask(whose, grain));
    let options =
        [("day", "30 days"), ("hour", "48 hours")].map(|(key, text)| (key.to_owned(), text.to_owned()));
    let options = Signal::stored(options.to_vec());
    let file = Signal::derive(move || format!("{csv}?grain={}", grain.get()));
    view! {
        <Card
            title=Signal::stored("Usage".to_owned())
            note=Signal::stored("UTC".to_owned())
            actions=move || {
                view! {
                    <Segmented value=grain options label="Days or hours" />
                    <LinkButton href=file download=true icon=Glyph::ArrowDown>"CSV"</LinkButton>
                }
            }
        >
            <Transition fallback=|| view! { <Skeleton rows=6 /> }>
                {move || Suspend::new(async move {
                    match used.await {
                        Ok(used) if used.is_empty() => {
                            view! {
                                <EmptyState
                                    icon=Glyph::Device
                                    title="Nothing was used yet"
                                    text="Messages are counted as they are kept, and shown here some seconds later."
                                />
                            }
                                .into_any()
                        }
                        Ok(used) => view! { <Figures used grain=chosen.get_untracked() /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || used.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

/// Which figure of an hour or a day.
type Taken = fn(&Used) -> i64;
/// How it is written.
type Written = fn(i64) -> String;

/// A chart each, and all of it as a table.
#[component]
fn Figures(used: Vec<Used>, grain: Grain) -> impl IntoView {
    let charts: [(&str, Taken, Written); 6] = [
        ("Messages", |used| used.messages, count),
        ("Values", |used| used.points, count),
        ("Received", |used| used.bytes, bytes),
        ("Active devices", |used| used.devices, count),
        ("API calls", |used| used.api_calls, count),
        ("On disk", |used| used.stored, bytes),
    ];
    let drawn = charts
        .map(|(title, of, written)| {
            let bars = used.iter().map(|used| (used.at_ms, of(used))).collect::<Vec<_>>();
            view! { <UsageChart title bars grain written /> }
        })
        .collect_view();
    let rows = used
        .iter()
        .rev()
        .map(|used| {
            let text = hour_text(used.at_ms);
            let when = match grain {
                Grain::Day => text[..10].to_owned(),
                Grain::Hour => text[..16].replace('T', " "),
            };
            view! {
                <tr>
                    <td>{when}</td>
                    <td class="number" data-label="Messages">{count(used.messages)}</td>
                    <td class="number" data-label="Values">{count(used.points)}</td>
                    <td class="number" data-label="Received">{bytes(used.bytes)}</td>
                    <td class="number" data-label="Refused">{count(used.refused)}</td>
                    <td class="number" data-label="Active devices">{count(used.devices)}</td>
                    <td class="number" data-label="API calls">{count(used.api_calls)}</td>
                    <td class="number" data-label="E-mails">{count(used.mails)}</td>
                    <td class="number" data-label="On disk">{bytes(used.stored)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="usage-charts">{drawn}</div>
        <details>
            <summary>"As a table"</summary>
            <TableFrame label="Usage" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"From"</th>
                        <th scope="col" class="number">"Messages"</th>
                        <th scope="col" class="number">"Values"</th>
                        <th scope="col" class="number">"Received"</th>
                        <th scope="col" class="number">"Refused"</th>
                        <th scope="col" class="number">"Active devices"</th>
                        <th scope="col" class="number">"API calls"</th>
                        <th scope="col" class="number">"E-mails"</th>
                        <th scope="col" class="number">"On disk"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        </details>
    }
    .into_any()
}
