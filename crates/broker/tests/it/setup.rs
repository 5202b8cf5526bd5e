//! A broker on free ports, and a gate that knows a few devices and writes down what it hears.

use async_trait::async_trait;
use broker::{Auth, Config, DeviceGate, Hello, Identity, Limits, Refusal, Running, Verdict};
use model::azure::HubName;
use model::event::EventKind;
use model::sas::Token;
use model::{DeviceId, WorkspaceId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long anything that must happen may take before the test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct Gate {
    devices: HashMap<String, Identity>,
    /// The certificate by which its devices may come, DER.
    pub(crate) certificate: Mutex<Option<Vec<u8>>>,
    events: Mutex<Vec<(String, EventKind, String)>>,
    heard: Notify,
    /// Whether somebody has been asked about with the old key.
    pub(crate) asked: Notify,
    /// Whether the answer may be given.
    pub(crate) answer: Notify,
    is_old: AtomicBool,
}

#[async_trait]
impl DeviceGate for Gate {
    async fn authenticate(&self, hello: &Hello<'_>) -> Verdict {
        if let Some(hub) = hello.hub {
            return self.of_hub(hub, hello.password.unwrap_or_default());
        }
        match (hello.user_name, hello.password) {
            (Some("service"), Some(b"secret")) => Verdict::Service("test".into()),
            (Some(name), None) => match (self.devices.get(name), hello.certificate) {
                // The one certificate that this gate knows belongs to all its devices.
                (Some(identity), Some(shown))
                    if self.certificate.lock().unwrap().as_deref() == Some(shown) =>
                {
                    Verdict::Device(Identity { auth: Auth::Certificate, ..identity.clone() })
                }
                _ => Verdict::Refuse(Refusal::BadCredentials),
            },
            (Some("s/blocked"), Some(b"key")) => Verdict::Refuse(Refusal::NotAuthorized),
            (Some(name), Some(b"key")) => match self.devices.get(name) {
                Some(identity) => Verdict::Device(identity.clone()),
                None => Verdict::Refuse(Refusal::BadCredentials),
            },
            // A key that is right when it is asked about, and replaced before the answer is heard.
            (Some(name), Some(b"old key")) if !self.is_old.swap(true, Ordering::Relaxed) => {
                self.asked.notify_one();
                self.answer.notified().await;
                Verdict::Device(self.devices[name].clone())
            }
            _ => Verdict::Refuse(Refusal::BadCredentials),
        }
    }

    fn event(&self, who: &Identity, kind: EventKind, text: String) {
        self.events.lock().unwrap().push((who.external_id.to_string(), kind, text));
        self.heard.notify_waiters();
    }
}

impl Gate {
    /// Devices of the first workspace, whose key is `key`, with tokens for a hub called `localhost`.
    fn of_hub(&self, hub: &HubName, password: &[u8]) -> Verdict {
        let token = std::str::from_utf8(password).ok().and_then(|text| Token::parse(text).ok());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let known = self.devices.get(&format!("s/{}", hub.device));
        match (known, token) {
            (Some(identity), Some(token))
                if token.verify(b"key", now).is_ok() && token.is_for_device(["localhost"], &hub.device) =>
            {
                let until = Some(UNIX_EPOCH + Duration::from_secs(token.expires_s));
                Verdict::Device(Identity { auth: Auth::Token, until, ..identity.clone() })
            }
            _ => Verdict::Refuse(Refusal::BadCredentials),
        }
    }

    /// The text of the first event of this kind of this device, as soon as there is one.
    pub(crate) async fn event(&self, device: &str, kind: EventKind) -> String {
        let found = async {
            loop {
                let heard = self.heard.notified();
                let events = self.events.lock().unwrap().clone();
                if let Some(event) = events.iter().find(|(d, k, _)| d == device && *k == kind) {
                    return event.2.clone();
                }
                heard.await;
            }
        };
        match tokio::time::timeout(DEADLINE, found).await {
            Ok(text) => text,
            Err(_) => panic!("no {kind:?} of {device}: {:?}", self.events.lock().unwrap()),
        }
    }
}

pub(crate) struct TestBroker {
    pub(crate) running: Running,
    pub(crate) gate: Arc<Gate>,
    pub(crate) port: u16,
    pub(crate) cancel: CancellationToken,
}

impl TestBroker {
    pub(crate) async fn start() -> TestBroker {
        TestBroker::with(Config::default()).await
    }

    pub(crate) async fn limited(limits: Limits) -> TestBroker {
        TestBroker::with(Config { limits, ..Config::default() }).await
    }

    pub(crate) async fn with(config: Config) -> TestBroker {
        // Two workspaces with a device of the same name each, and some more.
        let names = [(1, "s", "d"), (2, "t", "d"), (1, "s", "e"), (1, "s", "f")];
        let mut devices = HashMap::new();
        for (number, (workspace, scope, name)) in names.into_iter().enumerate() {
            let identity = Identity {
                workspace: WorkspaceId(workspace),
                device: DeviceId(i32::try_from(number).unwrap()),
                scope: scope.into(),
                external_id: name.into(),
                auth: Auth::Key,
                proof: 0,
                until: None,
            };
            devices.insert(format!("{scope}/{name}"), identity);
        }
        let gate = Arc::new(Gate {
            devices,
            certificate: Mutex::default(),
            events: Mutex::default(),
            heard: Notify::new(),
            asked: Notify::new(),
            answer: Notify::new(),
            is_old: AtomicBool::new(false),
        });
        let cancel = CancellationToken::new();
        let config = Config { tcp: Some(([127, 0, 0, 1], 0).into()), ..config };
        let running = broker::start(config, gate.clone(), cancel.clone()).await.unwrap();
        let port = running.tcp_addr().unwrap().port();
        TestBroker { running, gate, port, cancel }
    }
}

impl Drop for TestBroker {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// Waits for what must come.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, what).await.expect("it never came")
}
