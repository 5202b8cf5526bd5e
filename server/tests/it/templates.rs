//! Templates by the product's own ways: a document in and out, a page, a template of what a device sent.

use serde_json::{Value, json};
use test_support::{TestApp, TestPerson};

const MODEL: &str = include_str!("../../../crates/model/src/dtdl/models/controller.json");

async fn call(person: &TestPerson, name: &str, arguments: Value) -> Value {
    let answer = person.call(name, arguments).await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.body);
    answer.read()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_goes_in_and_comes_out_by_the_letter() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let bad =
        ada.call("import_template", json!({"workspace": slug, "text": "[{\"@type\": \"Interface\"}]"})).await;
    assert_eq!(bad.status, 422, "{}", bad.body);
    assert_eq!(bad.body["fields"][0]["field"], "/0/@id", "{}", bad.body);
    let made = call(&ada, "import_template", json!({"workspace": slug, "text": MODEL})).await;
    let id = made["id"].as_i64().unwrap();
    let path = format!("/w/{slug}/templates/{id}/dtdl.json");
    let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let draft = ada.get(&path).await;
    assert_eq!(draft.headers()["content-disposition"], "attachment; filename=\"house.Controller-2.json\"");
    assert_eq!(squeezed(&draft.text().await.unwrap()), squeezed(MODEL));
    for wrong in ["?version=1", "?version=x", "?version=99999999999"] {
        assert_eq!(ada.get(&format!("{path}{wrong}")).await.status(), 404, "{wrong}");
    }
    call(&ada, "publish_template", json!({"workspace": slug, "template": id, "new_version": false})).await;
    let first = ada.get(&format!("{path}?version=1")).await.text().await.unwrap();
    assert_eq!(squeezed(&first), squeezed(MODEL));
    for page in ["templates", "templates/new", &format!("templates/{id}")] {
        let drawn = ada.get(&format!("/w/{slug}/{page}")).await;
        assert_eq!(drawn.status(), 200, "{page}");
        let text = drawn.text().await.unwrap();
        assert!(text.contains("</html>"), "{page} is drawn whole");
        if page != "templates/new" {
            assert!(text.contains("Controller"), "{page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_of_what_a_device_sent_fits_it() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let pump = app.device(&ada, "pump-1").await;
    for n in 0..12 {
        pump.send(format!(r#"{{"pressure":{n}.5,"starts":{n},"on":true,"at":{{"lat":1,"lon":2}}}}"#)).await;
    }
    let arguments = json!({"workspace": slug, "device": "pump-1", "name": "Pump"});
    let made = call(&ada, "create_template_from_device", arguments).await;
    let fields: Vec<String> = made[0]["telemetry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| format!("{} {}", f["name"].as_str().unwrap(), f["schema"].as_str().unwrap()))
        .collect();
    assert_eq!(fields, ["at geopoint", "on boolean", "pressure double", "starts integer"]);
    let id = made[0]["id"].as_i64().unwrap();
    let give = json!({"workspace": slug, "device": "pump-1", "patch": {"name": "Pump", "template": id}});
    let early = ada.call("update_device", give.clone()).await;
    assert_eq!(early.status, 422, "a draft has no devices: {}", early.body);
    call(&ada, "publish_template", json!({"workspace": slug, "template": id, "new_version": false})).await;
    let given = call(&ada, "update_device", give).await;
    assert_eq!(given["template_version"], 1);
    let known = call(&ada, "device_fields", json!({"workspace": slug, "device": "pump-1"})).await;
    assert_eq!(known.as_array().unwrap().len(), 4);
}
