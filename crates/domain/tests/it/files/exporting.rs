//! Exports: what comes out goes in again, stretches are those of a zone, and a file is read slice by slice.

use super::{DAY_MS, HOUR_MS, MINUTE_MS, Scene, at, whole};
use crate::ground::{new_device, problem};
use domain::exports::{self, RawExport};
use domain::{devices, imports};
use model::Code;
use model::export::{Aggregation, Function, Interval, Layout, SeriesExport};
use model::import::OfDevice;
use model::role::BuiltIn;
use std::fmt::Write;

/// Numbers that are the same for the same seed.
fn chance(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Numbers of any size at any times, some cells empty, in any order.
fn random_file(scene: &Scene, mut seed: u64, rows: usize) -> String {
    let mut lines = Vec::new();
    for row in 0..rows as i64 {
        let time = scene.day(25) + row * 617_003 + (chance(&mut seed) % 1000) as i64;
        let mut line = at(time);
        for _ in 0..3 {
            match chance(&mut seed) % 5 {
                0 => line.push(','),
                1 => write!(line, ",{}", chance(&mut seed) as i64 - (1 << 30)).unwrap(),
                2 => write!(line, ",{}e{}", chance(&mut seed), chance(&mut seed) as i64 % 290).unwrap(),
                _ => write!(line, ",{}", (chance(&mut seed) as f64).sqrt() / 7.0).unwrap(),
            }
        }
        if !line.ends_with(",,,") {
            lines.push((chance(&mut seed), line));
        }
    }
    lines.sort();
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    format!("time,a,b,c\n{}\n", lines.join("\n"))
}

#[tokio::test]
async fn what_is_exported_is_imported_as_it_was() {
    let scene = Scene::new().await;
    for seed in 1..=6 {
        let (from, to) = (format!("from-{seed}"), format!("to-{seed}"));
        for id in [&from, &to] {
            devices::create(&scene.ada, new_device(id)).await.unwrap();
        }
        scene.import(&random_file(&scene, seed, 700), &from).await;
        if seed % 2 == 0 {
            scene.compact().await;
        }
        let exported = scene.every(&from).await;
        assert!(exported.lines().count() > 500);
        scene.import(&exported, &to).await;
        assert_eq!(scene.every(&to).await, exported, "seed {seed}");
        // And by way of whole messages, in another zone's times.
        let raw = RawExport {
            device: from.clone(),
            from_ms: scene.day(60),
            to_ms: scene.day(-2),
            zone: "America/St_Johns".into(),
        };
        let raw = whole(exports::raw(&scene.ada, raw).await.unwrap()).await;
        assert_eq!(scene.import(&raw, &to).await.counts.stored, 0, "seed {seed}: {raw}");
    }
}

#[tokio::test]
async fn texts_come_back_through_whole_messages() {
    let scene = Scene::new().await;
    let text = format!(
        "time,note,on,place\n{},\"=1+1, \"\"x\"\"\r\ny\",true,\"{{\"\"lat\"\":1}}\"\n{},''-,false,\n",
        at(scene.day(4)),
        at(scene.day(3))
    );
    scene.import(&text, "one").await;
    let export = async |device: &str| {
        let (device, from_ms, to_ms) = (device.to_owned(), scene.day(9), scene.day(0));
        let ask = RawExport { device, from_ms, to_ms, zone: String::new() };
        let download = exports::raw(&scene.ada, ask).await.unwrap();
        assert!(download.name.contains("raw") && download.name.ends_with(".csv"), "{}", download.name);
        whole(download).await
    };
    let raw = export("one").await;
    assert!(raw.contains("\"'=1+1, \"\"x\"\"") && raw.contains(",''-,"), "{raw}");
    scene.import(&raw, "two").await;
    assert_eq!(export("two").await, raw);
}

#[tokio::test]
async fn stretches_are_those_of_the_zone() {
    let scene = Scene::new().await;
    let mut text = "time,v\n".to_owned();
    // Ten days, a value every 20 minutes: its number.
    let from = scene.day(20);
    for i in 0..720 {
        writeln!(text, "{},{i}", at(from + i * 20 * MINUTE_MS)).unwrap();
    }
    scene.import(&text, "one").await;
    let ask = |word: &str, functions: &[Function], zone: &str| SeriesExport {
        aggregation: Some(Aggregation {
            interval: Interval::from_word(word).unwrap(),
            functions: functions.to_vec(),
        }),
        zone: zone.into(),
        ..scene.ask("one")
    };
    let hourly = scene.series(ask("1h", &[Function::Min, Function::Count], "")).await;
    let lines: Vec<&str> = hourly.lines().collect();
    assert_eq!((lines[0], lines.len()), ("time,v min,v count", 241));
    assert_eq!(lines[2], format!("{},3,3", at(from + HOUR_MS)));
    // Tokyo has no summer time: its days begin nine hours before those of UTC.
    let daily = scene.series(ask("day", &Function::ALL, "Asia/Tokyo")).await;
    let lines: Vec<&str> = daily.lines().collect();
    assert_eq!(lines[0], "time,v avg,v min,v max,v sum,v count,v first,v last");
    assert_eq!(lines.len(), 12);
    assert!(lines[2].contains("T00:00:00+09:00,80.5,45,116,5796,72,45,116"), "{}", lines[2]);
    let counted: i64 = lines[1..].iter().map(|l| l.split(',').nth(5).unwrap().parse::<i64>().unwrap()).sum();
    assert_eq!(counted, 720);
    // What is left of the range's ends is what lies in it.
    let part = SeriesExport {
        from_ms: from + 30 * MINUTE_MS,
        to_ms: from + 2 * HOUR_MS + 1,
        ..ask("1h", &[Function::Count], "")
    };
    let part = scene.series(part).await;
    let times: Vec<i64> = [30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS].map(|after| from + after).to_vec();
    let expected: Vec<String> =
        times.iter().zip([1, 3, 1]).map(|(ms, n)| format!("{},{n}", at(*ms))).collect();
    assert_eq!(part.lines().skip(1).collect::<Vec<_>>(), expected);
    // All of them, together and one by one.
    let long =
        SeriesExport { layout: Layout::Long, devices: vec!["one".into(), "two".into()], ..scene.ask("one") };
    let long = scene.series(long).await;
    assert_eq!(long.lines().nth(1).unwrap(), format!("{},one,v,,0", at(from)));
    assert_eq!(long.lines().count(), 721);
    let estimate = exports::estimate(&scene.ada, scene.ask("one")).await.unwrap();
    assert_eq!((estimate.points, estimate.rows), (720, 720));
    assert_eq!(exports::estimate(&scene.ada, ask("day", &[Function::Avg], "")).await.unwrap().rows, 10);
}

#[tokio::test]
async fn a_dense_day_is_read_in_parts_and_comes_whole() {
    let scene = Scene::new().await;
    let mut text = "time,device,a,b,c\n".to_owned();
    let from = scene.day(6);
    for i in 0..80_000_i64 {
        writeln!(text, "{},{},{i},{},{}", from + i * 1000, ["one", "two"][(i % 2) as usize], i % 7, -i)
            .unwrap();
    }
    let import = scene.uploaded(&text).await;
    let mut mapping = imports::inspect(&scene.ada, import.id).await.unwrap().mapping;
    assert_eq!(mapping.time_format, model::import::TimeFormat::UnixMillis);
    mapping.device = OfDevice::Column(1);
    imports::start(&scene.ada, import.id, mapping).await.unwrap();
    scene.work().await;
    scene.compact().await;
    let mut download = exports::series(
        &scene.ada,
        SeriesExport { devices: vec!["one".into(), "two".into()], ..scene.ask("one") },
    )
    .await
    .unwrap();
    let (mut rows, mut pieces) = (0, 0);
    while let Some(piece) = download.next().await.unwrap() {
        rows += piece.iter().filter(|byte| **byte == b'\n').count();
        pieces += 1;
    }
    assert_eq!(rows, 80_001);
    assert!(pieces >= 3, "{pieces} pieces");
}

#[tokio::test]
async fn who_may_not_see_it_exports_nothing() {
    let scene = Scene::new().await;
    scene.import(&format!("time,a\n{},1\n", at(scene.day(1))), "one").await;
    let (_, eve) = scene.ground.stranger().await;
    let viewer = scene.ground.as_role(BuiltIn::Viewer).await;
    let raw = || RawExport { device: "one".into(), from_ms: 0, to_ms: DAY_MS, zone: String::new() };
    for (context, code) in [(&eve, Code::NotFound), (&viewer, Code::NotAllowed)] {
        assert_eq!(problem(exports::series(context, scene.ask("one")).await).code, code);
        assert_eq!(problem(exports::estimate(context, scene.ask("one")).await).code, code);
        assert_eq!(problem(exports::raw(context, raw()).await).code, code);
    }
    let odd = SeriesExport { zone: "Nowhere/Else".into(), ..scene.ask("one") };
    assert!(problem(exports::series(&scene.ada, odd).await).of_field("zone").is_some());
    let empty = SeriesExport { from_ms: 5, to_ms: 5, devices: Vec::new(), ..scene.ask("one") };
    let refused = problem(exports::series(&scene.ada, empty).await);
    assert!(refused.of_field("to").is_some() && refused.of_field("device").is_some());
}
