//! Device templates: from a name or a document, by drafts and versions, to the devices that live by them.

use crate::ground::{Ground, code, new_device, problem};
use domain::{Context, devices, template_devices, templates};
use model::device::DevicePatch;
use model::dtdl::{Capability, Document, Kind, Schema, add, capabilities, change, new_document, remove};
use model::template::{Telemetry, Template, TemplateDraft};
use model::{Code, TemplateId};

const MODEL: &str = include_str!("../../../model/src/dtdl/models/controller.json");

pub(crate) fn draft(name: &str, fields: &[(&str, Schema)]) -> TemplateDraft {
    let telemetry = fields.iter().map(|(name, schema)| Telemetry {
        name: (*name).into(),
        schema: schema.clone(),
        ..Telemetry::default()
    });
    TemplateDraft { name: name.into(), telemetry: telemetry.collect() }
}

/// A template that devices can be of.
pub(crate) async fn published(context: &Context, draft: TemplateDraft) -> Template {
    let made = templates::create(context, &draft).await.unwrap();
    templates::publish(context, made.id, false).await.unwrap().template
}

/// A document that no template has yet.
pub(crate) fn document(name: &str) -> Document {
    new_document(&format!("dtmi:plant:{};1", name.to_lowercase()), name, &[])
}

fn field(name: &str) -> Capability {
    Capability { kind: Kind::Telemetry, name: name.into(), ..Capability::default() }
}

#[tokio::test]
async fn templates_are_made_changed_and_listed() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let made = templates::create(&context, &draft("Room", &[("co2", Schema::Integer)])).await.unwrap();
    assert_eq!((made.dtmi.as_str(), made.devices, made.version), ("dtmi:plant:room;1", 0, None));
    assert_eq!(made.telemetry[0].display_name, "co2");
    let other = templates::create(&context, &draft("room!", &[])).await.unwrap();
    assert_eq!(other.dtmi, "dtmi:plant:room_2;1", "another name may come to the same identifier");

    let mut changed = templates::get(&context, made.id).await.unwrap().document;
    model::dtdl::rename(&mut changed, "Chamber");
    add(&mut changed, "", &field("on"));
    let after = templates::save(&context, made.id, &changed).await.unwrap();
    assert_eq!((after.template.name.as_str(), after.template.telemetry.len()), ("Chamber", 2));
    let names: Vec<String> = templates::list(&context).await.unwrap().into_iter().map(|t| t.name).collect();
    assert_eq!(names, ["Chamber", "room!"]);
    templates::delete(&context, other.id).await.unwrap();
    assert_eq!(code(templates::get(&context, other.id).await), Code::NotFound);
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_place() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let room = templates::create(&context, &draft("Room", &[])).await.unwrap();
    let hall = templates::create(&context, &draft("Hall", &[])).await.unwrap();
    let taken = problem(templates::create(&context, &draft("ROOM", &[])).await);
    assert_eq!(taken.code, Code::Taken);
    assert!(taken.of_field("name").is_some());
    let mut same = templates::get(&context, hall.id).await.unwrap().document;
    model::dtdl::rename(&mut same, "room");
    assert_eq!(problem(templates::save(&context, hall.id, &same).await).code, Code::Taken);
    let bad = problem(templates::create(&context, &draft("X", &[("1", Schema::Double)])).await);
    assert!(bad.of_field("/contents/0/name").is_some(), "{bad:?}");
    let long = problem(templates::create(&context, &draft(&"x".repeat(65), &[])).await);
    assert!(long.of_field("name").is_some());
    let mut broken = templates::get(&context, room.id).await.unwrap().document;
    add(&mut broken, "", &field("not a name"));
    assert!(
        problem(templates::save(&context, room.id, &broken).await).of_field("/contents/0/name").is_some()
    );
    for (text, at) in
        [("{", ""), ("[]", ""), ("{\"@type\":\"Interface\"}", "/@id"), ("{\"a\":\"\\u0000\"}", "/@id")]
    {
        assert!(problem(templates::import(&context, text).await).of_field(at).is_some(), "{text}");
    }
    let nobody = TemplateId(999);
    assert_eq!(code(templates::save(&context, nobody, &document("Y")).await), Code::NotFound);
    assert_eq!(code(templates::publish(&context, nobody, false).await), Code::NotFound);
    assert_eq!(code(templates::delete(&context, nobody).await), Code::NotFound);
}

#[tokio::test]
async fn a_document_is_imported_and_comes_back() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let made = templates::import(&context, MODEL).await.unwrap();
    assert_eq!((made.name.as_str(), made.dtmi.as_str()), ("Controller", "dtmi:house:Controller;2"));
    let whole = templates::get(&context, made.id).await.unwrap();
    assert_eq!(whole.document, Document::parse(MODEL).unwrap());
    let twice = problem(templates::import(&context, MODEL).await);
    assert_eq!((twice.code, twice.of_field("/0/@id").is_some()), (Code::Taken, true));
}

#[tokio::test]
async fn additions_apply_in_place_and_what_breaks_makes_a_version() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let room = published(&context, draft("Room", &[("co2", Schema::Integer), ("on", Schema::Boolean)])).await;
    assert_eq!((room.version, room.has_draft), (Some(1), false));
    let mut new = new_device("room-1");
    new.template = Some(room.id);
    devices::create(&context, new).await.unwrap();
    assert_eq!(
        code(templates::publish(&context, room.id, false).await),
        Code::Invalid,
        "nothing was changed"
    );

    // In place: the device has it at once.
    let mut more = templates::get(&context, room.id).await.unwrap().document;
    add(&mut more, "", &field("humidity"));
    assert!(templates::save(&context, room.id, &more).await.unwrap().template.has_draft);
    assert_eq!(template_devices::fields(&context, "room-1").await.unwrap().unwrap().len(), 2);
    let after = templates::publish(&context, room.id, false).await.unwrap();
    assert_eq!(
        (after.versions.len(), after.template.version, after.published.as_ref()),
        (1, Some(1), Some(&more))
    );
    assert_eq!(template_devices::fields(&context, "room-1").await.unwrap().unwrap().len(), 3);

    // What is saved as it is published is no draft, and a draft can be dropped.
    assert!(!templates::save(&context, room.id, &more).await.unwrap().template.has_draft);
    let mut less = more.clone();
    remove(&mut less, "/contents/0").unwrap();
    templates::save(&context, room.id, &less).await.unwrap();
    assert_eq!(templates::discard(&context, room.id).await.unwrap().document, more);

    // Breaking: refused in place, with what breaks; as a new version it leaves the device alone until it is moved.
    let mut other = less.clone();
    let on = capabilities(&other).remove(0);
    change(&mut other, &Capability { schema: Schema::String, ..on });
    templates::save(&context, room.id, &other).await.unwrap();
    let refused = problem(templates::publish(&context, room.id, false).await);
    assert!(refused.sentence().contains("co2: The telemetry is removed."), "{refused}");
    let after = templates::publish(&context, room.id, true).await.unwrap();
    assert_eq!((after.template.version, after.template.dtmi.as_str()), (Some(2), "dtmi:plant:room;2"));
    assert_eq!(after.versions.iter().map(|v| v.devices).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(devices::get(&context, "room-1").await.unwrap().template_version, Some(1));
    assert_eq!(templates::document(&context, room.id, 1).await.unwrap(), more);
    assert_eq!(template_devices::migrate(&context, room.id, Some(vec!["room-2".into()])).await.unwrap(), 0);
    assert_eq!(template_devices::migrate(&context, room.id, None).await.unwrap(), 1);
    assert_eq!(devices::get(&context, "room-1").await.unwrap().template_version, Some(2));
    assert_eq!(template_devices::fields(&context, "room-1").await.unwrap().unwrap().len(), 2);
}

#[tokio::test]
async fn a_template_in_use_stays() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let raw = templates::create(&context, &draft("Raw", &[])).await.unwrap();
    let mut new = new_device("room-1");
    new.template = Some(raw.id);
    let refused = problem(devices::create(&context, new.clone()).await);
    assert!(refused.of_field("template").is_some_and(|said| said.contains("isn't published")), "{refused:?}");
    assert_eq!(code(templates::discard(&context, raw.id).await), Code::Invalid);
    let room = published(&context, draft("Room", &[])).await;
    new.template = Some(room.id);
    devices::create(&context, new).await.unwrap();
    let refused = problem(templates::delete(&context, room.id).await);
    assert_eq!(refused.code, Code::Invalid);
    assert!(refused.sentence().starts_with("1 device is of this template"), "{refused}");
    assert_eq!(templates::get(&context, room.id).await.unwrap().template.devices, 1);
    let without = DevicePatch { name: "Room 1".into(), template: None };
    devices::update(&context, "room-1", without).await.unwrap();
    templates::delete(&context, room.id).await.unwrap();
}

#[tokio::test]
async fn nothing_sent_makes_no_template() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    devices::create(&context, new_device("room-1")).await.unwrap();
    let refused = problem(template_devices::from_device(&context, "room-1", "Room").await);
    assert!(refused.sentence().contains("has sent nothing yet"), "{refused}");
    assert_eq!(code(template_devices::from_device(&context, "nobody", "Room").await), Code::NotFound);
    assert_eq!(template_devices::fields(&context, "room-1").await.unwrap(), None);
}
