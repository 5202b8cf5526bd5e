//! Rows of an answer as bytes: IoT Central's `{"results": […]}`, JSON lines, or comma-separated values.
//!
//! The beginning is held until it is long enough or whole, so that what fails soon is answered as a refusal. What fails
//! later can't be: a file of lines says it in its last line, the others break off, so that nobody takes them for the whole.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use domain::exports;
use domain::query::{Row, Running};
use futures::{StreamExt, stream};
use http::{HeaderValue, header};
use model::Code;
use query::Value;
use serde_json::json;
use std::io;

/// Bytes of JSON that are held before the first leaves.
const HELD_JSON: usize = 4 << 20;
/// Bytes of the other formats that are.
const HELD: usize = 64 << 10;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `{"results": […]}`.
    Json,
    /// JSON, a row a line.
    Lines,
    /// Comma-separated values, the names of the columns first.
    Csv,
}

/// The answer of a query that runs.
///
/// # Errors
/// The query's, where it fails before anything left.
pub(crate) async fn answer(mut running: Running, format: Format) -> domain::Result<Response> {
    let mut writing = Writing { format, columns: names(&running), rows: 0 };
    let mut head = writing.begin(running.columns());
    let held = if format == Format::Json { HELD_JSON } else { HELD };
    let mut whole = false;
    while !whole && head.len() < held {
        match running.next().await? {
            Some(rows) => writing.rows(&mut head, &rows),
            None => whole = true,
        }
    }
    let body = if whole {
        writing.end(&mut head);
        Body::from(head)
    } else {
        let rest = stream::unfold(Some((running, writing)), step);
        // Compression asks once more after the end.
        Body::from_stream(stream::once(async { Ok(Bytes::from(head)) }).chain(rest).fuse())
    };
    let mut response = body.into_response();
    let kind = match format {
        Format::Json => "application/json",
        Format::Lines => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8",
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

type Rest = Option<(Running, Writing)>;

/// The next piece.
async fn step(rest: Rest) -> Option<(io::Result<Bytes>, Rest)> {
    let (mut running, mut writing) = rest?;
    let mut piece = Vec::new();
    match running.next().await {
        Ok(Some(rows)) => {
            writing.rows(&mut piece, &rows);
            Some((Ok(piece.into()), Some((running, writing))))
        }
        Ok(None) => {
            writing.end(&mut piece);
            Some((Ok(piece.into()), None))
        }
        Err(error) => {
            let problem = error.problem();
            if problem.code == Code::Internal {
                tracing::error!(causes = crate::error::chain(&error), "the answer of a query broke off");
            }
            if writing.format == Format::Lines {
                let last = json!({"error": {"code": problem.code, "message": problem.sentence()}});
                return Some((Ok(format!("{last}\n").into()), None));
            }
            Some((Err(io::Error::other(problem.sentence().to_owned())), None))
        }
    }
}

/// Names of the columns as JSON, each with its colon.
fn names(running: &Running) -> Vec<String> {
    running.columns().iter().map(|name| format!("{}:", serde_json::Value::from(name.as_str()))).collect()
}

struct Writing {
    format: Format,
    columns: Vec<String>,
    rows: u64,
}

impl Writing {
    fn begin(&self, names: &[String]) -> Vec<u8> {
        match self.format {
            Format::Json => b"{\"results\":[".to_vec(),
            Format::Lines => Vec::new(),
            Format::Csv => record(names.iter().map(|name| exports::cell(&name.as_str().into()))),
        }
    }

    fn rows(&mut self, into: &mut Vec<u8>, rows: &[Row]) {
        for row in rows {
            match self.format {
                Format::Csv => into.extend(record(row.iter().map(|value| exports::cell(&value.json())))),
                Format::Json => {
                    if self.rows > 0 {
                        into.push(b',');
                    }
                    self.object(into, row);
                }
                Format::Lines => {
                    self.object(into, row);
                    into.push(b'\n');
                }
            }
            self.rows += 1;
        }
    }

    /// A row as an object, its members in the order of the columns.
    fn object(&self, into: &mut Vec<u8>, row: &[Value]) {
        into.push(b'{');
        for (i, (name, value)) in self.columns.iter().zip(row).enumerate() {
            if i > 0 {
                into.push(b',');
            }
            into.extend_from_slice(name.as_bytes());
            into.extend_from_slice(value.json().to_string().as_bytes());
        }
        into.push(b'}');
    }

    fn end(&self, into: &mut Vec<u8>) {
        if self.format == Format::Json {
            into.extend_from_slice(b"]}");
        }
    }
}

fn record(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Into memory, all cells of one row: there is nothing that could fail.
    drop(writer.write_record(cells));
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_each_format() {
        let names = ["$id".to_owned(), "a \"b\"".to_owned()];
        let rows = [vec![Value::text("=x,y"), Value::Number(1.5)], vec![Value::Time(0), Value::Null]];
        for (format, expected) in [
            (
                Format::Json,
                r#"{"results":[{"$id":"=x,y","a \"b\"":1.5},{"$id":"1970-01-01T00:00:00Z","a \"b\"":null}]}"#,
            ),
            (
                Format::Lines,
                "{\"$id\":\"=x,y\",\"a \\\"b\\\"\":1.5}\n{\"$id\":\"1970-01-01T00:00:00Z\",\"a \\\"b\\\"\":null}\n",
            ),
            (Format::Csv, "$id,\"a \"\"b\"\"\"\n\"'=x,y\",1.5\n1970-01-01T00:00:00Z,\n"),
        ] {
            let columns =
                names.iter().map(|name| format!("{}:", serde_json::Value::from(name.as_str()))).collect();
            let mut writing = Writing { format, columns, rows: 0 };
            let mut all = writing.begin(&names);
            writing.rows(&mut all, &rows);
            writing.end(&mut all);
            assert_eq!(String::from_utf8(all).unwrap(), expected);
        }
    }
}
