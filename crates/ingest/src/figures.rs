//! What the ingestion counts, for whoever watches it. The names stand in `docs/operations/watching.md`.

use crate::batch::Batch;
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use std::time::Duration;
use store::telemetry::Compacted;

/// Messages that are committed, by `outcome`: `stored` or `refused`.
const MESSAGES: &str = "homeport_ingest_messages_total";
/// Values of committed messages.
const VALUES: &str = "homeport_ingest_values_total";
/// Messages that were committed together.
const BATCH: &str = "homeport_ingest_batch_messages";
/// Time that a batch took from its first try to its commit, in seconds.
const COMMIT_SECONDS: &str = "homeport_ingest_commit_seconds";
/// Time from a batch's oldest message at the broker to its commit, in seconds.
const LAG_SECONDS: &str = "homeport_ingest_lag_seconds";
/// Tries to write a batch that failed and were repeated.
const RETRIES: &str = "homeport_ingest_retries_total";

/// Messages of slots that were turned into chunks.
const COMPACTED: &str = "homeport_compacted_messages_total";
/// Bytes of the chunks that they became.
const COMPACTED_BYTES: &str = "homeport_compacted_bytes_total";
/// Time that the compaction of a slot took, in seconds.
const COMPACTION_SECONDS: &str = "homeport_compaction_seconds";
/// Tries to compact, repack or drop that failed and are repeated.
const SETTLING_FAILURES: &str = "homeport_settling_failures_total";

/// Says what each figure means, once a recorder is there.
pub fn describe() {
    describe_counter!(MESSAGES, "Messages committed, as telemetry or as refused entries");
    describe_counter!(VALUES, "Values of committed messages");
    describe_histogram!(BATCH, "Messages committed together");
    describe_histogram!(COMMIT_SECONDS, Unit::Seconds, "Time of a batch's commit, with repeated tries");
    describe_histogram!(LAG_SECONDS, Unit::Seconds, "Time from a batch's oldest message to its commit");
    describe_counter!(RETRIES, "Tries against the database that failed and are repeated");
    for outcome in ["stored", "refused"] {
        counter!(MESSAGES, "outcome" => outcome).increment(0);
    }
    describe_counter!(COMPACTED, "Messages of slots that became chunks");
    describe_counter!(COMPACTED_BYTES, Unit::Bytes, "Bytes of the chunks that they became");
    describe_histogram!(COMPACTION_SECONDS, Unit::Seconds, "Time of a slot's compaction");
    describe_counter!(SETTLING_FAILURES, "Tries to compact, repack or drop that failed and are repeated");
    for counted in [VALUES, RETRIES, COMPACTED, COMPACTED_BYTES, SETTLING_FAILURES] {
        counter!(counted).increment(0);
    }
}

/// A batch is committed at `now_ms`.
pub(crate) fn committed(batch: &Batch, took: Duration, now_ms: i64) {
    counter!(MESSAGES, "outcome" => "stored").increment(batch.rows.len() as u64);
    counter!(MESSAGES, "outcome" => "refused").increment(batch.refused.len() as u64);
    counter!(VALUES).increment(batch.values);
    histogram!(BATCH).record((batch.rows.len() + batch.refused.len()) as f64);
    histogram!(COMMIT_SECONDS).record(took.as_secs_f64());
    if let Some(oldest) = batch.rows.iter().map(|row| row.arrived_ms).min() {
        histogram!(LAG_SECONDS).record((now_ms - oldest).max(0) as f64 / 1000.0);
    }
}

/// Something is tried against the database again.
pub(crate) fn retried() {
    counter!(RETRIES).increment(1);
}

/// A slot became chunks.
pub(crate) fn compacted(done: &Compacted, took: Duration) {
    counter!(COMPACTED).increment(done.messages);
    counter!(COMPACTED_BYTES).increment(done.bytes);
    histogram!(COMPACTION_SECONDS).record(took.as_secs_f64());
}

/// Compacting, repacking or dropping failed.
pub(crate) fn settling_failed() {
    counter!(SETTLING_FAILURES).increment(1);
}
