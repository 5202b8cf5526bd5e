//! The device that the page is about, as all of its tabs see it: loaded once, kept current by the live stream.

use crate::api::AppError;
use crate::api::devices::get_device;
use crate::api::simulations::device_simulation;
use crate::api::templates::device_fields;
use crate::session::use_workspace;
use leptos::prelude::*;
use model::device::Device;
use model::external_id;
use model::permission::Permission;
use model::simulation::Simulation;
use model::template::{Shown, Telemetry};
use serde::{Deserialize, Serialize};

/// What the page asks for before it shows anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Loaded {
    pub device: Device,
    /// The fields of its template's version; none: it has no template.
    pub fields: Option<Vec<Telemetry>>,
    /// How its simulation stands, where Homeport plays it.
    pub simulation: Option<Simulation>,
}

/// The device with the fields of its template.
pub(super) async fn load(workspace: String, device: String) -> Result<Loaded, AppError> {
    let fields = device_fields(workspace.clone(), device.clone()).await?;
    let found = get_device(workspace.clone(), device.clone()).await?;
    let simulation = match found.simulated {
        true => device_simulation(workspace, device).await?,
        false => None,
    };
    Ok(Loaded { device: found, fields, simulation })
}

/// A device by its address: for parts that stand on other pages too.
#[derive(Clone, Copy)]
pub(super) struct Whose {
    slug: StoredValue<String>,
    id: StoredValue<String>,
}

impl Whose {
    pub(super) fn new(slug: String, id: String) -> Whose {
        Whose { slug: StoredValue::new(slug), id: StoredValue::new(id) }
    }

    /// The workspace's slug.
    pub(super) fn slug(self) -> String {
        self.slug.get_value()
    }

    /// The id that the device connects with.
    pub(super) fn id(self) -> String {
        self.id.get_value()
    }
}

/// The handle that the header and the tabs get.
#[derive(Clone, Copy)]
pub(super) struct Here {
    slug: StoredValue<String>,
    id: StoredValue<String>,
    /// The device; its `last_seen_ms` is that of loading, see [`Here::last_seen`].
    pub device: RwSignal<Device>,
    /// The fields of its template's version; none: it has no template.
    pub known: RwSignal<Option<Vec<Telemetry>>>,
    /// When its newest message arrived, moved on by the live stream.
    pub last_seen: RwSignal<Option<i64>>,
    /// How its simulation stands, where Homeport plays it.
    pub simulation: RwSignal<Option<Simulation>>,
}

impl Here {
    pub(super) fn new(slug: String, loaded: Loaded) -> Self {
        let last_seen = RwSignal::new(loaded.device.last_seen_ms);
        Here {
            slug: StoredValue::new(slug),
            id: StoredValue::new(loaded.device.external_id.clone()),
            device: RwSignal::new(loaded.device),
            known: RwSignal::new(loaded.fields),
            last_seen,
            simulation: RwSignal::new(loaded.simulation),
        }
    }

    /// The workspace's slug.
    pub(super) fn slug(self) -> String {
        self.slug.get_value()
    }

    /// The id that the device connects with.
    pub(super) fn id(self) -> String {
        self.id.get_value()
    }

    /// The device by its address.
    pub(super) fn whose(self) -> Whose {
        Whose { slug: self.slug, id: self.id }
    }

    /// The address of one of its tabs; empty: the overview.
    pub(super) fn path(self, tab: &str) -> String {
        device_path(&self.slug(), &self.id(), tab)
    }

    /// The template's telemetry; none without a template. Tracks the template.
    pub(super) fn fields(self) -> Option<Vec<Telemetry>> {
        self.known.get()
    }

    /// What people call a field, and its unit; its own name where the template doesn't know it.
    pub(super) fn words(self, field: &str) -> (String, String) {
        self.known.with(|fields| words(fields.as_deref().unwrap_or_default(), field))
    }

    /// What people call a field, and the unit in which it is shown.
    pub(super) fn shown_words(self, field: &str) -> (String, String) {
        let (name, unit) = self.words(field);
        let shown = self.shown(field).unit;
        (name, if shown.is_empty() { unit } else { shown })
    }

    /// How a field is shown; as it is sent where the template doesn't know it.
    pub(super) fn shown(self, field: &str) -> Shown {
        self.known.with(|fields| {
            let field = fields.iter().flatten().find(|known| known.name == field);
            field.map(|field| field.shown.clone()).unwrap_or_default()
        })
    }

    /// Asks again when it was last heard: events may have been missed.
    pub(super) fn catch_up(self) {
        let answer = get_device(self.slug(), self.id());
        leptos::task::spawn_local(async move {
            if let Ok(Device { last_seen_ms: Some(at), .. }) = answer.await
                && self.last_seen.try_get_untracked().is_some()
            {
                self.heard(at);
            }
        });
    }

    /// Something arrived: the header turns live.
    pub(super) fn heard(self, arrived_ms: i64) {
        if self.last_seen.get_untracked().is_none_or(|at| at < arrived_ms) {
            self.last_seen.set(Some(arrived_ms));
        }
    }
}

/// Display name and unit of a field; a component's field (`room.temperature`) is found by its last part.
pub(super) fn words(fields: &[Telemetry], path: &str) -> (String, String) {
    let last = path.rsplit('.').next().unwrap_or(path);
    match fields.iter().find(|f| f.name == path).or_else(|| fields.iter().find(|f| f.name == last)) {
        Some(field) if field.name == path => (field.display_name.clone(), field.unit.clone()),
        Some(field) => (path.to_owned(), field.unit.clone()),
        None => (path.to_owned(), String::new()),
    }
}

/// The address of a device's tab; empty: the overview.
pub(crate) fn device_path(slug: &str, device: &str, tab: &str) -> String {
    let device = external_id::in_address(device);
    match tab {
        "" => format!("/w/{slug}/devices/{device}"),
        tab => format!("/w/{slug}/devices/{device}/{tab}"),
    }
}

/// Whether the signed-in person's role allows this in the open workspace.
pub(crate) fn may(permission: Permission) -> Signal<bool> {
    let workspace = use_workspace();
    Signal::derive(move || workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(permission))))
}
