//! Imports of history: where their files come in, piece by piece, and the worker that reads them.

use crate::error::{Result, chain};
use crate::live::signed_in;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use domain::Homeport;
use domain::imports::{self, Tools};
use model::{Code, Problem};
use serde_json::{Value, json};
use std::time::Duration;
use store::Urls;
use store::telemetry::{Keeper, Writer};
use tokio_util::sync::CancellationToken;
use tower_sessions::Session;

/// How often is looked for an import that waits.
const LOOK: Duration = Duration::from_secs(2);
/// So long nobody else takes an import after its worker was last heard.
const LEASE: Duration = Duration::from_secs(60);

/// `PUT /w/{slug}/imports/{import}/file?at=…`: the piece of the file that begins at this byte. Answers how many bytes
/// are here.
pub(crate) async fn piece(
    State(state): State<AppState>,
    Path((slug, import)): Path<(String, String)>,
    Query(asked): Query<Vec<(String, String)>>,
    session: Session,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let person = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, person, &slug).await?;
    let at = asked.iter().find(|(name, _)| name == "at").and_then(|(_, at)| at.parse::<i64>().ok());
    let at = at.filter(|at| *at >= 0).ok_or_else(|| {
        Problem::field(Code::Invalid, "at", "Say at which byte of the file the piece begins: ?at=0.")
    })?;
    let received = imports::add_piece(&context, import.parse().unwrap_or(0), at, body.to_vec()).await?;
    Ok(Json(json!({"received": received})))
}

/// Connects what a worker of imports needs.
///
/// # Errors
/// The database can't be reached.
pub(crate) async fn tools(urls: &Urls, worker: String) -> Result<Tools> {
    let writer = Writer::connect(urls).await?.of_imports();
    Ok(Tools { writer, keeper: Keeper::connect(urls).await?, worker, lease: LEASE })
}

/// Works on imports until `stop`. Any number of processes may; each import is one's at a time.
pub(crate) async fn work(homeport: Homeport, tools: Tools, stop: CancellationToken) {
    loop {
        let stopped = || stop.is_cancelled();
        match imports::work(&homeport, &tools, &stopped).await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "imports are over"),
            Err(error) => tracing::warn!(causes = chain(&error), "an import can't go on; trying again"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}
