//! Broker and database go and come back; ingestion waits, and goes on by itself.

use crate::scene::{Scene, until};

#[tokio::test]
async fn a_cut_connection_to_the_broker_loses_nothing_and_confuses_no_acknowledgement() {
    const MESSAGES: i64 = 2_000;
    let scene = Scene::new().await;
    let _ingestion = scene.ingest().await;
    let mut room = scene.room();
    for i in 0..MESSAGES {
        room.send(format!("{{\"ts\":{},\"values\":{{\"count\":{i}}}}}", 1_700_000_000_000_i64 + i)).await;
        if i % 500 == 250 {
            scene.wire.cut();
            scene.wire.mend();
        }
    }
    room.acknowledged().await;
    scene.kept(MESSAGES).await;
}

#[tokio::test]
async fn an_acknowledgement_belongs_to_the_connection_that_brought_the_message() {
    let scene = Scene::new().await;
    let (database, urls) = scene.database().await;
    let ingestion = scene.ingest_into(&urls).await;
    let mut room = scene.room();
    database.stall();
    for i in 0..10 {
        room.send(format!("{{\"ts\":{},\"values\":{{\"count\":{i}}}}}", 1_700_000_000_000_i64 + i)).await;
    }
    scene.delivered(10).await;
    until("something is on its way", async || (database.held() > 0).then_some(())).await;
    scene.wire.cut();
    until("the loss is noticed", async || (!ingestion.is_connected()).then_some(())).await;
    scene.wire.mend();
    until("ingestion is back", async || ingestion.is_connected().then_some(())).await;
    scene.delivered(20).await;
    database.mend();
    scene.kept(10).await;
    // What the first connection brought is committed by now, and came again on the second: only that is acknowledged.
    room.send(r#"{"count":10}"#).await;
    scene.kept(11).await;
    scene.acknowledges(11).await;
}

#[tokio::test]
async fn a_database_that_is_away_is_waited_for() {
    let scene = Scene::new().await;
    let (port, urls) = scene.database().await;
    let _ingestion = scene.ingest_into(&urls).await;
    let mut room = scene.room();
    room.send(r#"{"temperature":1}"#).await;
    scene.acknowledges(1).await;
    port.cut();
    for i in 0..100 {
        room.send(format!("{{\"temperature\":{i}}}")).await;
    }
    room.send("poison").await;
    room.acknowledged().await;
    assert_eq!((scene.count().await, scene.wire.pubacks()), (1, 1));
    port.mend();
    scene.acknowledges(102).await;
    scene.kept(102).await;
}

#[tokio::test]
async fn what_was_written_twice_because_the_answer_was_lost_is_there_once() {
    let scene = Scene::new().await;
    let (port, urls) = scene.database().await;
    let _ingestion = scene.ingest_into(&urls).await;
    let mut room = scene.room();
    for i in 0..600_i64 {
        room.send(r#"{"temperature":1}"#).await;
        if i % 200 == 100 {
            until("some of it is kept", async || (scene.count().await > i / 2).then_some(())).await;
            port.cut();
            port.mend();
        }
    }
    scene.acknowledges(600).await;
    // No time of its own and no id: the same packets are the same messages all the same.
    assert_eq!(scene.count().await, 600);
}
