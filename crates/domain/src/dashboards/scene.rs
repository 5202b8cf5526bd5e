//! What a tile is read from: its devices, and how their values are called and measured.

use super::family;
use super::tiles::Wanted;
use super::variables;
use crate::error::Result;
use crate::groups;
use model::dashboard::{Capability, Only, Source, Word};
use model::device::Device;
use model::telemetry::Latest;
use model::template::{Shown, Telemetry, Template};
use model::{DeviceId, MetricId, TemplateId};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::{Snapshot, Whose, WorkspaceTx};

/// Most devices that a tile looks at.
pub(super) const DEVICES_MAX: u32 = 10_000;
/// How far back a value that was the newest at a past moment is looked for, in milliseconds.
const LOOK_BACK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What all tiles of a question share.
pub(super) struct Ground {
    templates: Vec<Template>,
    /// The devices to which what was chosen narrows; none: nothing was chosen.
    only: Option<HashSet<DeviceId>>,
}

impl Ground {
    pub(super) async fn read(scope: &WorkspaceTx, only: &[Only], now_ms: i64) -> Result<Ground> {
        let only = variables::devices(scope, only, now_ms).await?;
        Ok(Ground { templates: scope.templates().list().await?, only })
    }

    /// Whether something was chosen that leaves devices out.
    pub(super) fn narrows(&self) -> bool {
        self.only.is_some()
    }
}

/// What one tile is read from.
pub(super) struct Scene<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) wanted: Wanted<'a>,
    pub(super) devices: Vec<Device>,
    pub(super) now_ms: i64,
    ground: &'a Ground,
}

impl<'a> Scene<'a> {
    pub(super) async fn read(
        snapshot: &'a Snapshot,
        ground: &'a Ground,
        wanted: Wanted<'a>,
        now_ms: i64,
    ) -> Result<Scene<'a>> {
        let configuration = &wanted.tile.configuration;
        let mut devices = devices(snapshot, ground, &configuration.source, now_ms).await?;
        if let Some(only) = ground.only.as_ref().filter(|_| !configuration.ignores_variables) {
            devices.retain(|device| only.contains(&device.id));
        }
        Ok(Scene { snapshot, wanted, devices, now_ms, ground })
    }

    /// What the tile shows, in its order.
    pub(super) fn capabilities(&self) -> &'a [Capability] {
        &self.wanted.tile.configuration.capabilities
    }

    pub(super) fn ids(&self) -> Vec<DeviceId> {
        self.devices.iter().map(|device| device.id).collect()
    }

    /// How a value is called and measured here, and how it is converted.
    pub(super) fn word(&self, capability: &Capability) -> (Word, Shown) {
        let mine: Option<TemplateId> =
            self.devices.first().and_then(|device| device.template.as_ref().map(|(id, _)| *id));
        let known = |template: &'a Template| {
            template.telemetry.iter().find(|field: &&Telemetry| field.name == capability.capability)
        };
        let first = self.ground.templates.iter().filter(|template| Some(template.id) == mine);
        let field = first.chain(&self.ground.templates).find_map(known);
        let shown = field.map(|field| field.shown.clone()).unwrap_or_default();
        let label = match (capability.display_name.as_str(), field) {
            ("", Some(field)) => field.display_name.clone(),
            ("", None) => capability.capability.clone(),
            (own, _) => own.to_owned(),
        };
        let unit = match capability.unit.as_str() {
            "" => field.map(|field| field.shown_unit().to_owned()).unwrap_or_default(),
            own => own.to_owned(),
        };
        (Word { label, unit, decimals: capability.decimals.or(shown.decimals) }, shown)
    }

    /// The names under which these devices' templates let them tell where they are: telemetry.
    pub(super) fn places(&self) -> Vec<String> {
        let of = |template: &&Template| {
            let is = |device: &Device| device.template.as_ref().is_some_and(|(id, _)| *id == template.id);
            self.devices.iter().any(is)
        };
        let named = self.ground.templates.iter().filter(of).flat_map(|template| &template.telemetry);
        let mut names: Vec<String> = named.filter(|field| field.is_place()).map(|f| f.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether some template says that values of this name are places.
    pub(super) fn is_place(&self, name: &str) -> bool {
        let mut fields = self.ground.templates.iter().flat_map(|template| &template.telemetry);
        fields.any(|field| field.name == name && field.is_place())
    }

    /// The number of each value's name; none: nobody has sent a number under it.
    pub(super) async fn metrics(&self) -> Result<Vec<Option<MetricId>>> {
        let names: Vec<String> = self.capabilities().iter().map(|c| c.capability.clone()).collect();
        let known = self.snapshot.history().names(&names).await?;
        Ok((0..names.len()).map(|i| known.metric(i)).collect())
    }

    /// The newest value of each name of each device: now, or at the end of the range.
    pub(super) async fn newest(&self) -> Result<HashMap<DeviceId, Vec<Latest>>> {
        let names: Vec<String> = self.capabilities().iter().map(|c| c.capability.clone()).collect();
        self.newest_of(&names).await
    }

    /// The same of these names at least.
    pub(super) async fn newest_of(&self, names: &[String]) -> Result<HashMap<DeviceId, Vec<Latest>>> {
        if !self.wanted.past {
            return Ok(self.snapshot.telemetry().latest(&self.ids()).await?);
        }
        let history = self.snapshot.history();
        let known = history.names(names).await?;
        let times = (self.wanted.to_ms - LOOK_BACK_MS, self.wanted.to_ms);
        let metrics: BTreeMap<MetricId, &String> =
            names.iter().enumerate().filter_map(|(i, name)| Some((known.metric(i)?, name))).collect();
        let numbers: Vec<MetricId> = metrics.keys().copied().collect();
        let mut newest = HashMap::<DeviceId, Vec<Latest>>::new();
        let sums = history.sums(&self.ids(), &numbers, times, None).await?;
        for ((device, metric), sums) in sums {
            let Some((name, sum)) = metrics.get(&metric).zip(sums.last()) else { continue };
            let latest = Latest { name: (*name).clone(), value: sum.last.into(), ts: sum.t1 };
            newest.entry(device).or_default().push(latest);
        }
        self.texts(names, times, &mut newest).await?;
        Ok(newest)
    }

    /// What is no number stands elsewhere; of many devices it would be too much to look through.
    async fn texts(
        &self,
        names: &[String],
        (from_ms, to_ms): (i64, i64),
        newest: &mut HashMap<DeviceId, Vec<Latest>>,
    ) -> Result<()> {
        const LOOKED_THROUGH: usize = 20;
        const BACK_MS: i64 = 24 * 60 * 60 * 1000;
        let ids: Vec<DeviceId> = self.ids().into_iter().take(LOOKED_THROUGH).collect();
        let history = self.snapshot.history();
        let known = history.names(names).await?;
        let from_ms = from_ms.max(to_ms - BACK_MS);
        let Some(mut pieces) = history.pieces(&ids, &known, from_ms, to_ms).await? else { return Ok(()) };
        for device in ids {
            let (values, _) = pieces.take(device, &known)?;
            for (name, values) in names.iter().zip(values) {
                let all = newest.entry(device).or_default();
                if let Some((ts, value)) = values.others.into_iter().next_back()
                    && !all.iter().any(|latest| latest.name == *name && latest.ts > ts)
                {
                    all.retain(|latest| latest.name != *name);
                    all.push(Latest { name: name.clone(), value, ts });
                }
            }
        }
        Ok(())
    }
}

async fn devices(snapshot: &Snapshot, ground: &Ground, source: &Source, now_ms: i64) -> Result<Vec<Device>> {
    let devices = snapshot.devices();
    let found = match source {
        Source::All => devices.roster(&Whose::All, DEVICES_MAX).await?,
        Source::Group(id) => {
            let group = groups::find(snapshot, id).await?;
            devices.roster(&Whose::Group(&group.filter, now_ms), DEVICES_MAX).await?
        }
        Source::Devices(ids) => devices.roster(&Whose::Ids(ids), DEVICES_MAX).await?,
        Source::Template(wanted) => {
            let of = |template: &&Template| family(&template.dtmi) == family(wanted);
            let ids: Vec<TemplateId> = ground.templates.iter().filter(of).map(|t| t.id).collect();
            devices.roster(&Whose::Templates(&ids), DEVICES_MAX).await?
        }
    };
    Ok(found)
}
