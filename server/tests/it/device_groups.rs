//! Device groups over REST, as scripts of IoT Central make them; and the list of devices as a file of a group.

use crate::rest::Program;
use serde_json::json;
use test_support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_made_by_programs() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    for id in ["pump-1", "pump-2", "fan"] {
        app.device(&ada, id).await;
    }
    let program = Program::new(&app, &ada, "administrator").await;
    let wanted = json!({
        "displayName": "Pumps",
        "filter": "SELECT * FROM devices WHERE STARTS_WITH($id, 'pump') AND $provisioned = false",
    });
    let (status, made) = program.ask("PUT", "/api/deviceGroups/pumps", Some(wanted)).await;
    assert_eq!((status.as_u16(), &made["displayName"]), (200, &json!("Pumps")), "{made}");
    assert_eq!(
        made["filter"],
        "SELECT * FROM devices WHERE STARTS_WITH($id, 'pump') AND $provisioned = FALSE"
    );
    assert_eq!(made["rules"]["all"][0]["is"]["operator"], "startsWith");
    assert_eq!(program.get("/api/deviceGroups/pumps").await, made);
    assert_eq!(program.get("/api/deviceGroups").await["value"], json!([made]));
    // What was answered may be sent back, less one of the two ways to say the filter.
    let mut back = made.clone();
    back.as_object_mut().unwrap().remove("filter");
    assert_eq!(program.ask("PUT", "/api/deviceGroups/pumps", Some(back)).await.1, made);
    let query = json!({"query": "SELECT $id FROM GROUP Pumps ORDER BY $id"});
    let answer = program.ask("POST", "/api/query", Some(query)).await.1;
    assert_eq!(answer["results"], json!([{"$id": "pump-1"}, {"$id": "pump-2"}]));
    let file = format!("{}/w/{}/devices.csv?group=pumps", app.url, ada.workspace.slug);
    let file = ada.client().get(file).send().await.unwrap().text().await.unwrap();
    assert_eq!(file.lines().count(), 3, "{file}");
    let numbers = format!("{}/w/{}/export.csv?group=pumps", app.url, ada.workspace.slug);
    let numbers = ada.client().get(numbers).send().await.unwrap();
    assert_eq!(numbers.status(), 200);
    assert!(numbers.text().await.unwrap().starts_with("time,device"));

    let changed = json!({"description": "All of them"});
    let after = program.ask("PATCH", "/api/deviceGroups/pumps", Some(changed)).await.1;
    assert_eq!((&after["description"], &after["filter"]), (&json!("All of them"), &made["filter"]));
    for (body, field) in [
        (json!({"filter": "SELECT $id FROM devices"}), "filter"),
        (json!({"filter": "SELECT * FROM devices", "rules": {"all": []}}), "rules"),
        (json!({"organizations": ["nowhere"]}), "organizations"),
    ] {
        let (status, answer) = program.ask("PATCH", "/api/deviceGroups/pumps", Some(body)).await;
        assert_eq!(status.as_u16(), 422, "{answer}");
        assert!(answer.to_string().contains(field), "{answer}");
    }
    let (status, mistake) =
        program.ask("PATCH", "/api/deviceGroups/pumps", Some(json!({"filter": "SELECT"}))).await;
    assert_eq!((status.as_u16(), &mistake["mistake"]["column"]), (400, &json!(7)), "{mistake}");
    assert_eq!(program.ask("DELETE", "/api/deviceGroups/pumps", None).await.0, 204);
    assert_eq!(program.ask("GET", "/api/deviceGroups/pumps", None).await.0, 404);
    let viewer = Program::new(&app, &ada, "viewer").await;
    assert_eq!(viewer.ask("PUT", "/api/deviceGroups/mine", Some(json!({}))).await.0, 403);
}
