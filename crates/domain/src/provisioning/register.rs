//! A device asks where to connect: it is made where its group lets it in, and told.

use super::judge::{Given, Things, Verdict, by_groups, by_own};
use super::models::{assign, gateway, model, unknown};
use super::refusals::{self, Refused};
use crate::devices::find;
use crate::error::Error;
use crate::gate::Wrong;
use crate::homeport::Homeport;
use crate::keys::{self, Owner};
use crate::relationships;
use model::certificate::Place;
use model::check;
use model::event::EventKind;
use model::sas::Token;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use store::{Enrolment, InsertDevice, KnownGroup, KnownScope, WorkspaceTx};

/// How often it is begun anew where the same device asks twice at once.
const ATTEMPTS: usize = 3;

/// What a device says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'a> {
    /// The ID scope.
    pub scope: &'a str,
    /// The id that it wants to connect with.
    pub registration_id: &'a str,
    /// By what it proves that it is that device.
    pub proof: Proof<'a>,
    /// What it says besides; its model, as `modelId` or `iotcModelId`, becomes its template, and it is put behind the
    /// gateway that it names as `iotcGateway.iotcGatewayId`.
    pub payload: Option<&'a Value>,
    /// Where it comes from, as far as that is known.
    pub from: Option<IpAddr>,
    /// When, in milliseconds since 1970.
    pub now_ms: i64,
}

/// By what a device proves who it is.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// By a token for `{scope}/registrations/{id}`.
    Sas(&'a Token),
    /// By certificates, DER, its own first, of which it was seen that it holds the key.
    Certificate(&'a [&'a [u8]]),
}

/// What it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The id that it connects with.
    pub device_id: String,
    /// The ID scope of its workspace.
    pub scope: String,
    /// The name of its template, where it has one.
    pub template: Option<String>,
    /// Whether it may connect.
    pub status: Status,
    /// When it first asked, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it last asked: now.
    pub updated_ms: i64,
    /// Changes with each answer.
    pub etag: String,
}

/// Whether a device that has proved who it is may connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It may.
    Assigned,
    /// Somebody must approve it first; it may ask again.
    Assigning,
}

/// Why a device is told nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// What it says of itself can't be.
    #[error("{0}")]
    Malformed(String),
    /// It has not proved who it is, or nobody knows the scope.
    #[error("Unauthorized")]
    WrongKey,
    /// It, or the group by which it comes, is shut out.
    #[error("{0}")]
    Disabled(String),
    /// The workspace has as many devices as it may have.
    #[error("The workspace has as many devices as it may have")]
    Full,
    /// The workspace is shut.
    #[error("The workspace is disabled")]
    Suspended,
    /// It can't be decided now; the device may ask again.
    #[error("It can't be decided now; try again")]
    Unavailable(#[source] Error),
}

impl Refusal {
    /// The number by which Azure's service names it; its first three digits are the status.
    pub fn error_code(&self) -> u32 {
        match self {
            Refusal::Malformed(_) => 400_004,
            Refusal::WrongKey => 401_002,
            Refusal::Disabled(_) => 403_004,
            Refusal::Full => 403_002,
            Refusal::Suspended => 403_003,
            Refusal::Unavailable(_) => 503_001,
        }
    }

    /// What a device is told that asks how it stands: `disabled`, `failed` or `unassigned`.
    pub fn status(&self) -> &'static str {
        match self {
            Refusal::Disabled(_) | Refusal::Suspended => "disabled",
            Refusal::Unavailable(_) => "unassigned",
            Refusal::Malformed(_) | Refusal::WrongKey | Refusal::Full => "failed",
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::Unavailable(error)
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Refusal {
        Refusal::Unavailable(error.into())
    }
}

/// Enrols a device: makes it where it comes for the first time by a group that is enabled, and gives it the template of
/// its model. Asked again, it answers the same.
///
/// # Errors
/// Why not. That a known device was refused stands in its log, that another one was in the list of its workspace.
pub async fn register(homeport: &Homeport, asked: Registration<'_>) -> Result<Registered, Refusal> {
    let turned = match attempts(homeport, &asked).await {
        Ok(registered) => return Ok(registered),
        Err(turned) => turned,
    };
    if let Some(reason) = &turned.untold {
        let Registration { scope, registration_id, from, now_ms, .. } = asked;
        let refused = Refused { scope, registration_id, reason, from, now_ms };
        if let Err(error) = refusals::note(homeport, &refused).await {
            tracing::warn!(%error, "that a registration was refused can't be written down");
        }
    }
    Err(turned.why)
}

/// A registration that is refused.
struct Turned {
    why: Refusal,
    /// What its owner should read, where it does not stand in the log of a device: a sentence without its end.
    untold: Option<String>,
}

impl Turned {
    fn untold(why: Refusal, reason: impl Into<String>) -> Turned {
        Turned { why, untold: Some(reason.into()) }
    }
}

impl From<Refusal> for Turned {
    fn from(why: Refusal) -> Turned {
        let untold = matches!(why, Refusal::Full).then(|| why.to_string());
        Turned { why, untold }
    }
}

impl From<Error> for Turned {
    fn from(error: Error) -> Turned {
        Refusal::from(error).into()
    }
}

impl From<store::Error> for Turned {
    fn from(error: store::Error) -> Turned {
        Refusal::from(error).into()
    }
}

async fn attempts(homeport: &Homeport, asked: &Registration<'_>) -> Result<Registered, Turned> {
    check(asked)?;
    let known = homeport.store().lookup().scope(asked.scope).await?;
    let known = known.filter(|known| known.scope == asked.scope);
    let known = known.ok_or_else(|| Turned::untold(Refusal::WrongKey, "No workspace has this ID scope"))?;
    let mut attempt = 1;
    loop {
        match once(homeport, &known, asked).await {
            // The same device asks twice at once, and the other one was quicker.
            Err(Turned { why: Refusal::Unavailable(Error::Problem(problem)), .. })
                if attempt < ATTEMPTS && problem.of_field("external_id").is_some() =>
            {
                attempt += 1;
            }
            answered => return answered,
        }
    }
}

fn check(asked: &Registration<'_>) -> Result<(), Turned> {
    let malformed = |text: String| {
        let reason = format!("The registration id can't be one: {}", text.trim_end_matches('.'));
        Turned::untold(Refusal::Malformed(text), reason)
    };
    let id = check::device_id(asked.registration_id).map_err(malformed)?;
    if id != asked.registration_id {
        return Err(malformed("A registration id has no spaces around it.".into()));
    }
    if let Proof::Sas(token) = asked.proof
        && !token.is_for_registration(asked.scope, asked.registration_id)
    {
        return Err(Turned::untold(Refusal::WrongKey, "The token is for another registration"));
    }
    Ok(())
}

async fn once(
    homeport: &Homeport,
    known: &KnownScope,
    asked: &Registration<'_>,
) -> Result<Registered, Turned> {
    let scope = homeport.store().workspace(known.workspace).await?;
    let present = scope.device_enrolments().get(asked.registration_id).await?;
    let groups = scope.enrolment_groups().known(None).await?;
    let group = match proved(homeport, known, &scope, asked, present.as_ref(), &groups).await? {
        Ok(group) => group,
        Err(why) => {
            let Some(present) = present else {
                return Err(Turned::untold(Refusal::WrongKey, why.to_string()));
            };
            let text = format!("{why}, when it asked to be provisioned.");
            return Ok(refused(scope, &present, asked, &text, Refusal::WrongKey).await?);
        }
    };
    let shut = match (&present, group) {
        _ if known.disabled => Some(Refusal::Suspended),
        (Some(present), _) if present.blocked => Some(Refusal::Disabled("The device is blocked".into())),
        (_, Some(group)) if !group.enabled => {
            Some(Refusal::Disabled(format!("The enrolment group “{}” is disabled", group.name)))
        }
        _ => None,
    };
    match (shut, &present) {
        (Some(why), Some(present)) => {
            let text = format!("{why}; it asked to be provisioned.");
            return Ok(refused(scope, present, asked, &text, why).await?);
        }
        (Some(why), None) => {
            let reason = why.to_string();
            return Err(Turned::untold(why, reason));
        }
        (None, _) => {}
    }
    Ok(admit(homeport, known, scope, asked, present, group).await?)
}

/// By which group the device has proved itself, if by one; or why it has not.
async fn proved<'g>(
    homeport: &Homeport,
    known: &KnownScope,
    scope: &WorkspaceTx,
    asked: &Registration<'_>,
    present: Option<&Enrolment>,
    groups: &'g [KnownGroup],
) -> Result<Result<Option<&'g KnownGroup>, Wrong>, Refusal> {
    let (store, id) = (homeport.store(), asked.registration_id);
    let given = match asked.proof {
        Proof::Sas(token) => Given::Token(token),
        Proof::Certificate(chain) => Given::Chain(chain),
    };
    if let Some(present) = present {
        let things = Things {
            workspace: known.workspace,
            device: present.device,
            external_id: id,
            own: present.own,
            key_encrypted: &present.key_encrypted,
            secondary_key_encrypted: present.secondary_key_encrypted.as_deref(),
        };
        match by_own(store, scope, &things, given, asked.now_ms).await? {
            Verdict::Right((), _) => return Ok(Ok(None)),
            Verdict::Spoilt(why) => return Ok(Err(why)),
            Verdict::Other => {}
        }
    }
    let groups = if present.is_some_and(|present| present.own.is_some()) { &[] } else { groups };
    Ok(match by_groups(store, known.workspace, groups, id, given, asked.now_ms)? {
        Verdict::Right(group, _) => Ok(Some(group)),
        Verdict::Spoilt(why) => Err(why),
        Verdict::Other => Err(match asked.proof {
            Proof::Sas(_) => Wrong::Key,
            Proof::Certificate(chain) => Wrong::of_chain(chain),
        }),
    })
}

/// The device is who it says, and nothing shuts it out.
async fn admit(
    homeport: &Homeport,
    known: &KnownScope,
    scope: WorkspaceTx,
    asked: &Registration<'_>,
    present: Option<Enrolment>,
    group: Option<&KnownGroup>,
) -> Result<Registered, Refusal> {
    let (id, now) = (asked.registration_id, asked.now_ms);
    let settings = scope.device_enrolments().settings().await?.ok_or(Refusal::WrongKey)?;
    let first = present.as_ref().is_none_or(|present| present.registered_ms.is_none());
    let device = match &present {
        Some(present) => present.device,
        None => make(homeport, known, &scope, asked, group).await?,
    };
    let approved = present.as_ref().is_some_and(|present| present.approved) || settings.auto_approve;
    scope.device_enrolments().set_approved(device, approved).await?;
    let number = group.map(|group| group.number);
    scope.device_enrolments().registered(device, number, now).await?;
    let moved = present
        .as_ref()
        .and_then(|present| present.group)
        .is_some_and(|had| number.is_some_and(|is| is != had));
    if moved {
        // What it is connected by belonged to the other group.
        scope.cut_off(id).await?;
    }
    if first {
        scope.refused_registrations().forget(id).await?;
    }
    let log = async |text: &str| scope.device_events().log(device, EventKind::Provisioned, text, now).await;
    if first || moved {
        let by =
            group.map_or_else(|| "what is its own".to_owned(), |group| format!("the group “{}”", group.name));
        let waits = if approved { "" } else { " It waits for somebody to approve it." };
        log(&format!("Enrolled by {by}.{waits}")).await?;
    }
    if let Some(model) = model(asked.payload).filter(|_| !present.as_ref().is_some_and(|p| p.has_template))
        && !assign(&scope, id, model).await?
    {
        log(&unknown(model)).await?;
    }
    if let Some(gateway) = gateway(asked.payload) {
        let device = find(&scope, id).await?;
        if let Err(why) = relationships::enrolled_behind(&scope, &device, gateway, now).await? {
            log(&why).await?;
        }
    }
    let after = find(&scope, id).await?;
    scope.commit().await?;
    let mut hasher = DefaultHasher::new();
    (device.0, now).hash(&mut hasher);
    Ok(Registered {
        device_id: after.external_id,
        scope: known.scope.clone(),
        template: after.template.map(|(_, name)| name),
        status: if approved { Status::Assigned } else { Status::Assigning },
        created_ms: present.and_then(|present| present.registered_ms).unwrap_or(now),
        updated_ms: now,
        etag: format!("{:016x}", hasher.finish()),
    })
}

/// Makes a device that nobody has made by hand, in the organization of the group by which it comes. Its own key is shown to nobody.
async fn make(
    homeport: &Homeport,
    known: &KnownScope,
    scope: &WorkspaceTx,
    asked: &Registration<'_>,
    group: Option<&KnownGroup>,
) -> Result<model::DeviceId, Refusal> {
    if scope.device_enrolments().is_full().await? {
        return Err(Refusal::Full);
    }
    let id = asked.registration_id;
    let organization = match group.and_then(|group| group.organization) {
        Some(organization) => organization,
        None => scope.organizations().root().await?,
    };
    let owner = Owner::Device(id, Place::Primary);
    let device = InsertDevice {
        key_encrypted: keys::seal(homeport.store(), known.workspace, owner, &keys::fresh()?),
        external_id: id.to_owned(),
        // An id may be longer than a name.
        name: id.chars().take(check::NAME_MAX).collect(),
        template: None,
        organization,
        simulated: false,
    };
    Ok(scope.devices().insert(device, asked.now_ms).await?)
}

/// Notes in the device's log that it was refused.
async fn refused(
    scope: WorkspaceTx,
    present: &Enrolment,
    asked: &Registration<'_>,
    text: &str,
    why: Refusal,
) -> Result<Registered, Refusal> {
    let events = scope.device_events();
    events.log(present.device, EventKind::SignInRefused, text, asked.now_ms).await?;
    scope.commit().await?;
    Err(why)
}
