//! Templates by the product's own ways: a document in and out, a page, a template of what a device sent.

use crate::rest::{Program, refused};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_script_puts_changes_and_deletes_a_template() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "builder").await;
    let path = "/api/deviceTemplates/dtmi:shop:Thermostat%3B1";
    let telemetry = |name: &str, schema: &str| json!({"@type": "Telemetry", "name": name, "schema": schema});
    let body = |model: &str, contents: Value| {
        json!({
            "@id": "dtmi:shop:Thermostat;1", "@type": ["ModelDefinition", "DeviceModel"],
            "@context": ["dtmi:iotcentral:context;2", "dtmi:dtdl:context;2"], "displayName": "Thermostat",
            "capabilityModel": {"@id": model, "@type": "Interface", "displayName": "Thermostat", "contents": contents},
        })
    };
    let model = "dtmi:shop:models:Thermostat;1";
    let (status, made) = program.ask("PUT", path, Some(body(model, json!([telemetry("t", "double")])))).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(
        (&made["@id"], &made["displayName"], &made["capabilityModel"]["@id"]),
        (&json!("dtmi:shop:Thermostat;1"), &json!("Thermostat"), &json!(model)),
        "{made}"
    );
    assert_eq!(program.get(path).await, made);
    assert_eq!(program.get("/api/deviceTemplates").await["value"], json!([made]));
    // The same again, and the answer sent back, change nothing.
    for same in [body(model, json!([telemetry("t", "double")])), made.clone()] {
        let (status, again) = program.ask("PUT", path, Some(same)).await;
        assert_eq!((status.as_u16(), &again["capabilityModel"]), (200, &made["capabilityModel"]), "{again}");
    }
    // Devices name it as scripts do, by either identifier.
    for (id, named) in [("one", "dtmi:shop:Thermostat;1"), ("two", model)] {
        let wanted = json!({"template": named, "displayName": id});
        let (status, device) = program.ask("PUT", &format!("/api/devices/{id}"), Some(wanted)).await;
        assert_eq!(
            (status.as_u16(), &device["template"]),
            (200, &json!("dtmi:shop:Thermostat;1")),
            "{device}"
        );
    }

    // What is added applies in place, what breaks does not.
    let more = json!([telemetry("t", "double"), telemetry("u", "double")]);
    let patch = json!({"displayName": "Thermostats", "capabilityModel": {"contents": more}});
    let etag = program.get(path).await["etag"].as_str().unwrap().to_owned();
    refused(&program.ask_if("PATCH", path, "\"0\"", patch.clone()).await, 412, "PreconditionFailed");
    let (status, after) = program.ask_if("PATCH", path, &etag, patch).await;
    assert_eq!(status, 200, "{after}");
    assert_eq!(
        (&after["displayName"], &after["capabilityModel"]["contents"]),
        (&json!("Thermostats"), &more)
    );
    let breaks = json!([telemetry("t", "string")]);
    let answer = program.ask("PUT", path, Some(body(model, breaks.clone()))).await;
    refused(&answer, 422, "UnprocessableEntity");
    assert!(answer.1["detail"].as_str().unwrap().contains("new version"), "{}", answer.1);
    assert_eq!(program.get(path).await, after, "what is refused leaves nothing behind");
    // Under another identifier of its model it is a new version; devices stay where they are.
    let second = "dtmi:shop:models:Thermostat;2";
    let (status, newer) = program.ask("PUT", path, Some(body(second, breaks))).await;
    assert_eq!((status.as_u16(), &newer["capabilityModel"]["@id"]), (200, &json!(second)), "{newer}");
    let listed = call(&ada, "list_templates", json!({"workspace": ada.workspace.slug})).await;
    assert_eq!(listed[0]["version"], 2, "{listed}");

    for (bad, field) in [
        (json!({"displayName": "x"}), "capabilityModel"),
        (json!({"@id": "dtmi:other:Thing;1", "capabilityModel": {}}), "@id"),
        (
            json!({"@context": "dtmi:dtdl:context;2", "capabilityModel": {"@id": "dtmi:a:b;1", "@type": "Interface", "contents": [{"@type": "Telemetry"}]}}),
            "/capabilityModel/contents/0/name",
        ),
    ] {
        let answer = program.ask("PUT", "/api/deviceTemplates/dtmi:shop:Bad%3B1", Some(bad)).await;
        refused(&answer, 422, "UnprocessableEntity");
        let fields = answer.1["fields"].to_string();
        assert!(fields.contains(field), "{}", answer.1);
    }
    refused(&program.ask("DELETE", path, None).await, 422, "UnprocessableEntity");
    for id in ["one", "two"] {
        assert_eq!(program.ask("DELETE", &format!("/api/devices/{id}"), None).await.0, 204);
    }
    assert_eq!(program.ask("DELETE", path, None).await.0, 204);
    refused(&program.ask("DELETE", path, None).await, 404, "NotFound");
    let operator = Program::new(&app, &ada, "operator").await;
    refused(&operator.ask("PUT", path, Some(body(model, json!([])))).await, 403, "Forbidden");
}
