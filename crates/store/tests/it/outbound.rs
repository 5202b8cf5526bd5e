//! Tables of another Postgres, as exported data is written to them.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use std::str::FromStr;
use store::{OutboundRow, Role, Table};
use test_support::TestDb;

fn row(key: &str, n: i64) -> OutboundRow {
    OutboundRow {
        key: key.into(),
        at_ms: 1_700_000_000_125,
        device: "pump".into(),
        message: format!(r#"{{"n": {n}}}"#),
    }
}

#[tokio::test]
async fn rows_are_written_once_whatever_comes_again() {
    let db = TestDb::new().await;
    let url = db.urls().role(Role::Migrator);
    let options = PgConnectOptions::from_str(url).unwrap();
    let host = options.get_host().to_owned();
    let host = if host.starts_with('/') || host.is_empty() { "127.0.0.1".to_owned() } else { host };
    let mut addresses = tokio::net::lookup_host((host.as_str(), options.get_port())).await.unwrap();
    let mut table = Table {
        address: addresses.next().unwrap(),
        database: options.get_database().unwrap().to_owned(),
        username: Role::Migrator.name().to_owned(),
        password: db.key().role_password(Role::Migrator.name()),
        name: "outside_telemetry".into(),
        encrypted: false,
    };
    table.write("telemetry", &[row("a", 1), row("b", 2), row("a", 3)]).await.unwrap();
    let many: Vec<OutboundRow> = (0..2_500).map(|n| row(&format!("m{n}"), n)).collect();
    table.write("telemetry", &many).await.unwrap();
    // What was not noted is sent again, with more behind it.
    table.write("telemetry", &[row("a", 3), row("b", 2), row("c", 4)]).await.unwrap();
    let mut connection = PgConnection::connect(url).await.unwrap();
    let found: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT key, device_id || '/' || source, (message -> 'n')::int8, (extract(epoch FROM at) * 1000)::int8
         FROM outside_telemetry WHERE key < 'm' ORDER BY key",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let kept = |key: &str, n| (key.to_owned(), "pump/telemetry".to_owned(), n, 1_700_000_000_125);
    assert_eq!(found, [kept("a", 3), kept("b", 2), kept("c", 4)]);
    let all: i64 = sqlx::query_scalar("SELECT count(*) FROM outside_telemetry")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(all, 2_503);
    table.password = "wrong".into();
    let refused = table.write("telemetry", &[row("d", 5)]).await.unwrap_err().to_string();
    assert!(refused.contains("the database says"), "{refused}");
}
