//! Tiles beyond charts: a map with a device on it, values that are spread, what has happened; and an area drawn for a rule.

use crate::ground::begin;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_is_seen_on_a_map_and_an_area_is_drawn() {
    let (app, ada, browser) = begin("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let van = app.device(&ada, "van").await;
    for (lat, lon, speed) in [(52.52, 13.4, 80), (51.05, 13.74, 65), (50.08, 14.42, 0)] {
        let values = json!({"location": {"lat": lat, "lon": lon}, "speed": speed, "load": speed + 10});
        van.send(values.to_string()).await;
    }
    let newest = json!({"workspace": slug, "device": "van"});
    test_support::eventually("where the van is has been written down", async || {
        let known = ada.call("latest", newest.clone()).await.body.to_string();
        known.contains("14.42").then_some(())
    })
    .await;
    let tile = |id: &str, x: u16, y: u16, name: &str, configuration: serde_json::Value| json!({"id": id, "displayName": name, "x": x, "y": y, "width": 6, "height": 7, "configuration": configuration});
    let speed = json!([{"capability": "speed"}]);
    let both = json!([{"capability": "speed"}, {"capability": "load"}]);
    let tiles = json!([
        tile(
            "map",
            0,
            0,
            "Vans",
            json!({"type": "map", "capabilities": speed, "split": "device",
            "thresholds": [{"from": 0, "mood": "good"}]})
        ),
        tile("scatter", 6, 0, "Load by speed", json!({"type": "scatterChart", "capabilities": both})),
        tile("bins", 0, 7, "Speeds", json!({"type": "histogram", "capabilities": speed})),
        tile("alarms", 6, 7, "Trouble", json!({"type": "alarms"})),
        tile("timeline", 0, 14, "What happened", json!({"type": "eventTimeline"})),
        tile("image", 6, 14, "Yard", json!({"type": "image"})),
    ]);
    let draft = json!({"name": "Fleet", "content": {"tiles": tiles}});
    let made = ada.call("create_dashboard", json!({"workspace": slug, "draft": draft})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.body["about"]["id"].as_str().unwrap().to_owned();

    browser.open(&format!("/w/{slug}/dashboards/{id}")).await;
    browser.holds_soon("document.querySelectorAll('.map-mark[data-mood=good]').length == 1").await;
    browser.holds_soon("document.querySelector('.map-land').getAttribute('d').length > 10000").await;
    browser.holds_soon("document.querySelector('.map-way') != null").await;
    browser.holds_soon("document.querySelectorAll('.bin').length == 24").await;
    browser.sees("No alarms").await;
    browser.sees("Upload a picture in the tile's settings").await;
    browser.photograph_whole("tiles").await;
    // The keyboard comes closer, and shows all again.
    let place = "document.querySelector('.map-ground g').getAttribute('transform')";
    let before = browser.value(place).await;
    browser.click("Closer").await;
    browser.holds_soon(&format!("{place} != {before}")).await;
    browser.click("Show all").await;
    browser.holds_soon(&format!("{place} == {before}")).await;
    browser.click_css(".map-mark").await;
    browser.at(&format!("/w/{slug}/devices/van")).await;
    browser.sees("Where it is").await;

    // The fence of a rule is drawn; its numbers follow.
    browser.open(&format!("/w/{slug}/rules/new")).await;
    browser.choose("Test", "lies outside an area").await;
    browser.click_css(".map-layer").await;
    browser.holds_soon("document.querySelectorAll('.map-handle').length == 2").await;
    assert!(browser.value_of("Middle, degrees north and east").await.contains(", "));
    browser.fill("Radius, metres", "250000").await;
    browser.choose("Area", "a polygon").await;
    browser.sees("three at least").await;
    browser.photograph("rule-area").await;
    browser.close().await;
}
