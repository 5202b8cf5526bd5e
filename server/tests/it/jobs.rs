//! Jobs as programs begin them and real devices take part.

use crate::rest::{Program, refused};
use serde_json::{Value, json};
use test_support::{Connected, TestApp, eventually};

/// Answers every command from now on with this status; gives back how many there were once it is told to stop.
fn answering(mut device: Connected, status: u16) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (topic, _) = device.message().await;
            device.publish(&format!("{topic}/res/{status}"), r#"{"was": "here"}"#).await.unwrap();
        }
    })
}

async fn until(program: &Program, job: &str, status: &str) -> Value {
    eventually(&format!("the job {job} is {status}"), async || {
        let now = program.get(&format!("/api/jobs/{job}")).await;
        (now["status"] == status).then_some(now)
    })
    .await
}

/// Each device with what became of it.
async fn turns(program: &Program, job: &str) -> Vec<(String, String)> {
    let listed = program.get(&format!("/api/jobs/{job}/devices")).await;
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    listed["value"].as_array().unwrap().iter().map(|one| (text(one, "id"), text(one, "status"))).collect()
}

fn said(turns: &[(&str, &str)]) -> Vec<(String, String)> {
    turns.iter().map(|(id, status)| ((*id).to_owned(), (*status).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_go_to_all_and_what_each_answered_is_kept() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "operator").await;
    let mut tasks = Vec::new();
    for (id, status) in [("good", 200), ("ill", 500)] {
        let device = app.device(&ada, id).await;
        let mut connected = device.connect().await.unwrap();
        connected.subscribe(&device.topic("commands/#")).await;
        tasks.push(answering(connected, status));
    }
    app.device(&ada, "away").await;
    let wanted = json!({
        "displayName": "Restart all", "devices": ["good", "ill", "away"],
        "data": [{"type": "command", "path": "motor.restart", "value": {"delay": 1}}],
        "cancellationThreshold": {"type": "percentage", "value": 100, "batch": false},
    });
    let (status, made) = program.ask("PUT", "/api/jobs/restart", Some(wanted.clone())).await;
    assert_eq!(
        (status.as_u16(), &made["data"], &made["counts"]["waiting"]),
        (200, &wanted["data"], &json!(3))
    );
    let done = until(&program, "restart", "complete").await;
    assert_eq!((&done["counts"]["done"], &done["counts"]["failed"]), (&json!(1), &json!(2)), "{done}");
    let wanted_turns = said(&[("away", "failed"), ("good", "completed"), ("ill", "failed")]);
    assert_eq!(turns(&program, "restart").await, wanted_turns);
    let again = program.ask("PUT", "/api/jobs/restart", Some(wanted)).await;
    refused(&again, 409, "Conflict");

    // As a file, with what each answered.
    let file = ada.get(&format!("/w/{}/jobs/restart/results.csv", ada.workspace.slug)).await;
    assert_eq!(file.status(), 200);
    let text = file.text().await.unwrap();
    assert!(text.contains("ill,ill,1,Failed,\"Answered with 500"), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");

    // Again for those that failed.
    let (status, rerun) = program.ask("PUT", "/api/jobs/restart/rerun/second", None).await;
    assert_eq!((status.as_u16(), &rerun["rerunOf"]), (200, &json!("restart")), "{rerun}");
    until(&program, "second", "complete").await;
    assert_eq!(turns(&program, "second").await, said(&[("away", "failed"), ("ill", "failed")]));
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_on_after_a_restart_and_runs_each_command_once() {
    let mut app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "operator").await;
    let device = app.device(&ada, "room-1").await;
    let wanted = json!({
        "displayName": "Later", "devices": ["room-1"],
        "data": [{"type": "command", "path": "restart", "queueTimeout": 600}],
    });
    assert_eq!(program.ask("PUT", "/api/jobs/later", Some(wanted)).await.0, 200);
    eventually("its turn has begun", async || {
        (turns(&program, "later").await == said(&[("room-1", "running")])).then_some(())
    })
    .await;
    app.restart().await;
    let mut room = device.connect().await.unwrap();
    room.subscribe(&device.topic("messages/#")).await;
    room.message().await;
    room.publish(&device.topic("telemetry"), "{}").await.unwrap();
    until(&program, "later", "complete").await;
    assert_eq!(turns(&program, "later").await, said(&[("room-1", "completed")]));
    let runs = program.get("/api/devices/room-1/commands/restart").await;
    assert_eq!(runs["value"].as_array().map(Vec::len), Some(1), "{runs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_are_kept_in_their_zone_and_changed_in_part() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "operator").await;
    app.device(&ada, "pump").await;
    let path = "/api/scheduledJobs/nightly";
    let wanted = json!({
        "displayName": "Nightly", "devices": ["pump"], "batch": {"type": "number", "value": 10},
        "data": [{"type": "property", "path": "mode", "value": "eco"}],
        "schedule": {"start": "2099-03-28T01:30:00Z", "recurrence": "daily", "zone": "Europe/Berlin",
                     "end": {"type": "date", "date": "2099-12-31"}},
    });
    let (status, made) = program.ask("PUT", path, Some(wanted.clone())).await;
    assert_eq!(
        (status.as_u16(), &made["schedule"], &made["enabled"]),
        (200, &wanted["schedule"], &json!(true))
    );
    assert_eq!(made["next"], "2099-03-28T01:30:00Z");
    assert_eq!(
        program.ask("PUT", path, Some(made.clone())).await.1,
        made,
        "what was answered may be sent back"
    );
    let (_, after) = program.ask("PATCH", path, Some(json!({"enabled": false}))).await;
    assert_eq!(
        (&after["enabled"], &after["data"], &after["next"]),
        (&json!(false), &made["data"], &Value::Null)
    );
    assert_eq!(program.get(&format!("{path}/jobs")).await["value"], json!([]));
    for (bad, field) in [
        (json!({"schedule": {"start": "2000-01-01T00:00:00Z"}}), "schedule.start"),
        (json!({"data": [{"type": "nonsense"}]}), "data"),
        (json!({"batch": {"type": "percentage", "value": 0}}), "batch"),
    ] {
        let answer = program.ask("PATCH", path, Some(bad)).await;
        refused(&answer, 422, "UnprocessableEntity");
        assert_eq!(answer.1["fields"][0]["field"], field, "{}", answer.1);
    }
    assert_eq!(program.ask("DELETE", path, None).await.0, 204);
    assert_eq!(program.ask("GET", path, None).await.0, 404);
}
