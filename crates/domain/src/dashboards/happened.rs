//! What has happened: alarms that stand open, and all that devices' logs and rules tell over a time.

use super::scene::Scene;
use crate::error::Result;
use model::alarm::Alarm;
use model::dashboard::{Happening, HappeningKind, TileData};
use std::collections::HashMap;
use store::AlarmsOf;

/// Most alarms of a tile, and most lines of a timeline.
const ALARMS_MAX: i64 = 100;
const HAPPENINGS_MAX: usize = 400;

/// The alarms of the tile's devices, how many there are of each severity, the newest of them.
pub(super) async fn alarms(scene: &Scene<'_>) -> Result<TileData> {
    let configuration = &scene.wanted.tile.configuration;
    let of = AlarmsOf {
        devices: scene.ids(),
        severities: configuration.severities.clone(),
        states: configuration.states.clone(),
        times: None,
    };
    let alarms = scene.snapshot.alarms();
    let (found, counts) = (alarms.of(&of, ALARMS_MAX).await?, alarms.counts(&of).await?);
    Ok(TileData::Alarms { alarms: found, counts })
}

/// What has happened to the tile's devices over the range, the newest first: alarms as long as they held, and their logs.
pub(super) async fn timeline(scene: &Scene<'_>) -> Result<TileData> {
    let wanted = &scene.wanted;
    let configuration = &wanted.tile.configuration;
    let times = (wanted.from_ms, wanted.to_ms);
    let of = AlarmsOf {
        devices: scene.ids(),
        severities: configuration.severities.clone(),
        states: Vec::new(),
        times: Some(times),
    };
    let alarms = scene.snapshot.alarms().of(&of, HAPPENINGS_MAX as i64).await?;
    let events = scene.snapshot.device_events().between(&scene.ids(), times, HAPPENINGS_MAX as u64).await?;
    let names: HashMap<_, _> =
        scene.devices.iter().map(|d| (d.id, (d.external_id.as_str(), d.name.as_str()))).collect();
    let mut all: Vec<Happening> = alarms.into_iter().map(of_alarm).collect();
    for (device, event) in events {
        let Some((device, name)) = names.get(&device) else { continue };
        let more = if event.count > 1 { format!(", {} times", event.count) } else { String::new() };
        let text = match event.text.as_str() {
            "" => format!("{}{more}", event.kind.label()),
            text => format!("{}: {text}{more}", event.kind.label()),
        };
        all.push(Happening {
            kind: if event.kind == model::event::EventKind::Command {
                HappeningKind::Command
            } else {
                HappeningKind::Event
            },
            at_ms: event.at_ms,
            until_ms: None,
            device: (*device).to_owned(),
            device_name: (*name).to_owned(),
            text,
            severity: None,
            alarm: None,
        });
    }
    all.sort_by_key(|happening| -happening.at_ms);
    let left_out = all.len().saturating_sub(HAPPENINGS_MAX);
    all.truncate(HAPPENINGS_MAX);
    Ok(TileData::Happenings { happenings: all, left_out })
}

fn of_alarm(alarm: Alarm) -> Happening {
    let Alarm { id, rule_name, severity, device, device_name, raised_ms, cleared_ms, why, .. } = alarm;
    Happening {
        kind: HappeningKind::Alarm,
        at_ms: raised_ms,
        until_ms: cleared_ms,
        device,
        device_name,
        text: format!("{rule_name}: {why}"),
        severity: Some(severity),
        alarm: Some(id),
    }
}
