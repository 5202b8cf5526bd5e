//! Who may do what, and what belongs to others.

use crate::ground::{Ground, code, new_device};
use crate::templates::{document, draft, published};
use domain::{Context, Error, devices, provision, telemetry, template_devices, templates, twin, workspaces};
use model::device::{DevicePatch, DeviceQuery};
use model::role::BuiltIn;
use model::telemetry::SeriesQuery;
use model::{Code, TemplateId};

/// Everything that can be done in a workspace with this device and template, and how it ended.
pub(crate) async fn everything(
    context: &Context,
    device: &str,
    template: TemplateId,
) -> Vec<(&'static str, Option<Code>)> {
    fn end<T>(outcome: Result<T, Error>) -> Option<Code> {
        outcome.err().map(|e| e.problem().code)
    }
    let mut changed =
        templates::get(context, template).await.map_or_else(|_| document("Other"), |t| t.document);
    model::dtdl::rename(&mut changed, "Other");
    let patch = || DevicePatch { name: "Other".into(), template: None };
    let query = SeriesQuery { names: vec![], from_ms: 0, to_ms: 1, points: 10 };
    let values = [("target".to_owned(), 1.into())].into_iter().collect();
    let wish = twin::Wish { values, ..twin::Wish::default() };
    vec![
        ("get device", end(devices::get(context, device).await)),
        ("connection", end(devices::connection(context, device).await)),
        ("events", end(devices::events(context, device).await)),
        ("latest", end(telemetry::latest(context, device).await)),
        ("series", end(telemetry::series(context, device, query).await)),
        ("get template", end(templates::get(context, template).await)),
        ("fields", end(template_devices::fields(context, device).await)),
        ("twin", end(twin::view(context, device).await)),
        ("raw", end(telemetry::raw(context, device, None, 10).await)),
        ("key", end(devices::key(context, device).await)),
        ("rotate key", end(devices::rotate_key(context, device).await)),
        ("update device", end(devices::update(context, device, patch()).await)),
        ("block device", end(devices::set_blocked(context, device, true).await)),
        ("change properties", end(twin::change(context, device, wish).await)),
        ("migrate devices", end(template_devices::migrate(context, template, None).await)),
        ("delete device", end(devices::delete(context, device).await)),
        ("save template", end(templates::save(context, template, &changed).await)),
        ("publish template", end(templates::publish(context, template, false).await)),
        ("discard template", end(templates::discard(context, template).await)),
        ("delete template", end(templates::delete(context, template).await)),
    ]
}

#[tokio::test]
async fn each_role_may_do_what_it_says() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    for (role, allowed) in
        [(BuiltIn::Viewer, 8), (BuiltIn::Operator, 16), (BuiltIn::Builder, 20), (BuiltIn::Administrator, 20)]
    {
        let context = ground.as_role(role).await;
        devices::create(&ada, new_device(role.as_str())).await.unwrap();
        let template = published(&ada, draft(role.as_str(), &[])).await.id;
        for (i, (what, end)) in everything(&context, role.as_str(), template).await.into_iter().enumerate() {
            let expected = if i < allowed { None } else { Some(Code::NotAllowed) };
            assert_eq!(end, expected, "{role:?}: {what}");
        }
        let of_device = template_devices::from_device(&context, "nobody", "New").await;
        let expected = if allowed > 16 { Code::NotFound } else { Code::NotAllowed };
        assert_eq!(code(of_device), expected, "{role:?}");
        let renamed = workspaces::rename(&context, "Plant").await;
        assert_eq!(renamed.is_ok(), role == BuiltIn::Administrator, "{role:?}");
        assert_eq!(
            provision::set_retention(&context, 30).await.is_ok(),
            role == BuiltIn::Administrator,
            "{role:?}"
        );
        let made = devices::create(&context, new_device("more")).await;
        assert_eq!(made.is_ok(), role != BuiltIn::Viewer, "{role:?}");
        if made.is_ok() {
            devices::delete(&ada, "more").await.unwrap();
        }
        let made = templates::create(&context, &draft("More", &[])).await;
        assert_eq!(
            made.is_ok(),
            role.role().allows(model::permission::Permission::ManageTemplates),
            "{role:?}"
        );
        if let Ok(made) = made {
            templates::delete(&ada, made.id).await.unwrap();
        }
        let imported = templates::import(&context, &document("Imported").to_text()).await;
        assert_eq!(
            imported.is_ok(),
            role.role().allows(model::permission::Permission::ManageTemplates),
            "{role:?}"
        );
        if let Ok(imported) = imported {
            templates::delete(&ada, imported.id).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_belongs_to_others_is_not_found() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    devices::create(&ada, new_device("room-1")).await.unwrap();
    let template = templates::create(&ada, &draft("Room", &[])).await.unwrap().id;
    let (_, elsewhere) = ground.stranger().await;
    for (what, end) in everything(&elsewhere, "room-1", template).await {
        assert_eq!(end, Some(Code::NotFound), "{what}");
    }
    let all = DeviceQuery { limit: 50, ..Default::default() };
    assert_eq!(devices::list(&elsewhere, all).await.unwrap().total, 0);
    assert!(templates::list(&elsewhere).await.unwrap().is_empty());
    let mut new = new_device("room-1");
    new.template = Some(template);
    assert_eq!(code(devices::create(&elsewhere, new).await), Code::Invalid, "a foreign template is none");
    devices::create(&elsewhere, new_device("room-1")).await.unwrap();
    assert_eq!(devices::get(&ada, "room-1").await.unwrap().name, "room-1");
}
