//! Reports at their time: made by one worker, and by another one when that is gone; mailed once.

use crate::ground::{Ground, new_device};
use domain::{dashboards, devices, reports};
use model::dashboard::DashboardDraft;
use model::report::{Every, Format, NewReport, When};
use std::time::Duration;
use store::WorkspaceTx;

const LEASE: Duration = Duration::from_secs(60);

fn wanted() -> NewReport {
    NewReport {
        name: "Daily".into(),
        format: Format::Csv,
        range: "yesterday".into(),
        when: When { on: Every::Day, minute: 0, zone: "Europe/Berlin".into() },
        recipients: vec!["bob@example.com".into()],
        paused: false,
    }
}

async fn mails(ground: &Ground) -> i64 {
    ground.db.store().mails().list(None, 0, 10).await.unwrap().total
}

#[tokio::test]
async fn a_report_is_made_by_one_worker_and_mailed_once() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    devices::create(&context, new_device("pump")).await.unwrap();
    let draft = DashboardDraft { name: "Hall".into(), ..DashboardDraft::default() };
    let board = dashboards::create(&context, Some("hall"), &draft).await.unwrap();
    let report = reports::create(&context, &board.about.id, wanted()).await.unwrap();
    let homeport = &ground.homeport;
    let never = || false;
    let work = async |worker: &str| reports::work(homeport, worker, LEASE, &never).await.unwrap();
    assert_eq!(work("a").await, 0, "it is not due yet");

    // A worker takes it, and dies.
    reports::send(&context, report.id).await.unwrap();
    let scope = async || -> WorkspaceTx { homeport.store().workspace(context.workspace.id).await.unwrap() };
    let dying = scope().await;
    let taken = dying.reports().take(report.id, "dying", Duration::ZERO, context.now_ms).await.unwrap();
    assert_eq!(taken.unwrap().tries, 1);
    dying.commit().await.unwrap();
    assert_eq!(work("a").await, 1, "another one makes it");
    assert_eq!(mails(&ground).await, 1);
    assert_eq!((work("a").await, work("b").await, mails(&ground).await), (0, 0, 1), "and nobody again");
    // The one that was thought dead ends nothing.
    let late = scope().await;
    let run = reports::runs(&context, report.id).await.unwrap().remove(0);
    assert!(!late.reports().end(report.id, "dying", &run, None).await.unwrap());
    drop(late);
    let after = reports::get(&context, report.id).await.unwrap();
    assert!(!after.asked && after.next_ms == report.next_ms, "{after:?}");
    assert_eq!(after.last.unwrap().mails, 1);

    // One that is paused is not due, and one whose dashboard is gone is no more.
    reports::update(&context, report.id, NewReport { paused: true, ..wanted() }).await.unwrap();
    assert_eq!(reports::get(&context, report.id).await.unwrap().next_ms, None);
    dashboards::delete(&context, "hall").await.unwrap();
    assert_eq!(crate::ground::code(reports::get(&context, report.id).await), model::Code::NotFound);
}

#[tokio::test]
async fn what_is_due_is_made_and_due_again_later() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let draft = DashboardDraft { name: "Hall".into(), ..DashboardDraft::default() };
    dashboards::create(&context, Some("hall"), &draft).await.unwrap();
    let report = reports::create(&context, "hall", wanted()).await.unwrap();
    // As if its time had come a minute ago.
    let scope = ground.homeport.store().workspace(context.workspace.id).await.unwrap();
    scope.reports().update(report.id, &wanted(), Some(context.now_ms - 60_000)).await.unwrap();
    scope.commit().await.unwrap();
    let never = || false;
    assert_eq!(reports::work(&ground.homeport, "a", LEASE, &never).await.unwrap(), 1);
    let after = reports::get(&context, report.id).await.unwrap();
    assert_eq!(after.next_ms, report.next_ms, "at its next time, not before");
    assert_eq!(mails(&ground).await, 1);
    assert_eq!(reports::work(&ground.homeport, "a", LEASE, &never).await.unwrap(), 0);
}
