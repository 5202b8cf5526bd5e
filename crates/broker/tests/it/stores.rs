//! Stores of sessions that fail, or take their time.

use crate::kept::{back, hears, new, old};
use crate::raw::{DISCONNECT, Opening, Raw, packet, unsubscribe};
use crate::setup::{TestBroker, soon};
use async_trait::async_trait;
use broker::{Auth, Config, Identity, Kept, SessionStore, SessionsInMemory, SessionsUnavailable};
use model::{DeviceId, WorkspaceId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

/// One of them.
#[derive(Default)]
struct Bad {
    sessions: SessionsInMemory,
    broken: AtomicBool,
    slow: AtomicBool,
}

impl Bad {
    async fn ask(&self) -> Result<(), SessionsUnavailable> {
        if self.slow.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        if self.broken.load(Ordering::Relaxed) { Err(SessionsUnavailable) } else { Ok(()) }
    }
}

#[async_trait]
impl SessionStore for Bad {
    async fn load(&self, who: &Identity, client_id: &str) -> Result<Option<Kept>, SessionsUnavailable> {
        self.ask().await?;
        self.sessions.load(who, client_id).await
    }

    async fn save(&self, who: &Identity, client_id: &str, kept: &Kept) -> Result<(), SessionsUnavailable> {
        self.ask().await?;
        self.sessions.save(who, client_id, kept).await
    }

    async fn forget(&self, who: &Identity, client_id: &str) -> Result<(), SessionsUnavailable> {
        self.ask().await?;
        self.sessions.forget(who, client_id).await
    }

    async fn count(&self, who: &Identity) -> Result<usize, SessionsUnavailable> {
        self.ask().await?;
        self.sessions.count(who).await
    }
}

/// A SUBSCRIBE of MQTT 5, with QoS 1.
fn subscribe_v5(filter: &str) -> Vec<u8> {
    let mut rest = vec![0, 9, 0, 0, u8::try_from(filter.len()).unwrap()];
    rest.extend(filter.as_bytes());
    rest.push(1);
    packet(0x82, &rest)
}

#[tokio::test]
async fn what_can_not_be_kept_is_not_acknowledged() {
    let store = Arc::new(Bad::default());
    let broker = TestBroker::with(Config { sessions: Some(store.clone()), ..Config::default() }).await;
    let (mut raw, _) = back(&broker, new(false, 100)).await;
    raw.send(&subscribe_v5("s/d/messages/+")).await;
    assert_eq!(raw.read().await.rest[3..], [1]);
    store.broken.store(true, Ordering::Relaxed);
    // What is there already needs no store.
    raw.send(&subscribe_v5("s/d/messages/+")).await;
    assert_eq!(raw.read().await.rest[3..], [1]);
    raw.send(&subscribe_v5("s/d/files/res/+")).await;
    let farewell = raw.read().await;
    assert_eq!((farewell.kind(), farewell.rest[0]), (DISCONNECT, 0x89));
    // Nobody comes in whose session isn't known.
    let mut raw = Raw::hello(&broker, old()).await;
    assert_eq!(raw.read().await.rest, [0, 3]);
    let mut raw = Raw::hello(&broker, new(false, 100)).await;
    assert_eq!(raw.read().await.rest[1], 0x88);
    assert_eq!(broker.running.handle().connections(), 0);
    // It comes back as it was.
    store.broken.store(false, Ordering::Relaxed);
    let (mut raw, present) = back(&broker, new(false, 100)).await;
    assert!(present && hears(&broker, &mut raw, "s/d/messages/1").await);
    assert!(!hears(&broker, &mut raw, "s/d/files/res/1").await);
}

#[tokio::test]
async fn a_slow_store_holds_up_nobody_but_who_waits_for_it() {
    let store = Arc::new(Bad::default());
    let broker = TestBroker::with(Config { sessions: Some(store.clone()), ..Config::default() }).await;
    let (mut raw, _) = back(&broker, old()).await;
    raw.subscribe("s/d/messages/+", 1).await;
    let (mut neighbour, _) = back(&broker, Opening { user: "s/e", ..Opening::default() }).await;
    store.slow.store(true, Ordering::Relaxed);
    let begin = Instant::now();
    raw.send(&unsubscribe("s/d/messages/+")).await;
    neighbour.subscribe("s/e/messages/+", 1).await;
    assert!(begin.elapsed() < Duration::from_millis(400), "{:?}", begin.elapsed());
    // Taken over while it is being kept: the successor comes after that, and finds it.
    let (mut next, present) = back(&broker, old()).await;
    assert!(present);
    raw.closed().await;
    assert!(!hears(&broker, &mut next, "s/d/messages/1").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_fight_for_their_sessions_leave_them_in_order() {
    let store = Arc::new(SessionsInMemory::default());
    let config = Config { sessions: Some(store.clone()), ..Config::default() };
    let broker = Arc::new(TestBroker::with(config).await);
    let mut tasks = tokio::task::JoinSet::new();
    // Three for each session: they take each other over all the time.
    for number in 0..12u8 {
        let broker = broker.clone();
        tasks.spawn(async move {
            let client_id = format!("fighter {}", number % 4);
            for round in 0..20 {
                let mut raw = Raw::hello(&broker, Opening { client_id: &client_id, ..old() }).await;
                if round % 3 > 0 && raw.next().await.is_some() {
                    let filter = format!("s/d/messages/{number}");
                    let mut rest = vec![0, 7, 0, u8::try_from(filter.len()).unwrap()];
                    rest.extend(filter.as_bytes());
                    rest.push(1);
                    // It may be taken over at any moment.
                    let _ = raw.stream.write_all(&packet(0x82, &rest)).await;
                    if round % 3 > 1 {
                        raw.next().await;
                    }
                }
            }
        });
    }
    soon(async { while tasks.join_next().await.is_some_and(|done| done.is_ok()) {} }).await;
    assert!(tasks.is_empty());
    broker.cancel.cancel();
    soon(broker.running.joined()).await;
    let who = Identity {
        workspace: WorkspaceId(1),
        device: DeviceId(0),
        scope: "s".into(),
        external_id: "d".into(),
        auth: Auth::Key,
        proof: 0,
        until: None,
    };
    for number in 0..4 {
        let kept = store.load(&who, &format!("fighter {number}")).await.unwrap().unwrap();
        assert!(kept.disconnected.is_some());
        assert!((1..=3).contains(&kept.subscriptions.len()), "{kept:?}");
    }
    assert_eq!(store.count(&who).await, Ok(4));
}
