//! Application templates: each that comes with the product is brought into a database, and looked at; one that was made of a
//! workspace makes the same of another.

use crate::ground::{Ground, code, problem};
use domain::applications::{apply, built_in, export};
use domain::{
    Context, dashboards, devices, groups, organizations, rules, simulations, templates, workspaces,
};
use model::Code;
use model::application::{Application, BLANK, BUILT_IN};
use model::dashboard::{TilesAsk, layout};
use model::device::DeviceQuery;
use model::role::BuiltIn;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn each_application_that_comes_with_the_product_furnishes_a_workspace() {
    let ground = Ground::new().await;
    for (id, name, _) in BUILT_IN {
        let application = built_in(id).unwrap();
        assert_eq!(application.display_name, name);
        let made =
            workspaces::create_with(&ground.homeport, ground.ada.id, name, &application).await.unwrap();
        let context = workspaces::open(&ground.homeport, ground.ada.id, &made.slug).await.unwrap();
        looked_at(&context, &application).await;
    }
    let none = problem(built_in("bakery").map(|_| ()));
    assert!(none.of_field("application").is_some(), "{none:?}");
}

/// What came out of it is all that it says, and nothing on its dashboards shows nothing for ever.
async fn looked_at(context: &Context, application: &Application) {
    let count = |n: usize| n as i64;
    let listed = templates::list(context).await.unwrap();
    assert_eq!(listed.len(), application.templates.len());
    assert!(listed.iter().all(|template| template.version == Some(1) && template.devices > 0), "{listed:?}");
    let tree = organizations::tree(context).await.unwrap();
    assert_eq!(tree.len(), application.organizations.len() + 1);
    let query = DeviceQuery { limit: 100, ..Default::default() };
    let page = devices::list(context, query).await.unwrap();
    assert_eq!(page.total, i64::from(application.device_count()));
    for row in &page.items {
        assert!(row.device.simulated && row.device.template.is_some(), "{:?}", row.device);
        let played = simulations::get(context, &row.device.external_id).await.unwrap();
        assert!(played.is_some_and(|played| played.running), "{}", row.device.external_id);
    }
    let fleet = groups::list(context, "", 0, 100).await.unwrap();
    assert_eq!(fleet.total, count(application.groups.len()));
    assert!(fleet.items.iter().all(|one| !one.said.contains('#')), "{:?}", fleet.items);
    let watched = rules::list(context).await.unwrap();
    assert_eq!(watched.len(), application.rules.len());
    assert!(watched.iter().all(|rule| rule.enabled && rule.trouble.is_none()), "{watched:?}");
    let boards = dashboards::list(context).await.unwrap();
    assert_eq!(boards.len(), application.dashboards.len());
    let fields: Vec<String> =
        listed.into_iter().flat_map(|template| template.telemetry).map(|field| field.name).collect();
    for board in boards {
        assert!(board.is_default, "{}", board.name);
        let content = dashboards::get(context, &board.id).await.unwrap().content;
        assert!(content.tiles.len() > 5, "{}", board.name);
        let mut settled = content.tiles.clone();
        layout::settle(&mut settled);
        assert_eq!(settled, content.tiles, "the tiles of {} lie as they were drawn", board.name);
        for tile in &content.tiles {
            for capability in &tile.configuration.capabilities {
                let known = fields.contains(&capability.capability);
                assert!(known, "{}: no device sends {}", tile.display_name, capability.capability);
            }
        }
        let tiles: Vec<_> = content.tiles.into_iter().map(|tile| json!([tile, null])).collect();
        let ask = json!({
            "tiles": tiles, "from_ms": context.now_ms - 3_600_000, "to_ms": context.now_ms, "points": 60,
        });
        let ask: TilesAsk = serde_json::from_value(ask).unwrap();
        for answer in dashboards::tiles(context, &ask).await.unwrap() {
            assert!(answer.outcome.is_ok(), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn what_a_workspace_holds_makes_another_one() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    apply(&context, built_in("industrial-equipment").unwrap()).await.unwrap();
    let made = export(&context, "Mine", "As ours").await.unwrap();
    let written = Application::parse(&made.to_text()).unwrap();
    assert_eq!(written, made);
    let original = built_in("industrial-equipment").unwrap();
    assert_eq!(written.holds(), original.holds());
    assert_eq!(written.devices.len(), original.devices.len(), "numbered ones stand together");
    let named = |application: &Application| {
        let rules = application.rules.iter().map(|rule| rule.display_name.clone());
        rules
            .chain(application.groups.iter().map(|group| group.display_name.clone()))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(named(&written), named(&original));
    let content = |application: &Application| application.dashboards[0].content.clone();
    assert_eq!(content(&written), content(&original));

    // Another workspace has the same of it, and says the same when it is asked.
    let copy = workspaces::create_with(&ground.homeport, ground.ada.id, "Copy", &written).await.unwrap();
    let there = workspaces::open(&ground.homeport, ground.ada.id, &copy.slug).await.unwrap();
    looked_at(&there, &written).await;
    assert_eq!(export(&there, "Mine", "As ours").await.unwrap(), written);
}

#[tokio::test]
async fn all_of_it_is_made_or_nothing() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    apply(&context, built_in("office-building").unwrap()).await.unwrap();
    // The second time, its devices are there already.
    let refused = problem(apply(&context, built_in("office-building").unwrap()).await);
    assert_eq!(refused.code, Code::Taken);
    assert!(refused.of_field("/devices/0/prefix").is_some(), "{refused:?}");
    let mut other = built_in("healthcare-assets").unwrap();
    other.rules[0].definition["when"]["metric"] = "".into();
    let refused = problem(apply(&context, other).await);
    assert!(refused.fields[0].field.starts_with("/rules/0/definition/when"), "{refused:?}");
    let mut other = built_in("healthcare-assets").unwrap();
    other.dashboards[0].id = "office-usage".into();
    let refused = problem(apply(&context, other).await);
    assert!(refused.of_field("/dashboards/0/id").is_some(), "{refused:?}");
    assert_eq!(templates::list(&context).await.unwrap().len(), 4, "nothing of what was refused is there");

    // And a workspace that could not be furnished is not made.
    let mut broken = built_in(BLANK).unwrap();
    broken.dashboards.push(built_in("office-building").unwrap().dashboards[0].clone());
    broken.dashboards[0].organization = Some("cellar".into());
    let before = workspaces::memberships(&ground.homeport, ground.ada.id).await.unwrap().len();
    let refused = workspaces::create_with(&ground.homeport, ground.ada.id, "Broken", &broken).await;
    assert_eq!(code(refused), Code::Invalid);
    assert_eq!(workspaces::memberships(&ground.homeport, ground.ada.id).await.unwrap().len(), before);
}

#[tokio::test]
async fn only_builders_bring_applications_in_and_take_them_out() {
    let ground = Ground::new().await;
    let operator = ground.as_role(BuiltIn::Operator).await;
    assert_eq!(code(apply(&operator, built_in(BLANK).unwrap()).await), Code::NotAllowed);
    assert_eq!(code(export(&operator, "Mine", "").await), Code::NotAllowed);
    let builder = ground.as_role(BuiltIn::Builder).await;
    export(&builder, "Mine", "").await.unwrap();
    let refused = problem(export(&builder, " ", "").await);
    assert!(refused.of_field("name").is_some(), "{refused:?}");
}
