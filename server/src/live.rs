//! The live stream of a tab: what has been committed, as server-sent events.
//!
//! `GET /w/{slug}/live?device=a&device=b`: the events of these devices, or of the whole workspace where none is
//! named. A device speaks at most four times a second; what comes between is put together. What the person may
//! still see is asked again every ten seconds, and at once where roles, people or organizations have changed.

pub(crate) mod coalesce;

use crate::problem::Refusal;
use crate::sessions::Sessions;
use crate::state::AppState;
use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use coalesce::Coalesced;
use futures::StreamExt;
use model::live::LiveEvent;
use model::sign_on::Visitor;
use model::{Code, Problem};
use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tower_sessions::Session;
use tower_sessions::session::Id;

/// How often the right to see the workspace is checked again.
const CHECK_EVERY: Duration = Duration::from_secs(10);
/// How often something is said when there is nothing to say, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Events that wait for a slow tab before the hub begins to drop, and says so.
const WAITING: usize = 32;
/// Most devices that one stream names.
const DEVICES_MAX: usize = 500;

/// Answers with the stream, or says why not.
pub(crate) async fn stream(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    session: Session,
) -> Result<Response, Refusal> {
    let visitor = signed_in(&session).await?;
    let context = domain::workspaces::open(&state.homeport, visitor, &slug).await?;
    let devices: HashSet<String> =
        query.into_iter().filter(|(name, _)| name == "device").map(|(_, device)| device).collect();
    if devices.len() > DEVICES_MAX {
        let text = format!("At most {DEVICES_MAX} devices a stream; name none for all of the workspace.");
        return Err(Refusal(Problem::with_detail(Code::Invalid, text)));
    }
    let events = state.hub.subscribe(context.workspace.id);
    // After the subscription: what changes from here on is told.
    let seen = domain::devices::seen(&context, &devices).await?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let watch = Watch { state: state.clone(), visitor, session: session.id(), slug };
    tokio::spawn(
        state.process.cancel.clone().run_until_cancelled_owned(pump(events, devices, seen, watch, sender)),
    );
    let stream = ReceiverStream::new(receiver).map(|event: LiveEvent| Ok::<_, Infallible>(said(&event)));
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let headers = response.headers_mut();
    headers.insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    // nginx would keep the events until it has a buffer full of them.
    headers.insert("x-accel-buffering", http::HeaderValue::from_static("no"));
    Ok(response)
}

/// Who is signed in.
///
/// # Errors
/// Nobody is; or the session can't be read.
pub(crate) async fn signed_in(session: &Session) -> Result<Visitor, Refusal> {
    let visitor = app::web_session::visitor(session).await.map_err(|error| Refusal(error.0))?;
    visitor.ok_or_else(|| Refusal::new(Code::SignedOut))
}

/// Whose stream it is, to ask again whether they may see it.
struct Watch {
    state: AppState,
    visitor: Visitor,
    session: Option<Id>,
    slug: String,
}

impl Watch {
    /// What the person sees by now, if they are still signed in and still belong to the workspace. A database that
    /// doesn't answer takes nobody's right away: the next look will tell.
    async fn look_again(&self, devices: &HashSet<String>) -> Look {
        let sessions = Sessions::new(self.state.homeport.store().clone());
        if !sessions.still(self.session, self.visitor).await {
            return Look::Nothing;
        }
        let seen = async {
            let context = domain::workspaces::open(&self.state.homeport, self.visitor, &self.slug).await?;
            domain::devices::seen(&context, devices).await
        };
        match seen.await {
            Ok(seen) => Look::Sees(seen),
            Err(error) if error.is_ours() => Look::Unknown,
            Err(_) => Look::Nothing,
        }
    }
}

/// The devices whose events a person may hear, where that isn't every one of the workspace.
type Seen = Option<HashSet<String>>;

/// What a look at a person's rights came to.
enum Look {
    /// They see these.
    Sees(Seen),
    /// They see nothing any more.
    Nothing,
    /// The database doesn't answer.
    Unknown,
}

/// Carries events from the hub to one tab until either goes.
async fn pump(
    mut events: ingest::Receiver,
    devices: HashSet<String>,
    mut seen: Seen,
    watch: Watch,
    tab: mpsc::Sender<LiveEvent>,
) {
    let mut waiting = Coalesced::default();
    let mut check = Instant::now() + CHECK_EVERY;
    loop {
        let due = waiting.due().map(Instant::from_std).unwrap_or(check).min(check);
        tokio::select! {
            () = tab.closed() => return,
            event = events.recv() => {
                if event == LiveEvent::Access {
                    match watch.look_again(&devices).await {
                        Look::Sees(now) => seen = now,
                        Look::Nothing => {
                            let _ = tab.send(LiveEvent::Revoked).await;
                            return;
                        }
                        Look::Unknown => {}
                    }
                }
                if concerns(&event, &devices, &seen) && !pass(&mut waiting, event, &tab).await {
                    return;
                }
            }
            () = sleep_until(due) => {
                for event in waiting.take_due(std::time::Instant::now()) {
                    if tab.send(event).await.is_err() {
                        return;
                    }
                }
                if Instant::now() >= check {
                    match watch.look_again(&devices).await {
                        Look::Sees(now) => seen = now,
                        Look::Nothing => {
                            // The tab may be gone; then nobody needs to hear it.
                            let _ = tab.send(LiveEvent::Revoked).await;
                            return;
                        }
                        Look::Unknown => {}
                    }
                    check = Instant::now() + CHECK_EVERY;
                }
            }
        }
    }
}

/// Puts values by until they are due, and passes everything else on; false: the tab is gone.
async fn pass(waiting: &mut Coalesced, event: LiveEvent, tab: &mpsc::Sender<LiveEvent>) -> bool {
    match event {
        LiveEvent::Values { .. } => {
            waiting.add(event, std::time::Instant::now());
            for event in waiting.take_due(std::time::Instant::now()) {
                if tab.send(event).await.is_err() {
                    return false;
                }
            }
            true
        }
        other => tab.send(other).await.is_ok(),
    }
}

fn concerns(event: &LiveEvent, devices: &HashSet<String>, seen: &Seen) -> bool {
    match event {
        LiveEvent::Values { device, .. }
        | LiveEvent::Logged { device }
        | LiveEvent::Changed { device, .. } => {
            (devices.is_empty() || devices.contains(device))
                && seen.as_ref().is_none_or(|seen| seen.contains(device))
        }
        LiveEvent::Alarms | LiveEvent::Gap | LiveEvent::Access | LiveEvent::Revoked => true,
    }
}

fn said(event: &LiveEvent) -> Event {
    Event::default().json_data(event).unwrap_or_else(|error| {
        tracing::error!(%error, "a live event can't be written");
        Event::default().comment("an event was lost")
    })
}
