//! Lets telemetry come to rest: closed slots become chunks, days are packed for good, what is too old goes.
//!
//! Any number of processes may do it; each slot and day is one process's at a time. What fails is said, counted and tried
//! again: until then messages stay where they are, and are read from there.

use crate::figures;
use crate::retry::chain;
use crate::source::now_ms;
use std::time::{Duration, Instant};
use store::telemetry::{HotWindow, Keeper, Retained};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How often is looked for a closed slot.
const LOOK: Duration = Duration::from_secs(15);
/// How often is looked for days that are to be packed again, and for those that are kept no longer.
const DAYS_EVERY: Duration = Duration::from_secs(15 * 60);
/// Between two steps of repacking: whoever writes and reads has the disk in between.
const BREATH: Duration = Duration::from_millis(50);
/// A day is packed for good so long after its end: what comes later is packed again, but seldom.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Compacts, repacks and drops until `stop`.
pub async fn settle(keeper: Keeper, window: HotWindow, stop: CancellationToken) {
    let mut days: Option<Instant> = None;
    loop {
        let work = async {
            let mut done = compact(&keeper).await;
            done = done.and(drop_slots(&keeper, window).await);
            if days.is_none_or(|at| at.elapsed() >= DAYS_EVERY) {
                done = done.and(retain(&keeper).await).and(repack(&keeper).await);
                days = Some(Instant::now());
            }
            done
        };
        tokio::select! {
            done = work => if let Err(error) = done {
                figures::settling_failed();
                let text = chain(&error);
                warn!(error = text, "telemetry can't come to rest; trying again");
                // Where the database is away, so is the place for the note.
                let _ = keeper.note_trouble(&text).await;
            },
            // What was under way is rolled back, and done by whoever comes next.
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn compact(keeper: &Keeper) -> store::Result<()> {
    let mut began = Instant::now();
    while let Some(done) = keeper.compact_next().await? {
        let took = began.elapsed();
        figures::compacted(&done, took);
        info!(
            slot = done.slot,
            messages = done.messages,
            points = done.points,
            chunks = done.chunks,
            bytes = done.bytes,
            took_ms = took.as_millis() as u64,
            "a slot was compacted"
        );
        began = Instant::now();
    }
    Ok(())
}

async fn drop_slots(keeper: &Keeper, window: HotWindow) -> store::Result<()> {
    let slots = keeper.drop_slots(window).await?;
    if slots > 0 {
        info!(slots, "old slots were dropped");
    }
    Ok(())
}

async fn retain(keeper: &Keeper) -> store::Result<()> {
    let Retained { weeks, chunks, refused } = keeper.retain(now_ms()).await?;
    if weeks + chunks + refused > 0 {
        info!(weeks, chunks, refused, "what workspaces keep no longer was deleted");
    }
    let entries = keeper.forget_audit(now_ms()).await?;
    if entries > 0 {
        info!(entries, "old entries of audit logs were deleted");
    }
    Ok(())
}

async fn repack(keeper: &Keeper) -> store::Result<()> {
    let before_ms = now_ms() - DAY_MS;
    let (mut days, mut from, mut chunks) = (0, 0, 0);
    loop {
        let done = keeper.repack_some(before_ms).await?;
        if done.days == 0 {
            break;
        }
        (days, from, chunks) = (days + done.days, from + done.from, chunks + done.chunks);
        tokio::time::sleep(BREATH).await;
    }
    if days > 0 {
        info!(days, from, chunks, "days were packed for good");
    }
    Ok(())
}
