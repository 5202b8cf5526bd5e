//! Simulated devices: making them, starting and stopping them, and what a process needs to play them.

mod play;

pub use play::{Part, part, take};

use crate::access::{CreateDevices, ManageDevices, ViewDevices};
use crate::context::Context;
use crate::devices::{self, find};
use crate::error::{Error, Result};
use model::audit::Action;
use model::device::{Device, NewDevice};
use model::event::EventKind;
use model::live::LiveEvent;
use model::simulation::{self, NewSimulated, Simulation};
use model::{Code, Problem};
use serde_json::json;
use store::WorkspaceTx;

/// So many ids are looked at at once for those that are free.
const WINDOW: u32 = 500;
/// Numbers behind a prefix that are tried at most.
const NUMBERS_MAX: u32 = 100_000;

/// Makes one with a fresh key, which is played from then on.
///
/// # Errors
/// As [`devices::create`]; also [`Code::Invalid`] beside `every_ms`, [`Code::LimitReached`] where no more devices may be made.
pub async fn create(context: &Context, new: NewDevice, every_ms: u32) -> Result<Device> {
    let scope = context.grant::<CreateDevices>()?.scope().await?;
    simulation::every(every_ms).map_err(|why| Problem::field(Code::Invalid, "every_ms", why))?;
    let made = insert(&scope, context, new, every_ms).await?;
    scope.commit().await?;
    Ok(made)
}

/// Makes several of a template, numbered, and tells their ids. All of them are made, or none.
///
/// # Errors
/// [`Code::Invalid`] by field; [`Code::LimitReached`] where no more devices may be made; [`Code::NotAllowed`].
pub async fn create_many(context: &Context, new: NewSimulated) -> Result<Vec<String>> {
    let granted = context.grant::<CreateDevices>()?;
    let new = new.checked()?;
    let scope = granted.scope().await?;
    let numbers = free_numbers(&scope, &new).await?;
    let mut made = Vec::with_capacity(numbers.len());
    for number in numbers {
        let device = NewDevice {
            external_id: format!("{}-{number}", new.prefix),
            name: format!("{} {number}", new.name.chars().take(100).collect::<String>()),
            template: Some(new.template),
            organization: None,
        };
        made.push(insert(&scope, context, device, new.every_ms).await?.external_id);
    }
    scope.commit().await?;
    Ok(made)
}

/// Makes one in this scope.
pub(crate) async fn insert(
    scope: &WorkspaceTx,
    context: &Context,
    new: NewDevice,
    every_ms: u32,
) -> Result<Device> {
    let device = devices::insert(scope, context, new, true).await?;
    scope.simulations().insert(device.id, every_ms).await?;
    Ok(device)
}

/// The least numbers that make ids which nobody has.
async fn free_numbers(scope: &WorkspaceTx, new: &NewSimulated) -> Result<Vec<u32>> {
    let (mut free, mut from) = (Vec::new(), 1);
    while free.len() < new.count as usize && from < NUMBERS_MAX {
        let window = from..from + WINDOW;
        let id = |number: u32| format!("{}-{number}", new.prefix);
        let taken = scope.devices().known(window.clone().map(id).collect()).await?;
        let missing = new.count as usize - free.len();
        free.extend(window.filter(|number| !taken.contains_key(&id(*number))).take(missing));
        from += WINDOW;
    }
    if free.len() < new.count as usize {
        let text = format!("{NUMBERS_MAX} devices have ids that begin so. Choose another beginning.");
        return Err(Problem::field(Code::Invalid, "prefix", text).into());
    }
    Ok(free)
}

/// How the simulation of a device stands; nothing where it is none of ours.
///
/// # Errors
/// [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn get(context: &Context, external_id: &str) -> Result<Option<Simulation>> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let device = find(&scope, external_id).await?;
    Ok(scope.simulations().get(device.id).await?)
}

/// Starts or stops the simulation of a device, and says how often it sends. Within seconds it is so.
///
/// # Errors
/// [`Code::Invalid`] beside `every_ms`, or where the device is a real one; [`Code::NotFound`], [`Code::NotAllowed`].
pub async fn set(context: &Context, external_id: &str, wanted: Simulation) -> Result<Simulation> {
    let scope = context.grant::<ManageDevices>()?.scope().await?;
    simulation::every(wanted.every_ms).map_err(|why| Problem::field(Code::Invalid, "every_ms", why))?;
    let device = find(&scope, external_id).await?;
    let before = scope.simulations().get(device.id).await?.ok_or_else(no_simulation)?;
    if scope.simulations().set(device.id, wanted).await? {
        let verb = match (before.running, wanted.running) {
            (false, true) => "Started by".to_owned(),
            (true, false) => "Stopped by".to_owned(),
            _ => format!("Sends every {} s from now on, says", f64::from(wanted.every_ms) / 1000.0),
        };
        let text = format!("{verb} {}.", context.actor);
        scope.device_events().log(device.id, EventKind::Simulation, &text, context.now_ms).await?;
        let told = |s: Simulation| json!({ "simulation running": s.running, "sends every ms": s.every_ms });
        let act = devices::act(Action::Update, &device).before(told(before)).after(told(wanted));
        context.audited(&scope, act).await?;
    }
    let after = scope.simulations().get(device.id).await?.ok_or_else(Error::not_found)?;
    scope.commit().await?;
    context.homeport.tell(context.workspace.id, LiveEvent::Logged { device: device.external_id });
    Ok(after)
}

fn no_simulation() -> Error {
    let text = "This device isn't played by Homeport. Whether one is, is said when it is made.";
    Problem::with_detail(Code::Invalid, text).into()
}
