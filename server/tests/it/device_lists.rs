//! Lists of devices out of files and into files.

use crate::rest::Program;
use crate::simulations::template;
use serde_json::{Value, json};
use test_support::{TestApp, TestPerson, eventually};

/// Sends a file of devices; the number of its import.
async fn sent(app: &TestApp, ada: &TestPerson, text: &str) -> i64 {
    let slug = &ada.workspace.slug;
    let new = json!({"name": "devices.csv", "bytes": text.len(), "kind": "devices"});
    let made = ada.call("create_import", json!({"workspace": slug, "new": new})).await.read::<Value>();
    let id = made["id"].as_i64().unwrap();
    let address = format!("{}/w/{slug}/imports/{id}/file?at=0", app.url);
    assert_eq!(ada.client().put(address).body(text.to_owned()).send().await.unwrap().status(), 200);
    id
}

async fn done(ada: &TestPerson, id: i64, mapping: &Value) -> Value {
    let one = json!({"workspace": ada.workspace.slug, "import": id, "mapping": mapping});
    let started = ada.call("start_device_import", one.clone()).await;
    assert_eq!(started.status, 200, "{}", started.body);
    eventually("the import is over", async || {
        let import = ada.call("get_import", json!({"workspace": ada.workspace.slug, "import": id})).await;
        let import = import.read::<Value>();
        (import["state"] == "done").then_some(import)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_come_out_of_a_file_and_go_into_one() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    template(&ada).await;
    app.device(&ada, "there").await;
    let slug = ada.workspace.slug.clone();
    let file = "Device ID;Name;Template;Simulated\r\n\
        a-1;'=Pump one;dtmi:test:Pump;1;no\r\n\
        a-2;;pump;yes\r\n\
        there;;;\r\n\
        a-1;twice;;\r\n\
        bad id;x;;\r\n\
        a-3;y;Unknown;\r\n\
        there;Another;;maybe\r\n";
    // The identifier holds the sign that divides the cells.
    let file = file.replace("dtmi:test:Pump;1", "\"dtmi:test:Pump;1\"");
    let id = sent(&app, &ada, &file).await;
    let one = json!({"workspace": slug, "import": id});
    let found = ada.call("inspect_device_import", one.clone()).await.read::<Value>();
    let mapping = found["mapping"].clone();
    assert_eq!(mapping["dialect"]["delimiter"], ";", "{found}");
    let columns = ["id", "name", "template", "simulated"].map(|name| mapping[name].as_i64());
    assert_eq!(columns, [Some(0), Some(1), Some(2), Some(3)], "{found}");

    let mut asked = one.clone();
    asked["mapping"] = mapping.clone();
    let rows = ada.call("preview_device_import", asked.clone()).await.read::<Value>();
    let rows = rows.as_array().unwrap();
    assert_eq!((&rows[0]["name"], &rows[0]["template"]), (&json!("=Pump one"), &json!("Pump")), "{rows:?}");
    assert_eq!((&rows[1]["simulated"], &rows[2]["there"]), (&json!(true), &json!(true)), "{rows:?}");
    for (row, column) in [(3, "Device ID"), (4, "Device ID"), (5, "Template"), (6, "Simulated")] {
        assert_eq!(rows[row]["problems"][0]["column"], column, "{}", rows[row]);
    }
    asked["mapping"]["name"] = json!(0);
    let wrong = ada.call("preview_device_import", asked).await;
    assert_eq!(wrong.body["fields"][0]["field"], "name", "{}", wrong.body);

    let import = done(&ada, id, &mapping).await;
    assert_eq!(import["counts"], json!({"rows": 7, "stored": 2, "repeated": 1, "refused": 4}), "{import}");
    let errors = ada.get(&format!("/w/{slug}/imports/{id}/errors.csv")).await.text().await.unwrap();
    assert!(
        errors.contains("5,Device ID,Another row of the file has this id.") && errors.contains("Unknown"),
        "{errors}"
    );
    let program = Program::new(&app, &ada, "operator").await;
    let made = program.get("/api/devices/a-1").await;
    assert_eq!((&made["displayName"], &made["template"]), (&json!("=Pump one"), &json!("dtmi:test:Pump;1")));
    assert_eq!(program.get("/api/devices/a-2").await["simulated"], true);

    // Importing again changes nothing.
    let again = sent(&app, &ada, &file).await;
    let import = done(&ada, again, &mapping).await;
    assert_eq!(
        (&import["counts"]["stored"], &import["counts"]["repeated"]),
        (&json!(0), &json!(3)),
        "{import}"
    );

    // The list as a file: what a spreadsheet would run is guarded, keys come only where they are asked for.
    let list = ada.get(&format!("/w/{slug}/devices.csv?search=a-")).await;
    assert!(list.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let list = list.text().await.unwrap();
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    assert_eq!(
        lines[0],
        "id,name,template,template_name,organization,simulated,enabled,approved,created,last_seen"
    );
    assert!(lines[1].starts_with("a-1,'=Pump one,dtmi:test:Pump;1,Pump,root,false,true,true,20"), "{list}");
    let keys = ada.get(&format!("/w/{slug}/devices.csv?keys=true&search=a-1")).await.text().await.unwrap();
    let key = program.get("/api/devices/a-1/credentials").await["symmetricKey"]["primaryKey"].clone();
    assert!(keys.contains(key.as_str().unwrap()) && keys.contains("primary_key"), "{keys}");
    let log = ada.call("device_events", json!({"workspace": slug, "device": "a-1"})).await.body.to_string();
    assert!(log.contains("Exported to a file by ada"), "{log}");
    assert_eq!(ada.get(&format!("/w/{slug}/devices.csv?status=asleep")).await.status(), 422);

    // What went out comes in elsewhere.
    let eve = app.person("eve@example.com").await;
    let id = sent(&app, &eve, &list).await;
    let found =
        eve.call("inspect_device_import", json!({"workspace": eve.workspace.slug, "import": id})).await;
    let mut mapping = found.read::<Value>()["mapping"].clone();
    mapping["template"] = Value::Null;
    let import = done(&eve, id, &mapping).await;
    assert_eq!(import["counts"]["stored"], 2, "{import}");
}

#[tokio::test(flavor = "multi_thread")]
async fn organizations_come_out_of_a_file_and_go_into_one() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let program = Program::new(&app, &ada, "administrator").await;
    for (key, parent) in [("north", "root"), ("harbour", "north"), ("south", "root")] {
        let wanted = json!({"displayName": format!("The {key}"), "parent": parent});
        let made = program.ask("PUT", &format!("/api/organizations/{key}"), Some(wanted)).await;
        assert_eq!(made.0, 200, "{}", made.1);
    }
    let file = "id,organization\r\na-1,harbour\r\na-2,the NORTH\r\na-3,\r\na-4,nowhere\r\n";
    let id = sent(&app, &ada, file).await;
    let one = json!({"workspace": slug, "import": id});
    let mapping = ada.call("inspect_device_import", one.clone()).await.read::<Value>()["mapping"].clone();
    assert_eq!(mapping["belongs"], 1, "{mapping}");
    let asked = json!({"workspace": slug, "import": id, "mapping": mapping});
    let rows = ada.call("preview_device_import", asked).await.read::<Value>();
    assert_eq!(rows[1]["organization"], "The north", "{rows}");
    assert_eq!(rows[3]["problems"][0]["column"], "organization", "{rows}");
    let import = done(&ada, id, &mapping).await;
    assert_eq!(import["counts"], json!({"rows": 4, "stored": 3, "repeated": 0, "refused": 1}), "{import}");
    for (id, organization) in [("a-1", "harbour"), ("a-2", "north"), ("a-3", "root")] {
        let device = program.get(&format!("/api/devices/{id}")).await;
        assert_eq!(device["organizations"], json!([organization]), "{id}");
    }
    let list = ada.get(&format!("/w/{slug}/devices.csv")).await.text().await.unwrap();
    assert!(list.contains("a-1,a-1,,,harbour,") && list.contains("a-3,a-3,,,root,"), "{list}");

    // Again it changes nothing; who sees a part of the tree puts devices there only.
    let again = sent(&app, &ada, &list).await;
    let found = ada.call("inspect_device_import", json!({"workspace": slug, "import": again})).await;
    let import = done(&ada, again, &found.read::<Value>()["mapping"]).await;
    assert_eq!(import["counts"]["repeated"], 3, "{import}");
    let north = ada.call("list_organizations", json!({"workspace": slug})).await.read::<Value>();
    let north =
        north.as_array().unwrap().iter().find(|o| o["key"] == "north").unwrap()["id"].as_i64().unwrap();
    let bob = app.member(&ada, "bob@example.com", "administrator", north).await;
    let id = sent(&app, &bob, "id,organization\nb-1,harbour\nb-2,south\nb-3,root\nb-4,\n").await;
    let import = done(&bob, id, &mapping).await;
    assert_eq!(import["counts"], json!({"rows": 4, "stored": 2, "repeated": 0, "refused": 2}), "{import}");
    assert_eq!(program.get("/api/devices/b-4").await["organizations"], json!(["north"]));
    assert_eq!(program.get("/api/devices/b-1").await["organizations"], json!(["harbour"]));
}
