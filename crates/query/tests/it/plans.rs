//! What a text is taken to mean.

use model::dtdl::Document;
use query::fuzzing::catalogue;
use query::plan::{Code, Plan, Rows, Source};
use query::{parse, plan};

const NOW: i64 = 1_700_000_000_000;

pub(crate) fn planned(text: &str) -> Plan {
    let query =
        parse(text).unwrap_or_else(|mistake| panic!("{text}: {}\n{}", mistake.message, mistake.pointer));
    plan(text, &query, &catalogue(), NOW).unwrap_or_else(|m| panic!("{text}: {}\n{}", m.message, m.pointer))
}

fn columns(plan: &Plan) -> Vec<&str> {
    plan.columns.iter().map(|column| column.name.as_str()).collect()
}

fn fields(plan: &Plan) -> Vec<&str> {
    plan.fields.iter().map(|field| field.name.as_str()).collect()
}

#[test]
fn what_iot_central_shows_is_taken() {
    for text in [
        "SELECT $id, $ts, temperature, humidity FROM dtmi:plant:room;1 WHERE WITHIN_WINDOW(P1D)",
        "SELECT $ts, temperature AS t, humidity AS h FROM dtmi:plant:room;1 WHERE WITHIN_WINDOW(P1D)",
        "SELECT TOP 10 $ts, temperature, humidity FROM dtmi:plant:room",
        "SELECT AVG(temperature), AVG(motor.speed) FROM dtmi:plant:room;1 WHERE WITHIN_WINDOW(P1D) AND $id='sample-002' GROUP BY WINDOW(PT10M)",
        "SELECT $id, $ts, temperature AS t FROM dtmi:plant:room;1 WHERE WITHIN_WINDOW(P1D) AND t > 0 AND motor.speed <> 50",
        "SELECT $id, $ts, temperature AS t FROM dtmi:plant:room;1 WHERE WITHIN_WINDOW(P1D) AND temperature > 0 ORDER BY $ts ASC",
        "SELECT $ts, temperature AS t FROM dtmi:plant:room;1 ORDER BY t DESC, $ts ASC",
        "SELECT $id, mode, $simulated, $provisioned FROM dtmi:plant:room;1",
        "SELECT AVG(temperature), $simulated FROM dtmi:plant:room;1 WHERE WITHIN_WINDOW(P1D) GROUP BY WINDOW(PT10M), $simulated",
        "SELECT MAX(temperature) as hottest, $id from \"Room sensor\" group by $id order by hottest desc",
    ] {
        if text.contains("AND t > 0") {
            // There, an alias can't be used in WHERE either.
            assert!(plan(text, &parse(text).unwrap(), &catalogue(), NOW).is_err());
            continue;
        }
        planned(text);
    }
}

#[test]
fn a_group_is_named_by_its_name_or_its_id() {
    for text in ["\"North wing\"", "'north wing'", "wing", "`wing`"] {
        let plan = planned(&format!("SELECT AVG(temperature) FROM GROUP {text} WHERE WITHIN_WINDOW(P1D)"));
        assert_eq!(plan.from, Source::Group(model::group::GroupId("wing".into())), "{text}");
    }
    let read = parse("SELECT $id FROM GROUP nothing").unwrap();
    let empty = query::Catalogue { groups: Vec::new(), ..catalogue() };
    let mistake = plan("SELECT $id FROM GROUP nothing", &read, &empty, NOW).unwrap_err();
    assert!(mistake.message.contains("no device group `nothing`"), "{}", mistake.message);
    let two = |id: &str, name: &str| (model::group::GroupId(id.into()), name.to_owned());
    let several = query::Catalogue { groups: vec![two("a", "Hall"), two("b", "hall")], ..catalogue() };
    let said = |text: &str| plan(text, &parse(text).unwrap(), &several, NOW);
    assert!(said("SELECT $id FROM GROUP HALL").unwrap_err().message.contains("`a` or `b`"));
    assert_eq!(said("SELECT $id FROM GROUP hall").unwrap().from, Source::Group(two("b", "").0));
}

#[test]
fn times_devices_and_rows_are_told_apart() {
    let plan = planned(
        "SELECT temperature FROM \"room sensor\" WHERE WITHIN_WINDOW(P1D) AND $id IN ('a', 'b') AND ($simulated = FALSE AND temperature > 0)",
    );
    assert_eq!((plan.from_ms, plan.timed), (NOW - 86_400_000, true));
    assert!(plan.devices.is_some() && plan.filter.is_some());
    assert_eq!(plan.from, Source::Templates(vec![model::TemplateId(1)]));
    let plan = planned("SELECT temperature FROM Pump WHERE $ts >= '2023-01-01' AND '2023-02-01' > $ts");
    assert_eq!((plan.from_ms, plan.to_ms), (1_672_531_200_000, 1_675_209_600_000));
    assert!(plan.filter.is_none() && plan.devices.is_none());
    let plan = planned("SELECT temperature FROM Pump WHERE WITHIN_WINDOW('2023-01-01', '2023-02-01')");
    assert_eq!((plan.from_ms, plan.to_ms), (1_672_531_200_000, 1_675_209_600_000));
    // What is not asked of all rows narrows nothing.
    let plan = planned("SELECT temperature FROM Pump WHERE $ts > '2023-01-01' OR flow > 0");
    assert!(!plan.timed && plan.filter.is_some());
    assert!(!planned("SELECT flow FROM Pump").timed);
}

#[test]
fn a_row_is_a_device_a_message_or_a_group() {
    for (text, rows) in [
        ("SELECT $id, $name FROM devices", "Devices"),
        ("SELECT $id FROM Pump WHERE $simulated = TRUE ORDER BY $name", "Devices"),
        ("SELECT $id FROM Pump WHERE WITHIN_WINDOW(P1D)", "Messages"),
        ("SELECT $id, $ts FROM Pump", "Messages"),
        ("SELECT * FROM Pump", "Messages"),
        ("SELECT COUNT(*) FROM Pump", "Groups"),
        ("SELECT $id FROM Pump GROUP BY $id", "Groups"),
        ("SELECT $id FROM Pump ORDER BY flow", "Messages"),
    ] {
        let plan = planned(text);
        let found = match plan.rows {
            Rows::Devices => "Devices",
            Rows::Messages => "Messages",
            Rows::Groups(_) => "Groups",
        };
        assert_eq!(found, rows, "{text}");
        assert_eq!(plan.fields.is_empty(), rows == "Devices", "{text}");
    }
    assert_eq!(columns(&planned("SELECT * FROM Pump")), ["$id", "$ts", "temperature", "flow", "mode", "odd"]);
    assert_eq!(columns(&planned("SELECT *, flow * 2 AS double FROM Pump")).last(), Some(&"double"));
    assert_eq!(
        columns(&planned(
            "SELECT COUNT(*), avg( flow ), motor.speed AS \"a b\" FROM devices GROUP BY motor.speed"
        )),
        ["COUNT(*)", "avg(flow)", "a b"]
    );
}

#[test]
fn sums_of_numbers_need_no_message() {
    for (text, sums) in [
        ("SELECT AVG(temperature), COUNT(flow) FROM Pump GROUP BY WINDOW(P1D), $id", true),
        ("SELECT MAX(temperature) FROM Pump WHERE WITHIN_WINDOW(P1D) AND $simulated = FALSE", true),
        ("SELECT AVG(odd) FROM Pump", true),
        ("SELECT COUNT(odd) FROM Pump", false),
        ("SELECT COUNT(*) FROM Pump", false),
        ("SELECT AVG(temperature * 2) FROM Pump", false),
        ("SELECT AVG(temperature) FROM Pump WHERE flow > 1", false),
        ("SELECT AVG(temperature) FROM Pump GROUP BY mode", false),
        ("SELECT temperature FROM Pump", false),
    ] {
        assert_eq!(planned(text).of_sums().is_some(), sums, "{text}");
    }
}

#[test]
fn names_are_found_whole_first_and_parts_after() {
    assert_eq!(
        fields(&planned("SELECT motor.speed, place.lat, place, extra.x.y FROM devices")),
        ["motor.speed", "place", "extra"]
    );
    // Of two kinds, it is neither for sure.
    planned("SELECT mode FROM devices WHERE mode = 'on' AND mode > 1");
    planned(
        "SELECT \"mode\" FROM \"Room sensor\" WHERE IS_DEFINED(mode) AND mode IS NOT DEFINED AND mode NOT IN ('a')",
    );
}

#[test]
fn properties_are_known_of_devices_before_their_messages_are_read() {
    let plan = planned(
        "SELECT site, AVG(temperature) FROM \"Room sensor\" WHERE floor > 2 AND motor.limits.low < 5 AND humidity > 1 GROUP BY site",
    );
    assert_eq!(fields(&plan), ["humidity", "temperature"]);
    let properties: Vec<&str> = plan.properties.iter().map(|property| property.name.as_str()).collect();
    assert_eq!(properties, ["floor", "motor.limits", "site"]);
    assert!(matches!(plan.devices, Some(Code::All(_))) && plan.filter.is_some());

    let sums = planned(
        "SELECT site, floor, AVG(temperature) FROM \"Room sensor\" GROUP BY WINDOW(P1D), site, floor",
    );
    assert_eq!(sums.of_sums(), Some(vec![0]));
    assert_eq!(planned("SELECT $id, site FROM \"Room sensor\" WHERE firmware = '1.2'").rows, Rows::Devices);
    // What is the same for all of a device needs no place in GROUP BY beside it.
    planned("SELECT $id, site, MAX(temperature) FROM \"Room sensor\" GROUP BY $id");
}

#[test]
fn properties_of_a_document_have_the_paths_of_their_components() {
    let site = r#"{"@type": "Property", "name": "site", "schema": "string"}"#;
    let told = r#"{"@type": "Telemetry", "name": "temperature", "schema": "double"}"#;
    let part = r#"{"@type": "Component", "name": "motor", "schema": "dtmi:plant:motor;1"}"#;
    let interface = |id: &str, contents: &[&str]| {
        let contents = contents.join(",");
        format!(
            r#"{{"@context": "dtmi:dtdl:context;2", "@type": "Interface", "@id": "{id}", "contents": [{contents}]}}"#
        )
    };
    let room = interface("dtmi:plant:room;1", &[told, site, part]);
    let motor = interface("dtmi:plant:motor;1", &[site]);
    let document = Document::parse(&format!("[{room}, {motor}]")).unwrap();
    let found = query::catalogue::properties(&document);
    assert_eq!(found, [("site".to_owned(), query::Kind::Text), ("motor.site".to_owned(), query::Kind::Text)]);
}
