//! The figures: how much there is, how old it is, and which devices take most.

use crate::session::use_slug;
use crate::ui::value::{bytes, count};
use crate::ui::{Banner, BannerKind, Card, EmptyState, Facts, Glyph, TableFrame, Time};
use leptos::prelude::*;
use model::storage::Storage;

#[component]
pub(super) fn Figures(storage: Storage) -> impl IntoView {
    let slug = use_slug();
    let Storage { chunk_bytes, hot_bytes, hot_messages, points, first_ms, last_ms, largest, trouble, .. } =
        storage;
    let rows = largest.into_iter().map(move |device| {
        let path = move || {
            format!("/w/{}/devices/{}", slug.get(), model::external_id::in_address(&device.external_id))
        };
        view! {
            <tr>
                <td>
                    <a class="row-link" href=path>
                        {device.name}
                    </a>
                </td>
                <td class="number" data-label="Values">
                    {count(device.points)}
                </td>
                <td class="number" data-label="On disk">
                    {bytes(device.bytes)}
                </td>
            </tr>
        }
    });
    let rows: Vec<_> = rows.collect();
    let none = rows.is_empty();
    view! {
        {trouble
            .map(|trouble| {
                view! {
                    <Banner kind=BannerKind::Warning>
                        "Telemetry could not be packed or cleared away: last "
                        <Time ms=Signal::stored(Some(trouble.at_ms)) />
                        {format!(", {} in all. ", times(trouble.count))}
                        "Nothing is lost meanwhile. Whoever runs this server sees the reason with homeport status."
                    </Banner>
                }
            })}
        <Card title=Signal::stored("On disk".to_owned())>
            <Facts>
                <dt>"In all"</dt>
                <dd>{bytes(chunk_bytes + hot_bytes)}</dd>
                <dt>"Values at rest"</dt>
                <dd>
                    {bytes(chunk_bytes)}
                    <p class="hint">"Packed, with what their rows and keys take."</p>
                </dd>
                <dt>"Messages as received"</dt>
                <dd>
                    {format!("about {}", bytes(hot_bytes))}
                    <p class="hint">
                        {format!("The share of {} messages of the last days, kept whole beside their values.", count(hot_messages))}
                    </p>
                </dd>
                <dt>"Values"</dt>
                <dd>{count(points)}</dd>
                <dt>"Oldest at rest"</dt>
                <dd>
                    <Time ms=Signal::stored(first_ms) exact=true />
                </dd>
                <dt>"Newest at rest"</dt>
                <dd>
                    <Time ms=Signal::stored(last_ms) exact=true />
                </dd>
            </Facts>
        </Card>
        <Card title=Signal::stored("Largest devices".to_owned()) padded=false>
            {match none {
                true => {
                    view! {
                        <EmptyState
                            icon=Glyph::Device
                            title="Nothing is at rest yet"
                            text="Values are packed some hours after they came."
                        />
                    }
                        .into_any()
                }
                false => {
                    view! {
                        <TableFrame label="Largest devices" stack=true>
                            <thead>
                                <tr>
                                    <th scope="col">"Device"</th>
                                    <th scope="col" class="number">"Values"</th>
                                    <th scope="col" class="number">"On disk"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </TableFrame>
                    }
                        .into_any()
                }
            }}
        </Card>
    }
    .into_any()
}

fn times(count: i64) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}
