//! A device's raw messages as CSV, all of them, streamed page by page.
//!
//! `GET /w/{slug}/devices/{id}/raw.csv`: the fields of the template and those seen lately are columns; what else a
//! message holds stands as JSON in the column `other`.

use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::Context;
use futures::{StreamExt, stream};
use http::{HeaderValue, header};
use model::telemetry::{RawCursor, RawMessage, RawPage};
use serde_json::{Map, Value};
use std::io;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tower_sessions::Session;

/// Messages read at a time.
const PAGE: u32 = 500;

/// Answers with the file, or says why not.
pub(crate) async fn raw(
    State(state): State<AppState>,
    Path((slug, device)): Path<(String, String)>,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    // The first page is read before the answer begins, so that a refusal is one.
    let first = domain::telemetry::raw(&context, &device, None, PAGE).await?;
    let columns = columns(&context, &device, &first).await?;
    let begun = Download { context, device: device.clone(), columns, next: Next::Head(first) };
    // Compression asks once more after the end.
    let pages = stream::unfold(begun, Download::step).fuse();
    let mut response = Body::from_stream(pages).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Ids hold no quotes: see `model::check::device_id`.
    if let Ok(value) =
        HeaderValue::from_str(&format!("attachment; filename=\"{}.csv\"", device.replace([':', '"'], "-")))
    {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The names that get a column: those of the template, in its order, then those that have come without being in it.
async fn columns(context: &Context, device: &str, first: &RawPage) -> Result<Vec<String>, Refusal> {
    let fields = domain::template_devices::fields(context, device).await?.unwrap_or_default();
    let mut names: Vec<String> = fields.into_iter().map(|field| field.name).collect();
    let known = domain::telemetry::latest(context, device).await?.into_iter().map(|latest| latest.name);
    // What came this moment is not among the latest yet.
    let fresh = first.messages.iter().flat_map(|message| message.fields.keys().cloned());
    for name in known.chain(fresh) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

struct Download {
    context: Context,
    device: String,
    columns: Vec<String>,
    next: Next,
}

enum Next {
    Head(RawPage),
    Page(RawCursor),
    End,
}

impl Download {
    /// The next piece of the file.
    async fn step(mut self) -> Option<(io::Result<Bytes>, Self)> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let page = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return None,
            Next::Head(page) => {
                let fixed = ["time", "arrived", "id", "component"].into_iter();
                let last = ["other", "problems", "refused", "body"].into_iter();
                if let Err(error) =
                    writer.write_record(fixed.chain(self.columns.iter().map(String::as_str)).chain(last))
                {
                    return Some((Err(io::Error::other(error)), self));
                }
                page
            }
            Next::Page(cursor) => {
                match domain::telemetry::raw(&self.context, &self.device, Some(cursor), PAGE).await {
                    Ok(page) => page,
                    Err(error) => {
                        // The status is out: all that is left is to break off, so that nobody takes it for the whole.
                        tracing::error!(causes = crate::error::chain(&error), "a download broke off");
                        return Some((Err(io::Error::other("the rest can't be read")), self));
                    }
                }
            }
        };
        for message in &page.messages {
            if let Err(error) = writer.write_record(record(message, &self.columns)) {
                return Some((Err(io::Error::other(error)), self));
            }
        }
        self.next = page.before.map_or(Next::End, Next::Page);
        let piece = writer.into_inner().map(Bytes::from).map_err(|error| io::Error::other(error.to_string()));
        Some((piece, self))
    }
}

fn record(message: &RawMessage, columns: &[String]) -> Vec<String> {
    let mut cells = vec![
        time(message.ts),
        message.arrived_ms.map(time).unwrap_or_default(),
        text(message.id.as_deref().unwrap_or_default()),
        text(message.component.as_deref().unwrap_or_default()),
    ];
    cells.extend(columns.iter().map(|name| message.fields.get(name).map(cell).unwrap_or_default()));
    let other: Map<String, Value> = message
        .fields
        .iter()
        .filter(|(name, _)| !columns.contains(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    cells.push(if other.is_empty() { String::new() } else { Value::Object(other).to_string() });
    let problems: Vec<String> =
        message.problems.iter().map(|(field, why)| format!("{field}: {why}")).collect();
    cells.push(text(&problems.join("; ")));
    cells.push(text(message.refused.as_ref().map_or("", |refused| &refused.reason)));
    cells.push(text(message.refused.as_ref().map_or("", |refused| &refused.body)));
    cells
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(said) => text(said),
        other => other.to_string(),
    }
}

/// A text that a device chose: spreadsheets would run one that looks like a formula, so it gets an apostrophe.
fn text(said: &str) -> String {
    let formula = said.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{said}") } else { said.to_owned() }
}

fn time(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_as_a_line() {
        let mut message: RawMessage = serde_json::from_value(json!({
            "ts": 1_700_000_000_000_i64, "arrived_ms": 1_700_000_000_250_i64, "component": "motor",
            "fields": {"temperature": -3.5, "note": "=1+1", "odd": [1]},
        }))
        .unwrap();
        let columns = ["temperature".to_owned(), "note".to_owned(), "missing".to_owned()];
        assert_eq!(
            record(&message, &columns),
            [
                "2023-11-14T22:13:20Z",
                "2023-11-14T22:13:20.25Z",
                "",
                "motor",
                "-3.5",
                "'=1+1",
                "",
                r#"{"odd":[1]}"#,
                "",
                "",
                ""
            ]
        );
        message.refused = Some(model::telemetry::Refused { reason: "Not JSON.".into(), body: "{".into() });
        assert_eq!(record(&message, &columns)[9..], ["Not JSON.", "{"]);
    }
}
