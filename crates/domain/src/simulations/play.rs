//! What a process needs that plays devices: which ones are its own, and what each connects with and can do.

use crate::devices;
use crate::error::Result;
use crate::homeport::Homeport;
use model::dtdl;
use model::simulation::Player;
use model::simulation::chance;
use std::time::Duration;
use store::Played;

/// All that is needed to play a device.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its workspace's ID scope.
    pub scope: String,
    /// What it connects with.
    pub external_id: String,
    /// Its key, base64.
    pub key: String,
    /// How often it sends.
    pub every: Duration,
    /// What it says.
    pub player: Player,
}

/// Says that this process lives for so long at least, takes up to `room` devices that nobody plays, and tells all that
/// are its own. What is not among them it must not play any more.
///
/// # Errors
/// The database's: who doesn't hear from it until the lease is over must stop.
pub async fn take(homeport: &Homeport, player: &str, lease: Duration, room: i64) -> Result<Vec<Played>> {
    let players = homeport.store().simulation_players();
    players.lives(player, lease).await?;
    let mut room = room;
    if room > 0 {
        for workspace in players.waiting().await? {
            let scope = homeport.store().workspace(workspace).await?;
            let taken = scope.simulations().take(player, room).await?;
            scope.commit().await?;
            room -= taken.cast_signed();
            if room <= 0 {
                break;
            }
        }
    }
    Ok(players.played(player).await?)
}

/// What is needed to play this device; nothing where it is gone, is stopped or has no key.
///
/// # Errors
/// The database's.
pub async fn part(homeport: &Homeport, played: &Played) -> Result<Option<Part>> {
    let scope = homeport.store().workspace(played.workspace).await?;
    let Some(external_id) = scope.devices().external_id(played.device).await? else { return Ok(None) };
    let simulation = scope.simulations().get(played.device).await?.filter(|simulation| simulation.running);
    let (Some(simulation), Some(device), Some(workspace)) =
        (simulation, scope.devices().get(&external_id).await?, scope.settings().get().await?)
    else {
        return Ok(None);
    };
    let key = match devices::opened_of(&scope, homeport, &external_id).await {
        Ok(keys) => keys.primary,
        // It was given certificates meanwhile, and proves itself by nothing that is here.
        Err(crate::Error::Problem(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let document = match (&device.template, device.template_version) {
        (Some((template, _)), Some(version)) => scope.templates().document(*template, version).await?,
        _ => None,
    };
    let capabilities = document.map(|document| dtdl::capabilities(&document)).unwrap_or_default();
    let seed = chance::seed(&format!("{}/{external_id}", workspace.scope));
    Ok(Some(Part {
        scope: workspace.scope,
        external_id,
        key,
        every: Duration::from_millis(simulation.every_ms.into()),
        player: Player::new(capabilities, seed),
    }))
}
