//! Files of devices over HTTP: where devices send them, by a signed address, and where people take them from.
//!
//! `PUT /files-{scope}/{device}/{name}?c=…&se=…&sig=…`: a whole file; with `comp=block&blockid=…` a block of it, with
//! `comp=blocklist` the list by which the blocks become the file, as Azure Blob storage has them: devices written for Azure
//! upload with its client.
//!
//! `GET /w/{slug}/devices/{device}/files/{file}`: a file, to keep; with `?show` to look at, where it can do no harm.

use crate::error::{Result, chain};
use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use domain::Homeport;
use domain::device_files::{self, upload};
use futures::StreamExt;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::device_file::{Preview, SHOWN_MAX};
use model::live::LiveEvent;
use model::{Code, Problem};
use std::time::{Duration, SystemTime};
use store::Shelf;
use tokio_util::sync::CancellationToken;
use tower_sessions::Session;

/// Where devices send files.
///
/// Device and name are taken apart after decoding: one SDK encodes the slash between them too.
pub(crate) const UPLOAD: &str = "/files-{scope}/{*blob}";
/// Where people take them from.
pub(crate) const DOWNLOAD: &str = "/w/{slug}/devices/{device}/files/{file}";
/// How often is looked for files that are deleted.
const SWEEP: Duration = Duration::from_secs(30);
/// Largest list of blocks, in bytes: 50,000 of them.
const LIST_MAX: usize = 8 << 20;

/// The storage of files, where the operator wants it or in the data folder.
///
/// # Errors
/// It can't be opened; the text says why.
pub(crate) fn shelf(url: Option<&str>, dir: &std::path::Path) -> Result<Shelf> {
    Ok(match url {
        Some(url) => Shelf::at(url, std::env::vars())?,
        None => Shelf::folder(&dir.join("files"))?,
    })
}

/// Deletes what nothing refers to any more, until `stop`.
pub(crate) async fn sweep(homeport: Homeport, stop: CancellationToken) {
    loop {
        if let Err(error) = device_files::clear_garbage(&homeport).await {
            tracing::warn!(causes = chain(&error), "deleted files are still in the storage; trying again");
        }
        if stop.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_none() {
            return;
        }
    }
}

/// The route for devices. Its bodies are bounded by the workspace's limits alone.
pub(crate) fn router() -> Router<AppState> {
    let taken = async |State(state): State<AppState>, path, query, headers: HeaderMap, body| {
        take(&state.homeport, path, query, &headers, body).await
    };
    Router::new().route(UPLOAD, put(taken))
}

/// Takes what a device sends to a signed address.
pub(crate) async fn take(
    homeport: &Homeport,
    Path((scope, blob)): Path<(String, String)>,
    Query(asked): Query<Vec<(String, String)>>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let one = |key: &str| asked.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let (device, name) = blob.split_once('/').ok_or_else(|| Refusal::new(Code::NotFound))?;
    let shown = upload::Shown {
        scope,
        external_id: device.to_owned(),
        name: name.to_owned(),
        correlation: one("c").unwrap_or_default().to_owned(),
        expires: one("se").and_then(|text| text.parse().ok()).unwrap_or(0),
        signature: one("sig").unwrap_or_default().to_owned(),
    };
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let content_type = said("x-ms-blob-content-type").or_else(|| said("content-type"));
    match one("comp") {
        None => {
            upload::whole(homeport, &shown, content_type, body.into_data_stream()).await?;
            tell(homeport, &shown).await;
        }
        Some("block") => {
            upload::block(homeport, &shown, one("blockid").unwrap_or_default(), body.into_data_stream())
                .await?;
        }
        Some("blocklist") => {
            let list = to_bytes(body, LIST_MAX).await.map_err(|_| Refusal::new(Code::TooLarge))?;
            let ids = block_ids(&String::from_utf8_lossy(&list));
            upload::blocks(homeport, &shown, &ids, said("x-ms-blob-content-type")).await?;
            tell(homeport, &shown).await;
        }
        Some(other) => {
            let text =
                format!("comp={other} is not known here: block and blocklist are, or none for a whole file.");
            return Err(Refusal(Problem::with_detail(Code::Invalid, text)));
        }
    }
    let mut response = StatusCode::CREATED.into_response();
    let headers = response.headers_mut();
    // Azure's client wants to read these.
    let now = httpdate(SystemTime::now());
    let tag = format!("\"{}\"", shown.correlation);
    for (name, value) in [("etag", tag.as_str()), ("last-modified", &now), ("x-ms-version", "2021-12-02")] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// Tells open pages that the device's files and log have changed.
async fn tell(homeport: &Homeport, shown: &upload::Shown) {
    match homeport.store().lookup().device(&shown.scope, &shown.external_id).await {
        Ok(Some(known)) => {
            homeport.tell(known.workspace, LiveEvent::Logged { device: shown.external_id.clone() });
        }
        Ok(None) => {}
        Err(error) => tracing::debug!(%error, "open pages aren't told of a file"),
    }
}

/// The ids of blocks in a list, in their order: what stands in `<Latest>`, `<Uncommitted>` and `<Committed>`.
fn block_ids(xml: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let Some(name) =
            ["Latest>", "Uncommitted>", "Committed>"].iter().find(|name| rest.starts_with(**name))
        else {
            continue;
        };
        rest = &rest[name.len()..];
        let end = rest.find('<').unwrap_or(rest.len());
        ids.push(rest[..end].trim().to_owned());
        // Past the closing tag, which looks like none of the names.
        rest = &rest[end..];
    }
    ids
}

fn httpdate(at: SystemTime) -> String {
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    time::OffsetDateTime::from(at).format(&format).unwrap_or_default()
}

/// A file of a device, for whoever is signed in.
pub(crate) async fn download(
    State(state): State<AppState>,
    Path((slug, device, file)): Path<(String, String, String)>,
    Query(asked): Query<Vec<(String, String)>>,
    session: Session,
) -> Result<Response, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let id = file.parse().map_err(|_| Refusal::new(Code::NotFound))?;
    let show = asked.iter().any(|(name, _)| name == "show");
    answer(&context, &model::external_id::of_address(&device), id, show).await
}

/// The file as an answer: to keep, or to look at where it can be shown.
pub(crate) async fn answer(
    context: &domain::Context,
    device: &str,
    id: i32,
    show: bool,
) -> Result<Response, Refusal> {
    let (file, bytes, body) = device_files::open(context, device, id).await?;
    let shown = file.preview().filter(|_| show);
    let content_type = match shown {
        Some(Preview::Image) => file.content_type.clone(),
        Some(Preview::Text) if bytes > SHOWN_MAX as u64 => {
            let text = format!("A text of more than {SHOWN_MAX} bytes isn't shown; download it.");
            return Err(Refusal(Problem::with_detail(Code::TooLarge, text)));
        }
        // Never as HTML or script, whatever it says it is.
        Some(Preview::Text) => "text/plain; charset=utf-8".into(),
        None => "application/octet-stream".into(),
    };
    let mut response =
        Body::from_stream(body.map(|piece| piece.map_err(std::io::Error::other))).into_response();
    let headers = response.headers_mut();
    let name = file.name.rsplit('/').next().unwrap_or_default();
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) { c } else { '_' }).collect();
    let manner = if shown.is_some() { "inline" } else { "attachment" };
    let encoded = model::percent::encode(name);
    let disposition = format!("{manner}; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    let said = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store".into()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".into()),
    ];
    for (name, value) in said {
        headers.insert(name, HeaderValue::from_str(&value).map_err(|_| Refusal::new(Code::Internal))?);
    }
    Ok(response)
}

/// The whole address of an upload at this origin, as a device without Azure's client is told it.
pub(crate) fn url(origin: &str, address: &upload::Address) -> String {
    let blob: Vec<String> = address.blob.split('/').map(model::percent::encode).collect();
    format!("{origin}/{}/{}?{}", address.container, blob.join("/"), address.query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_blocks_are_read() {
        let xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<BlockList><Latest>YQ==</Latest>\
                   <Uncommitted> Yg== </Uncommitted><Committed>Yw==</Committed><Other>x</Other></BlockList>";
        assert_eq!(block_ids(xml), ["YQ==", "Yg==", "Yw=="]);
        assert!(block_ids("<BlockList/>").is_empty());
        assert_eq!(block_ids("<Latest>open"), ["open"]);
    }

    #[test]
    fn dates_are_those_of_http() {
        let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(784_111_777);
        assert_eq!(httpdate(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
