//! Lets devices into the embedded broker: the same decision as the hook of external brokers.

use crate::device_log::{DeviceLog, Line};
use crate::error::chain;
use crate::pump::Pump;
use async_trait::async_trait;
use broker::{Auth, DeviceGate, Hello, Identity, Refusal, Verdict};
use domain::Homeport;
use domain::gate::{Admission, Proof};
use model::WorkspaceId;
use model::event::EventKind;
use std::sync::OnceLock;
use subtle::ConstantTimeEq;

/// The user name of our own services.
pub const SERVICE: &str = "service";

/// The gate of one server. Closed until [`Gate::open`]: the broker must listen before its ports are known, and the
/// use-cases need to know them.
pub struct Gate {
    homeport: OnceLock<Homeport>,
    pump: OnceLock<Pump>,
    service_password: String,
    log: DeviceLog,
}

impl Gate {
    /// A closed gate. Services sign in with this password; lines for devices' logs go there.
    pub fn new(service_password: String, log: DeviceLog) -> Gate {
        Gate { homeport: OnceLock::new(), pump: OnceLock::new(), service_password, log }
    }

    /// Lets devices in from now on.
    pub fn open(&self, homeport: Homeport) {
        let opened = self.pump.set(Pump::new(homeport.clone())).is_ok();
        if self.homeport.set(homeport).is_err() || !opened {
            tracing::warn!("the gate was open already");
        }
    }

    async fn device(&self, user_name: &str, hello: &Hello<'_>) -> Verdict {
        let Some(homeport) = self.homeport.get() else { return Verdict::Refuse(Refusal::Unavailable) };
        let shown = Proof::of(hello.password, hello.certificate);
        let auth = match shown {
            Proof::Certificate(_) => Auth::Certificate,
            Proof::Password(_) | Proof::Nothing => Auth::Key,
        };
        match domain::gate::authenticate(homeport, user_name, shown).await {
            Ok(Admission::Device { workspace, device, scope, external_id, proof }) => {
                Verdict::Device(Identity {
                    workspace,
                    device,
                    scope: scope.into(),
                    external_id: external_id.into(),
                    auth,
                    proof,
                })
            }
            Ok(Admission::Refused { known, why }) => {
                if let Some((workspace, _)) = known {
                    self.refused(workspace, user_name, format!("{why}, from {}.", hello.peer.ip()));
                }
                Verdict::Refuse(Refusal::BadCredentials)
            }
            Ok(Admission::Blocked { workspace, .. }) => {
                let text = format!("The device is blocked; it tried from {}.", hello.peer.ip());
                self.refused(workspace, user_name, text);
                Verdict::Refuse(Refusal::NotAuthorized)
            }
            Ok(Admission::Disabled { workspace, .. }) => {
                let text = format!("The workspace is disabled; it tried from {}.", hello.peer.ip());
                self.refused(workspace, user_name, text);
                Verdict::Refuse(Refusal::NotAuthorized)
            }
            Err(error) => {
                tracing::error!(causes = chain(&error), "a device can't be authenticated");
                Verdict::Refuse(Refusal::Unavailable)
            }
        }
    }

    fn refused(&self, workspace: WorkspaceId, user_name: &str, text: String) {
        if let Some((scope, device)) = user_name.split_once('/') {
            let kind = EventKind::SignInRefused;
            self.log.add(Line { workspace, scope: scope.into(), device: device.into(), kind, text });
        }
    }
}

#[async_trait]
impl DeviceGate for Gate {
    async fn authenticate(&self, hello: &Hello<'_>) -> Verdict {
        match hello.user_name {
            Some(SERVICE) => {
                let right = self.service_password.as_bytes().ct_eq(hello.password.unwrap_or_default());
                if right.into() {
                    Verdict::Service(SERVICE.into())
                } else {
                    Verdict::Refuse(Refusal::BadCredentials)
                }
            }
            Some(user_name) => self.device(user_name, hello).await,
            None => Verdict::Refuse(Refusal::BadCredentials),
        }
    }

    fn event(&self, who: &Identity, kind: EventKind, text: String) {
        let (scope, device) = (who.scope.clone(), who.external_id.clone());
        self.log.add(Line { workspace: who.workspace, scope, device, kind, text });
    }

    fn hears_messages(&self, who: &Identity) {
        if let Some(pump) = self.pump.get() {
            pump.listening(who.workspace, who.device);
        }
    }
}
