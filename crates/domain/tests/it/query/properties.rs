//! Queries that name properties: of what devices report, and what the cloud keeps.

use super::scene::Scene;
use domain::twin::report;
use serde_json::{Value, json};

async fn scene() -> Scene {
    let mut scene = Scene::new().await;
    scene.send(0..30).await;
    for (id, body) in [
        (
            "a",
            json!({"site": "roof", "engine": {"__t": "c", "speed": 7}, "target": {"value": 21.5, "ac": 200, "av": 1}}),
        ),
        ("b", json!({"site": "cellar"})),
    ] {
        report(&scene.homeport, scene.reporter(id).await, body.to_string().as_bytes()).await.unwrap();
    }
    scene
}

#[tokio::test]
async fn devices_are_found_by_what_they_report() {
    let scene = scene().await;
    for (text, rows) in [
        (
            "SELECT $id, site, target FROM Room ORDER BY $id",
            json!([["a", "roof", 21.5], ["b", "cellar", null], ["c", null, null]]),
        ),
        ("SELECT $id, engine.speed FROM devices WHERE engine.speed > 5", json!([["a", 7]])),
        ("SELECT $id FROM devices WHERE site IS NULL", json!([["c"]])),
        ("SELECT $id FROM devices WHERE NOT site = 'roof'", json!([["b"]])),
    ] {
        assert_eq!(Value::from_iter(scene.answer(text).await), rows, "{text}");
    }
}

#[tokio::test]
async fn messages_are_grouped_by_what_their_devices_report() {
    let scene = scene().await;
    let by_site = scene.answer("SELECT site, COUNT(*) AS n, MAX(temperature) FROM Room GROUP BY site").await;
    let sites: Vec<&Value> = by_site.iter().map(|row| &row[0]).collect();
    assert_eq!(sites.len(), 3, "{by_site:?}");
    // By sums over lines and by looking at each message, the same comes out.
    let sums = scene.answer("SELECT site, SUM(temperature) FROM Room GROUP BY site").await;
    for row in &sums {
        let condition = if row[0].is_null() {
            "site IS NULL".to_owned()
        } else {
            format!("site = '{}'", row[0].as_str().unwrap())
        };
        let each = scene.answer(&format!("SELECT SUM(temperature + 0) FROM Room WHERE {condition}")).await;
        let (all, one) = (row[1].as_f64().unwrap(), each[0][0].as_f64().unwrap());
        assert!((all - one).abs() < 1e-6, "{condition}: {all} and {one}");
    }
    let by_device =
        scene.answer("SELECT $id, site, COUNT(temperature) FROM Room WHERE site = 'roof' GROUP BY $id").await;
    assert_eq!((by_device.len(), &by_device[0][..2]), (1, &[json!("a"), json!("roof")][..]));
}

#[tokio::test]
async fn another_workspace_s_properties_are_unknown() {
    let scene = scene().await;
    let other = scene.other().await;
    let asked =
        domain::query::run(&other, "SELECT $id, site FROM devices", domain::query::Patience::Short).await;
    let Err(domain::Error::Mistake(mistake)) = asked else { panic!("it is answered") };
    assert!(mistake.message.contains("no field or property `site`"), "{}", mistake.message);
}
