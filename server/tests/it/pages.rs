//! Pages are drawn whole, also while many are drawn at once on few threads.

use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use test_support::{TestApp, TestPerson};

/// Guards against waiting for ever; no page takes a hundredth of it.
const NEVER: Duration = Duration::from_secs(60);
const PEOPLE: usize = 6;
const ROUNDS: usize = 12;

/// The interface's parts share locks while they are drawn: a part that holds one while it asks for another stops the
/// whole server once two threads meet there.
#[tokio::test(flavor = "multi_thread")]
async fn are_drawn_whole_by_many_threads_at_once() {
    let app = TestApp::start().await;
    let ada = Arc::new(app.person("ada@example.com").await);
    let slug = ada.workspace.slug.clone();
    let new = |id: String| json!({"external_id": id, "name": format!("Room {id}"), "template": null});
    for n in 0..12 {
        let made =
            ada.call("create_device", json!({"workspace": slug, "new": new(format!("room-{n}"))})).await;
        assert_eq!(made.status, 200, "{}", made.body);
    }
    let paths = [
        "devices",
        "devices/room-1",
        "devices/room-1/properties",
        "devices/room-1/raw",
        "devices/room-1/log",
        "groups",
        "groups/new",
        "explore?value=avg:t",
        "templates",
        "settings",
        "settings/people",
    ];
    let paths: Arc<Vec<String>> = Arc::new(paths.iter().map(|path| format!("/w/{slug}/{path}")).collect());
    let others = tokio::spawn(other_servers_start());
    let drawn = (0..PEOPLE).map(|_| tokio::spawn(draw_all(Arc::clone(&ada), Arc::clone(&paths))));
    for one in drawn.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    others.abort();
}

/// Makes the routes as each server does that starts in this process, again and again.
async fn other_servers_start() {
    loop {
        assert!(!homeport::routes::pages().is_empty());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn draw_all(person: Arc<TestPerson>, paths: Arc<Vec<String>>) {
    for _ in 0..ROUNDS {
        for path in paths.iter() {
            let text = tokio::time::timeout(NEVER, async { person.get(path).await.text().await.unwrap() });
            let text = text.await.unwrap_or_else(|_| panic!("{path} is never drawn to its end"));
            assert!(text.contains("</html>"), "{path} is drawn whole, not\n{text}");
        }
    }
}
