//! Lets devices into the embedded broker: the same decision as the hook of external brokers.

mod hub;

use crate::device_log::{DeviceLog, Line};
use crate::error::chain as causes;
use crate::pump::Pump;
use async_trait::async_trait;
use broker::{Auth, DeviceGate, Hello, Identity, Refusal, Verdict};
use domain::Homeport;
use domain::gate::{Admission, Proof};
pub use hub::HubNames;
use model::WorkspaceId;
use model::event::EventKind;
use model::sas::Token;
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};
use subtle::ConstantTimeEq;

/// The user name of our own services.
pub const SERVICE: &str = "service";

/// The gate of one server. Closed until [`Gate::open`]: the broker must listen before its ports are known, and the
/// use-cases need to know them.
pub struct Gate {
    homeport: OnceLock<Homeport>,
    pump: OnceLock<Pump>,
    service_password: String,
    names: HubNames,
    log: DeviceLog,
}

impl Gate {
    /// A closed gate. Services sign in with this password; devices know the hub by these names; lines for devices'
    /// logs go there.
    pub fn new(service_password: String, names: HubNames, log: DeviceLog) -> Gate {
        Gate { homeport: OnceLock::new(), pump: OnceLock::new(), service_password, names, log }
    }

    /// The use-cases, once it is open.
    pub fn homeport(&self) -> Option<&Homeport> {
        self.homeport.get()
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
        let chain: Vec<&[u8]> =
            hello.certificate.into_iter().chain(hello.issuers.iter().map(Vec::as_slice)).collect();
        let shown = match Proof::of(hello.password, hello.certificate) {
            Proof::Certificate(_) => Proof::Chain(&chain),
            shown => shown,
        };
        let auth = match shown {
            Proof::Certificate(_) | Proof::Chain(_) => Auth::Certificate,
            Proof::Password(password) if Token::is_meant(password) => Auth::Token,
            Proof::Password(_) | Proof::Nothing => Auth::Key,
        };
        let admission = match domain::gate::authenticate(homeport, user_name, shown).await {
            Ok(admission) => admission,
            Err(error) => {
                tracing::error!(causes = causes(&error), "a device can't be authenticated");
                return Verdict::Refuse(Refusal::Unavailable);
            }
        };
        let from = hello.peer.ip();
        match &admission {
            Admission::Refused { known: Some((workspace, _)), why } => {
                self.refused(*workspace, user_name, format!("{why}, from {from}."));
            }
            Admission::Blocked { workspace, .. } => {
                self.refused(*workspace, user_name, format!("The device is blocked; it tried from {from}."));
            }
            Admission::Waiting { workspace, .. } => {
                let text = format!("Nobody has approved the device yet; it tried from {from}.");
                self.refused(*workspace, user_name, text);
            }
            Admission::Disabled { workspace, .. } => {
                self.refused(
                    *workspace,
                    user_name,
                    format!("The workspace is disabled; it tried from {from}."),
                );
            }
            Admission::Device { .. } | Admission::Refused { known: None, .. } => {}
        }
        verdict_of(admission, auth)
    }

    fn refused(&self, workspace: WorkspaceId, user_name: &str, text: String) {
        if let Some((scope, device)) = user_name.split_once('/') {
            self.line(workspace, scope, device, EventKind::SignInRefused, text);
        }
    }

    fn line(&self, workspace: WorkspaceId, scope: &str, device: &str, kind: EventKind, text: String) {
        self.log.add(Line { workspace, scope: scope.into(), device: device.into(), kind, text });
    }
}

/// What the broker is told.
fn verdict_of(admission: Admission, auth: Auth) -> Verdict {
    match admission {
        Admission::Device { workspace, device, scope, external_id, proof, until_ms } => {
            let until = until_ms.map(|ms| UNIX_EPOCH + Duration::from_millis(ms.max(0).unsigned_abs()));
            let (scope, external_id) = (scope.into(), external_id.into());
            Verdict::Device(Identity { workspace, device, scope, external_id, auth, proof, until })
        }
        Admission::Refused { .. } => Verdict::Refuse(Refusal::BadCredentials),
        Admission::Blocked { .. } | Admission::Waiting { .. } | Admission::Disabled { .. } => {
            Verdict::Refuse(Refusal::NotAuthorized)
        }
    }
}

#[async_trait]
impl DeviceGate for Gate {
    async fn authenticate(&self, hello: &Hello<'_>) -> Verdict {
        if let Some(name) = hello.hub {
            return self.at_hub(name, hello).await;
        }
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
