//! Queries against a slow plain model: the same answers from messages that are hot, packed by slot, and packed by day.

mod bounds;
mod groups;
mod properties;
mod scene;

use model::Code;
use model::role::BuiltIn;
use scene::{Message, Scene};
use serde_json::{Map, Value, json};

type Rows = Vec<Vec<Value>>;

/// A query and its answer as the model gives it, from messages in the order of time and device.
type Case = (&'static str, fn(&[Message]) -> Rows);

fn time(message: &Message) -> Value {
    query::value::rfc3339(message.ts).into()
}

fn number(message: &Message, name: &str) -> Option<f64> {
    message.fields.get(name).and_then(Value::as_f64)
}

/// Whether it holds something that the template names: only then is it a message for who asks for all.
fn is_modelled(message: &Message) -> bool {
    message.fields.keys().any(|name| name != "unmodelled")
}

/// Groups by a key, in its order.
fn grouped(messages: &[Message], key: impl Fn(&Message) -> String) -> Vec<(String, Vec<&Message>)> {
    let mut groups = std::collections::BTreeMap::<String, Vec<&Message>>::new();
    for message in messages {
        groups.entry(key(message)).or_default().push(message);
    }
    groups.into_iter().collect()
}

fn plain(n: f64) -> Value {
    if n.fract() == 0.0 { json!(n as i64) } else { json!(n) }
}

const CASES: &[Case] = &[
    ("SELECT $id, $ts, temperature, mode, big FROM Room ORDER BY $ts, $id", |messages| {
        let of = |m: &Message, name: &str| m.fields.get(name).cloned().unwrap_or(Value::Null);
        let with = messages
            .iter()
            .filter(|m| ["temperature", "mode", "big"].iter().any(|n| m.fields.contains_key(*n)));
        with.map(|m| vec![m.device.into(), time(m), of(m, "temperature"), of(m, "mode"), of(m, "big")])
            .collect()
    }),
    ("SELECT TOP 7 $ts FROM Room WHERE temperature > 20 AND $id != 'b' ORDER BY $ts DESC", |messages| {
        let hot =
            messages.iter().filter(|m| m.device != "b" && number(m, "temperature").is_some_and(|t| t > 20.0));
        hot.rev().take(7).map(|m| vec![time(m)]).collect()
    }),
    (
        "SELECT TOP 5 temperature * 2 + 1 AS x, $id FROM Room WHERE temperature IS DEFINED ORDER BY x DESC, $ts, $id",
        |messages| {
            let mut found: Vec<(f64, &Message)> =
                messages.iter().filter_map(|m| Some((number(m, "temperature")? * 2.0 + 1.0, m))).collect();
            found.sort_by(|a, b| b.0.total_cmp(&a.0));
            found.into_iter().take(5).map(|(x, m)| vec![plain(x), m.device.into()]).collect()
        },
    ),
    (
        "SELECT $id, COUNT(temperature), MIN(temperature), MAX(temperature), FIRST(temperature), LAST(temperature), SUM(temperature) FROM Room GROUP BY $id",
        |messages| {
            grouped(messages, |m| m.device.to_owned())
                .into_iter()
                .map(|(device, of)| {
                    let t: Vec<f64> = of.iter().filter_map(|m| number(m, "temperature")).collect();
                    let least = t.iter().copied().fold(f64::INFINITY, f64::min);
                    let most = t.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    vec![
                        device.into(),
                        t.len().into(),
                        plain(least),
                        plain(most),
                        plain(t[0]),
                        plain(t[t.len() - 1]),
                        plain(t.iter().sum()),
                    ]
                })
                .collect()
        },
    ),
    ("SELECT $ts, COUNT(temperature) FROM Room GROUP BY WINDOW(PT6H) ORDER BY $ts DESC", |messages| {
        let width = 6 * 3_600_000;
        let with: Vec<Message> =
            messages.iter().filter(|m| m.fields.contains_key("temperature")).cloned().collect();
        let mut rows: Rows = grouped(&with, |m| format!("{:020}", m.ts.div_euclid(width)))
            .into_iter()
            .map(|(_, of)| {
                vec![query::value::rfc3339(of[0].ts.div_euclid(width) * width).into(), of.len().into()]
            })
            .collect();
        rows.reverse();
        rows
    }),
    ("SELECT mode, COUNT(*), LAST(mode) FROM Room WHERE open = TRUE GROUP BY mode", |messages| {
        let open: Vec<Message> =
            messages.iter().filter(|m| m.fields.get("open") == Some(&json!(true))).cloned().collect();
        let mode = |m: &Message| m.fields.get("mode").and_then(Value::as_str).unwrap_or("~").to_owned();
        let said = |mode: String| if mode == "~" { Value::Null } else { mode.into() };
        grouped(&open, mode)
            .into_iter()
            .map(|(m, of)| vec![said(m.clone()), of.len().into(), said(m)])
            .collect()
    }),
    ("SELECT COUNT(unmodelled.part), MAX(unmodelled.part) FROM DEVICE 'a', 'c'", |messages| {
        let parts = messages
            .iter()
            .filter(|m| m.device != "b")
            .filter_map(|m| m.fields.get("unmodelled")?["part"].as_i64());
        let parts: Vec<i64> = parts.collect();
        vec![vec![parts.len().into(), parts.iter().max().copied().into()]]
    }),
    ("SELECT $id, $name, $simulated FROM devices WHERE $id IN ('a', 'c') ORDER BY $id DESC", |_| {
        vec![vec!["c".into(), "c".into(), false.into()], vec!["a".into(), "a".into(), false.into()]]
    }),
    (
        "SELECT COUNT(*) FROM Room WHERE $ts < '2025-11-04T06:00:00Z' AND '2025-11-03T12:00:00Z' <= $ts",
        |messages| {
            let (from, to) = (1_762_171_200_000, 1_762_236_000_000);
            let within = messages.iter().filter(|m| (from..to).contains(&m.ts) && is_modelled(m));
            vec![vec![within.count().into()]]
        },
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_the_same_while_messages_become_chunks() {
    let mut scene = Scene::new().await;
    for step in ["hot", "packed", "both", "of days"] {
        match step {
            "hot" => scene.send(0..1500).await,
            "packed" => scene.compact().await,
            // Some come late: into days that are packed already.
            "both" => scene.send(1300..2200).await,
            _ => scene.settle().await,
        }
        for (text, model) in CASES {
            let answer = scene.answer(text).await;
            let expected = model(&scene.sent());
            assert_eq!(answer.len(), expected.len(), "{step}: {text}");
            for (row, wanted) in answer.iter().zip(&expected) {
                assert_eq!(row, wanted, "{step}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn without_an_order_each_row_comes_once() {
    let mut scene = Scene::new().await;
    scene.send(0..700).await;
    scene.compact().await;
    scene.send(700..900).await;
    let mut answer: Vec<String> =
        scene.answer("SELECT $id, $ts FROM devices").await.iter().map(|row| format!("{row:?}")).collect();
    let mut sent: Vec<String> = scene
        .sent()
        .iter()
        .filter(|m| is_modelled(m))
        .map(|m| format!("{:?}", [Value::from(m.device), time(m)]))
        .collect();
    answer.sort();
    sent.sort();
    assert_eq!(answer, sent);
    assert_eq!(scene.answer("SELECT TOP 3 $ts FROM Room").await.len(), 3);
    assert_eq!(scene.answer("SELECT * FROM DEVICE 'nobody'").await, [] as [Vec<Value>; 0]);
    assert_eq!(scene.answer("SELECT COUNT(*) FROM DEVICE 'nobody'").await, [[json!(0)]]);
}

#[tokio::test]
async fn single_messages_are_for_who_may_see_raw_data() {
    let mut scene = Scene::new().await;
    scene.send(0..10).await;
    let viewer = scene.ground.as_role(BuiltIn::Viewer).await;
    let refused = domain::query::run(&viewer, "SELECT * FROM Room", domain::query::Patience::Short).await;
    assert_eq!(refused.err().unwrap().problem().code, Code::NotAllowed);
    let text = "SELECT COUNT(temperature) FROM Room";
    assert!(domain::query::run(&viewer, text, domain::query::Patience::Short).await.is_ok());
    // Another workspace's names are unknown, and its devices none.
    let (_, stranger) = scene.ground.stranger().await;
    let run = |text| domain::query::run(&stranger, text, domain::query::Patience::Short);
    let mistake = match run("SELECT * FROM Room").await.err().unwrap() {
        domain::Error::Mistake(mistake) => mistake,
        other => panic!("{other}"),
    };
    assert!(mistake.message.contains("There is no template `Room`. There is none."), "{}", mistake.message);
    let mut devices = run("SELECT $id FROM DEVICE 'a', 'b'").await.unwrap();
    assert!(devices.next().await.unwrap().is_none());
    assert!(run("SELECT temperature FROM DEVICE 'a'").await.is_err());
}

/// The fields of message `i` of a device.
fn fields(i: i64) -> Map<String, Value> {
    let mut fields = Map::new();
    if i % 4 != 1 {
        fields.insert("temperature".into(), plain((i * 37 % 101) as f64 / 4.0));
    }
    if i % 3 == 0 {
        fields.insert("mode".into(), ["auto", "manual", "off"][(i / 3 % 3) as usize].into());
        fields.insert("open".into(), (i % 2 == 0).into());
    }
    if i % 50 == 7 {
        fields.insert("big".into(), json!(9_007_199_254_740_993_i64 + i * 2));
    }
    if i % 11 == 2 {
        fields.insert("unmodelled".into(), json!({"part": i}));
    }
    fields
}
