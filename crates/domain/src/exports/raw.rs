//! Messages as they were kept, in the order of their own times.

use super::cells;
use super::edges::known_zone;
use super::slices::{Slice, slices};
use super::{Download, Source};
use crate::access::ViewRawData;
use crate::context::Context;
use crate::devices::find_history;
use crate::error::Result;
use jiff::tz::TimeZone;
use model::DeviceId;
use model::check::Check;
use model::export::guarded;
use model::telemetry::RawMessage;
use model::template::Telemetry;
use serde_json::{Map, Value};
use std::collections::VecDeque;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct RawExport {
    /// The device, by its id.
    pub device: String,
    /// From, inclusive, milliseconds since 1970.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// The zone of times: an IANA name; empty: UTC.
    pub zone: String,
}

/// A file of a device's messages: the fields of its template and those seen lately are columns; what else a message holds
/// stands as JSON in the column `other`.
///
/// # Errors
/// [`model::Code::Invalid`] by field, [`model::Code::NotFound`], [`model::Code::NotAllowed`].
pub async fn raw(context: &Context, ask: RawExport) -> Result<Download> {
    let granted = context.grant::<ViewRawData>()?;
    let mut check = Check::default();
    check.that(ask.from_ms < ask.to_ms, "to", "The end of the time range lies after its beginning.");
    check.done()?;
    let zone = known_zone(&ask.zone)?;
    let snapshot = granted.snapshot().await?;
    let device = find_history(&snapshot, &ask.device).await?;
    let fields = match device.template {
        Some((template, _)) => {
            snapshot.templates().get(template).await?.map(|t| t.telemetry).unwrap_or_default()
        }
        None => Vec::new(),
    };
    let mut columns: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let mut latest = snapshot.telemetry().latest(&[device.id]).await?;
    let latest = latest.remove(&device.id).unwrap_or_default().into_iter().map(|latest| latest.name);
    let volume = snapshot.history().volume(device.id, ask.from_ms, ask.to_ms).await?;
    // What came this moment is not among the latest yet.
    let newest = snapshot.history().raw(device.id, None, 100).await?;
    let newest = newest.messages.into_iter().flat_map(|message| message.fields.into_keys());
    for name in latest.chain(volume.names).chain(newest) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let left = slices(&volume.days, ask.from_ms, ask.to_ms);
    let (from, to) = (cells::time(ask.from_ms, &zone), cells::time(ask.to_ms, &zone));
    let name = cells::file_name(&format!("{} raw", ask.device), &from, &to);
    let file = File {
        context: context.clone(),
        device: (ask.device, device.id),
        zone,
        fields,
        columns,
        left,
        begun: false,
    };
    Ok(Download { name, source: Source::Raw(Box::new(file)) })
}

/// See [`Download`].
pub(super) struct File {
    context: Context,
    device: (String, DeviceId),
    zone: TimeZone,
    fields: Vec<Telemetry>,
    columns: Vec<String>,
    left: VecDeque<Slice>,
    begun: bool,
}

impl File {
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut rows = cells::rows();
        if !self.begun {
            self.begun = true;
            let fixed = ["time", "arrived", "id", "component"].map(str::to_owned).into_iter();
            let last = ["other", "problems", "refused", "body"].map(str::to_owned).into_iter();
            let named = self.columns.iter().map(|name| cells::heading(name, "", &self.fields));
            let _ = rows.write_record(fixed.chain(named).chain(last));
            return Ok(Some(cells::finish(rows)));
        }
        while let Some((from, to)) = self.left.pop_front() {
            let snapshot = self.context.grant::<ViewRawData>()?.snapshot().await?;
            // A deleted device would look like a silent one.
            find_history(&snapshot, &self.device.0).await?;
            for message in snapshot.history().messages(self.device.1, from, to).await? {
                let _ = rows.write_record(record(&message, &self.columns, &self.zone));
            }
            let piece = cells::finish(std::mem::replace(&mut rows, cells::rows()));
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

fn record(message: &RawMessage, columns: &[String], zone: &TimeZone) -> Vec<String> {
    let mut cells = vec![
        cells::time(message.ts, zone),
        message.arrived_ms.map(|ms| cells::time(ms, zone)).unwrap_or_default(),
        guarded(message.id.as_deref().unwrap_or_default()),
        guarded(message.component.as_deref().unwrap_or_default()),
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
    cells.push(guarded(&problems.join("; ")));
    cells.push(guarded(message.refused.as_ref().map_or("", |refused| &refused.reason)));
    cells.push(guarded(message.refused.as_ref().map_or("", |refused| &refused.body)));
    cells
}

/// A value as it stands in a file. Spreadsheets would run a text that looks like a formula, so it gets an apostrophe.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(said) => guarded(said),
        other => other.to_string(),
    }
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
            record(&message, &columns, &TimeZone::UTC),
            [
                "2023-11-14T22:13:20Z",
                "2023-11-14T22:13:20.250Z",
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
        assert_eq!(record(&message, &columns, &TimeZone::UTC)[9..], ["Not JSON.", "{"]);
    }
}
