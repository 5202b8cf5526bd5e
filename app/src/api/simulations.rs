//! Simulated devices, as the pages ask for them.

use super::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::device::{Device, NewDevice};
use model::simulation::{NewSimulated, Simulation};

/// Makes a device that Homeport plays, sending this often, in milliseconds.
///
/// # Errors
/// As `create_device`; also field `every_ms`; as many devices as may be.
#[server(prefix = "/api", endpoint = "create_simulated_device", input = Json)]
pub async fn create_simulated_device(
    workspace: String,
    new: NewDevice,
    every_ms: u32,
) -> Result<Device, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::simulations::create(&ctx, new, every_ms).await?)
}

/// Makes several devices that Homeport plays, and answers with their ids. Whoever wants more than fit into one step asks
/// again.
///
/// # Errors
/// Fields `prefix`, `name`, `count`, `every_ms`, `template`; as many devices as may be; a role that may not.
#[server(prefix = "/api", endpoint = "create_simulated_devices", input = Json)]
pub async fn create_simulated_devices(workspace: String, new: NewSimulated) -> Result<Vec<String>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::simulations::create_many(&ctx, new).await?)
}

/// How the simulation of a device stands; none where Homeport doesn't play it.
///
/// # Errors
/// Not found for an unknown device or a foreign workspace.
#[server(prefix = "/api", endpoint = "device_simulation", input = Json)]
pub async fn device_simulation(workspace: String, device: String) -> Result<Option<Simulation>, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::simulations::get(&ctx, &device).await?)
}

/// Starts or stops the simulation of a device, and says how often it sends; answers with what holds now.
///
/// # Errors
/// Not found, a real device, field `every_ms`, a role that may not.
#[server(prefix = "/api", endpoint = "set_simulation", input = Json)]
pub async fn set_simulation(
    workspace: String,
    device: String,
    simulation: Simulation,
) -> Result<Simulation, AppError> {
    let ctx = super::context(&workspace).await?;
    Ok(domain::simulations::set(&ctx, &device, simulation).await?)
}
