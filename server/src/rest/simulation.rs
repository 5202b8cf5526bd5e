//! `/api/devices/{device}/simulation`: whether Homeport plays a simulated device, and how often it sends.

use super::devices::named;
use super::if_match::{etag_of, matched};
use super::{Body, Caller, Fault};
use axum::Json;
use axum::extract::Path;
use domain::{Context, simulations};
use http::HeaderMap;
use model::simulation::Simulation;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a simulation stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Simulation)]
pub(super) struct SimulationOut {
    /// Whether it is played; else it is stopped until somebody starts it.
    running: bool,
    /// How often it sends, in seconds.
    interval: f64,
}

/// How it should stand. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewSimulation)]
pub(super) struct SimulationIn {
    running: Option<bool>,
    /// 1 to 86400.
    interval: Option<f64>,
}

impl From<Simulation> for SimulationOut {
    fn from(simulation: Simulation) -> SimulationOut {
        let Simulation { running, every_ms } = simulation;
        SimulationOut { running, interval: f64::from(every_ms) / 1000.0 }
    }
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/simulation",
    tag = "Devices",
    summary = "How the simulation of a device stands",
    responses((status = 200, description = "As it is", body = SimulationOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<SimulationOut>, Fault> {
    Ok(Json(present(&caller, &id).await?.into()))
}

#[utoipa::path(
    patch,
    path = "/api/devices/{device}/simulation",
    tag = "Devices",
    summary = "Starts or stops the simulation of a device, and says how often it sends",
    request_body = SimulationIn,
    responses((status = 200, description = "As it is", body = SimulationOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<SimulationIn>,
) -> Result<Json<SimulationOut>, Fault> {
    let present = present(&caller, &id).await?;
    matched(&headers, Some(etag_of(&SimulationOut::from(present))))?;
    // Too large and too small alike become what is refused with what is allowed.
    let every_ms = wanted.interval.map_or(present.every_ms, |seconds| (seconds * 1000.0).round() as u32);
    let simulation = Simulation { running: wanted.running.unwrap_or(present.running), every_ms };
    let after = simulations::set(&caller, &id, simulation).await.map_err(|error| named(error, &id))?;
    Ok(Json(after.into()))
}

async fn present(context: &Context, id: &str) -> Result<Simulation, Fault> {
    let found = simulations::get(context, id).await.map_err(|error| named(error, id))?;
    found.ok_or_else(|| Fault::not_found(format!("The device “{id}” isn't played by Homeport.")))
}
