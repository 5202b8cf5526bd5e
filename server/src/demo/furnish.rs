//! Sees to it that the demo's person, workspace, templates and devices are there; what is there already stays.

use super::building::{self, Simulated};
use super::device::DeviceKey;
use super::memory::Memory;
use super::weather;
use crate::error::{Error, Result};
use domain::provisioning::groups;
use domain::{Context, Homeport, dashboards, devices, platform, provision, templates, tokens, workspaces};
use model::dashboard::{Content, DashboardDraft};
use model::device::NewDevice;
use model::enrolment::{GroupKind, NewGroup, USUAL_GROUP};
use model::role::BuiltIn;
use model::template::TemplateDraft;
use model::token::{self, NewApiToken};
use model::{Code, Problem, TemplateId};

/// Who signs in to the demo.
pub(super) const EMAIL: &str = "demo@homeport.example";
const PERSON: &str = "Demo";
const WORKSPACE: &str = "Weather & buildings";
/// Three years, so that a year of readings stays for two more, in days.
const RETENTION_DAYS: i32 = 1096;
/// The device that waits for its first message: for whoever tries the demo out, and for scripts.
const WAITING: (&str, &str) = ("my-first-sensor", "My first sensor");
/// The id of the token that scripts are told.
const TOKEN: &str = "demo";
/// Signs of a password that can't be confused, typed or spoken wrongly.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What stands ready.
pub(super) struct Furnished {
    pub(super) scope: String,
    /// The primary key of the usual enrolment group.
    pub(super) group_key: String,
    pub(super) stations: Vec<DeviceKey>,
    pub(super) building: Vec<(Simulated, DeviceKey)>,
    pub(super) waiting: DeviceKey,
}

/// Makes what is missing.
pub(super) async fn furnish(homeport: &Homeport, memory: &mut Memory) -> Result<Furnished> {
    let context = open(homeport, memory).await?;
    api_token(&context, memory).await?;
    let mut stations = Vec::new();
    let station = template(&context, weather::template()).await?;
    for (code, name) in weather::STATIONS {
        stations.push(device(&context, &code.to_lowercase(), name, station, true).await?);
    }
    let mut building = Vec::new();
    for simulated in building::devices() {
        let template = template(&context, simulated.template()).await?;
        let key = device(&context, simulated.id, simulated.name, template, true).await?;
        building.push((simulated, key));
    }
    let room = template(&context, building::room_template()).await?;
    let waiting = device(&context, WAITING.0, WAITING.1, room, false).await?;
    dashboard(&context).await?;
    let scope = context.workspace.scope.clone();
    let group_key = group_key(&context).await?;
    Ok(Furnished { scope, group_key, stations, building, waiting })
}

/// The dashboard of the building, where nobody has deleted it: one that was changed stays as it is.
async fn dashboard(context: &Context) -> Result<()> {
    if !dashboards::list(context).await?.is_empty() {
        return Ok(());
    }
    let content = Content::parse(include_str!("building_health.json")).map_err(domain::Error::from)?;
    let draft = DashboardDraft {
        name: "Building health".into(),
        description: "Air, energy and water of the simulated office building".into(),
        content: Some(content),
        ..DashboardDraft::default()
    };
    dashboards::create(context, Some("building-health"), &draft).await?;
    Ok(dashboards::set_default(context, "building-health", true).await?)
}

/// The person in the workspace, both made at the first start.
async fn open(homeport: &Homeport, memory: &mut Memory) -> Result<Context> {
    let forgotten = memory.password.is_empty();
    if forgotten {
        memory.password = password()?;
        memory.keep()?;
    }
    let person = match provision::find_person(homeport, EMAIL).await? {
        Some(person) => person,
        None => provision::person(homeport, PERSON, EMAIL, &memory.password).await?,
    };
    if forgotten {
        provision::set_password(homeport, person.id, &memory.password).await?;
    }
    // Whoever tries the demo out sees the console too.
    if !person.administrator {
        platform::add_administrator(homeport, EMAIL).await?;
    }
    if !memory.workspace.is_empty() {
        match workspaces::open(homeport, person.id, &memory.workspace).await {
            Ok(context) => return Ok(context),
            Err(error) if code(&error) == Some(Code::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let workspace = workspaces::create(homeport, person.id, WORKSPACE).await?;
    let context = workspaces::open(homeport, person.id, &workspace.slug).await?;
    provision::set_retention(&context, RETENTION_DAYS).await?;
    memory.workspace = workspace.slug;
    memory.keep()?;
    Ok(context)
}

/// The key of the group that the workspace began with; where that was deleted, it is made again.
async fn group_key(context: &Context) -> Result<String> {
    groups::list(context).await?;
    match groups::keys(context, USUAL_GROUP).await {
        Ok(keys) => return Ok(keys.primary),
        Err(error) if code(&error) == Some(Code::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    let new = NewGroup { id: USUAL_GROUP.into(), ..NewGroup::named(USUAL_GROUP, GroupKind::SymmetricKey) };
    groups::create(context, &new).await?;
    Ok(groups::keys(context, USUAL_GROUP).await?.primary)
}

/// Sees to it that the remembered token is worth something.
async fn api_token(context: &Context, memory: &mut Memory) -> Result<()> {
    if let Some(secret) = token::secret_of(&memory.api_token)
        && let Ok(opened) = tokens::open(&context.homeport, secret).await
        && opened.workspace.id == context.workspace.id
    {
        return Ok(());
    }
    // A secret that was forgotten can't be shown again.
    match tokens::revoke(context, TOKEN).await {
        Ok(()) => {}
        Err(error) if code(&error) == Some(Code::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    let role = BuiltIn::Administrator.into();
    let new =
        NewApiToken { id: TOKEN.into(), name: "Demo".into(), role, organization: None, expires_ms: None };
    memory.api_token = tokens::create(context, new).await?.signature;
    memory.keep()
}

/// The template of this name.
async fn template(context: &Context, draft: TemplateDraft) -> Result<TemplateId> {
    let found = templates::list(context).await?.into_iter().find(|template| template.name == draft.name);
    Ok(match found {
        Some(template) => template.id,
        None => {
            let made = templates::create(context, &draft).await?.id;
            templates::publish(context, made, false).await?;
            made
        }
    })
}

/// The device of this id, with its key.
async fn device(
    context: &Context,
    id: &str,
    name: &str,
    template: TemplateId,
    simulated: bool,
) -> Result<DeviceKey> {
    match devices::get(context, id).await {
        Ok(_) => {}
        Err(error) if code(&error) == Some(Code::NotFound) => {
            let new = NewDevice {
                external_id: id.into(),
                name: name.into(),
                template: Some(template),
                organization: None,
            };
            if simulated {
                provision::simulated_device(context, new).await?;
            } else {
                devices::create(context, new).await?;
            }
        }
        Err(error) => return Err(error.into()),
    }
    Ok(DeviceKey { id: id.into(), key: provision::device_key(context, id).await? })
}

fn code(error: &domain::Error) -> Option<Code> {
    match error {
        domain::Error::Problem(Problem { code, .. }) => Some(*code),
        _ => None,
    }
}

/// Four groups of four signs: 80 bits of chance.
fn password() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| Error::Demo(e.to_string()))?;
    let signs: Vec<char> = bytes.iter().map(|b| char::from(SIGNS[usize::from(b % 32)])).collect();
    let groups: Vec<String> = signs.chunks(4).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}
