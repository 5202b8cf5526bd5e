//! Telemetry as CSV files, streamed piece by piece: whoever reads slowly holds nothing but a piece, and whoever goes away
//! ends the reading.
//!
//! `GET /w/{slug}/devices/{id}/raw.csv?from=…&to=…&zone=…`: a device's messages, oldest first.
//!
//! `GET /w/{slug}/export.csv?device=a&device=b&name=…&from=…&to=…&interval=1h&function=avg&layout=wide&zone=…`: numbers
//! over time. Times are milliseconds since 1970; without them all that there is. `docs/csv.md` has the whole story.
//!
//! `GET /w/{slug}/devices.csv?search=…&template=…&status=…&keys=true`: the list of devices, with their keys for who may
//! manage them and asks for it.
//!
//! `GET /w/{slug}/imports/{import}/errors.csv`: what an import refused.
//!
//! `GET /w/{slug}/jobs/{job}/results.csv`: what became of a job's devices.

use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditFile;
use domain::exports::{self, DeviceList, Download, RawExport};
use domain::imports::{self, ErrorFile};
use domain::jobs::{self, Results};
use domain::takeout::Takeout;
use http::{HeaderValue, header};
use model::check::Check;
use model::device::{DeviceQuery, Status};
use model::export::{Aggregation, Function, Interval, Layout, SeriesExport};
use model::group::GroupId;
use model::job::JobId;
use model::telemetry::{AHEAD_MS, EARLIEST_MS};
use model::{TemplateId, external_id};
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tower_sessions::Session;

/// What stands behind the question mark.
type Asked = Query<Vec<(String, String)>>;

/// A device's messages.
pub(crate) async fn raw(
    State(state): State<AppState>,
    Path((slug, device)): Path<(String, String)>,
    Query(asked): Asked,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let mut check = Check::default();
    let (from_ms, to_ms) = range(&asked, &mut check);
    check.done()?;
    let zone = one(&asked, "zone").unwrap_or_default().to_owned();
    let device = external_id::of_address(&device).into_owned();
    let download = exports::raw(&context, RawExport { device, from_ms, to_ms, zone }).await?;
    answer(&download.name.clone(), CSV, Source::Download(Box::new(download)))
}

/// Numbers over time.
pub(crate) async fn series(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(asked): Asked,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let download = exports::series(&context, read(&asked)?).await?;
    answer(&download.name.clone(), CSV, Source::Download(Box::new(download)))
}

/// The list of devices.
pub(crate) async fn devices(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(asked): Asked,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let mut check = Check::default();
    let template = one(&asked, "template").map(|id| id.parse().ok().map(TemplateId));
    check.that(template != Some(None), "template", "The number of a template.");
    let status = one(&asked, "status").map(Status::from_word);
    check.that(status != Some(None), "status", "live, silent or never-connected.");
    let flag = |name: &str| one(&asked, name).map(str::parse::<bool>);
    let (waiting, keys) = (flag("waiting"), flag("keys"));
    check.that(!matches!(waiting, Some(Err(_))), "waiting", "true or false.");
    check.that(!matches!(keys, Some(Err(_))), "keys", "true or false.");
    check.done()?;
    let query = DeviceQuery {
        search: one(&asked, "search").unwrap_or_default().to_owned(),
        template: template.flatten(),
        status: status.flatten(),
        waiting: waiting.and_then(Result::ok),
        group: one(&asked, "group").map(|id| GroupId(id.to_owned())),
        ..DeviceQuery::default()
    };
    let list = exports::devices(&context, query, keys == Some(Ok(true))).await?;
    answer(&list.name.clone(), CSV, Source::Devices(Box::new(list)))
}

/// What became of a job's devices.
pub(crate) async fn job_results(
    State(state): State<AppState>,
    Path((slug, job)): Path<(String, String)>,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let file = jobs::results(&context, &JobId(job)).await?;
    answer(&file.name.clone(), CSV, Source::Results(Box::new(file)))
}

/// What an import refused.
pub(crate) async fn errors(
    State(state): State<AppState>,
    Path((slug, import)): Path<(String, String)>,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let file = imports::errors(&context, import.parse().unwrap_or(0)).await?;
    answer(&file.name.clone(), CSV, Source::Errors(Box::new(file)))
}

fn all<'a>(asked: &'a [(String, String)], name: &'a str) -> impl Iterator<Item = &'a str> {
    asked.iter().filter(move |(n, v)| n == name && !v.is_empty()).map(|(_, value)| value.as_str())
}

fn one<'a>(asked: &'a [(String, String)], name: &'a str) -> Option<&'a str> {
    all(asked, name).next()
}

/// From and to; without them all that there can be.
fn range(asked: &[(String, String)], check: &mut Check) -> (i64, i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let latest = i64::try_from(now).unwrap_or(i64::MAX / 2) + AHEAD_MS;
    let mut read = |name: &str, otherwise: i64| match one(asked, name).map(str::parse::<i64>) {
        None => otherwise,
        Some(Ok(ms)) => ms.clamp(EARLIEST_MS, latest),
        Some(Err(_)) => {
            check.that(false, name, "A time is milliseconds since 1970, such as 1798761599000.");
            otherwise
        }
    };
    (read("from", EARLIEST_MS), read("to", latest))
}

fn read(asked: &[(String, String)]) -> Result<SeriesExport, Refusal> {
    let mut check = Check::default();
    let (from_ms, to_ms) = range(asked, &mut check);
    let interval = one(asked, "interval").and_then(|word| {
        let interval = Interval::from_word(word);
        check.that(interval.is_some(), "interval", "Such as 30s, 15m, 1h, day, week, month.");
        interval
    });
    let functions: Vec<Function> = all(asked, "function")
        .filter_map(|word| {
            let function = Function::from_word(word);
            check.that(function.is_some(), "function", "One of avg, min, max, sum, count, first, last.");
            function
        })
        .collect();
    let layout = match one(asked, "layout") {
        None | Some("wide") => Layout::Wide,
        Some("long") => Layout::Long,
        Some(_) => {
            check.that(false, "layout", "wide or long.");
            Layout::Wide
        }
    };
    check.done()?;
    let owned = |name| all(asked, name).map(str::to_owned).collect();
    Ok(SeriesExport {
        devices: owned("device"),
        group: one(asked, "group").map(|id| GroupId(id.to_owned())),
        names: owned("name"),
        from_ms,
        to_ms,
        aggregation: interval.map(|interval| Aggregation { interval, functions }),
        layout,
        zone: one(asked, "zone").unwrap_or_default().to_owned(),
    })
}

/// The content type of comma-separated values.
pub(crate) const CSV: &str = "text/csv; charset=utf-8";

/// What a file is made of.
pub(crate) enum Source {
    Download(Box<Download>),
    Errors(Box<ErrorFile>),
    Results(Box<Results>),
    Devices(Box<DeviceList>),
    Audit(Box<AuditFile>),
    Takeout(Box<Takeout>),
}

impl Source {
    /// Sends the pieces of the file until nobody takes them any more. A piece that was begun is read to its end: a question
    /// to the database that is dropped halfway would leave its transaction to whoever has the connection next.
    async fn send(mut self, pieces: mpsc::Sender<io::Result<Bytes>>) {
        loop {
            let piece = match &mut self {
                Source::Download(download) => download.next().await,
                Source::Errors(file) => file.next().await,
                Source::Results(file) => file.next().await,
                Source::Devices(list) => list.next().await,
                Source::Audit(file) => file.next().await,
                Source::Takeout(file) => file.next().await,
            };
            let piece = match piece {
                Ok(None) => return,
                Ok(Some(piece)) => Ok(Bytes::from(piece)),
                Err(error) => {
                    // The status is out: all that is left is to break off, so that nobody takes it for the whole.
                    tracing::error!(causes = crate::error::chain(&error), "a download broke off");
                    Err(io::Error::other("the rest can't be read"))
                }
            };
            let broken = piece.is_err();
            if pieces.send(piece).await.is_err() || broken {
                return;
            }
        }
    }
}

/// The file as an answer, under this name and of this content type.
pub(crate) fn answer(name: &str, kind: &'static str, source: Source) -> Result<Response, Refusal> {
    let (sender, pieces) = mpsc::channel(1);
    tokio::spawn(source.send(sender));
    let mut response = Body::from_stream(ReceiverStream::new(pieces)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " -_.".contains(c) { c } else { '-' }).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<SeriesExport, Refusal> {
        read(&pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn addresses_are_read() {
        let ask = of(&[
            ("device", "a"),
            ("device", "b"),
            ("from", "1700000000000"),
            ("to", "1700000000001"),
            ("interval", "1h"),
            ("function", "min"),
            ("function", "max"),
            ("layout", "long"),
            ("zone", "Europe/Vienna"),
        ])
        .unwrap();
        assert_eq!((ask.devices.len(), ask.layout, ask.zone.as_str()), (2, Layout::Long, "Europe/Vienna"));
        assert_eq!(ask.aggregation.unwrap().functions, [Function::Min, Function::Max]);
        assert_eq!(of(&[("device", "a")]).unwrap().from_ms, EARLIEST_MS);
        let bad =
            of(&[("from", "x"), ("interval", "1y"), ("function", "median"), ("layout", "tall")]).unwrap_err();
        for field in ["from", "interval", "function", "layout"] {
            assert!(bad.0.of_field(field).is_some(), "{field}");
        }
    }
}
