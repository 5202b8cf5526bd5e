//! Where devices are, and where they were: by what they send, or else by what a property says.

use super::scene::Scene;
use crate::error::Result;
use model::DeviceId;
use model::dashboard::{Capability, Place, Split, TileData};
use model::device::Device;
use model::map;
use std::collections::HashMap;

/// Most places of a tile.
const PLACES_MAX: usize = 5_000;
/// Most devices whose way is drawn, and the points of each way.
const TRACKS_MAX: usize = 50;
const TRACK: usize = 300;
/// Names that are looked for where nothing is said, and no template says anything.
const USUAL: [&str; 4] = ["location", "position", "geolocation", "place"];

/// A place a device, by name, with the values that the tile wants beside it.
pub(super) async fn places(scene: &Scene<'_>) -> Result<TileData> {
    let named = scene.capabilities().iter().map(|capability| capability.capability.clone());
    let candidates: Vec<String> = named.chain(scene.places()).chain(USUAL.map(str::to_owned)).collect();
    let newest = scene.newest_of(&candidates).await?;
    let tells = |name: &str| {
        scene.is_place(name)
            || newest.values().flatten().any(|l| l.name == name && map::place(&l.value).is_some())
    };
    // Of what the tile names, one value may say where; without, the templates do.
    let (told, values): (Vec<&Capability>, Vec<&Capability>) =
        scene.capabilities().iter().partition(|capability| tells(&capability.capability));
    let mut names: Vec<String> = told.iter().map(|capability| capability.capability.clone()).collect();
    if names.is_empty() {
        names = scene.places();
        names.extend(USUAL.map(str::to_owned));
        names.sort();
        names.dedup();
    }
    let properties = scene.snapshot.twins().values(&scene.ids(), &names).await?;
    let words: Vec<_> = values.iter().map(|capability| scene.word(capability)).collect();
    let mut tracks = tracks(scene, &names).await?;
    let mut devices: Vec<&Device> = scene.devices.iter().collect();
    devices.sort_by_key(|device| device.name.to_lowercase());
    let mut places = Vec::new();
    for device in &devices {
        let latest = newest.get(&device.id).map(Vec::as_slice).unwrap_or_default();
        let sent = latest.iter().filter(|latest| names.contains(&latest.name));
        let sent = sent.filter_map(|l| Some((map::place(&l.value)?, Some(l.ts)))).max_by_key(|(_, ts)| *ts);
        let kept = || properties.get(&device.id)?.iter().find_map(|value| Some((map::place(value)?, None)));
        let Some(((lat, lon), at_ms)) = sent.or_else(kept) else { continue };
        let value = |(capability, (_, shown)): (&&Capability, &(_, model::template::Shown))| {
            let found = latest.iter().find(|latest| latest.name == capability.capability);
            found.map(|latest| shown.value(&latest.value))
        };
        places.push(Place {
            device: device.external_id.clone(),
            name: device.name.clone(),
            lat,
            lon,
            at_ms,
            values: values.iter().zip(&words).map(value).collect(),
            track: tracks.remove(&device.id).unwrap_or_default(),
        });
    }
    let nowhere = devices.len() - places.len();
    places.truncate(PLACES_MAX);
    Ok(TileData::Places { places, words: words.into_iter().map(|(word, _)| word).collect(), nowhere })
}

/// The ways of these devices over the range, where the tile wants them; of many devices they would be a tangle.
async fn tracks(scene: &Scene<'_>, names: &[String]) -> Result<HashMap<DeviceId, Vec<(f64, f64)>>> {
    let wanted = &scene.wanted;
    let mut found = HashMap::new();
    if wanted.tile.configuration.split != Split::Device || scene.devices.len() > TRACKS_MAX {
        return Ok(found);
    }
    let history = scene.snapshot.history();
    let known = history.names(names).await?;
    let pieces = history.pieces(&scene.ids(), &known, wanted.from_ms, wanted.to_ms).await?;
    let Some(mut pieces) = pieces else { return Ok(found) };
    for device in scene.ids() {
        let (values, _) = pieces.take(device, &known)?;
        let places = |values: store::telemetry::Values| {
            values.others.into_iter().filter_map(|(_, value)| map::place(&value)).collect::<Vec<_>>()
        };
        let way = values.into_iter().map(places).find(|way| way.len() > 1);
        found.insert(device, way.map(thinned).unwrap_or_default());
    }
    Ok(found)
}

/// Every so-manieth point, the last among them.
fn thinned(way: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let every = way.len().div_ceil(TRACK);
    let last = way.len().saturating_sub(1);
    way.into_iter().enumerate().filter(|(i, _)| (last - i).is_multiple_of(every)).map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_way_keeps_its_end() {
        let way: Vec<(f64, f64)> = (0..1000).map(|i| (f64::from(i) / 100.0, 0.0)).collect();
        let short = thinned(way.clone());
        assert!(short.len() <= TRACK && short.last() == way.last(), "{}", short.len());
        assert_eq!(thinned(way[..2].to_vec()), way[..2]);
        assert_eq!(thinned(Vec::new()), Vec::new());
    }
}
