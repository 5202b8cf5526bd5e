//! An acknowledgement means: committed.

use crate::scene::{Scene, until};

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_committed() {
    let scene = Scene::new().await;
    let (database, urls) = scene.database().await;
    let ingestion = scene.ingest_into(&urls).await;
    let mut room = scene.room();
    // Once with an answer, so that all is known and only the batch itself is left to ask for.
    room.send(r#"{"ts":1700000000000,"values":{"temperature":0}}"#).await;
    scene.acknowledges(1).await;
    database.stall();
    for i in 1..10 {
        room.send(format!("{{\"ts\":{},\"values\":{{\"temperature\":1}}}}", 1_700_000_000_000_i64 + i)).await;
    }
    scene.delivered(10).await;
    until("a batch is on its way", async || (database.held() > 0).then_some(())).await;
    assert_eq!((scene.wire.pubacks(), scene.count().await), (1, 1));
    // Killed at that moment, nothing was promised, so the broker delivers all of it again.
    ingestion.kill();
    let _again = scene.ingest().await;
    scene.kept(10).await;
    scene.acknowledges(10).await;
}

#[tokio::test]
async fn a_stalled_database_holds_acknowledgements_back() {
    let scene = Scene::new().await;
    let (database, urls) = scene.database().await;
    let _ingestion = scene.ingest_into(&urls).await;
    database.stall();
    let mut room = scene.room();
    for i in 0..50 {
        room.send(format!("{{\"temperature\":{i}}}")).await;
    }
    scene.delivered(50).await;
    until("something is on its way", async || (database.held() > 0).then_some(())).await;
    assert_eq!(scene.wire.pubacks(), 0);
    database.mend();
    scene.acknowledges(50).await;
    assert_eq!(scene.count().await, 50);
}

#[tokio::test]
async fn killed_again_and_again_it_loses_nothing() {
    const MESSAGES: i64 = 3_000;
    let scene = Scene::new().await;
    let mut ingestion = scene.ingest().await;
    let mut room = scene.room();
    for i in 0..MESSAGES {
        room.send(format!("{{\"ts\":{},\"values\":{{\"count\":{i}}}}}", 1_700_000_000_000_i64 + i)).await;
        if i % 600 == 300 {
            // In the middle of it: some are committed and not acknowledged, some neither.
            until("some of it is kept", async || (scene.count().await > i / 2).then_some(())).await;
            ingestion.kill();
            ingestion = scene.ingest().await;
        }
    }
    room.acknowledged().await;
    scene.kept(MESSAGES).await;
    ingestion.end().await;
    assert_eq!(scene.count().await, MESSAGES);
    let count = scene.latest().await.into_iter().find(|l| l.name == "count").unwrap();
    assert_eq!(count.value, serde_json::json!(MESSAGES - 1));
}

#[tokio::test]
async fn an_orderly_end_commits_and_acknowledges_all_that_was_read() {
    let scene = Scene::new().await;
    let ingestion = scene.ingest().await;
    let mut room = scene.room();
    for i in 0..1_000 {
        room.send(format!("{{\"temperature\":{i}}}")).await;
    }
    room.acknowledged().await;
    ingestion.end().await;
    // As many as are kept, once they have passed the wire.
    let kept = scene.count().await;
    scene.acknowledges(u64::try_from(kept).unwrap()).await;
    // The rest waited at the broker. Without a time of their own, nothing but order keeps them single.
    let _again = scene.ingest().await;
    scene.kept(1_000).await;
}
