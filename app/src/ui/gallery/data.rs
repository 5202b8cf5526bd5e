//! Statuses, figures, tables and code.

use super::Part;
use crate::ui::value::format_value;
use crate::ui::{
    Card, Code, CopyButton, Facts, Grid, LiveMark, Pager, Qr, Secret, SortHeader, Sparkline, StatusMark,
    TableFrame, Tag, Tile, Time,
};
use crate::zone::use_clock;
use leptos::prelude::*;
use model::device::{DeviceSort, Status};
use model::page::Direction;
use serde_json::json;

#[component]
pub(super) fn Statuses() -> impl IntoView {
    let clock = use_clock();
    let ago = move |ms: i64| Signal::derive(move || clock.now().map(|now| now - ms));
    let hour = 3_600_000;
    view! {
        <Part title="Status and time">
            <div class="gallery-row">
                {Status::ALL.map(|status| view! { <StatusMark status /> }).collect_view()}
                <LiveMark last_ms=ago(2_000) />
                <LiveMark last_ms=ago(3 * hour) />
                <LiveMark last_ms=Signal::stored(None) />
                <Time ms=ago(90_000) />
                <Time ms=ago(30 * hour) />
                <Time ms=ago(hour) exact=true />
                <Time ms=Signal::stored(None) />
            </div>
        </Part>
    }
    .into_any()
}

#[component]
pub(super) fn Figures() -> impl IntoView {
    view! {
        <Part title="Tiles and cards">
            <Grid>
                <Tile title="Temperature" note="2 s ago">
                    <p class="figure">"21.5" <small>"°C"</small></p>
                    <p class="figure-note">"between 19.8 and 23.1 today"</p>
                </Tile>
                <Tile title="CO₂">
                    <p class="figure">"1,318" <small>"ppm"</small></p>
                </Tile>
                <Tile title="Door">
                    <p class="figure text">"Closed"</p>
                </Tile>
                <Tile title="Position">
                    <p class="figure text">{format_value(&json!({"lat": 48.2082, "lon": 16.3738}), "")}</p>
                </Tile>
                <Card title="Connection" note="MQTT 3.1.1" span=6>
                    <Facts>
                        <dt>"ID scope"</dt>
                        <dd class="mono">"0ne00A1B2C3"</dd>
                        <dt>"Device ID"</dt>
                        <dd class="mono">"room-2-14" <CopyButton text="room-2-14" /></dd>
                        <dt>"Broker"</dt>
                        <dd class="mono">"mqtts://homeport.example:8883"</dd>
                    </Facts>
                </Card>
                <Card title="Card" span=6>
                    <p class="quiet">"A surface that holds things together."</p>
                </Card>
            </Grid>
        </Part>
    }
    .into_any()
}

#[component]
pub(super) fn Table() -> impl IntoView {
    let sort = RwSignal::new((DeviceSort::Name, Direction::Ascending));
    let offset = RwSignal::new(0_i64);
    let row = |i: usize| {
        let status = Status::ALL[i % 3];
        let wave = move |k: i32| (f64::from(k), (f64::from(k) / (2.0 + i as f64)).sin());
        let points: Vec<(f64, f64)> = (0..48).map(wave).collect();
        view! {
            <tr>
                <td>
                    <a href="/_gallery">{format!("Meeting room 2.{}", 10 + i)}</a>
                    " "
                    <span class="mono quiet">{format!("room-2-{}", 10 + i)}</span>
                    {(i == 2).then(|| view! { " " <Tag dashed=true>"simulated"</Tag> })}
                </td>
                <td data-label="Status">
                    <StatusMark status />
                </td>
                <td data-label="Temperature" class="number">
                    {format_value(&json!(20.5 + i as f64), "°C")}
                </td>
                <td data-label="24 h">
                    <Sparkline points />
                </td>
            </tr>
        }
    };
    view! {
        <Part title="Table">
            <Card padded=false>
                <TableFrame label="Devices" stack=true>
                    <thead>
                        <tr>
                            <SortHeader label="Device" key=DeviceSort::Name current=sort on_sort=move |to| sort.set(to) />
                            <SortHeader
                                label="Status"
                                key=DeviceSort::LastSeen
                                current=sort
                                on_sort=move |to| sort.set(to)
                            />
                            <SortHeader
                                label="Temperature"
                                key=DeviceSort::Id
                                current=sort
                                on_sort=move |to| sort.set(to)
                                number=true
                            />
                            <th scope="col">"24 h"</th>
                        </tr>
                    </thead>
                    <tbody>{(0..5).map(row).collect_view()}</tbody>
                </TableFrame>
                <Pager offset limit=50 matching=1204 on_page=move |to| offset.set(to) />
            </Card>
        </Part>
    }
    .into_any()
}

#[component]
pub(super) fn Codes() -> impl IntoView {
    const COMMAND: &str = "mosquitto_pub -h homeport.example -p 8883 --cafile ca.pem \\\n  -u 0ne00A1B2C3/room-2-14 -P \"$KEY\" -q 1 \\\n  -t 0ne00A1B2C3/room-2-14/telemetry -m '{\"temperature\":21.5}'";
    let secret = RwSignal::new(None::<String>);
    view! {
        <Part title="Code and secrets">
            <div class="gallery-columns">
                <Code text=COMMAND />
                <Secret
                    value=secret
                    on_show=move || secret.set(Some("m9XyE0bqk1p5c0oWl0lY3v1XnqkQ2hW9VvC1m8F3b7A=".into()))
                    on_hide=move || secret.set(None)
                />
                <Qr text=COMMAND label="The command as a QR code" />
            </div>
        </Part>
    }
    .into_any()
}
