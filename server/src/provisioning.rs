//! What devices are told that ask the broker where they belong: the answers of the use-case, as the wire wants them.

use crate::error::chain;
use crate::gate::Gate;
use async_trait::async_trait;
use broker::{Provisioning, Registered, Registration, RegistrationProof, TurnedAway};
use domain::provisioning::{self, Proof, Refusal, Status, refusals};
use model::azure::dps::Assigned;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// How long a device waits before it asks again whether somebody has approved it, in seconds.
const RETRY_S: u32 = 3;

/// The provisioning of one server.
pub(crate) struct Desk {
    gate: Arc<Gate>,
    /// The name of the hub that devices are sent to.
    hub: String,
}

impl Desk {
    pub(crate) fn new(gate: Arc<Gate>, hub: String) -> Desk {
        Desk { gate, hub }
    }
}

#[async_trait]
impl Provisioning for Desk {
    async fn register(&self, registration: Registration<'_>) -> Registered {
        let Some(homeport) = self.gate.homeport() else { return Registered::Unavailable };
        let chain: Vec<&[u8]>;
        let proof = match registration.proof {
            RegistrationProof::Sas(token) => Proof::Sas(token),
            RegistrationProof::Certificates(certificates) => {
                chain = certificates.iter().map(Vec::as_slice).collect();
                Proof::Certificate(&chain)
            }
        };
        let asked = provisioning::Registration {
            scope: registration.scope,
            registration_id: registration.id,
            proof,
            payload: registration.payload,
            from: Some(registration.peer.ip()),
            now_ms: now_ms(),
        };
        match provisioning::register(homeport, asked).await {
            Ok(done) if done.status == Status::Assigning => Registered::Assigning { retry_after_s: RETRY_S },
            Ok(done) => Registered::Assigned(Assigned {
                hub: self.hub.clone(),
                device: done.device_id,
                created_ms: done.created_ms,
                updated_ms: done.updated_ms,
                etag: done.etag,
            }),
            Err(refusal) => told(&refusal),
        }
    }

    async fn turned_away(&self, turned: TurnedAway<'_>) {
        let Some(homeport) = self.gate.homeport() else { return };
        let refused = refusals::Refused {
            scope: turned.scope,
            registration_id: turned.id,
            reason: turned.reason,
            from: Some(turned.peer.ip()),
            now_ms: now_ms(),
        };
        if let Err(error) = refusals::note(homeport, &refused).await {
            tracing::warn!(causes = chain(&error), "that a registration was refused can't be written down");
        }
    }
}

fn told(refusal: &Refusal) -> Registered {
    let (code, message) = (refusal.error_code(), refusal.to_string());
    match refusal {
        Refusal::Malformed(_) => Registered::Refused { status: 400, code, message },
        Refusal::WrongKey => Registered::Refused { status: 401, code, message },
        Refusal::Disabled(_) | Refusal::Suspended => Registered::Disabled { code, message },
        Refusal::Full => Registered::Failed { code, message },
        Refusal::Unavailable(error) => {
            tracing::error!(causes = chain(error), "a device can't be registered");
            Registered::Unavailable
        }
    }
}

fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
