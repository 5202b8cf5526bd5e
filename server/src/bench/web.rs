//! How soon pages show what they are to show, in headless Chromium, over the past that `storage` and `query` ask too.

mod chromium;

use super::arguments::WebArgs;
use super::ground::{self, device_id};
use super::past::{FIELDS, Past};
use super::report::Report;
use super::{process, wire};
use crate::error::{Error, Result};
use crate::terminal;
use chromium::Chromium;
use domain::{Context, Endpoints, Homeport, dashboards, devices, provision, workspaces};
use futures::{StreamExt, TryStreamExt};
use model::dashboard::{Content, DashboardDraft};
use model::device::NewDevice;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Devices of the list that is filtered and sorted.
const LISTED: u32 = 10_000;
/// Devices that are made at once.
const AT_ONCE: usize = 12;
/// How often each thing is measured; the middle one counts.
const TIMES: usize = 5;
/// How long the server may take to begin.
const PATIENCE: Duration = Duration::from_secs(120);
/// The dashboard's id.
const BOARD: &str = "bench";

/// Runs the bench.
pub(super) async fn run(args: &WebArgs, dir: &Path) -> Result<()> {
    let past = Past::open(dir, args.datapoints).await?;
    let scene = Scene::furnish(&past).await?;
    let datapoints = past.plan.datapoints();
    let held = past.release().await;
    let ports = [ground::port()?, ground::port()?, ground::port()?];
    let mut server = ground::server(dir, ports)?;
    let outcome = measured(args, dir, &scene, ports, server.id(), datapoints).await;
    server.kill()?;
    server.wait()?;
    drop(held);
    outcome
}

/// What is looked at.
struct Scene {
    slug: String,
    user_name: String,
    key: String,
}

impl Scene {
    /// A dashboard of twenty tiles and a long list, where they are not there yet.
    async fn furnish(past: &Past) -> Result<Scene> {
        let homeport = Homeport::new(past.store.clone(), Endpoints::default());
        let missing = || Error::Bench("the workspace is missing; say --fresh".into());
        let person = provision::find_person(&homeport, ground::PERSON).await?.ok_or_else(missing)?;
        let memberships = workspaces::memberships(&homeport, person.id).await?;
        let workspace = &memberships.first().ok_or_else(missing)?.workspace;
        let context = workspaces::open(&homeport, person.id, &workspace.slug).await?;
        let there = dashboards::list(&context).await?.iter().any(|board| board.id == BOARD);
        if !there {
            let content = Content::parse(&twenty().to_string()).map_err(domain::Error::from)?;
            let draft =
                DashboardDraft { name: "Bench".into(), content: Some(content), ..DashboardDraft::default() };
            dashboards::create(&context, Some(BOARD), &draft).await?;
        }
        terminal::tell(&format!("Making a list of {LISTED} devices …"));
        let present = past.devices.len() as u32;
        let more = futures::stream::iter(present..LISTED).map(|number| made(&context, number));
        more.buffered(AT_ONCE).try_collect::<Vec<()>>().await?;
        let key = provision::device_key(&context, &device_id(0)).await?;
        Ok(Scene {
            slug: workspace.slug.clone(),
            user_name: format!("{}/{}", workspace.scope, device_id(0)),
            key,
        })
    }
}

/// A device of the list, where it isn't there yet.
async fn made(context: &Context, number: u32) -> Result<()> {
    let new = NewDevice { external_id: device_id(number), ..NewDevice::default() };
    match devices::create(context, new).await {
        Ok(_) => Ok(()),
        Err(domain::Error::Problem(problem)) if problem.code == model::Code::Taken => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Twenty tiles of each common kind, over all devices.
fn twenty() -> Value {
    let kinds = [("kpi", 3, 2), ("lkv", 3, 2), ("deviceCount", 3, 2), ("gauge", 3, 4), ("lineChart", 6, 6)];
    let kinds = kinds.into_iter().chain([("areaChart", 6, 6), ("barChart", 6, 6), ("heatMap", 6, 5)]);
    let kinds: Vec<_> = kinds.chain([("table", 6, 6), ("lineChart", 6, 6)]).collect();
    let tile = |i: usize| {
        let (kind, width, height) = kinds[i % kinds.len()];
        let capabilities = match kind {
            "deviceCount" => json!([]),
            _ => json!([{ "capability": FIELDS[i % FIELDS.len()].0 }]),
        };
        json!({
            "id": format!("tile-{i}"), "displayName": format!("Tile {i}"),
            "x": if i.is_multiple_of(2) { 0 } else { 12 - width }, "y": i / 2 * 7, "width": width, "height": height,
            "configuration": { "type": kind, "capabilities": capabilities },
        })
    };
    json!({ "tiles": (0..20).map(tile).collect::<Vec<_>>(), "range": "24h" })
}

async fn measured(
    args: &WebArgs,
    dir: &Path,
    scene: &Scene,
    [web, mqtt, _]: [u16; 3],
    server: u32,
    datapoints: i64,
) -> Result<()> {
    let origin = format!("http://127.0.0.1:{web}");
    let broker = SocketAddr::from((Ipv4Addr::LOCALHOST, mqtt));
    ready(broker, scene).await?;
    let mut page = Chromium::start(&dir.with_extension("chromium")).await?;
    page.always(include_str!("web/watch.js")).await?;
    page.open(&format!("{origin}/sign-in")).await?;
    let sign_in = format!(
        "fetch('/api/sign_in', {{method: 'POST', headers: {{'content-type': 'application/json'}},
            body: JSON.stringify({{email: '{}', password: '{}'}})}}).then(answer => answer.status)",
        ground::PERSON,
        ground::PASSWORD
    );
    if page.eval(&sign_in).await? != 200 {
        return Err(Error::Bench("nobody could sign in".into()));
    }
    let mut report = Report::default();
    report.add("datapoints", "datapoints", datapoints);
    let board = format!("{origin}/w/{}/dashboards/{BOARD}", scene.slug);
    terminal::tell("Opening the dashboard …");
    opened(&mut page, &board, &mut report).await?;
    ranges(&mut page, &mut report).await?;
    panned(&mut page, &mut report).await?;
    terminal::tell("Waiting for what a device sends …");
    live(&mut page, scene, broker, &mut report).await?;
    memory(args, &mut page, scene, broker, &mut report).await?;
    terminal::tell("Filtering and sorting the list …");
    list(&mut page, &format!("{origin}/w/{}/devices", scene.slug), &mut report).await?;
    report.measured("server_mb", "memory of the server, MB", process::memory_mb(server).0);
    report.show("Pages in headless Chromium, milliseconds unless said otherwise", args.shared.json);
    Ok(())
}

/// Waits until the broker lets a device in.
async fn ready(broker: SocketAddr, scene: &Scene) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let hello = wire::connect("ready?", Some((&scene.user_name, &scene.key)), 60);
    while Instant::now() < deadline {
        if let Ok(mut stream) = TcpStream::connect(broker).await
            && wire::sign_in(&mut stream, &hello).await.is_ok()
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Error::Bench("the server isn't ready; server.log in the data folder says why".into()))
}

async fn opened(page: &mut Chromium, board: &str, report: &mut Report) -> Result<()> {
    let (mut paint, mut first, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        page.open(board).await?;
        page.wait("window.__bench && window.__bench.all !== null").await?;
        let paints =
            "performance.getEntriesByType('paint').find(p => p.name === 'first-contentful-paint')?.startTime";
        paint.extend(page.eval(paints).await?.as_f64());
        first.extend(page.eval("window.__bench.first").await?.as_f64());
        all.extend(page.eval("window.__bench.all").await?.as_f64());
    }
    report.measured("first_paint_ms", "first paint of a dashboard", middle(paint));
    report.measured("first_tile_ms", "first tile with values", middle(first));
    report.measured("all_tiles_ms", "all 20 tiles", middle(all));
    let size = "performance.getEntriesByType('resource').filter(r => r.name.endsWith('.wasm')).map(r => r.encodedBodySize).pop()";
    let size = page.eval(size).await?.as_f64().unwrap_or(f64::NAN);
    report.measured("wasm_kb", "wasm over the wire, kB", size / 1000.0);
    Ok(())
}

async fn ranges(page: &mut Chromium, report: &mut Report) -> Result<()> {
    let mut times = Vec::new();
    for word in ["7d", "24h", "6h", "7d", "24h"] {
        let click = format!(
            "window.__until('read_tiles', () => document.querySelector('.time-bar input[value=\"{word}\"]').click())"
        );
        times.extend(page.eval(&click).await?.as_f64());
    }
    report.measured("range_ms", "another range, until it is drawn", middle(times));
    Ok(())
}

/// Drags over a chart while frames are counted.
async fn panned(page: &mut Chromium, report: &mut Report) -> Result<()> {
    let place = "(() => { const c = document.querySelector('.board-tile[data-kind=lineChart] .board-body');
        c.scrollIntoView({block: 'center'}); const r = c.getBoundingClientRect();
        return [r.left + r.width / 2, r.top + r.height / 2, r.width / 3]; })()";
    let place = page.eval(place).await?;
    let at = |i: usize| place[i].as_f64().unwrap_or_default();
    let (x, y, reach) = (at(0), at(1), at(2));
    page.eval("void (window.__moving = window.__frames(3000))").await?;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        let turn = begun.elapsed().as_secs_f64() * std::f64::consts::TAU;
        page.mouse("mouseMoved", (x + reach * turn.sin(), y)).await?;
    }
    let frames = page.eval("window.__moving").await?;
    let frames: Vec<f64> = frames.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    let mean = frames.iter().sum::<f64>() / frames.len().max(1) as f64;
    report.measured("frames_per_second", "frames a second, pointer on a chart", 1000.0 / mean);
    report.measured("frame_worst_ms", "the longest frame of these", frames.into_iter().fold(0.0, f64::max));
    Ok(())
}

/// From the acknowledgement, which follows the commit, to the page.
async fn live(page: &mut Chromium, scene: &Scene, broker: SocketAddr, report: &mut Report) -> Result<()> {
    let mut sender = Sender::new(scene, broker);
    page.eval("document.querySelector('.board-tile[data-kind=lkv]').scrollIntoView()").await?;
    let mut times = Vec::new();
    for n in 0..TIMES * 2 {
        // A mean over all devices moves little: what is waited for is that the page asks and draws.
        let waiting = "void (window.__drawn = window.__until('read_tiles', () => {}).then(() => Date.now()))";
        page.eval(waiting).await?;
        sender.send(30.0 + n as f64).await?;
        let committed = now_ms();
        let drawn = page.eval("window.__drawn").await?.as_f64();
        times.extend(drawn.map(|drawn| drawn - committed as f64));
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    report.measured("live_ms", "from commit to page", middle(times));
    Ok(())
}

/// What the page holds at the beginning and at the end of a live view.
async fn memory(
    args: &WebArgs,
    page: &mut Chromium,
    scene: &Scene,
    broker: SocketAddr,
    report: &mut Report,
) -> Result<()> {
    let before = page.heap_mb().await?;
    let mut sender = Sender::new(scene, broker);
    let begun = Instant::now();
    let mut n = 0.0;
    while begun.elapsed().as_secs_f64() < args.minutes * 60.0 {
        n += 1.0;
        sender.send(20.0 + n % 10.0).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    report.measured("heap_before_mb", "the page's memory before a live view, MB", before);
    report.measured("heap_after_mb", "and after it, MB", page.heap_mb().await?);
    report.measured("live_minutes", "minutes of live view", args.minutes);
    Ok(())
}

async fn list(page: &mut Chromium, address: &str, report: &mut Report) -> Result<()> {
    page.open(address).await?;
    page.wait("document.querySelectorAll('tbody tr').length > 10").await?;
    let mut filtered = Vec::new();
    for word in ["device-00", "device-0012", "device-099", "device-5", ""] {
        let type_it = format!(
            "window.__until('list_devices', () => {{ const box = document.querySelector('.search-box input');
                box.value = '{word}'; box.dispatchEvent(new Event('input', {{bubbles: true}})); }})"
        );
        filtered.extend(page.eval(&type_it).await?.as_f64());
    }
    report.measured("filter_ms", "filtering 10,000 devices", middle(filtered));
    let mut sorted = Vec::new();
    for _ in 0..TIMES {
        let click = "window.__until('list_devices', () => document.querySelector('thead th[aria-sort] button, thead th[aria-sort] a, thead th button, thead th a')?.click())";
        sorted.extend(page.eval(click).await?.as_f64());
    }
    report.measured("sort_ms", "sorting 10,000 devices", middle(sorted));
    Ok(())
}

/// A device that sends, one message after the other.
struct Sender {
    client: AsyncClient,
    events: EventLoop,
    topic: String,
}

impl Sender {
    fn new(scene: &Scene, broker: SocketAddr) -> Sender {
        let mut options = MqttOptions::new("bench-web", broker.ip().to_string(), broker.port());
        options.set_credentials(scene.user_name.as_str(), scene.key.as_str());
        let (client, events) = AsyncClient::new(options, 10);
        Sender { client, events, topic: format!("{}/telemetry", scene.user_name) }
    }

    /// Returns when it is acknowledged: committed.
    async fn send(&mut self, value: f64) -> Result<()> {
        let body = json!({ "ts": now_ms(), "values": { FIELDS[0].0: value } }).to_string();
        let sent = self.client.publish(self.topic.as_str(), QoS::AtLeastOnce, false, body).await;
        sent.map_err(|error| Error::Bench(error.to_string()))?;
        loop {
            match self.events.poll().await {
                Ok(Event::Incoming(Packet::PubAck(_))) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(Error::Bench(format!("a device lost its connection: {error}"))),
            }
        }
    }
}

/// The middle one; none: it could not be measured.
fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
