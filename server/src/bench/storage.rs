//! What a datapoint takes on the disk, with all indexes, beside plain narrow rows of the same points.

use super::arguments::PastArgs;
use super::past::Past;
use super::report::Report;
use crate::error::Result;
use std::path::Path;

/// Runs the bench.
pub(super) async fn run(args: &PastArgs, dir: &Path) -> Result<()> {
    let past = Past::open(dir, args.datapoints).await?;
    let sizes = past.narrow.sizes().await?;
    let each = |bytes: u64, of: u64| bytes as f64 / of.max(1) as f64;
    let fields = past.metrics.len() as u64;
    let ours = each(sizes.chunks, sizes.points);
    let narrow = each(sizes.narrow, sizes.rows);

    let mut report = Report::default();
    report.add("datapoints", "datapoints", sizes.points);
    report.measured("bytes_per_datapoint", "bytes a datapoint, packed for good, with indexes", ours);
    report.measured("narrow_bytes_per_datapoint", "… of plain narrow rows with their key", narrow);
    report.measured("times_smaller", "so many times less", narrow / ours);
    report.measured("chunks_mb", "all that is packed, MB", sizes.chunks as f64 / 1e6);
    report.measured("narrow_mb", "all narrow rows, MB", sizes.narrow as f64 / 1e6);
    report.add("hot_messages", "messages kept as they came beside that", sizes.messages);
    let hot = each(sizes.hot, sizes.messages * fields);
    report.measured("hot_bytes_per_datapoint", "bytes a datapoint of those", hot);
    let rate = past.wrote.map(|took| sizes.rows as f64 / took.as_secs_f64());
    report.add("written_per_s", "datapoints/s written, both ways and compacted", rate.map(f64::round));
    report.add("narrow_rows", "narrow rows", sizes.rows);
    report.show(&format!("Storage of {} datapoints", past.plan.datapoints()), args.shared.json);
    Ok(())
}
