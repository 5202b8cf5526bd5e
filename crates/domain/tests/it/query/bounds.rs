//! Work has bounds, and they are said; whoever goes away ends it; nobody waits for another workspace.

use super::scene::Scene;
use domain::query::{Limits, Patience, Running, run};
use model::{Code, Problem};
use std::time::Duration;

/// Reads until the end; the problem that it ends with.
async fn end(mut running: Running) -> Option<Problem> {
    loop {
        match running.next().await {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => return Some(error.problem()),
        }
    }
}

/// What a query ends with, whose rows nobody keeps.
async fn ends_with(scene: &Scene, text: &str) -> Option<String> {
    let running = run(&scene.context().await, text, Patience::Short).await.unwrap();
    let problem = end(running).await?;
    assert_eq!(problem.code, Code::TooMuchWork);
    Some(problem.sentence().to_owned())
}

#[tokio::test]
async fn no_more_rows_are_held_than_may_be() {
    let mut scene = Scene::with(Limits { held: 100, ..Limits::default() }).await;
    scene.send(0..600).await;
    scene.compact().await;
    for (text, said) in [
        (
            "SELECT temperature FROM Room ORDER BY temperature",
            Some("More than 100 rows would have to be sorted"),
        ),
        ("SELECT TOP 10 temperature FROM Room ORDER BY temperature", None),
        // In the order of time they are sorted a stretch at a time.
        ("SELECT $ts FROM Room WHERE temperature > -1 ORDER BY $ts", None),
        ("SELECT MAX(temperature) FROM Room GROUP BY WINDOW(PT1M)", Some("more than 100 groups")),
        ("SELECT MAX(mode) FROM Room GROUP BY WINDOW(PT1M)", Some("more than 100 groups")),
        ("SELECT MAX(temperature) FROM Room GROUP BY WINDOW(PT1H)", None),
    ] {
        let sentence = ends_with(&scene, text).await;
        assert_eq!(sentence.is_some(), said.is_some(), "{text}: {sentence:?}");
        let (sentence, said) = (sentence.unwrap_or_default(), said.unwrap_or_default());
        assert!(sentence.contains(said), "{text}: {sentence}");
    }
}

#[tokio::test]
async fn no_more_points_are_read_than_may_be_and_sums_read_none() {
    let mut scene = Scene::with(Limits { points: 1000, ..Limits::default() }).await;
    scene.send(0..600).await;
    scene.compact().await;
    let sentence = ends_with(&scene, "SELECT temperature FROM Room WHERE temperature < -5").await;
    assert!(sentence.is_some_and(|said| said.contains("has read 1000 points")));
    assert_eq!(ends_with(&scene, "SELECT SUM(temperature), SUM(big) FROM Room").await, None);
    assert_eq!(ends_with(&scene, "SELECT temperature FROM DEVICE 'a'").await, None);
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_stopped_and_says_so() {
    let limits = Limits { short: Duration::from_millis(300), ..Limits::default() };
    let mut scene = Scene::with(limits).await;
    scene.send(0..1500).await;
    // Nobody takes its rows, so it can't end by itself.
    let mut running = run(&scene.context().await, "SELECT * FROM Room", Patience::Short).await.unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    let problem = loop {
        match running.next().await {
            Ok(rows) => assert!(rows.is_some(), "it ended as if it were whole"),
            Err(error) => break error.problem(),
        }
    };
    assert_eq!(problem.code, Code::TooMuchWork);
    assert!(problem.sentence().contains("stopped after 300 milliseconds"), "{}", problem.sentence());
}

#[tokio::test]
async fn a_workspace_with_too_many_queries_is_told_so_and_another_is_answered() {
    let limits = Limits { running: 2, waiting: 1, wait: Duration::from_secs(20), ..Limits::default() };
    let mut scene = Scene::with(limits).await;
    scene.send(0..1500).await;
    let context = scene.context().await;
    let text = "SELECT * FROM Room";
    // Nobody takes their rows: they hold their turns.
    let first = run(&context, text, Patience::Long).await.unwrap();
    let _second = run(&context, text, Patience::Long).await.unwrap();
    let waiting = {
        let context = scene.context().await;
        tokio::spawn(async move {
            run(&context, text, Patience::Long).await.map(|running| running.columns().len())
        })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    let refused = run(&context, text, Patience::Short).await.err().unwrap().problem();
    assert_eq!(refused.code, Code::TooMany);
    assert!(refused.sentence().contains("2 queries running and 1 waiting"), "{}", refused.sentence());
    let other = run(&scene.other().await, "SELECT COUNT(*) FROM devices", Patience::Short).await.unwrap();
    assert_eq!(end(other).await, None);
    assert!(!waiting.is_finished());
    // Whoever goes away ends the work, and the next one has its turn.
    drop(first);
    assert_eq!(waiting.await.unwrap().unwrap(), 6);
}

#[tokio::test]
async fn who_goes_away_ends_the_work() {
    let limits = Limits { running: 1, waiting: 0, ..Limits::default() };
    let mut scene = Scene::with(limits).await;
    scene.send(0..1500).await;
    let context = scene.context().await;
    let mut running = run(&context, "SELECT * FROM Room", Patience::Long).await.unwrap();
    running.next().await.unwrap().unwrap();
    assert!(run(&context, "SELECT $id FROM Room", Patience::Short).await.is_err());
    drop(running);
    // Its turn is free as soon as the work has ended.
    let mut tries = 0;
    while run(&context, "SELECT $id FROM Room", Patience::Short).await.is_err() {
        tries += 1;
        assert!(tries < 100, "the work goes on for nobody");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
