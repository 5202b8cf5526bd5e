//! What comes of rows, computed here beside by hand.

use crate::plans::planned;
use query::Value;
use query::eval::{self, Scope};
use query::groups::Groups;
use query::plan::{Plan, Rows, Subject};
use serde_json::{Value as Json, json};

fn subject() -> Subject {
    Subject {
        id: "p1".into(),
        name: "Pump 1".into(),
        template: Some("Pump".into()),
        simulated: false,
        provisioned: true,
        blocked: false,
        organization: "Plant".into(),
        properties: Vec::new(),
    }
}

/// What this expression of a pump's `flow` and `mode` comes to.
fn of(expression: &str, flow: Json, mode: Json) -> Json {
    let plan = planned(&format!("SELECT {expression} AS x, flow AS f, odd AS m FROM Pump"));
    let values: Vec<Value> = plan
        .fields
        .iter()
        .map(|field| Value::of(if field.name == "flow" { flow.clone() } else { mode.clone() }))
        .collect();
    let subject = subject();
    let scope = Scope {
        subject: Some(&subject),
        time_ms: Some(1_700_000_000_000),
        fields: &values,
        ..Scope::default()
    };
    eval::value(&plan.columns[0].code, &scope).json()
}

#[test]
fn expressions() {
    for (expression, result) in [
        ("flow + 1 * 2", json!(9)),
        ("(flow + 1) * 2", json!(16)),
        ("flow - 1 - 1", json!(5)),
        ("-flow % 4", json!(-3)),
        ("flow / 0", json!(null)),
        ("flow / 2", json!(3.5)),
        ("flow > 6 AND odd = 'on'", json!(true)),
        ("flow > 7 OR odd != 'on'", json!(false)),
        ("NOT flow <= 6", json!(true)),
        ("flow IN (1, 7)", json!(true)),
        ("flow NOT IN (1, 7)", json!(false)),
        ("flow IN (1, NULL)", json!(null)),
        ("flow IS DEFINED", json!(true)),
        ("IS_DEFINED(extra)", json!(true)),
        ("flow IS NULL", json!(false)),
        ("odd > 3", json!(null)),
        ("NULL = NULL", json!(null)),
        ("FALSE AND odd > 3", json!(false)),
        ("TRUE OR odd > 3", json!(true)),
        ("$id = 'p1' AND $provisioned AND NOT $blocked", json!(true)),
        ("$ts > '2023-01-01' AND $ts < '2024-01-01'", json!(true)),
        ("$ts", json!("2023-11-14T22:13:20Z")),
        ("odd.part", json!(null)),
    ] {
        assert_eq!(of(expression, json!(7), json!("on")), result, "{expression}");
    }
    assert_eq!(of("odd.a.b + 1", json!(7), json!({"a": {"b": 2}})), json!(3));
    assert_eq!(of("flow + 1", json!(null), json!(1)), json!(null));
}

/// The groups of these rows: window, keys, aggregates.
fn groups(plan: &Plan, rows: &[(i64, Vec<Json>)]) -> Vec<Json> {
    let Rows::Groups(grouping) = &plan.rows else { panic!("no groups") };
    let subject = subject();
    let mut groups = Groups::new(grouping);
    for (ts, values) in rows {
        let values: Vec<Value> = values.iter().cloned().map(Value::of).collect();
        groups.row(&Scope {
            subject: Some(&subject),
            time_ms: Some(*ts),
            fields: &values,
            ..Scope::default()
        });
    }
    let json = |values: Vec<Value>| values.iter().map(Value::json).collect::<Vec<_>>();
    groups.finish().map(|(window, keys, made)| json!([window, json(keys), json(made)])).collect()
}

#[test]
fn groups_hold_what_lies_in_a_window_and_shares_its_keys() {
    let plan = planned(
        "SELECT SUM(flow), MAX(flow), MIN(flow), COUNT(flow), AVG(flow), FIRST(flow), LAST(flow), odd FROM Pump GROUP BY odd, WINDOW(PT1S)",
    );
    assert_eq!(plan.fields[0].name, "odd");
    let rows = [
        (1000, vec![json!("a"), json!(1)]),
        (1999, vec![json!("a"), json!(3)]),
        (1500, vec![json!("a"), json!("not a number")]),
        (1200, vec![json!("b"), json!(null)]),
        (2000, vec![json!("a"), json!(5)]),
        (-1, vec![json!("a"), json!(9)]),
    ];
    assert_eq!(
        groups(&plan, &rows),
        [
            json!([-1000, ["a"], [9, 9, 9, 1, 9, 9, 9]]),
            json!([1000, ["a"], [4, 3, 1, 2, 2, 1, 3]]),
            json!([1000, ["b"], [null, null, null, 0, null, null, null]]),
            json!([2000, ["a"], [5, 5, 5, 1, 5, 5, 5]]),
        ]
    );
}

#[test]
fn of_nothing_there_is_one_group_only_where_nothing_is_grouped_by() {
    let plan = planned("SELECT COUNT(*), LAST(odd) FROM Pump");
    assert_eq!(groups(&plan, &[]), [json!([null, [], [0, null]])]);
    assert_eq!(groups(&planned("SELECT COUNT(*) FROM Pump GROUP BY $id"), &[]), [] as [Json; 0]);
    // What is no number counts where nobody said that it is one.
    let rows = [(2, vec![json!("b")]), (1, vec![json!("a")]), (3, vec![json!(null)])];
    let plan = planned("SELECT COUNT(odd), FIRST(odd), LAST(odd), MAX(odd) FROM Pump");
    assert_eq!(groups(&plan, &rows), [json!([null, [], [2, "a", "b", "b"]])]);
}
