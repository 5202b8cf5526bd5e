//! Device templates.

use crate::ground::{Ground, code, new_device, problem};
use domain::{devices, templates};
use model::device::DevicePatch;
use model::template::{Schema, Telemetry, TemplateDraft};
use model::{Code, TemplateId};

pub(crate) fn draft(name: &str, fields: &[(&str, Schema)]) -> TemplateDraft {
    let telemetry = fields.iter().map(|(name, schema)| Telemetry {
        name: (*name).into(),
        display_name: String::new(),
        schema: *schema,
        unit: String::new(),
    });
    TemplateDraft { name: name.into(), telemetry: telemetry.collect() }
}

#[tokio::test]
async fn templates_are_made_changed_and_listed() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let made = templates::create(&context, draft("Room", &[("co2", Schema::Integer)])).await.unwrap();
    assert_eq!((made.dtmi.as_str(), made.devices), ("dtmi:plant:room;1", 0));
    assert_eq!(made.telemetry[0].display_name, "co2");
    let other = templates::create(&context, draft("room!", &[])).await.unwrap();
    assert_eq!(other.dtmi, "dtmi:plant:room_2;1", "another name may come to the same identifier");

    let changed = draft("Chamber", &[("co2", Schema::Double), ("on", Schema::Boolean)]);
    let after = templates::update(&context, made.id, changed).await.unwrap();
    assert_eq!((after.dtmi, after.name.as_str(), after.telemetry.len()), (made.dtmi, "Chamber", 2));
    let names: Vec<String> = templates::list(&context).await.unwrap().into_iter().map(|t| t.name).collect();
    assert_eq!(names, ["Chamber", "room!"]);
    templates::delete(&context, other.id).await.unwrap();
    assert_eq!(code(templates::get(&context, other.id).await), Code::NotFound);
}

#[tokio::test]
async fn what_is_wrong_stands_beside_the_field() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let room = templates::create(&context, draft("Room", &[])).await.unwrap();
    let hall = templates::create(&context, draft("Hall", &[])).await.unwrap();
    let taken = problem(templates::create(&context, draft("ROOM", &[])).await);
    assert_eq!(taken.code, Code::Taken);
    assert!(taken.of_field("name").is_some());
    let taken = problem(templates::update(&context, hall.id, draft("room", &[])).await);
    assert_eq!(taken.code, Code::Taken);
    templates::update(&context, room.id, draft("ROOM", &[])).await.unwrap();
    let bad = problem(templates::create(&context, draft("X", &[("1", Schema::Double)])).await);
    assert!(bad.of_field("telemetry.0.name").is_some());
    assert_eq!(code(templates::update(&context, TemplateId(999), draft("Y", &[])).await), Code::NotFound);
    assert_eq!(code(templates::delete(&context, TemplateId(999)).await), Code::NotFound);
}

#[tokio::test]
async fn a_template_in_use_stays() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let room = templates::create(&context, draft("Room", &[])).await.unwrap();
    let mut new = new_device("room-1");
    new.template = Some(room.id);
    devices::create(&context, new).await.unwrap();
    let refused = problem(templates::delete(&context, room.id).await);
    assert_eq!(refused.code, Code::Invalid);
    assert!(refused.sentence().starts_with("1 device is of this template"), "{refused}");
    assert_eq!(templates::get(&context, room.id).await.unwrap().devices, 1);
    let without = DevicePatch { name: "Room 1".into(), template: None };
    devices::update(&context, "room-1", without).await.unwrap();
    templates::delete(&context, room.id).await.unwrap();
}
