//! The benches of stored telemetry, small: that they find what was written, and lose none of it. Their figures are for
//! `docs/performance.md`; no test asserts a time.

use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;
use tokio::process::Command;

/// A folder that the account of Postgres can reach, or its data would lie elsewhere and stay.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Runs a bench; its report.
async fn bench(dir: &Path, arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_homeport"));
    command.arg("bench").args(arguments).args(["--json", "--data-dir"]).arg(dir.join("bench"));
    let output = command.kill_on_drop(true).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap_or_default())
        .unwrap_or_else(|e| panic!("{e}: {text} {said}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_is_made_once_kept_small_and_asked() {
    let folder = folder();
    let few = ["--datapoints", "100000"];
    let storage = bench(folder.path(), &["storage", few[0], few[1]]).await;
    let figure = |of: &Value, name: &str| of[name].as_f64().unwrap_or_else(|| panic!("{name}: {of}"));
    assert!(figure(&storage, "datapoints") >= 100_000.0, "{storage}");
    assert_eq!(storage["datapoints"], storage["narrow_rows"], "{storage}");
    let each = figure(&storage, "bytes_per_datapoint");
    assert!(each > 0.0 && each < figure(&storage, "narrow_bytes_per_datapoint"), "{storage}");
    assert!(storage["written_per_s"].is_number());

    let query = bench(folder.path(), &["query", few[0], few[1]]).await;
    assert_eq!(query["datapoints"], storage["datapoints"]);
    for question in ["latest_500", "line_24h", "line_30d", "line_1y", "group_100", "group_1000", "raw_100"] {
        for part in ["ours_p50_ms", "ours_p99_ms", "narrow_p50_ms"] {
            assert!(figure(&query["questions"][question], part) > 0.0, "{question} {part}: {query}");
        }
    }
    // What lies there is found again.
    let again = bench(folder.path(), &["storage", few[0], few[1]]).await;
    assert!(again["written_per_s"].is_null(), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_soak_loses_nothing() {
    let folder = folder();
    let soak = ["soak", "--minutes", "0.02", "--connections", "5", "--rate", "500"];
    let report = bench(folder.path(), &soak).await;
    assert_eq!((&report["lost"], &report["unacknowledged"]), (&0.into(), &0.into()), "{report}");
    assert!(report["acknowledged"].as_u64().unwrap_or_default() > 0, "{report}");
}
