//! What these tests begin with: a broker, a database, a workspace with a device, and ingestion between them.

use crate::device::Device;
use crate::mosquitto::Mosquitto;
use crate::proxy::Proxy;
use ingest::{Config, Hub, LogLine, Running};
use model::DeviceId;
use model::dtdl::{Schema, new_document};
use model::telemetry::{Latest, RawMessage};
use model::template::Telemetry;
use model::workspace::Workspace;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::telemetry::{Keeper, Writer};
use store::{InsertDevice, NewPerson, NewWorkspace, Publication, Urls};
use test_support::TestDb;
use tokio_util::sync::CancellationToken;

/// The device of most tests.
pub(crate) const ROOM: &str = "room-1";

pub(crate) struct Scene {
    pub(crate) db: TestDb,
    pub(crate) broker: Mosquitto,
    /// Between ingestion and broker.
    pub(crate) wire: Proxy,
    pub(crate) workspace: Workspace,
    pub(crate) device: DeviceId,
    pub(crate) hub: Arc<Hub>,
    pub(crate) log: Arc<Mutex<Vec<LogLine>>>,
}

/// Ingestion in a runtime of its own, so that it can be killed as a process is.
pub(crate) struct Ingestion {
    pub(crate) stop: CancellationToken,
    running: Option<Running>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Scene {
    pub(crate) async fn new() -> Scene {
        let db = TestDb::new().await;
        let broker = Mosquitto::start();
        let wire = Proxy::to(broker.port).await;
        let (workspace, device) = tenant(&db).await;
        Scene { db, broker, wire, workspace, device, hub: Arc::new(Hub::new()), log: Arc::default() }
    }

    /// Starts ingestion and waits until it hears the broker.
    pub(crate) async fn ingest(&self) -> Ingestion {
        self.ingest_into(self.db.urls()).await
    }

    /// The same, as if the broker were our own: its word is believed.
    pub(crate) async fn ingest_trusting(&self) -> Ingestion {
        self.start(self.db.urls(), true).await
    }

    /// The same, with another way to the database for what writes.
    pub(crate) async fn ingest_into(&self, urls: &Urls) -> Ingestion {
        self.start(urls, false).await
    }

    async fn start(&self, urls: &Urls, trusted: bool) -> Ingestion {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let stop = CancellationToken::new();
        let log = self.log.clone();
        let config = Config {
            host: "127.0.0.1".into(),
            port: self.wire.port,
            user_name: "service".into(),
            password: "x".into(),
            client_id: "ingest-test".into(),
            max_packet: 1 << 20,
            trusted,
            on_log: Arc::new(move |line| log.lock().unwrap().push(line)),
            answering: ingest::no_answers(),
        };
        let (urls, direct, hub, ending) =
            (urls.clone(), self.db.urls().clone(), self.hub.clone(), stop.clone());
        let running = runtime
            .spawn(async move {
                let writer = Writer::connect(&urls).await.unwrap();
                let keeper = Keeper::connect(&direct).await.unwrap();
                let running = ingest::start(config, writer, keeper, hub, ending);
                running.connected().await;
                running
            })
            .await
            .unwrap();
        Ingestion { stop, running: Some(running), runtime: Some(runtime) }
    }

    /// A way to the database that can be cut.
    pub(crate) async fn database(&self) -> (Proxy, Urls) {
        let admin = &self.db.urls().admin;
        let (before, rest) = admin.rsplit_once('@').expect("an address of TCP, with a user");
        let (authority, database) = rest.split_once('/').unwrap();
        let port = authority.rsplit_once(':').map_or(5432, |(_, port)| port.parse().unwrap());
        let proxy = Proxy::to(port).await;
        let urls =
            Urls::new(&format!("{before}@127.0.0.1:{}/{database}", proxy.port), &self.db.key()).unwrap();
        (proxy, urls)
    }

    pub(crate) fn room(&self) -> Device {
        Device::connect(self.broker.port, &self.workspace.scope, ROOM)
    }

    /// How many messages and refused entries are kept of the device.
    pub(crate) async fn count(&self) -> i64 {
        let scope = self.db.store().workspace(self.workspace.id).await.unwrap();
        scope.telemetry().count(self.device).await.unwrap()
    }

    /// Waits until so many are kept.
    pub(crate) async fn kept(&self, expected: i64) {
        until("messages are kept", async || (self.count().await >= expected).then_some(())).await;
        assert_eq!(self.count().await, expected);
    }

    /// What is kept of the device, newest arrival first.
    pub(crate) async fn raw(&self) -> Vec<RawMessage> {
        let snapshot = self.db.store().snapshot(self.workspace.id).await.unwrap();
        snapshot.history().raw(self.device, None, 1_000).await.unwrap().messages
    }

    /// The latest values as they are written.
    pub(crate) async fn latest(&self) -> Vec<Latest> {
        let scope = self.db.store().workspace(self.workspace.id).await.unwrap();
        scope.telemetry().latest(&[self.device]).await.unwrap().remove(&self.device).unwrap_or_default()
    }

    /// Waits until so many messages have come to ingestion.
    pub(crate) async fn delivered(&self, expected: u64) {
        until("messages come to ingestion", async || (self.wire.publishes() >= expected).then_some(())).await;
    }

    /// Waits until ingestion has acknowledged so many messages.
    pub(crate) async fn acknowledges(&self, expected: u64) {
        until("ingestion acknowledges", async || (self.wire.pubacks() >= expected).then_some(())).await;
        assert_eq!(self.wire.pubacks(), expected);
    }
}

impl Ingestion {
    pub(crate) fn is_connected(&self) -> bool {
        self.running.as_ref().unwrap().is_connected()
    }

    /// Ends it as an operator does.
    pub(crate) async fn end(mut self) {
        self.stop.cancel();
        self.running.take().unwrap().joined().await;
    }

    /// Ends it as a crash does: nothing is said to anyone.
    pub(crate) fn kill(self) {}
}

impl Drop for Ingestion {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Asks until there is an answer, for a minute at most.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn tenant(db: &TestDb) -> (Workspace, DeviceId) {
    let store = db.store();
    let person = NewPerson { email: "ada@example.com".into(), name: "Ada".into(), password_hash: "x".into() };
    let person = store.people().insert(person).await.unwrap().id;
    let new = NewWorkspace {
        name: "House".into(),
        slug: "house".into(),
        scope: "0ne0001".into(),
        retention_days: 30,
    };
    let (scope, workspace) = store.people().create_workspace(person, new).await.unwrap();
    scope.commit().await.unwrap();
    let scope = store.workspace(workspace.id).await.unwrap();
    let field = |name: &str, schema| Telemetry {
        name: name.into(),
        display_name: name.into(),
        schema,
        ..Telemetry::default()
    };
    let telemetry = vec![
        field("temperature", Schema::Double),
        field("count", Schema::Integer),
        field("on", Schema::Boolean),
        field("where", Schema::GeoPoint),
    ];
    let document = new_document("dtmi:house:room;1", "Room", &telemetry);
    let room = scope.templates().insert("Room", &document).await.unwrap().unwrap();
    let publication = Publication { version: 1, name: "Room", document: &document };
    scope.templates().publish(room, &publication).await.unwrap();
    let new = InsertDevice {
        external_id: ROOM.into(),
        name: "Room".into(),
        template: Some(room),
        organization: scope.organizations().root().await.unwrap(),
        simulated: false,
        key_encrypted: vec![1],
    };
    let device = scope.devices().insert(new, 1_000).await.unwrap();
    scope.commit().await.unwrap();
    (workspace, device)
}
