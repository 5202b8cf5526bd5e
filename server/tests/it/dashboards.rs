//! Dashboards: made, changed and read by people and programs, and what their tiles show.

use crate::rest::Program;
use serde_json::{Value, json};
use test_support::{TestApp, TestPerson, eventually};

async fn answers(person: &TestPerson, tiles: &[Value], more: Value) -> Vec<Value> {
    let mut ask = json!({
        "tiles": tiles.iter().map(|tile| json!([tile, null])).collect::<Vec<_>>(),
        "from_ms": 1_795_000_000_000_i64, "to_ms": 1_795_000_600_000_i64, "points": 60,
    });
    ask.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    let answer = person.call("read_tiles", json!({"workspace": person.workspace.slug, "ask": ask})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.as_array().unwrap().clone()
}

fn tile(id: &str, kind: &str, more: Value) -> Value {
    let mut configuration = json!({"type": kind, "capabilities": [{"capability": "t"}]});
    configuration.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    json!({"id": id, "x": 0, "y": 0, "width": 3, "height": 2, "configuration": configuration})
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_show_what_devices_sent() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let (one, two) = (app.device(&ada, "one").await, app.device(&ada, "two").await);
    let at = |minute: i64| 1_795_000_000_000_i64 + minute * 60_000;
    for (minute, a, b) in [(-8, 5, 5), (1, 10, 20), (5, 14, 24)] {
        for (device, value) in [(&one, a), (&two, b)] {
            device.send(json!({"ts": at(minute), "values": {"t": value, "state": "on"}}).to_string()).await;
        }
    }
    let devices = json!({"source": {"devices": ["one"]}});
    let all = [
        tile("kpi", "kpi", json!({})),
        tile("last", "lkv", devices.clone()),
        tile("apart", "lineChart", json!({"split": "device"})),
        tile(
            "together",
            "barChart",
            json!({"capabilities": [{"capability": "t", "aggregateFunction": "max"}]}),
        ),
        tile("rise", "kpi", json!({"capabilities": [{"capability": "t", "aggregateFunction": "rise"}]})),
        tile("table", "table", json!({"capabilities": [{"capability": "t"}, {"capability": "state"}]})),
        tile("count", "deviceCount", json!({"capabilities": []})),
        tile("nobody", "lkv", json!({"source": {"devices": ["none"]}})),
    ];
    let of = |answers: &[Value], id: &str| -> Value {
        answers.iter().find(|answer| answer["id"] == id).unwrap()["outcome"].clone()
    };
    let found = eventually("all has come", async || {
        let found = answers(&ada, &all, json!({})).await;
        let newest = &of(&found, "table")["Ok"]["rows"][1]["values"];
        (of(&found, "kpi")["Ok"]["figures"][0]["value"] == json!(17.0) && newest[0] == 24).then_some(found)
    })
    .await;
    assert_eq!(of(&found, "kpi")["Ok"]["figures"][0]["before"], json!(5.0));
    assert_eq!(of(&found, "rise")["Ok"]["figures"][0]["value"], json!(8.0));
    let lines = of(&found, "apart")["Ok"]["lines"].clone();
    assert_eq!((lines[0]["device"].clone(), lines.as_array().unwrap().len()), (json!("one"), 2));
    let bars = of(&found, "together")["Ok"]["lines"][0]["series"]["buckets"].clone();
    assert_eq!(bars[0]["avg"], json!(20.0), "{bars}");
    let row = of(&found, "table")["Ok"]["rows"][1].clone();
    assert_eq!((row["device"].clone(), row["values"].clone()), (json!("two"), json!([24, "on"])));
    assert_eq!(of(&found, "count")["Ok"]["all"], json!(2));
    // One that can't be shown says why, and spoils no other.
    assert_eq!(of(&found, "nobody")["Err"]["code"], json!("not-found"));
    eventually("the newest values are known", async || {
        let found = answers(&ada, &all, json!({})).await;
        (of(&found, "last")["Ok"]["figures"][0]["value"] == json!(14)).then_some(())
    })
    .await;
    // And all as it was before the last messages came.
    let past = json!({"past": true, "to_ms": at(3)});
    let then = answers(&ada, &all, past).await;
    assert_eq!(of(&then, "last")["Ok"]["figures"][0]["value"], json!(10.0));
    assert_eq!(of(&then, "table")["Ok"]["rows"][1]["values"], json!([20.0, "on"]));
    // With the time before, moved onto the range.
    let both = answers(&ada, &[all[2].clone()], json!({"compare": true})).await;
    let lines = of(&both, "apart")["Ok"]["lines"].as_array().unwrap().clone();
    assert_eq!(lines.iter().filter(|line| line["before"] == json!(true)).count(), 2, "{lines:?}");
    let backwards = json!({"tiles": [], "from_ms": 5, "to_ms": 5, "points": 1});
    let refused = ada.call("read_tiles", json!({"workspace": ada.workspace.slug, "ask": backwards})).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid"));
}

#[tokio::test(flavor = "multi_thread")]
async fn maps_show_where_devices_are_and_were() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let van = app.device(&ada, "van").await;
    let (gate, _mute) = (app.device(&ada, "gate").await, app.device(&ada, "mute").await);
    let at = |minute: i64| 1_795_000_000_000_i64 + minute * 60_000;
    for (minute, lat, speed) in [(1, 52.0, 30), (2, 52.5, 50), (3, 53.0, 0)] {
        let values = json!({"location": {"lat": lat, "lon": 13.4}, "speed": speed});
        van.send(json!({"ts": at(minute), "values": values}).to_string()).await;
    }
    // What sends no place may report that it stands somewhere.
    let mut reports = gate.connect().await.unwrap();
    let place = r#"{"location": {"type": "Point", "coordinates": [11.6, 48.1]}}"#;
    reports.publish(&gate.topic("properties/reported"), place).await.unwrap();
    let map = tile("map", "map", json!({"capabilities": [{"capability": "speed"}], "split": "device"}));
    let found = eventually("the places are known", async || {
        let found = answers(&ada, std::slice::from_ref(&map), json!({})).await[0]["outcome"]["Ok"].clone();
        (found["places"][1]["lat"] == json!(53.0) && found["nowhere"] == json!(1)).then_some(found)
    })
    .await;
    let (gate, van) = (&found["places"][0], &found["places"][1]);
    assert_eq!((&gate["device"], &gate["lat"], &gate["at_ms"]), (&json!("gate"), &json!(48.1), &Value::Null));
    assert_eq!((&van["values"], &van["at_ms"]), (&json!([0]), &json!(at(3))));
    assert_eq!(van["track"], json!([[52.0, 13.4], [52.5, 13.4], [53.0, 13.4]]));
    // And where it was before.
    let past =
        answers(&ada, &[map], json!({"past": true, "to_ms": at(2) + 1})).await[0]["outcome"]["Ok"].clone();
    assert_eq!(past["places"][1]["lat"], json!(52.5), "{past}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_spread_and_things_happen() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let (pump, _fan) = (app.device(&ada, "pump").await, app.device(&ada, "fan").await);
    let rule = json!({"name": "Too warm", "severity": "major", "definition": {
        "target": {"of": "all"},
        "when": {"all": [{"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": 60}}]}}});
    let made = ada.call("create_rule", json!({"workspace": slug, "new": rule})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let at = |minute: i64| 1_795_000_000_000_i64 + minute * 60_000;
    for (minute, t, p) in [(1, 10, 1), (3, 20, 2), (5, 20, 3), (7, 90, 9)] {
        pump.send(json!({"ts": at(minute), "values": {"t": t, "p": p}}).to_string()).await;
    }
    let all = [
        tile("scatter", "scatterChart", json!({"capabilities": [{"capability": "t"}, {"capability": "p"}]})),
        tile("bins", "histogram", json!({"bins": 4, "min": 0, "max": 100})),
        tile("each", "histogram", json!({"bins": 2, "split": "device"})),
        tile("alarms", "alarms", json!({"capabilities": []})),
        tile("calm", "alarms", json!({"capabilities": [], "severities": ["critical"]})),
        tile("closed", "alarms", json!({"capabilities": [], "states": ["cleared"]})),
        tile("of-fan", "alarms", json!({"capabilities": [], "source": {"devices": ["fan"]}})),
        tile("button", "command", json!({"capabilities": [], "command": {"name": "reboot"}})),
    ];
    let of = |answers: &[Value], id: &str| -> Value {
        answers.iter().find(|answer| answer["id"] == id).unwrap()["outcome"]["Ok"].clone()
    };
    let found = eventually("the alarm is raised, and all values are there", async || {
        let found = answers(&ada, &all, json!({})).await;
        let points = of(&found, "scatter")["clouds"][0]["points"].as_array().map_or(0, Vec::len);
        (of(&found, "alarms")["counts"] == json!([["major", 1]]) && points == 4).then_some(found)
    })
    .await;
    assert_eq!(of(&found, "scatter")["clouds"][0]["points"][3], json!([90.0, 9.0]));
    assert_eq!(of(&found, "bins")["bars"][0]["counts"], json!([3, 0, 0, 1]), "{found:?}");
    assert_eq!(of(&found, "each")["bars"].as_array().map(Vec::len), Some(2), "one a device");
    assert_eq!(of(&found, "alarms")["alarms"][0]["device"], json!("pump"));
    for empty in ["calm", "closed", "of-fan"] {
        assert_eq!(of(&found, empty)["counts"], json!([]), "{empty}");
    }
    let names = json!([["fan", "fan"], ["pump", "pump"]]);
    assert_eq!(of(&found, "button")["devices"], names, "{found:?}");
    // The log is of the present: from the time of the values until now and a day.
    let timeline = tile("timeline", "eventTimeline", json!({"capabilities": []}));
    let times = json!({"to_ms": at(60 * 24 * 3000)});
    let told = eventually("the alarm and the connections are told", async || {
        let told = of(&answers(&ada, std::slice::from_ref(&timeline), times.clone()).await, "timeline");
        let kinds: Vec<&Value> = told["happenings"].as_array()?.iter().map(|one| &one["kind"]).collect();
        kinds.contains(&&json!("alarm")).then_some(told.clone())
    })
    .await;
    assert_eq!(told["left_out"], json!(0));
}

/// A PNG of one grey pixel.
pub(crate) const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

/// The smallest picture there is, uploaded for a dashboard: by what it is known.
pub(crate) async fn picture(person: &TestPerson, dashboard: &str) -> String {
    let ask = json!({"workspace": person.workspace.slug, "dashboard": dashboard, "picture": PICTURE});
    let added = person.call("add_picture", ask).await;
    assert_eq!(added.status, 200, "{}", added.body);
    added.body.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_belong_to_their_dashboard() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let pump = app.device(&ada, "pump").await;
    pump.send(r#"{"t": 71.5}"#).await;
    let own =
        json!({"workspace": slug, "draft": {"name": "Hall", "personal": true, "content": {"tiles": []}}});
    let made = ada.call("create_dashboard", own).await;
    let hall = made.body["about"]["id"].as_str().unwrap().to_owned();
    let known = picture(&ada, &hall).await;
    let path = |dashboard: &str| format!("/w/{slug}/dashboards/{dashboard}/pictures/{known}");
    let got = ada.get(&path(&hall)).await;
    assert_eq!((got.status().as_u16(), got.headers()["content-type"].to_str().unwrap()), (200, "image/png"));
    assert_eq!(got.headers()["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(got.headers()["x-content-type-options"], "nosniff");
    // Who doesn't see the dashboard doesn't see its pictures, whatever their role.
    let otto = app.member(&ada, "otto@example.com", "administrator", 1).await;
    assert_eq!(otto.get(&path(&hall)).await.status(), 404);
    let refused = json!({"workspace": slug, "dashboard": hall, "picture": "PHN2Zz48L3N2Zz4="});
    let refused = ada.call("add_picture", refused).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid"), "{}", refused.body);
    // It is shown by a plan with a value on it, and goes along with a copy.
    let plan = json!({"id": "a", "x": 0, "y": 0, "width": 6, "height": 6, "configuration": {
        "type": "floorPlan", "picture": known, "alt": "The hall",
        "spots": [{"x": 0.5, "y": 0.25, "device": "pump", "capability": "t"},
                  {"x": 0.1, "y": 0.1, "device": "gone", "capability": "t"}]}});
    let draft = json!({"name": "Hall", "content": {"tiles": [plan]}});
    let save = json!({"workspace": slug, "dashboard": hall, "revision": 1, "draft": draft});
    let saved = ada.call("save_dashboard", save).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let spots = eventually("the value stands on the plan", async || {
        let found = answers(&ada, std::slice::from_ref(&plan), json!({})).await[0]["outcome"]["Ok"].clone();
        (found["spots"][0]["value"] == json!(71.5)).then_some(found["spots"].clone())
    })
    .await;
    assert_eq!((&spots[0]["name"], &spots[1]["name"]), (&json!("pump"), &Value::Null));
    let copy = json!({"workspace": slug, "dashboard": hall, "name": "Shared", "personal": false});
    let copy = ada.call("copy_dashboard", copy).await;
    let shared = copy.body["about"]["id"].as_str().unwrap().to_owned();
    assert_eq!(otto.get(&path(&shared)).await.status(), 200);
    let delete = json!({"workspace": slug, "dashboard": hall});
    assert_eq!(ada.call("delete_dashboard", delete).await.status, 200);
    assert_eq!(ada.get(&path(&hall)).await.status(), 404);
    assert_eq!(ada.get(&path(&shared)).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_make_dashboards_and_people_have_their_own() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let program = Program::new(&app, &ada, "builder").await;
    let wanted = json!({
        "displayName": "Hall", "range": "7d",
        "tiles": [{"id": "a", "displayName": "T", "x": 0, "y": 5, "width": 6, "height": 4,
                   "configuration": {"type": "lineChart", "capabilities": [{"capability": "t"}]}}],
    });
    let (status, made) = program.ask("PUT", "/api/dashboards/hall", Some(wanted)).await;
    assert_eq!(
        (status.as_u16(), &made["tiles"][0]["y"]),
        (200, &json!(0)),
        "it lies as high as it can: {made}"
    );
    // An answer may be sent back; what is wrong is told with its place.
    assert_eq!(program.ask("PUT", "/api/dashboards/hall", Some(made.clone())).await.0, 200);
    let mut wrong = made;
    wrong["tiles"][0]["width"] = json!(13);
    let (status, refused) = program.ask("PUT", "/api/dashboards/hall", Some(wrong)).await;
    assert_eq!(
        (status.as_u16(), &refused["fields"][0]["field"]),
        (422, &json!("/tiles/0/width")),
        "{refused}"
    );
    assert_eq!(program.ask("GET", "/api/dashboards/none", None).await.0, 404);

    let viewer = app.member(&ada, "vic@example.com", "viewer", 1).await;
    let operator = app.member(&ada, "otto@example.com", "operator", 1).await;
    let new = |name: &str, personal: bool| json!({"workspace": slug, "draft": {"name": name, "personal": personal}});
    assert_eq!(viewer.call("create_dashboard", new("V", true)).await.status, 403);
    assert_eq!(operator.call("create_dashboard", new("O", false)).await.status, 403);
    let own = operator.call("create_dashboard", new("Otto's", true)).await;
    assert_eq!(own.status, 200, "{}", own.body);
    let names = async |person: &TestPerson| -> Vec<Value> {
        let list = person.call("list_dashboards", json!({"workspace": slug})).await;
        list.body.as_array().unwrap().iter().map(|d| d["name"].clone()).collect()
    };
    assert_eq!(names(&operator).await, [json!("Hall"), json!("Otto's")]);
    assert_eq!(names(&ada).await, [json!("Hall")]);
    let id = own.body["about"]["id"].clone();
    let one = json!({"workspace": slug, "dashboard": id});
    assert_eq!(ada.call("get_dashboard", one).await.status, 404, "another's own does not exist");
    let late = json!({"workspace": slug, "dashboard": "hall", "revision": 1, "draft": {"name": "Late"}});
    let late = ada.call("save_dashboard", late).await;
    assert_eq!((late.status, late.code()), (412, "outdated"), "{}", late.body);
    let mark = json!({"workspace": slug, "dashboard": "hall", "favourite": true});
    assert_eq!(viewer.call("set_favourite_dashboard", mark).await.status, 200);
    let list = viewer.call("list_dashboards", json!({"workspace": slug})).await;
    assert_eq!(list.body[0]["favourite"], json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_chosen_narrows_every_tile_that_follows() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    for device in ["one", "two", "three"] {
        app.device(&ada, device).await;
    }
    for (device, hall, floor) in [("one", "north", 1), ("two", "north", 2), ("three", "south", 1)] {
        let values = json!({"hall": hall, "floor": floor});
        let change = json!({"workspace": slug, "device": device, "component": "", "values": values});
        let changed = ada.call("change_properties", change).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
    }
    let count = tile("count", "deviceCount", json!({"capabilities": []}));
    let stays = tile("stays", "deviceCount", json!({"capabilities": [], "ignoresVariables": true}));
    let both = [count, stays];
    let counted = async |only: Value| -> Vec<Value> {
        let found = answers(&ada, &both, json!({"only": only})).await;
        found.iter().map(|answer| answer["outcome"]["Ok"]["all"].clone()).collect()
    };
    let hall = |value: &str| json!({"property": [{"part": "desired", "path": "hall"}, value]});
    let floor = json!({"property": [{"part": "desired", "path": "floor"}, "1"]});
    assert_eq!(counted(json!([])).await, [json!(3), json!(3)]);
    assert_eq!(counted(json!([{"device": "two"}])).await, [json!(1), json!(3)]);
    assert_eq!(counted(json!([hall("north")])).await, [json!(2), json!(3)]);
    assert_eq!(counted(json!([hall("north"), floor])).await, [json!(1), json!(3)]);
    assert_eq!(counted(json!([hall("moon")])).await, [json!(0), json!(3)]);
    assert_eq!(counted(json!([{"group": "nobody"}])).await, [json!(0), json!(3)]);
    assert_eq!(counted(json!([{"organization": "nowhere"}])).await, [json!(0), json!(3)]);
    let variable = json!({"id": "h", "type": "property", "property": {"part": "desired", "path": "hall"}});
    let offered = ada.call("offered_of_variable", json!({"workspace": slug, "variable": variable})).await;
    assert_eq!(offered.body, json!([["north", "north"], ["south", "south"]]));
    // They are kept with the dashboard, and told over REST.
    let program = Program::new(&app, &ada, "builder").await;
    let wanted = json!({"displayName": "Halls", "variables": [variable]});
    let (status, made) = program.ask("PUT", "/api/dashboards/halls", Some(wanted)).await;
    assert_eq!((status.as_u16(), &made["variables"][0]["id"]), (200, &json!("h")), "{made}");
    let (status, made) = program.ask("PATCH", "/api/dashboards/halls", Some(json!({"range": "7d"}))).await;
    assert_eq!((status.as_u16(), &made["variables"][0]["type"]), (200, &json!("property")), "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_its_dashboard_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let one = app.device(&ada, "one").await;
    one.send(json!({"ts": 1_795_000_060_000_i64, "values": {"t": 21, "secret": 42}}).to_string()).await;
    let program = Program::new(&app, &ada, "builder").await;
    for (id, capability) in [("hall", "t"), ("vault", "secret")] {
        let shown = tile("a", "lkv", json!({"capabilities": [{"capability": capability}]}));
        let board =
            json!({"displayName": id, "tiles": [shown], "variables": [{"id": "d", "type": "device"}]});
        let path = format!("/api/dashboards/{id}");
        assert_eq!(program.ask("PUT", &path, Some(board)).await.0, 200);
    }
    let link = async |person: &TestPerson, board: &str| {
        let draft = json!({"name": "Screen", "days": 1});
        person
            .call("create_dashboard_link", json!({"workspace": slug, "dashboard": board, "draft": draft}))
            .await
    };
    let viewer = app.member(&ada, "vic@example.com", "viewer", 1).await;
    assert_eq!(link(&viewer, "hall").await.status, 403);
    let made = link(&ada, "hall").await;
    assert_eq!(made.status, 200, "{}", made.body);
    let text = made.body["address"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();

    // Nobody is signed in.
    let nobody = app.client();
    let ask = json!({"tiles": [["a", null], ["b", null]], "from_ms": 1_795_000_000_000_i64,
        "to_ms": 1_795_000_600_000_i64, "points": 10, "chosen": [["d", "one"]]});
    let seen = eventually("the value is there", async || {
        let seen = app.call(&nobody, "read_shared_tiles", json!({"link": text, "ask": ask})).await;
        (seen.body[0]["outcome"]["Ok"]["figures"][0]["value"] == json!(21)).then_some(seen)
    })
    .await;
    assert_eq!(seen.body.as_array().unwrap().len(), 1, "a tile that isn't there is none: {}", seen.body);
    assert!(!seen.body.to_string().contains("42"), "{}", seen.body);
    let shared = app.call(&nobody, "look_at_shared", json!({"link": text})).await;
    assert_eq!(shared.body["name"], json!("hall"));
    let offered = app.call(&nobody, "offered_of_shared", json!({"link": text, "variable": "d"})).await;
    assert_eq!(offered.body[0][0], json!("one"));
    let other = app.call(&nobody, "offered_of_shared", json!({"link": text, "variable": "x"})).await;
    assert_eq!(other.status, 404);

    // What isn't exactly the link is none: another's id, a later end, another workspace, another signature.
    let parts: Vec<&str> = text.split('.').collect();
    let with = |place: usize, new: &str| {
        let mut parts = parts.clone();
        parts[place] = new;
        parts.join(".")
    };
    let first = if parts[3].starts_with('a') { "b" } else { "a" };
    let flipped = format!("{first}{}", &parts[3][1..]);
    let forged = [
        "".into(),
        "x".into(),
        with(0, "2"),
        with(1, "x"),
        with(2, "99999999999"),
        with(3, &flipped),
        with(3, ""),
    ];
    for bad in forged {
        let answer = app.call(&nobody, "read_shared_tiles", json!({"link": bad, "ask": ask})).await;
        assert_eq!((answer.status, answer.code()), (404, "not-found"), "{bad}: {}", answer.body);
    }
    // It opens nothing that wants somebody who is signed in.
    let board = json!({"workspace": slug, "dashboard": "vault"});
    assert_eq!(app.call(&nobody, "get_dashboard", board).await.status, 401);

    // Whoever may change the dashboard sees when it was used, and takes it back.
    let links = json!({"workspace": slug, "dashboard": "hall"});
    let listed = ada.call("list_dashboard_links", links.clone()).await;
    assert!(listed.body[0]["last_used_ms"].is_i64(), "{}", listed.body);
    assert_eq!(viewer.call("list_dashboard_links", links).await.status, 403);
    let id = made.body["id"].clone();
    let elsewhere = json!({"workspace": slug, "dashboard": "vault", "link": id});
    assert_eq!(ada.call("revoke_dashboard_link", elsewhere).await.status, 404);
    let back = json!({"workspace": slug, "dashboard": "hall", "link": id});
    assert_eq!(ada.call("revoke_dashboard_link", back).await.status, 200);
    assert_eq!(app.call(&nobody, "look_at_shared", json!({"link": text})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_what_its_maker_sees_while_they_belong_there() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    for device in ["here", "there"] {
        app.device(&ada, device).await;
    }
    let north = json!({"workspace": slug, "new": {"name": "North", "parent": null}});
    let north = ada.call("create_organization", north).await.read::<Value>()["id"].as_i64().unwrap();
    let moved = json!({"workspace": slug, "devices": ["here"], "organization": north});
    assert_eq!(ada.call("move_devices", moved).await.body, json!(1));
    let noor = app.member(&ada, "noor@example.com", "operator", north).await;
    let own = json!({"workspace": slug, "draft": {"name": "Mine", "personal": true,
        "content": {"tiles": [tile("a", "deviceCount", json!({"capabilities": []}))]}}});
    let own = noor.call("create_dashboard", own).await;
    let board = own.body["about"]["id"].clone();
    let draft = json!({"workspace": slug, "dashboard": board, "draft": {"name": "Screen", "days": 1}});
    let made = noor.call("create_dashboard_link", draft).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let text = made.body["address"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let ask = json!({"tiles": [["a", null]], "from_ms": 0, "to_ms": 1000, "points": 1});
    let nobody = app.client();
    let seen = app.call(&nobody, "read_shared_tiles", json!({"link": text, "ask": ask})).await;
    assert_eq!(seen.body[0]["outcome"]["Ok"]["all"], json!(1), "{}", seen.body);
    let people = ada.call("list_people", json!({"workspace": slug})).await;
    let member =
        people.body.as_array().unwrap().iter().find(|p| p.to_string().contains("noor@")).unwrap().clone();
    let number = member["person"].as_i64().unwrap();
    let removed = ada.call("remove_person", json!({"workspace": slug, "person": number})).await;
    assert_eq!(removed.status, 200, "{}", removed.body);
    let gone = app.call(&nobody, "look_at_shared", json!({"link": text})).await;
    assert_eq!((gone.status, gone.code()), (404, "not-found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_of_a_template_stands_on_the_pages_of_its_devices() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let slug = ada.workspace.slug.clone();
    let fields = json!([{"name": "t", "display_name": "Temperature", "schema": "double", "unit": ""}]);
    let draft = json!({"workspace": slug, "draft": {"name": "Pump", "telemetry": fields}});
    let template = ada.call("create_template", draft).await.read::<Value>()["id"].clone();
    let publish = json!({"workspace": slug, "template": template, "new_version": false});
    assert_eq!(ada.call("publish_template", publish).await.status, 200);
    for (device, template) in [("pump", template.clone()), ("other", Value::Null)] {
        let new = json!({"external_id": device, "name": device, "template": template});
        let made = ada.call("create_device", json!({"workspace": slug, "new": new})).await;
        assert_eq!(made.status, 200, "{}", made.body);
    }
    let view = json!({"workspace": slug, "draft": {"name": "Pumping", "template": template}});
    let made = ada.call("create_dashboard", view.clone()).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(made.body["content"]["tiles"].as_array().map(Vec::len), Some(2), "{}", made.body);
    // Nobody makes one of their own of it, nor whoever may not change templates.
    let own = json!({"workspace": slug, "draft": {"name": "Mine", "template": template, "personal": true}});
    assert_eq!(ada.call("create_dashboard", own).await.status, 422);
    let operator = app.member(&ada, "otto@example.com", "operator", 1).await;
    assert_eq!(operator.call("create_dashboard", view).await.status, 403);
    // Whoever sees the devices sees it, wherever it was made.
    let north = json!({"workspace": slug, "new": {"name": "North", "parent": null}});
    let north = ada.call("create_organization", north).await.read::<Value>()["id"].as_i64().unwrap();
    let moved = json!({"workspace": slug, "devices": ["pump"], "organization": north});
    assert_eq!(ada.call("move_devices", moved).await.body, json!(1));
    let noor = app.member(&ada, "noor@example.com", "viewer", north).await;
    let views = async |person: &TestPerson, device: &str| {
        person.call("list_device_views", json!({"workspace": slug, "device": device})).await.body
    };
    assert_eq!(views(&noor, "pump").await[0]["name"], json!("Pumping"));
    assert_eq!(views(&ada, "other").await, json!([]));
    // It goes with its template, and by itself.
    let one = json!({"workspace": slug, "dashboard": made.body["about"]["id"]});
    assert_eq!(operator.call("delete_dashboard", one.clone()).await.status, 403);
    assert_eq!(ada.call("delete_dashboard", one).await.status, 200);
    assert_eq!(views(&ada, "pump").await, json!([]));
}
