//! Jobs: what becomes of each device, whoever works on them, dies or meets.

use crate::ground::{Ground, code, new_device, problem};
use crate::templates::{draft, published};
use domain::{Context, Homeport, devices, jobs, organizations, templates, twin};
use model::Code;
use model::dtdl::{Schema, remove};
use model::group::{Filter, GroupDraft, GroupId};
use model::job::{
    Batches, Devices, Doing, Every, Job, JobId, JobSchedule, JobState, JobWork, NewJob, PropertyChange,
    Share, Threshold, TurnQuery, TurnState,
};
use model::organization::NewOrganization;
use model::role::BuiltIn;
use serde_json::json;

fn change(name: &str, value: serde_json::Value) -> Doing {
    let change = PropertyChange { component: String::new(), name: name.into(), value, cloud: false };
    Doing::Properties { changes: vec![change] }
}

fn restart(queue_s: u32) -> Doing {
    let name = "restart".to_owned();
    Doing::Command { component: String::new(), name, request: None, timeout_s: None, queue_s }
}

fn job(doing: Doing, devices: &[&str]) -> NewJob {
    let devices = Devices::Chosen { devices: devices.iter().map(|id| (*id).to_owned()).collect() };
    NewJob {
        name: "All of them".into(),
        description: String::new(),
        organization: None,
        work: JobWork { doing, devices, batches: None, threshold: None },
    }
}

async fn work(homeport: &Homeport, ada: &Context, id: &JobId) {
    jobs::work(homeport, "one", ada.workspace.id, id, &|| false).await.unwrap();
}

async fn turns(ada: &Context, job: &Job) -> Vec<(String, TurnState)> {
    let query = TurnQuery { limit: 1_000, ..TurnQuery::default() };
    let page = jobs::turns(ada, &job.id, &query).await.unwrap();
    page.items.into_iter().map(|turn| (turn.device, turn.state)).collect()
}

async fn make(ada: &Context, ids: &[&str]) {
    for id in ids {
        devices::create(ada, new_device(id)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_meet_and_follow_each_other_do_each_device_once() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let ids: Vec<String> = (0..60).map(|n| format!("pump-{n:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    make(&ada, &ids).await;
    let made =
        jobs::create(&ada, Some(JobId("all".into())), job(change("speed", json!(7)), &ids)).await.unwrap();
    assert_eq!((made.state, made.counts.waiting), (JobState::Pending, 60));

    // One has taken some, and is gone before it has noted anything.
    let scope = ground.db.store().workspace(ada.workspace.id).await.unwrap();
    let lease = std::time::Duration::from_millis(1);
    assert!(scope.jobs().hold(&made.id, "dead", lease).await.unwrap().is_some());
    assert_eq!(scope.jobs().call(&made.id, 1, 5, false).await.unwrap().len(), 5);
    scope.commit().await.unwrap();

    let workers = (0..4).map(|n| {
        let (homeport, workspace, id) = (ground.homeport.clone(), ada.workspace.id, made.id.clone());
        async move { jobs::work(&homeport, &format!("worker {n}"), workspace, &id, &|| false).await.unwrap() }
    });
    futures::future::join_all(workers).await;
    // Whoever came while another had it went away: somebody looks again.
    work(&ground.homeport, &ada, &made.id).await;
    let done = jobs::get(&ada, &made.id).await.unwrap();
    assert_eq!((done.state, done.counts.done), (JobState::Done, 60));
    for id in ids {
        let view = twin::view(&ada, id).await.unwrap();
        assert_eq!((view.history.len(), &view.twin.desired.values["speed"]), (1, &json!(7)), "{id}");
    }
}

#[tokio::test]
async fn a_command_whose_worker_died_is_not_run_again() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    make(&ada, &["pump", "fan"]).await;
    let made = jobs::create(&ada, None, job(restart(600), &["pump", "fan", "nobody"])).await.unwrap();
    // Its worker is told to stop as soon as it has begun, and another follows; both devices are away.
    let homeport = &ground.homeport;
    for _ in 0..3 {
        jobs::work(homeport, "one", ada.workspace.id, &made.id, &|| true).await.unwrap();
    }
    let now = jobs::get(&ada, &made.id).await.unwrap();
    assert_eq!((now.state, now.counts.running, now.counts.total()), (JobState::Running, 2, 2));
    for id in ["pump", "fan"] {
        assert_eq!(domain::commands::history(&ada, id, None).await.unwrap().len(), 1, "{id}");
    }
    // Who stops it does not wait for devices that are away.
    jobs::stop(&ada, &made.id).await.unwrap();
    work(&ground.homeport, &ada, &made.id).await;
    assert_eq!(jobs::get(&ada, &made.id).await.unwrap().state, JobState::Stopped);

    // Without waiting, they are not connected, and that is what stands there.
    let failed = jobs::create(&ada, None, job(restart(0), &["pump", "fan"])).await.unwrap();
    work(&ground.homeport, &ada, &failed.id).await;
    let failed = jobs::get(&ada, &failed.id).await.unwrap();
    assert_eq!((failed.state, failed.counts.failed), (JobState::Done, 2));
    let again = jobs::rerun(&ada, &failed.id, None, false).await.unwrap();
    assert_eq!((again.counts.waiting, again.rerun_of), (2, Some(failed.id)));
}

#[tokio::test]
async fn batches_wait_for_approval_and_failures_stop_it() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    make(&ada, &["a", "b", "c", "d", "e"]).await;
    let all = ["a", "b", "c", "d", "e"];
    let mut new = job(change("speed", json!(1)), &all);
    let size = Share { value: 40, percent: true };
    new.work.batches = Some(Batches { size, approve: true });
    let made = jobs::create(&ada, None, new).await.unwrap();
    assert_eq!(made.batches, 3);
    work(&ground.homeport, &ada, &made.id).await;
    let asks = jobs::get(&ada, &made.id).await.unwrap();
    assert_eq!((asks.state, asks.counts.done, asks.counts.waiting), (JobState::Approval, 2, 3));
    assert_eq!(code(jobs::rerun(&ada, &made.id, None, true).await), Code::Invalid);
    jobs::resume(&ada, &made.id).await.unwrap();
    work(&ground.homeport, &ada, &made.id).await;
    let done = jobs::get(&ada, &made.id).await.unwrap();
    assert_eq!((done.state, done.counts.done, done.batch), (JobState::Done, 5, 3));

    let mut new = job(restart(0), &all);
    new.work.batches = Some(Batches { size: Share { value: 2, percent: false }, approve: false });
    new.work.threshold = Some(Threshold { failed: Share { value: 2, percent: false }, of_batch: false });
    let stops = jobs::create(&ada, None, new).await.unwrap();
    work(&ground.homeport, &ada, &stops.id).await;
    let stopped = jobs::get(&ada, &stops.id).await.unwrap();
    assert_eq!((stopped.state, stopped.counts.failed, stopped.counts.waiting), (JobState::Stopped, 2, 3));
    assert!(stopped.why.unwrap().contains("2 of 5 devices failed"));
    jobs::resume(&ada, &stops.id).await.unwrap();
    work(&ground.homeport, &ada, &stops.id).await;
    let again = jobs::get(&ada, &stops.id).await.unwrap();
    assert_eq!((again.state, again.counts.failed), (JobState::Stopped, 4), "it counts anew from there");
    jobs::delete(&ada, &stops.id).await.unwrap();
    assert_eq!(code(jobs::get(&ada, &stops.id).await), Code::NotFound);
}

#[tokio::test]
async fn devices_move_to_a_version_and_to_an_organization() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    let template = published(&ada, draft("Pump", &[("speed", Schema::Double)])).await;
    let new = |id: &str, template| model::device::NewDevice { template, ..new_device(id) };
    devices::create(&ada, new("pump", Some(template.id))).await.unwrap();
    devices::create(&ada, new("fan", None)).await.unwrap();
    let mut less = templates::get(&ada, template.id).await.unwrap().document;
    remove(&mut less, "/contents/0").unwrap();
    templates::save(&ada, template.id, &less).await.unwrap();
    templates::publish(&ada, template.id, true).await.unwrap();
    let moves = Doing::Template { template: template.id, version: None };
    let made = jobs::create(&ada, None, job(moves, &["pump", "fan"])).await.unwrap();
    work(&ground.homeport, &ada, &made.id).await;
    let said = turns(&ada, &made).await;
    assert_eq!(said[0], ("fan".to_owned(), TurnState::Skipped), "it is of no template");
    assert_eq!(said[1], ("pump".to_owned(), TurnState::Done));
    assert_eq!(devices::get(&ada, "pump").await.unwrap().template_version, Some(2));

    let north = NewOrganization { key: "north".into(), name: "North".into(), parent: None };
    let north = organizations::create(&ada, &north).await.unwrap();
    let moves = Doing::Organization { organization: north.id };
    let made = jobs::create(&ada, None, job(moves, &["pump"])).await.unwrap();
    work(&ground.homeport, &ada, &made.id).await;
    assert_eq!(turns(&ada, &made).await, [("pump".to_owned(), TurnState::Done)]);
    let pump = devices::get(&ada, "pump").await.unwrap();
    assert_eq!(pump.organization.id, north.id);

    // Who belongs to the north sees its jobs and no others, and reaches its devices and no others.
    let nora = ground.member("nora", &BuiltIn::Operator.into(), north.id).await;
    assert!(jobs::list(&nora).await.unwrap().is_empty());
    assert_eq!(problem(jobs::create(&nora, None, job(restart(0), &["fan"])).await).code, Code::Invalid);
    let own = jobs::create(&nora, None, job(change("speed", json!(3)), &["pump", "fan"])).await.unwrap();
    assert_eq!(own.counts.total(), 1);
    work(&ground.homeport, &ada, &own.id).await;
    assert_eq!(jobs::get(&nora, &own.id).await.unwrap().counts.done, 1);
    assert_eq!(jobs::list(&ada).await.unwrap().len(), 3, "the root sees all");
    assert_eq!(twin::view(&ada, "pump").await.unwrap().twin.desired.values["speed"], json!(3));
    // A viewer sees, and begins nothing.
    let viewer = ground.as_role(BuiltIn::Viewer).await;
    assert_eq!(code(jobs::create(&viewer, None, job(restart(0), &["fan"])).await), Code::NotAllowed);
}

#[tokio::test]
async fn a_schedule_begins_a_job_once_and_is_due_again() {
    let ground = Ground::new().await;
    let ada = ground.context().await;
    make(&ada, &["a", "b"]).await;
    let group = GroupId("everything".into());
    let everything = GroupDraft {
        name: "Everything".into(),
        description: String::new(),
        organization: None,
        filter: Filter::All(Vec::new()),
    };
    domain::groups::create(&ada, Some(group.clone()), &everything).await.unwrap();
    let mut new = job(change("speed", json!(1)), &[]);
    new.work.devices = Devices::Group { group: group.clone() };
    let schedule = JobSchedule {
        start: "2026-01-01".into(),
        minute: 120,
        zone: "Europe/Berlin".into(),
        every: Every::Daily,
        until: None,
        times: None,
    };
    let id = JobId("nightly".into());
    let made =
        jobs::create_schedule(&ada, Some(id.clone()), new.clone(), schedule.clone(), true).await.unwrap();
    assert!(made.next_ms.unwrap() > ada.now_ms);
    assert_eq!(code(domain::groups::delete(&ada, &group).await), Code::Conflict, "it is used");
    let wants = async || {
        jobs::wanted(&ground.homeport).await.unwrap().into_iter().filter(|one| one.scheduled).count()
    };
    assert_eq!(wants().await, 0);

    // A device that comes before it is due takes part.
    make(&ada, &["c"]).await;
    let scope = ground.db.store().workspace(ada.workspace.id).await.unwrap();
    let organization = ada.organization.id;
    scope.job_schedules().update(&id, &new, organization, (&schedule, true), Some(1)).await.unwrap();
    scope.commit().await.unwrap();
    assert_eq!(wants().await, 1);
    let begin = || jobs::begin_due(&ground.homeport, ada.workspace.id, &id);
    let (one, two, three) = tokio::join!(begin(), begin(), begin());
    one.unwrap();
    two.unwrap();
    three.unwrap();
    assert_eq!(wants().await, 0);
    let begun = jobs::of_schedule(&ada, &id).await.unwrap();
    assert_eq!(begun.iter().map(|job| job.counts.total()).collect::<Vec<_>>(), [3]);
    let after = jobs::get_schedule(&ada, &id).await.unwrap();
    assert!(after.next_ms.unwrap() > ada.now_ms && after.last_ms.is_some() && after.why.is_none());

    // While that one is not over, none is begun, and it says so.
    let scope = ground.db.store().workspace(ada.workspace.id).await.unwrap();
    scope.job_schedules().update(&id, &new, organization, (&schedule, true), Some(1)).await.unwrap();
    scope.commit().await.unwrap();
    begin().await.unwrap();
    assert_eq!(jobs::of_schedule(&ada, &id).await.unwrap().len(), 1);
    assert!(jobs::get_schedule(&ada, &id).await.unwrap().why.unwrap().contains("not over yet"));
    assert_eq!(jobs::enable_schedule(&ada, &id, false).await.unwrap().next_ms, None);
    jobs::delete_schedule(&ada, &id).await.unwrap();
    assert_eq!(jobs::of_schedule(&ada, &id).await.err().map(|e| e.problem().code), Some(Code::NotFound));
}
