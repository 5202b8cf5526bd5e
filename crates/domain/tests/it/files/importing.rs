//! Imports: counted, refused with a reason, repeated without effect, taken up by another worker.

use super::{DAY_MS, LEASE, MINUTE_MS, Scene, at};
use crate::ground::{new_device, problem};
use domain::{devices, imports, telemetry};
use model::Code;
use model::import::{ImportKind, ImportState, NewImport, OfDevice, PIECE};
use model::role::BuiltIn;
use std::fmt::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Rows a minute apart, each with a number, a word and whether it is on.
fn file(from: i64, rows: i64) -> String {
    let mut text = "time,temperature (°C),note,on\n".to_owned();
    for i in 0..rows {
        let value = (i * 37 % 1000) as f64 / 8.0;
        writeln!(text, "{},{value},\"=say \"\"{i}\"\"\",{}", at(from + i * MINUTE_MS), i % 2 == 0).unwrap();
    }
    text
}

#[tokio::test]
async fn a_file_that_is_imported_again_changes_nothing() {
    let scene = Scene::new().await;
    let text = file(scene.day(20), 3000);
    let first = scene.import(&text, "one").await;
    assert_eq!((first.counts.rows, first.counts.stored, first.counts.repeated), (3000, 3000, 0));
    assert_eq!((first.counts.refused, first.read), (0, text.len() as i64));
    let before = scene.every("one").await;
    assert_eq!(before.lines().count(), 3001);
    // While its messages are whole, when they are in chunks, and when the days are packed for good.
    for _ in 0..3 {
        let again = scene.import(&text, "one").await;
        assert_eq!((again.counts.stored, again.counts.repeated), (0, 3000));
        assert_eq!(scene.every("one").await, before);
        scene.compact().await;
        while scene.tools.keeper.repack_some(scene.day(1)).await.unwrap().days > 0 {}
    }
    // A column more: only that is new.
    let more = text.replace("\n", ",7\n").replacen(",7\n", ",more\n", 1);
    assert_eq!(scene.import(&more, "one").await.counts.stored, 3000);
    let with_more = scene.every("one").await;
    assert_eq!(with_more.lines().next().unwrap(), "time,more,temperature\r".trim_end());
    assert_eq!(with_more.lines().count(), 3001);
    assert!(with_more.lines().skip(1).all(|line| line.contains(",7,")), "both stand in one row");
}

#[tokio::test]
async fn a_worker_that_dies_is_followed_by_another() {
    let scene = Scene::new().await;
    let text = file(scene.day(28), 25_000);
    let import = scene.uploaded(&text).await;
    let mapping = scene.mapping(&import, "one").await;
    imports::start(&scene.ada, import.id, mapping).await.unwrap();
    // Dropped in the midst of it, again and again, each time a little later.
    for wait_ms in [10, 60, 200, 500, 1000] {
        let work = imports::work(&scene.ground.homeport, &scene.tools, &|| false);
        if tokio::time::timeout(Duration::from_millis(wait_ms), work).await.is_ok() {
            break;
        }
        // Until its lease is over nobody else has it.
        imports::work(&scene.ground.homeport, &scene.tools, &|| false).await.unwrap();
        tokio::time::sleep(LEASE + Duration::from_millis(100)).await;
    }
    let other = Scene::tools(&scene.ground, "second").await;
    imports::work(&scene.ground.homeport, &other, &|| false).await.unwrap();
    let done = imports::get(&scene.ada, import.id).await.unwrap();
    assert_eq!(done.state, ImportState::Done);
    // Each row is there once, and was counted once.
    assert_eq!((done.counts.rows, done.counts.stored, done.counts.repeated), (25_000, 25_000, 0));
    assert_eq!(scene.every("one").await.lines().count(), 25_001);
}

#[tokio::test]
async fn one_import_is_one_worker_s_and_stops_between_parts() {
    let scene = Scene::new().await;
    let text = file(scene.day(28), 30_000);
    let import = scene.uploaded(&text).await;
    let mapping = scene.mapping(&import, "one").await;
    imports::start(&scene.ada, import.id, mapping).await.unwrap();
    let asked = AtomicU32::new(0);
    // Asked before it is taken, before its first part, and before its second.
    let stop = || asked.fetch_add(1, Ordering::Relaxed) >= 2;
    imports::work(&scene.ground.homeport, &scene.tools, &stop).await.unwrap();
    let half = imports::get(&scene.ada, import.id).await.unwrap();
    assert_eq!((half.state, half.counts.rows), (ImportState::Running, 19_999), "and the header");
    // Given back, it is free at once.
    let other = Scene::tools(&scene.ground, "second").await;
    let (one, two) = tokio::join!(
        imports::work(&scene.ground.homeport, &scene.tools, &|| false),
        imports::work(&scene.ground.homeport, &other, &|| false)
    );
    assert_eq!(one.unwrap() + two.unwrap(), 1, "one of them ended it");
    let done = imports::get(&scene.ada, import.id).await.unwrap();
    assert_eq!((done.state, done.counts.stored), (ImportState::Done, 30_000));
}

#[tokio::test]
async fn what_is_wrong_is_said_row_by_row() {
    let scene = Scene::new().await;
    let good = at(scene.day(3));
    let text = format!(
        "time;device;value;on\n{good};one;1,5;yes\nnever;one;2;no\n{good};nobody;=3;no\n{};one;4;no\n\
         {good};two;1,5;perhaps\n{good};two;;\n{good};two;1;no;no\n{good};two;2.5;no\n",
        at(scene.day(400))
    );
    let import = scene.uploaded(&text).await;
    let found = imports::inspect(&scene.ada, import.id).await.unwrap();
    let mut mapping = found.mapping;
    assert_eq!((mapping.dialect.delimiter, mapping.device.clone()), (';', OfDevice::Column(1)));
    mapping.dialect.decimal_comma = true;
    mapping.values[0].kind = model::import::ValueKind::Number;
    mapping.values[1].kind = model::import::ValueKind::Boolean;
    let preview = imports::preview(&scene.ada, import.id, mapping.clone()).await.unwrap();
    assert_eq!(preview.iter().map(|row| row.problems.len()).collect::<Vec<_>>(), [0, 1, 2, 1, 1, 1, 1, 1]);
    assert_eq!(
        (preview[0].row, preview[0].ts, preview[0].values[0].clone()),
        (2, Some(scene.day(3)), Some(1.5.into()))
    );
    imports::start(&scene.ada, import.id, mapping).await.unwrap();
    scene.work().await;
    let done = imports::get(&scene.ada, import.id).await.unwrap();
    assert_eq!(
        (done.state, done.counts.rows, done.counts.stored, done.counts.refused),
        (ImportState::Done, 8, 1, 7)
    );
    let mut file = imports::errors(&scene.ada, import.id).await.unwrap();
    let mut lines = String::new();
    while let Some(piece) = file.next().await.unwrap() {
        lines.push_str(std::str::from_utf8(&piece).unwrap());
    }
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines[0], "row,column,problem,allowed,original");
    assert!(lines[1].starts_with("3,time,“never” is no such time.,"), "{}", lines[1]);
    assert!(lines[1].ends_with(",never;one;2;no"), "{}", lines[1]);
    assert!(lines.iter().any(|l| l.starts_with("4,device,There is no device “nobody”")), "{lines:?}");
    assert!(
        lines.iter().any(|l| l.starts_with("5,time,The time is older") && l.contains("365 days")),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|l| l.starts_with("8,,The row has 5 cells.,\"4, as the first row.\"")),
        "{lines:?}"
    );
    assert!(lines.iter().any(|l| l.starts_with("9,value,“2.5” is no such value.")), "{lines:?}");
    assert_eq!(file.name, "history errors.csv");
}

#[tokio::test]
async fn older_values_do_not_become_the_latest() {
    let scene = Scene::new().await;
    let of = |ago: i64, value: i64| {
        format!("time,a\n{},{value}\n{},{value}\n", at(scene.day(ago)), at(scene.day(ago + 1)))
    };
    scene.import(&of(3, 30), "one").await;
    scene.import(&of(9, 90), "one").await;
    let latest = telemetry::latest(&scene.ada, "one").await.unwrap();
    assert_eq!((latest[0].ts, latest[0].value.as_i64()), (scene.day(3), Some(30)));
    let device = devices::get(&scene.ada, "one").await.unwrap();
    assert_eq!(device.last_seen_ms, Some(scene.day(3)), "it was not heard today");
}

#[tokio::test]
async fn files_come_in_order_and_not_beyond_their_size() {
    let scene = Scene::new().await;
    let new = |bytes| NewImport { name: "a.csv".into(), bytes, kind: ImportKind::History };
    assert!(problem(imports::create(&scene.ada, new(3 << 30)).await).of_field("file").is_some());
    let import = imports::create(&scene.ada, new(10)).await.unwrap();
    assert_eq!(imports::add_piece(&scene.ada, import.id, 0, vec![b'a'; 4]).await.unwrap(), 4);
    assert_eq!(
        imports::add_piece(&scene.ada, import.id, 0, vec![b'a'; 4]).await.unwrap(),
        4,
        "it came again"
    );
    for (at, length) in [(5, 2), (4, 7), (4, 0), (4, PIECE as usize + 1)] {
        let refused = problem(imports::add_piece(&scene.ada, import.id, at, vec![b'a'; length]).await);
        assert_eq!(refused.code, Code::Invalid, "{at} {length}");
    }
    assert_eq!(
        problem(imports::inspect(&scene.ada, import.id).await).code,
        Code::Invalid,
        "it is not here yet"
    );
    assert_eq!(imports::add_piece(&scene.ada, import.id, 4, vec![b'a'; 6]).await.unwrap(), 10);
    assert_eq!(imports::get(&scene.ada, import.id).await.unwrap().state, ImportState::Ready);
    for _ in 0..4 {
        imports::create(&scene.ada, new(10)).await.unwrap();
    }
    assert_eq!(problem(imports::create(&scene.ada, new(10)).await).code, Code::TooMany);
    let cancelled = imports::cancel(&scene.ada, import.id).await.unwrap();
    assert_eq!(cancelled.state, ImportState::Cancelled);
    imports::create(&scene.ada, new(10)).await.unwrap();
    imports::delete(&scene.ada, import.id).await.unwrap();
    assert_eq!(problem(imports::get(&scene.ada, import.id).await).code, Code::NotFound);
    for (bytes, said) in [(b"PK\x03\x04xxxx".to_vec(), "workbook"), (b"\xff\xfea\0".to_vec(), "UTF-16")] {
        let unfinished = imports::list(&scene.ada).await.unwrap();
        imports::cancel(&scene.ada, unfinished.iter().find(|i| !i.state.is_over()).unwrap().id)
            .await
            .unwrap();
        let import = imports::create(&scene.ada, new(bytes.len() as i64)).await.unwrap();
        imports::add_piece(&scene.ada, import.id, 0, bytes).await.unwrap();
        let refused = problem(imports::inspect(&scene.ada, import.id).await);
        assert!(refused.of_field("file").unwrap().contains(said));
    }
}

#[tokio::test]
async fn a_quotation_mark_that_is_never_closed_ends_an_import_with_its_row() {
    let scene = Scene::new().await;
    let mut text = file(scene.day(5), 2);
    text.push_str(&format!("{},1,\"open", at(scene.day(2))));
    text.push_str(&" and on\n".repeat(2_200_000));
    let import = scene.uploaded(&text).await;
    let mapping = scene.mapping(&import, "one").await;
    imports::start(&scene.ada, import.id, mapping).await.unwrap();
    scene.work().await;
    let failed = imports::get(&scene.ada, import.id).await.unwrap();
    assert_eq!((failed.state, failed.counts.stored), (ImportState::Failed, 2));
    assert!(failed.why.as_deref().unwrap().starts_with("Row 4 "), "{:?}", failed.why);
}

#[tokio::test]
async fn strangers_and_viewers_import_nothing() {
    let scene = Scene::new().await;
    let import = scene.uploaded("time,a\n2026-01-01,1\n").await;
    let (_, eve) = scene.ground.stranger().await;
    let viewer = scene.ground.as_role(BuiltIn::Viewer).await;
    devices::create(&eve, new_device("one")).await.unwrap();
    let mapping = scene.mapping(&import, "one").await;
    for (context, code) in [(&eve, Code::NotFound), (&viewer, Code::NotAllowed)] {
        assert_eq!(problem(imports::get(context, import.id).await).code, code);
        assert_eq!(problem(imports::inspect(context, import.id).await).code, code);
        assert_eq!(problem(imports::add_piece(context, import.id, 0, vec![1]).await).code, code);
        assert_eq!(problem(imports::preview(context, import.id, mapping.clone()).await).code, code);
        assert_eq!(problem(imports::start(context, import.id, mapping.clone()).await).code, code);
        assert_eq!(problem(imports::cancel(context, import.id).await).code, code);
        assert_eq!(problem(imports::delete(context, import.id).await).code, code);
        assert_eq!(problem(imports::errors(context, import.id).await).code, code);
    }
    assert!(imports::list(&eve).await.unwrap().is_empty());
    assert!(at(DAY_MS).starts_with("1970-01-02"));
}
