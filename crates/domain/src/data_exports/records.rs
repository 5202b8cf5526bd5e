//! What goes out: messages in the shape in which IoT Central exports them, with a key by which a receiver knows what comes again.

use crate::error::Result;
use model::DeviceId;
use model::data_export::{Enrichment, NewExport, Source};
use model::group::Described;
use model::telemetry::RawMessage;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{HotMessage, NotedChange, WorkspaceTx};

/// A message on its way out.
#[derive(Clone, Debug)]
pub struct Record {
    /// The same each time that it is sent.
    pub key: String,
    /// When it came or happened, milliseconds since 1970.
    pub at_ms: i64,
    /// The device; empty: it is about none.
    pub device: String,
    /// What is sent.
    pub body: Value,
}

/// What an export knows of the devices of a round.
pub(super) struct About {
    application: String,
    devices: HashMap<DeviceId, Described>,
    templates: HashMap<i32, String>,
    organizations: HashMap<i32, String>,
    group: Option<model::group::Filter>,
}

impl About {
    /// Looks up what is to be known of these devices.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn of(
        scope: &WorkspaceTx,
        export: &NewExport,
        devices: BTreeSet<DeviceId>,
        now_ms: i64,
    ) -> Result<About> {
        let ids: Vec<DeviceId> = devices.into_iter().collect();
        let wants = |of: &Enrichment| export.enrichments.values().any(|one| one == of);
        let mut about = About {
            application: scope.settings().get().await?.map(|workspace| workspace.slug).unwrap_or_default(),
            devices: scope.device_groups().described(&ids, now_ms).await?.into_iter().collect(),
            templates: HashMap::new(),
            organizations: HashMap::new(),
            group: None,
        };
        if wants(&Enrichment::Template) {
            let all = scope.templates().list().await?;
            about.templates = all.into_iter().map(|one| (one.id.0, one.name)).collect();
        }
        if wants(&Enrichment::Organization) {
            let all = scope.organizations().tree().await?;
            about.organizations = all.into_iter().map(|one| (one.id.0, one.name)).collect();
        }
        if let Some(group) = &export.narrowing.group {
            about.group = scope.device_groups().get(group).await?.map(|group| group.filter);
        }
        Ok(about)
    }

    /// Whether what happened to a device is to go out at all.
    fn concerns(&self, export: &NewExport, device: Option<&Described>) -> bool {
        let narrowing = &export.narrowing;
        let none =
            narrowing.template.is_none() && narrowing.organization.is_none() && narrowing.group.is_none();
        let Some(device) = device else { return none };
        narrowing.template.is_none_or(|template| device.template == Some(template))
            && narrowing.organization.is_none_or(|one| device.organizations.contains(&one))
            && (narrowing.group.is_none() || self.group.as_ref().is_some_and(|group| group.holds(device)))
    }

    /// The whole message around what happened.
    fn message(
        &self,
        export: &NewExport,
        device: Option<&Described>,
        at_ms: i64,
        what: (&str, Value),
    ) -> Map<String, Value> {
        let mut message = Map::new();
        let mut put = |name: &str, value: Value| message.insert(name.to_owned(), value);
        put("applicationId", json!(self.application));
        put("messageSource", json!(source(export.source)));
        if let Some(device) = device {
            put("deviceId", json!(device.external_id));
            put("templateId", json!(device.template));
        }
        put("schema", json!("default@v1"));
        put("enqueuedTime", json!(iso(at_ms)));
        put(what.0, what.1);
        put("enrichments", self.enrichments(export, device));
        message
    }

    fn enrichments(&self, export: &NewExport, device: Option<&Described>) -> Value {
        let own = |path: &str, values: &model::twin::Properties| {
            let mut steps = path.split('.');
            let first = steps.next().and_then(|step| values.get(step));
            steps.fold(first, |value, step| value.and_then(|value| value.get(step))).cloned()
        };
        let value = |enrichment: &Enrichment| match enrichment {
            Enrichment::Text { value } => Some(json!(value)),
            Enrichment::Property { path } => own(path, &device?.reported),
            Enrichment::CloudProperty { path } => own(path, &device?.cloud),
            Enrichment::DeviceName => Some(json!(device?.name)),
            Enrichment::Organization => {
                self.organizations.get(&device?.organizations.first()?.0).map(|name| json!(name))
            }
            Enrichment::Template => self.templates.get(&device?.template?.0).map(|name| json!(name)),
        };
        let all: BTreeMap<&String, Value> =
            export.enrichments.iter().filter_map(|(name, one)| Some((name, value(one)?))).collect();
        json!(all)
    }

    /// A message of a device; nothing where it is not to go out.
    pub(super) fn telemetry(&self, export: &NewExport, message: &HotMessage) -> Option<Record> {
        let key = format!("{}-{}-{:016x}", message.device, message.ts, message.seq);
        let parts = Parts {
            ts: message.ts,
            fields: message.fields.iter().collect(),
            properties: &message.properties,
            component: message.component.as_deref(),
        };
        self.measured(export, message.device, key, message.arrived_ms, parts)
    }

    /// A message of the past; nothing where it is not to go out.
    pub(super) fn past(&self, export: &NewExport, device: DeviceId, message: &RawMessage) -> Option<Record> {
        // Of the past times and values are kept: they are what tells messages apart.
        let text = serde_json::to_string(&message.fields).unwrap_or_default();
        let hash = <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes());
        let hash: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let parts = Parts {
            ts: message.ts,
            fields: message.fields.iter().collect(),
            properties: &message.properties,
            component: message.component.as_deref(),
        };
        let at_ms = message.arrived_ms.unwrap_or(message.ts);
        self.measured(export, device, format!("{device}-{}-past-{hash}", message.ts), at_ms, parts)
    }

    fn measured(
        &self,
        export: &NewExport,
        id: DeviceId,
        key: String,
        at_ms: i64,
        parts: Parts<'_>,
    ) -> Option<Record> {
        let device = self.devices.get(&id).filter(|device| self.concerns(export, Some(device)))?;
        let metrics = &export.narrowing.metrics;
        let mut telemetry = Map::new();
        for (path, value) in parts.fields {
            if metrics.is_empty() || metrics.contains(path) {
                telemetry.insert(path.clone(), value.clone());
            }
        }
        if telemetry.is_empty() && !metrics.is_empty() {
            return None;
        }
        let mut message = self.message(export, Some(device), at_ms, ("telemetry", Value::Object(telemetry)));
        message.insert("messageProperties".into(), json!(parts.properties));
        message.insert("timestamp".into(), json!(iso(parts.ts)));
        if let Some(component) = parts.component {
            message.insert("component".into(), json!(component));
        }
        message.insert("messageId".into(), json!(key));
        Some(Record { key, at_ms, device: device.external_id.clone(), body: Value::Object(message) })
    }

    /// Something else that happened; nothing where it is not to go out.
    pub(super) fn change(&self, export: &NewExport, change: &NotedChange) -> Option<Record> {
        let device = change.device.and_then(|device| self.devices.get(&device));
        // A device that is gone is still told of by what was noted of it.
        let gone = change.device.is_some() && device.is_none();
        let concerns = match gone && export.source == Source::Lifecycle {
            true => {
                let narrowing = &export.narrowing;
                let same = |name: &str, wanted: Option<i32>| {
                    wanted.is_none_or(|one| change.body[name] == json!(one))
                };
                narrowing.group.is_none()
                    && same("templateId", narrowing.template.map(|one| one.0))
                    && same("organization", narrowing.organization.map(|one| one.0))
            }
            false => self.concerns(export, device),
        };
        if !concerns || (gone && export.source != Source::Lifecycle) {
            return None;
        }
        let what = match export.source {
            Source::Properties => ("properties", properties(&change.body)),
            Source::Alarms => ("alarm", change.body.clone()),
            Source::Lifecycle => ("device", change.body.clone()),
            _ => ("details", change.body.clone()),
        };
        let key = format!("c-{}", change.id);
        let mut message = self.message(export, device, change.at_ms, what);
        message.insert("messageType".into(), json!(change.kind));
        message.insert("messageId".into(), json!(key));
        if gone {
            message.insert("deviceId".into(), change.body["deviceId"].clone());
        }
        let name = message.get("deviceId").and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Record { key, at_ms: change.at_ms, device: name, body: Value::Object(message) })
    }
}

struct Parts<'a> {
    ts: i64,
    fields: Vec<(&'a String, &'a Value)>,
    properties: &'a BTreeMap<String, String>,
    component: Option<&'a str>,
}

/// As IoT Central lists them; what is in a component says so.
fn properties(changed: &Value) -> Value {
    let mut all = Vec::new();
    for (name, value) in changed.as_object().into_iter().flatten() {
        match value.as_object().filter(|inner| inner.get("__t").is_some_and(|mark| mark == "c")) {
            Some(inner) => {
                let inner = inner.iter().filter(|(name, _)| *name != "__t");
                all.extend(inner.map(|(own, value)| json!({"component": name, "name": own, "value": value})));
            }
            None => all.push(json!({"name": name, "value": value})),
        }
    }
    Value::Array(all)
}

/// The word for it in messages.
fn source(of: Source) -> &'static str {
    match of {
        Source::Telemetry => "telemetry",
        Source::Properties => "properties",
        Source::Connectivity => "deviceConnectivity",
        Source::Lifecycle => "deviceLifecycle",
        Source::Alarms => "alarms",
        Source::Audit => "audit",
    }
}

fn iso(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
}
