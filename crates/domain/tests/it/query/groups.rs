//! Device groups in queries, and lines of many devices at once, against what was sent: from messages that are hot, packed by
//! slot, and packed by day.

use super::number;
use super::scene::{Message, Scene};
use domain::telemetry::group_series;
use domain::{devices, groups};
use model::device::DevicePatch;
use model::group::{Filter, GroupDraft, GroupId};
use model::group_series::{By, GroupSeriesQuery, Whose};
use std::collections::BTreeMap;

const WIDTH_MS: i64 = 15 * 60_000;

/// What stands in a bucket: how many, the smallest, the largest, the sum.
type Expected = BTreeMap<(String, i64), (u32, f64, f64, f64)>;

fn expected(sent: &[Message], key: impl Fn(&Message) -> Option<String>) -> Expected {
    let mut buckets = Expected::new();
    for message in sent {
        let (Some(key), Some(value)) = (key(message), number(message, "temperature")) else { continue };
        let bucket = buckets.entry((key, message.ts.div_euclid(WIDTH_MS) * WIDTH_MS));
        let (count, low, high, sum) = bucket.or_insert((0, f64::INFINITY, f64::NEG_INFINITY, 0.0));
        (*count, *low, *high, *sum) = (*count + 1, low.min(value), high.max(value), *sum + value);
    }
    buckets
}

#[tokio::test]
async fn lines_of_a_group_say_what_was_sent() {
    let mut scene = Scene::new().await;
    let context = scene.context().await;
    let draft = GroupDraft {
        name: "Two of them".into(),
        filter: Filter::of_devices(["a".to_owned(), "b".to_owned()]),
        ..GroupDraft::default()
    };
    let id = GroupId("two".into());
    groups::create(&context, Some(id.clone()), &draft).await.unwrap();
    let patch = DevicePatch { name: "Zed".into(), template: None };
    devices::update(&context, "c", patch).await.unwrap();
    scene.send(0..150).await;
    for step in 0..3 {
        match step {
            0 => {}
            1 => {
                scene.compact().await;
                scene.send(100..200).await;
            }
            _ => scene.settle().await,
        }
        let sent = scene.sent();
        let (from_ms, to_ms) = (sent[0].ts.div_euclid(WIDTH_MS) * WIDTH_MS, sent[sent.len() - 1].ts + 1);
        let ask = |whose: Whose, by: By| GroupSeriesQuery {
            whose,
            names: vec!["temperature".into(), "nothing".into()],
            from_ms,
            to_ms,
            points: 10,
            interval_ms: Some(WIDTH_MS),
            by,
            lines: 10,
        };
        let of_group = |message: &Message| (message.device != "c").then(|| message.device.to_owned());
        let of_template =
            |message: &Message| Some(if message.device == "c" { "No template" } else { "Room" }.to_owned());
        for (query, wanted, devices) in [
            (ask(Whose::Group(id.clone()), By::Device), expected(&sent, of_group), 2),
            (ask(Whose::All, By::Together), expected(&sent, |_| Some(String::new())), 3),
            (ask(Whose::All, By::Template), expected(&sent, of_template), 3),
            (
                ask(Whose::Devices(vec!["c".into()]), By::Together),
                expected(&sent, |m| (m.device == "c").then(String::new)),
                1,
            ),
        ] {
            let said = format!("{:?} by {:?}, step {step}", query.whose, query.by);
            let answer = group_series(&context, query).await.unwrap();
            assert_eq!(
                (answer.devices, answer.bucket_ms, answer.lines_left_out),
                (devices, WIDTH_MS, 0),
                "{said}"
            );
            let mut found = Expected::new();
            for line in &answer.lines {
                assert_eq!(line.name, "temperature");
                for bucket in &line.buckets {
                    let sum = bucket.avg * f64::from(bucket.count);
                    found
                        .insert((line.label.clone(), bucket.ts), (bucket.count, bucket.min, bucket.max, sum));
                }
            }
            assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{said}");
            for (key, (count, low, high, sum)) in wanted {
                let (n, min, max, total) = found[&key];
                assert_eq!((n, min, max), (count, low, high), "{said}: {key:?}");
                assert!((total - sum).abs() <= 1e-6 * sum.abs().max(1.0), "{said}: {key:?}");
            }
        }
    }
    let few = GroupSeriesQuery {
        names: vec!["temperature".into()],
        to_ms: scene.sent().last().unwrap().ts,
        points: 10,
        by: By::Device,
        lines: 1,
        ..GroupSeriesQuery::default()
    };
    let answer = group_series(&context, few).await.unwrap();
    assert_eq!((answer.lines.len(), answer.lines_left_out), (1, 2));
    assert_eq!(answer.lines[0].label, "a");

    let counts = "SELECT $id, COUNT(temperature) FROM {} GROUP BY $id";
    assert_eq!(
        scene.answer(&counts.replace("{}", "GROUP 'Two of them'")).await,
        scene.answer(&counts.replace("{}", "DEVICE 'a', 'b'")).await
    );
    assert_eq!(scene.answer("SELECT $id, $organization FROM GROUP two").await.len(), 2);
    // Of another workspace nobody asks by way of a name.
    let other = scene.other().await;
    assert!(
        domain::query::run(&other, "SELECT $id FROM GROUP two", domain::query::Patience::Short)
            .await
            .is_err()
    );
}
