//! Delivers the past: device by device, day by day, each in the order of time, beside what happens now. No more than a day of a
//! device is held at once.

use super::deliver::{Courier, Deliverer, LEASE_MS, Parcel, Round, shape};
use super::records::{About, Record};
use crate::context::now_ms;
use crate::error::Result;
use model::data_export::{DeadRecord, Source};
use model::{DeviceId, WorkspaceId};
use store::LeasedPast;

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Devices without anything in the range that are passed over in one round.
const EMPTY: i64 = 200;
/// Records that are carried at once.
const PART: usize = 5_000;

/// What came of a round.
struct Went {
    device: (DeviceId, i64),
    devices: i64,
    sent: i64,
    dead: Vec<DeadRecord>,
    done: bool,
}

impl<C: Courier> Deliverer<C> {
    /// Delivers a piece of one backfill; tells whether one was due.
    pub(super) async fn past(&self, workspace: WorkspaceId) -> Result<bool> {
        let store = self.homeport.store();
        let now = now_ms();
        let scope = store.workspace(workspace).await?;
        // Long enough for a day of a device; it is not said meanwhile that this lives.
        let Some(past) = scope.export_work().take_past(now, now + 6 * LEASE_MS).await? else {
            return Ok(false);
        };
        scope.commit().await?;
        let went = self.piece(workspace, &past).await;
        let scope = store.workspace(workspace).await?;
        match went {
            Ok(went) => {
                let work = scope.export_work();
                if work.past_delivered(&past, went.device, went.devices, went.sent, went.done).await? {
                    work.past_dead(past.export, &went.dead).await?;
                }
            }
            Err(Round::Failed(why)) => scope.export_work().past_failed(&past, now_ms(), &why).await?,
            Err(Round::Ours(error)) => {
                tracing::warn!(%workspace, backfill = past.id, ?error, "the past can't be read; trying again");
                let why = "Something went wrong here; it is tried again.";
                scope.export_work().past_failed(&past, now_ms(), why).await?;
            }
        }
        scope.commit().await?;
        Ok(true)
    }

    /// The next day with something in it.
    async fn piece(&self, workspace: WorkspaceId, past: &LeasedPast) -> Result<Went, Round> {
        let now = now_ms();
        let snapshot = self.homeport.store().snapshot(workspace).await?;
        let export = snapshot.data_exports().get(past.export).await?;
        let export = export.ok_or_else(|| Round::Failed("Its export doesn't exist any more.".into()))?.what;
        let to = snapshot.data_destinations().get(export.destination).await?;
        let to = to.ok_or_else(|| Round::Failed("Its destination doesn't exist any more.".into()))?.to;
        let secret = super::destinations::secret(&self.homeport, &snapshot, export.destination).await?;
        let (mut device, mut at_ms, mut devices) = (past.device, past.device_ms, 0);
        let (records, left_out, end_ms) = loop {
            if device.0 == 0 || at_ms >= past.to_ms {
                devices += i64::from(device.0 != 0);
                let next = snapshot.export_work().device_behind(device).await?;
                let Some(next) = next else {
                    return Ok(Went {
                        device: (device, past.to_ms),
                        devices,
                        sent: 0,
                        dead: Vec::new(),
                        done: true,
                    });
                };
                (device, at_ms) = (next, past.from_ms);
                if devices >= EMPTY {
                    return Ok(Went {
                        device: (device, at_ms),
                        devices,
                        sent: 0,
                        dead: Vec::new(),
                        done: false,
                    });
                }
            }
            // What it has sent at all, and when.
            let extent = snapshot.history().extent(&[device]).await?;
            let Some((first, last)) = extent.filter(|(first, last)| *last > at_ms && *first < past.to_ms)
            else {
                at_ms = past.to_ms;
                continue;
            };
            let from_ms = at_ms.max(first);
            let end_ms = (from_ms.div_euclid(DAY_MS) + 1).saturating_mul(DAY_MS).min(past.to_ms);
            let messages = snapshot.history().messages(device, from_ms, end_ms).await?;
            let messages: Vec<_> = messages.into_iter().filter(|message| message.refused.is_none()).collect();
            let about = About::of(&snapshot, &export, [device].into(), now).await?;
            let records: Vec<Record> =
                messages.iter().filter_map(|message| about.past(&export, device, message)).collect();
            if !records.is_empty() {
                break (records, (messages.len()) as i64, end_ms);
            }
            at_ms = if end_ms >= last { past.to_ms } else { end_ms };
        };
        drop(snapshot);
        let mut shaped = shape(&export, records, left_out, now).await?;
        let mut sent = 0;
        for (nth, part) in std::mem::take(&mut shaped.records).chunks(PART).enumerate() {
            let parcel = Parcel {
                to: to.clone(),
                secret: secret.clone(),
                export: format!("{workspace}-{}", past.export),
                place: format!("past-{}-{device}-{end_ms}-{nth}", past.id),
                source: Source::Telemetry,
                records: part.to_vec(),
            };
            sent += self.carry(&parcel, &mut shaped.dead, now).await?;
        }
        Ok(Went { device: (device, end_ms), devices, sent, dead: shaped.dead, done: false })
    }
}
