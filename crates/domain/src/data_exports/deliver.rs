//! Delivers what exports send out. Reads what was committed behind the export's position, shapes it, hands it to whoever carries
//! it, and notes how far it has come. Any number of processes may: an export is one's at a time, for as long as it says that it
//! lives. What is not noted is sent again, under the same keys, in the same order.

use super::jq::{JqError, Program};
use super::records::{About, Record};
use crate::context::now_ms;
use crate::error::Result;
use crate::homeport::Homeport;
use crate::mail::{Letter, Mail};
use futures::future::BoxFuture;
use model::WorkspaceId;
use model::data_export::{DeadRecord, Export, LAG_TOLD_MS, NewExport, Source, Where};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::{Delivered, Leased, WorkspaceTx};

/// So long nobody else takes an export after it was heard last, in milliseconds.
pub(super) const LEASE_MS: i64 = 20_000;
/// How often it says that it lives.
const BEAT: Duration = Duration::from_secs(5);
/// Messages that are read at once for requests of their own.
const MESSAGES: i64 = 500;
/// And where many go in one.
const MESSAGES_TOGETHER: i64 = 20_000;
/// How soon is looked again where nothing waits, in milliseconds.
const IDLE_MS: i64 = 500;
/// Exports of a workspace that a process delivers at once.
const OF_ONE: usize = 2;
/// Messages of a round that may run away before it is given up for now.
const RUNAWAYS: usize = 3;
/// How much of a record that can't be delivered is kept, in characters.
const SHOWN: usize = 2_000;

/// What is carried at once, in its order.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Where to.
    pub to: Where,
    /// What is secret of it.
    pub secret: Option<String>,
    /// Which export it is of, a name for files and clients; the same for all its parcels.
    pub export: String,
    /// What tells it from the export's other parcels. A parcel that is sent again has the same, and holds what it held and
    /// perhaps more.
    pub place: String,
    /// What goes out.
    pub source: Source,
    /// The records.
    pub records: Vec<Record>,
}

/// A record that will never be taken, by its place in the parcel, and why.
pub type Refused = (usize, String);

/// Why a parcel could not be carried; it is tried again. A sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failed(pub String);

/// Whoever carries parcels.
pub trait Courier: Send + Sync + 'static {
    /// Carries a parcel; returns once the receiver has all of it but what it refuses for good.
    fn carry<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Vec<Refused>, Failed>>;
}

/// Delivers in one process.
pub struct Deliverer<C> {
    pub(super) homeport: Homeport,
    pub(super) courier: C,
    busy: Mutex<HashMap<WorkspaceId, usize>>,
}

/// What a round has made of what was read.
pub(super) struct Shaped {
    pub(super) records: Vec<Record>,
    pub(super) dead: Vec<DeadRecord>,
    pub(super) left_out: i64,
}

impl<C: Courier> Deliverer<C> {
    /// One that has its parcels carried by `courier`.
    pub fn new(homeport: Homeport, courier: C) -> Deliverer<C> {
        Deliverer { homeport, courier, busy: Mutex::default() }
    }

    /// Who carries.
    pub fn courier(&self) -> &C {
        &self.courier
    }

    /// Delivers once where something waits; tells whether there was anything.
    ///
    /// # Errors
    /// The database's. What a receiver does wrong is noted with its export, and holds no other up.
    pub async fn turn(&self) -> Result<bool> {
        for workspace in self.homeport.store().lookup().data_exports_due(now_ms()).await? {
            let Some(_place) = Place::take(&self.busy, workspace) else { continue };
            let done = match self.export(workspace).await {
                Ok(false) => self.past(workspace).await,
                done => done,
            };
            match done {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) => tracing::warn!(%workspace, ?error, "data can't be exported; trying again"),
            }
        }
        Ok(false)
    }

    /// Delivers what waits of one export.
    async fn export(&self, workspace: WorkspaceId) -> Result<bool> {
        let store = self.homeport.store();
        let now = now_ms();
        let scope = store.workspace(workspace).await?;
        let Some(leased) = scope.export_work().take(now, now + LEASE_MS).await? else { return Ok(false) };
        scope.commit().await?;
        let outcome = self.alive(workspace, &leased, self.round(workspace, &leased)).await;
        let now = now_ms();
        let scope = store.workspace(workspace).await?;
        match outcome {
            Ok((delivered, missed)) => {
                let noted = scope.export_work().delivered(&leased, now, &delivered).await?;
                if let Some((from_ms, to_ms)) = missed.filter(|_| noted) {
                    scope.data_exports().backfill(leased.export.id, from_ms, to_ms).await?;
                }
                if leased.export.what.source != Source::Telemetry {
                    scope.export_work().tidy(now).await?;
                }
                self.tell_lag(&scope, &leased.export, now - delivered.reached_ms).await?;
            }
            Err(Round::Failed(why)) => {
                scope.export_work().failed(&leased, now, &why).await?;
                self.tell_lag(&scope, &leased.export, leased.export.lag_ms(now)).await?;
            }
            Err(Round::Ours(error)) => {
                tracing::warn!(%workspace, export = leased.export.id, ?error, "an export can't be read; trying again");
                scope
                    .export_work()
                    .failed(&leased, now, "Something went wrong here; it is tried again.")
                    .await?;
            }
        }
        scope.commit().await?;
        Ok(true)
    }

    /// Says that the export is still being delivered, as long as it is.
    async fn alive<T>(&self, workspace: WorkspaceId, leased: &Leased, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(BEAT) => {
                    let beat = async {
                        let scope = self.homeport.store().workspace(workspace).await?;
                        scope.export_work().beat(leased, now_ms() + LEASE_MS).await?;
                        scope.commit().await
                    };
                    if let Err(error) = beat.await {
                        tracing::debug!(%error, "an export can't say that it lives");
                    }
                }
            }
        }
    }

    /// Reads, shapes and carries.
    async fn round(
        &self,
        workspace: WorkspaceId,
        leased: &Leased,
    ) -> Result<(Delivered, Option<(i64, i64)>), Round> {
        let now = now_ms();
        let store = self.homeport.store();
        let export = &leased.export.what;
        if export.source != Source::Telemetry {
            let scope = store.workspace(workspace).await?;
            scope.data_exports().place_changes().await?;
            scope.commit().await?;
        }
        let scope = store.workspace(workspace).await?;
        let to = scope.data_destinations().get(export.destination).await?;
        let to = to.ok_or_else(|| Round::Failed("Its destination doesn't exist any more.".into()))?.to;
        let secret = super::destinations::secret(&self.homeport, &scope, export.destination).await?;
        let together = !matches!(to, Where::Webhook { .. } | Where::Mqtt { .. });
        let most = if together { MESSAGES_TOGETHER } else { MESSAGES };
        let read = read(&scope, leased, most, now).await?;
        let missed = read.missed;
        drop(scope);
        let shaped = shape(export, read.records, read.left_out, now).await?;
        let mut delivered = Delivered {
            position: read.position,
            reached_ms: if read.more { read.reached_ms } else { now },
            sent: 0,
            left_out: shaped.left_out,
            dead: shaped.dead,
            next_ms: if read.more { now } else { now + to.every_ms().max(IDLE_MS) },
        };
        let parcel = Parcel {
            to,
            secret,
            export: format!("{}-{}", workspace, leased.export.id),
            place: format!("{:020}", leased.position),
            source: export.source,
            records: shaped.records,
        };
        delivered.sent = self.carry(&parcel, &mut delivered.dead, now).await?;
        Ok((delivered, missed))
    }

    /// Has a parcel carried; how many of its records were taken. What is refused is dead.
    pub(super) async fn carry(
        &self,
        parcel: &Parcel,
        dead: &mut Vec<DeadRecord>,
        now: i64,
    ) -> Result<i64, Round> {
        if parcel.records.is_empty() {
            return Ok(0);
        }
        let refused = self.courier.carry(parcel).await.map_err(|failed| Round::Failed(failed.0))?;
        for (place, why) in &refused {
            if let Some(record) = parcel.records.get(*place) {
                dead.push(given_up(record, why, now));
            }
        }
        Ok(parcel.records.len().saturating_sub(refused.len()) as i64)
    }

    /// Tells administrators that an export is far behind, once until it is not.
    async fn tell_lag(&self, scope: &WorkspaceTx, export: &Export, lag_ms: i64) -> Result<()> {
        if lag_ms <= LAG_TOLD_MS || !scope.export_work().told(export.id).await? {
            return Ok(());
        }
        let Some(workspace) = scope.settings().get().await? else { return Ok(()) };
        let (name, minutes) = (&export.what.name, lag_ms / 60_000);
        let mut letter = Letter::new(format!("The data export “{name}” lags by {minutes} minutes"))
            .says(format!("The data export “{name}” of {} is {minutes} minutes behind. It goes on by itself once its destination “{}” takes data; nothing is lost meanwhile.", workspace.name, export.destination_name));
        if let Some(trouble) = &export.health.trouble {
            letter = letter.says(format!("The last attempt failed: {trouble}"));
        }
        let link = format!("{}/w/{}/data-exports/{}", self.homeport.origin(), workspace.slug, export.id);
        let mail = letter.leads("See the export", &link).to("");
        for to in scope.allowances().administrators().await? {
            scope.queue_mail(&Mail { to, ..mail.clone() }.sealed(&self.homeport)?).await?;
        }
        Ok(())
    }
}

/// Why a round came to nothing.
pub(super) enum Round {
    /// By the receiver's fault, or the program's; a sentence.
    Failed(String),
    /// By ours.
    Ours(crate::Error),
}

impl<E: Into<crate::Error>> From<E> for Round {
    fn from(error: E) -> Self {
        Round::Ours(error.into())
    }
}

struct Read {
    records: Vec<Record>,
    left_out: i64,
    position: i64,
    reached_ms: i64,
    more: bool,
    /// From when until when nothing can be followed any more, milliseconds since 1970.
    missed: Option<(i64, i64)>,
}

/// What is committed behind the position of an export.
async fn read(scope: &WorkspaceTx, leased: &Leased, most: i64, now: i64) -> Result<Read> {
    let export = &leased.export.what;
    let reached = leased.export.health.reached_ms;
    if export.source == Source::Telemetry {
        // What is too old to be followed any more is delivered as the past.
        let oldest_ms = scope.export_work().oldest_ms().await?;
        let missed = oldest_ms.filter(|oldest| *oldest > reached).map(|oldest| (reached, oldest));
        let (mut messages, position, _) = scope.rule_work().messages_of(leased.position, most).await?;
        let more = messages.len() as i64 >= most;
        messages.retain(|message| message.arrived_ms >= leased.since_ms);
        let devices = messages.iter().map(|message| message.device).collect();
        let about = About::of(scope, export, devices, now).await?;
        let records: Vec<Record> =
            messages.iter().filter_map(|message| about.telemetry(export, message)).collect();
        let left_out = (messages.len() - records.len()) as i64;
        let reached_ms = messages.last().map_or(now, |last| last.arrived_ms);
        return Ok(Read { records, left_out, position, reached_ms, more, missed });
    }
    let (changes, position, more) =
        scope.export_work().changes(export.source.as_str(), leased.position).await?;
    let devices: BTreeSet<_> = changes.iter().filter_map(|change| change.device).collect();
    let about = About::of(scope, export, devices, now).await?;
    let records: Vec<Record> = changes.iter().filter_map(|change| about.change(export, change)).collect();
    let left_out = (changes.len() - records.len()) as i64;
    let reached_ms = changes.last().map_or(now, |last| last.at_ms);
    Ok(Read { records, left_out, position, reached_ms, more, missed: None })
}

/// Runs the programs of an export over records. What they fail for is dead; one that runs away is ended, and so is a round in
/// which that happens again and again.
pub(super) async fn shape(
    export: &NewExport,
    records: Vec<Record>,
    left_out: i64,
    now: i64,
) -> Result<Shaped, Round> {
    let (condition, transform) = (export.narrowing.condition.as_str(), export.transform.as_str());
    let mut shaped = Shaped { records: Vec::new(), dead: Vec::new(), left_out };
    if records.is_empty() || (condition.is_empty() && transform.is_empty()) {
        shaped.records = records;
        return Ok(shaped);
    }
    let start = async || {
        Program::start(condition, transform).await.map_err(|error| match error {
            JqError::Process(error) => Round::Ours(crate::Error::Broken(error.to_string())),
            told => Round::Failed(told.to_string()),
        })
    };
    let mut program = start().await?;
    let mut runaways = 0;
    for record in records {
        match program.run(&record.body).await {
            Ok(None) => shaped.left_out += 1,
            Ok(Some(out)) => {
                shaped.left_out += i64::from(out.is_empty());
                let many = out.len() > 1;
                for (nth, body) in out.into_iter().enumerate() {
                    let key = if many { format!("{}-{nth}", record.key) } else { record.key.clone() };
                    shaped.records.push(Record { key, body, ..record.clone() });
                }
            }
            Err(JqError::RanAway) => {
                runaways += 1;
                if runaways >= RUNAWAYS {
                    let why =
                        "The program took longer than a second, or too much memory, for several messages.";
                    return Err(Round::Failed(why.into()));
                }
                shaped.dead.push(given_up(&record, &JqError::RanAway.to_string(), now));
                program = start().await?;
            }
            Err(error) => shaped.dead.push(given_up(&record, &error.to_string(), now)),
        }
    }
    Ok(shaped)
}

fn given_up(record: &Record, why: &str, at_ms: i64) -> DeadRecord {
    let body = record.body.to_string().replace("\\u0000", "").chars().take(SHOWN).collect();
    let reason = why.chars().filter(|c| *c != '\0').take(SHOWN).collect();
    DeadRecord { at_ms, key: record.key.clone(), reason, body }
}

/// A place among those that deliver for a workspace.
struct Place<'a>(&'a Mutex<HashMap<WorkspaceId, usize>>, WorkspaceId);

impl<'a> Place<'a> {
    fn take(busy: &'a Mutex<HashMap<WorkspaceId, usize>>, workspace: WorkspaceId) -> Option<Place<'a>> {
        let mut counts = busy.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(workspace).or_default();
        if *count >= OF_ONE {
            return None;
        }
        *count += 1;
        Some(Place(busy, workspace))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}
