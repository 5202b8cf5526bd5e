//! The promise under faults, for some seconds: `./homeport bench torture` runs the same as long as wished.

use serde_json::Value;
use std::process::{Command, Stdio};

#[test]
fn nothing_acknowledged_is_lost_when_everything_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_homeport"))
        .args(["bench", "torture", "--json", "--minutes", "0.4", "--faults", "40", "--connections", "50"])
        .args(["--rate", "5", "--data-dir"])
        .arg(folder.path().join("data"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_str(said.lines().last().unwrap_or_default())
        .unwrap_or_else(|error| panic!("{error}: {said}{complained}"));
    assert!(output.status.success(), "{report}\n{complained}");
    assert_eq!((&report["lost"], &report["duplicated"]), (&0.into(), &0.into()), "{report}");
    assert!(report["acked"].as_u64().unwrap() > 100, "{report}");
    assert!(report["faults"].as_u64().unwrap() >= 10, "{report}");
    for kind in ["server_killed", "postgres_killed", "postgres_stalled", "sockets_cut", "ingestion_cut"] {
        assert!(report[kind].as_u64().unwrap() >= 1, "{kind}: {report}");
    }
}
