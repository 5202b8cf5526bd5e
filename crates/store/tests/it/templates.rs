//! Templates: documents as they were written, versions, the devices that live by them, and what there was before.

use crate::ground::{connect_admin, device, tenant};
use model::dtdl::{Document, Schema};
use sqlx::Executor;
use store::Publication;
use test_support::TestDb;

const MODEL: &str = include_str!("../../../model/src/dtdl/models/controller.json");

#[tokio::test]
async fn a_document_comes_back_as_it_was_written() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let document = Document::parse(MODEL).unwrap();
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let id = scope.templates().insert("Controller", &document).await.unwrap().unwrap();
    assert_eq!(scope.templates().insert("Other", &document).await.unwrap(), None, "the identifier is taken");
    let whole = scope.templates().whole(id).await.unwrap().unwrap();
    assert_eq!((whole.document.to_text(), whole.published), (document.to_text(), None));
    assert_eq!(
        (whole.template.version, whole.template.has_draft, whole.template.telemetry.len()),
        (None, true, 6)
    );
    scope
        .templates()
        .publish(id, &Publication { version: 1, name: "Controller", document: &document })
        .await
        .unwrap();
    let whole = scope.templates().whole(id).await.unwrap().unwrap();
    assert_eq!((&whole.document, whole.published.as_ref()), (&document, Some(&document)));
    assert_eq!((whole.template.version, whole.template.has_draft), (Some(1), false));
    let fields = scope.templates().fields(id, 1).await.unwrap().unwrap();
    assert_eq!(fields, model::dtdl::fields(&document));
    assert_eq!(scope.templates().document(id, 1).await.unwrap().unwrap().to_text(), document.to_text());
    scope.commit().await.unwrap();
}

#[tokio::test]
async fn a_device_lives_by_the_version_it_was_given() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let version = |device: Option<model::device::Device>| device.unwrap().template_version;
    assert_eq!(version(scope.devices().get("room-1").await.unwrap()), Some(1));
    let second = model::dtdl::new_document("dtmi:a:room;2", "Room", &[]);
    scope
        .templates()
        .publish(a.template, &Publication { version: 2, name: "Room", document: &second })
        .await
        .unwrap();
    device(&scope, "room-2", Some(a.template)).await;
    device(&scope, "bare", None).await;
    assert_eq!(version(scope.devices().get("room-2").await.unwrap()), Some(2));
    assert_eq!(version(scope.devices().get("bare").await.unwrap()), None);
    // Another name changes no version; to go and come back does.
    scope.devices().update("room-1", "Room one", Some(a.template)).await.unwrap();
    assert_eq!(version(scope.devices().get("room-1").await.unwrap()), Some(1));
    let counts: Vec<(i32, i64)> = scope
        .templates()
        .versions(a.template)
        .await
        .unwrap()
        .iter()
        .map(|v| (v.version, v.devices))
        .collect();
    assert_eq!(counts, [(2, 1), (1, 1)]);
    assert_eq!(scope.templates().migrate(a.template, 2, Some(&["nobody".into()])).await.unwrap(), 0);
    assert_eq!(scope.templates().migrate(a.template, 2, Some(&["room-1".into()])).await.unwrap(), 1);
    assert_eq!(scope.templates().migrate(a.template, 2, None).await.unwrap(), 0);
    scope.devices().update("room-1", "Room one", None).await.unwrap();
    assert_eq!(version(scope.devices().get("room-1").await.unwrap()), None);
    scope.commit().await.unwrap();
}

#[tokio::test]
async fn no_device_is_of_what_is_not_published() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let draft = model::dtdl::new_document("dtmi:a:draft;1", "Draft", &[]);
    let draft = scope.templates().insert("Draft", &draft).await.unwrap().unwrap();
    let refused = scope.devices().update("room-1", "Room", Some(draft)).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("devices_template_unpublished"));
}

#[tokio::test]
async fn what_there_was_becomes_version_one() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let mut admin = connect_admin(&db).await;
    // As it stood before the step: no versions, the document in the old column. Then the step's own words again.
    let before = format!(
        "ALTER TABLE devices DISABLE TRIGGER device_template_version;
         ALTER TABLE devices DROP CONSTRAINT devices_template_version_check;
         UPDATE devices SET template_version = NULL;
         DELETE FROM template_versions;
         UPDATE templates SET dtdl = '{}';",
        r#"{"@type": "Interface", "contents": [
            {"@type": ["Telemetry", "Temperature"], "name": "t", "displayName": "Warmth", "schema": "double", "unit": "degreeCelsius"},
            {"@type": "Telemetry", "name": "c", "schema": "integer", "displayUnit": "ppm"},
            {"@type": "Telemetry", "name": "odd"},
            {"@type": "Property", "name": "limit", "schema": "double"}]}"#
    );
    admin.execute(sqlx::AssertSqlSafe(before)).await.unwrap();
    admin.execute(sqlx::AssertSqlSafe(migrations::TEMPLATES_BACKFILL)).await.unwrap();
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let fields = scope.templates().fields(a.template, 1).await.unwrap().unwrap();
    let told: Vec<_> = fields
        .iter()
        .map(|f| (f.name.as_str(), f.display_name.as_str(), &f.schema, f.unit.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("t", "Warmth", &Schema::Double, "°C"),
            ("c", "c", &Schema::Integer, "ppm"),
            ("odd", "odd", &Schema::Any, "")
        ]
    );
    assert_eq!(scope.devices().get("room-1").await.unwrap().unwrap().template_version, Some(1));
    let again = model::dtdl::fields(&scope.templates().document(a.template, 1).await.unwrap().unwrap());
    assert_eq!(again, fields, "the step reads a document as the program does");
}
