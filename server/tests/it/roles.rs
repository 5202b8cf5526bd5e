//! The parts of the product as processes of their own, on one Postgres: what is promised holds while one that ingests is
//! killed and another one comes, and what one process does is seen by the others.

mod devices;
mod house;

use crate::process::{KEY, PROGRAM};
use devices::{Sender, refused_everywhere};
use house::{House, Tab};
use std::collections::HashMap;
use std::process::{Command, Output, Stdio};
use store::telemetry::Probe;
use test_support::{TestDevice, eventually};

/// Devices that send while things break.
const SENDERS: u32 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_are_one_product() {
    let mut house = House::start().await;
    let mut senders = Vec::new();
    for number in 0..SENDERS {
        senders.push(Sender::start(number, house.device(&format!("sender-{number}")).await));
    }
    let quiet = house.device("quiet").await;
    let tab = Tab::open(&house, "web").await;
    let moved_on = async |what: &str| {
        let (seen, sent) = (tab.values(), senders.iter().map(Sender::acked).sum::<usize>());
        eventually(what, async || {
            let acked = senders.iter().map(Sender::acked).sum::<usize>();
            (tab.values() > seen + 20 && acked > sent + 500).then_some(())
        })
        .await;
    };

    // All is well, and two share the work.
    moved_on("devices send, and the page lives").await;
    for ingest in ["ingest-1", "ingest-2"] {
        house.stored_some(ingest).await;
    }
    // One of the two dies, and another one comes.
    house.kill("ingest-1");
    moved_on("one that is left does the work").await;
    house.add_ingest("ingest-3").await;
    house.stored_some("ingest-3").await;
    moved_on("the new one shares the work").await;

    // What is done at the web server is known at the edge, and the other way round.
    let mut connected = quiet.connect().await.unwrap();
    let key = house.rotate(&quiet.id).await;
    connected.ended().await;
    assert!(quiet.connect().await.is_err(), "the old key");
    eventually("a refused sign-in is told to the page", async || tab.logged(&quiet.id).then_some(())).await;
    let quiet = TestDevice { key, ..quiet };
    quiet.send(r#"{"t":1}"#).await;
    refused_everywhere(&quiet).await;

    let mut acked = HashMap::new();
    for sender in senders {
        let (device, count, unacked) = sender.finish().await;
        assert_eq!(unacked, 0, "all of {device} is acknowledged in the end");
        acked.insert(device, count);
    }
    tab.close();
    let probe = Probe::connect(house.db.urls()).await.unwrap();
    let mut stored = HashMap::<String, u32>::new();
    probe.names(|name| *stored.entry(name.to_owned()).or_default() += 1).await.unwrap();
    for (device, count) in &acked {
        for number in 0..*count {
            assert_eq!(stored.get(&format!("{device}:{number}")), Some(&1), "{device}:{number} of {count}");
        }
    }
    assert_eq!(probe.overtaken().await.unwrap(), 0, "no message of a device overtook another one");
    house.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_so_around_mosquitto() {
    let mut house = House::start_around_mosquitto().await;
    let sender = Sender::start(1, house.device("sender").await);
    let tabs = [Tab::open(&house, "web").await, Tab::open(&house, "web-2").await];
    let moved_on = async |what: &str| {
        let (seen, sent) = (tabs.each_ref().map(Tab::values), sender.acked());
        eventually(what, async || {
            let seen_more = tabs.iter().zip(seen).all(|(tab, seen)| tab.values() > seen + 5);
            (seen_more && sender.acked() > sent + 50).then_some(())
        })
        .await;
    };
    moved_on("a device sends, and the pages of both web servers live").await;
    // One device, so one of the two does the work: whichever it is, the other one takes over.
    let worked = house.who_stored(&["ingest-1", "ingest-2"]).await;
    house.kill(&worked);
    moved_on("the one that is left does the work").await;
    // Mosquitto keeps for a member of the group what that has not acknowledged; it comes back for it.
    house.add_ingest(&worked).await;
    let (name, acked, unacked) = sender.finish().await;
    assert_eq!(unacked, 0);
    tabs.into_iter().for_each(Tab::close);
    let probe = Probe::connect(house.db.urls()).await.unwrap();
    eventually("all that mosquitto took is stored, each message once", async || {
        let mut stored = HashMap::<String, u32>::new();
        probe.names(|name| *stored.entry(name.to_owned()).or_default() += 1).await.unwrap();
        (0..acked).all(|number| stored.get(&format!("{name}:{number}")) == Some(&1)).then_some(())
    })
    .await;
    house.end();
}

/// A variable of the environment, and its value.
type Variable = (&'static str, &'static str);

#[test]
fn nonsense_is_refused_with_its_reason() {
    let database = ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    let key = ("HOMEPORT_MASTER_KEY", KEY);
    let url = ("HOMEPORT_MQTT_URL", "mqtt://edge:1883");
    let cases: [(&str, &[Variable], &str, i32); 7] = [
        ("ingest", &[database, key], "HOMEPORT_MQTT_URL: --role web and ingest need", 1),
        ("web,worker", &[database, key], "HOMEPORT_MQTT_URL: --role web and ingest need", 1),
        ("worker", &[key], "DATABASE_URL: with --role", 1),
        ("web", &[key, url], "DATABASE_URL: with --role", 1),
        ("worker", &[database], "HOMEPORT_MASTER_KEY: with --role", 1),
        ("edge", &[database, key, url], "HOMEPORT_MQTT_URL: --role edge is a broker itself", 1),
        ("everything", &[database, key], "possible values: web, edge, ingest, worker", 2),
    ];
    for (role, variables, reason, code) in cases {
        let folder = tempfile::tempdir().unwrap();
        let Output { status, stderr, .. } = Command::new(PROGRAM)
            .args(["serve", "--role", role, "--port", "0", "--data-dir"])
            .arg(folder.path().join("data"))
            .env_remove("DATABASE_URL")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&stderr);
        assert_eq!(status.code(), Some(code), "{role}: {said}");
        assert!(said.contains(reason), "{role}: {said}");
    }
}
