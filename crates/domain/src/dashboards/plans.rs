//! Plans of floors: the newest values of the devices that stand on them.

use super::scene::Scene;
use crate::error::Result;
use model::dashboard::{Capability, Configuration, Source, Spotted, Tile, TileData};

/// The tile as one that asks for the devices and values that stand on its plan.
pub(super) fn asking(tile: &Tile) -> Tile {
    let spots = &tile.configuration.spots;
    let mut devices: Vec<String> = spots.iter().map(|spot| spot.device.clone()).collect();
    devices.sort();
    devices.dedup();
    let mut names: Vec<String> = spots.iter().map(|spot| spot.capability.clone()).collect();
    names.sort();
    names.dedup();
    let capability = |capability| Capability { capability, ..Capability::default() };
    let configuration = Configuration {
        source: Source::Devices(devices),
        capabilities: names.into_iter().map(capability).collect(),
        ..tile.configuration.clone()
    };
    Tile { configuration, ..tile.clone() }
}

/// The newest value at each spot, in their order.
pub(super) async fn spots(scene: &Scene<'_>) -> Result<TileData> {
    let newest = scene.newest().await?;
    let spots = scene.wanted.tile.configuration.spots.iter().map(|spot| {
        let device = scene.devices.iter().find(|device| device.external_id == spot.device);
        let capability = Capability { capability: spot.capability.clone(), ..Capability::default() };
        let (word, shown) = scene.word(&capability);
        let latest = device.and_then(|device| newest.get(&device.id));
        let latest = latest.and_then(|all| all.iter().find(|latest| latest.name == spot.capability));
        Spotted {
            name: device.map(|device| device.name.clone()),
            word,
            value: latest.map(|latest| shown.value(&latest.value)),
            at_ms: latest.map(|latest| latest.ts),
        }
    });
    Ok(TileData::Spots { spots: spots.collect() })
}
