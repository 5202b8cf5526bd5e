//! What an action tells of, with all that a body may name.

use crate::audit::time_text;
use crate::error::Result;
use crate::homeport::Homeport;
use model::action_run::Fact;
use model::device::Device;
use model::dtdl;
use model::rule::{Action, Rule};
use model::workspace::Workspace;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use store::WorkspaceTx;

/// What an action tells.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub rule: Rule,
    pub action: Action,
    /// The first of the alarms.
    pub facts: Vec<Fact>,
    /// How often it fired.
    pub count: i64,
    pub key: String,
    pub is_test: bool,
    /// Now, milliseconds since 1970.
    pub at_ms: i64,
}

impl Told {
    /// The first alarm.
    pub(super) fn first(&self) -> Option<&Fact> {
        self.facts.first()
    }

    /// All that a body may name: as people's templates know it.
    pub(super) async fn values(
        &self,
        homeport: &Homeport,
        scope: &WorkspaceTx,
        workspace: &Workspace,
    ) -> Result<Value> {
        let device = match self.first() {
            Some(fact) if !fact.device.is_empty() => scope.devices().get(&fact.device).await?,
            _ => None,
        };
        let device = match (device, self.first()) {
            (Some(device), _) => known(scope, &device).await?,
            (None, Some(fact)) => json!({"id": fact.device, "name": fact.device_name}),
            (None, None) => Value::Null,
        };
        let base = format!("{}/w/{}", homeport.origin(), workspace.slug);
        let alarms: Vec<Value> = self.facts.iter().map(one).collect();
        let alarm = alarms.first().cloned().unwrap_or_default();
        Ok(json!({
            "key": self.key,
            "test": self.is_test,
            "timestamp": time_text(self.at_ms),
            "count": self.count,
            "severity": self.rule.severity.as_str(),
            "rule": {
                "id": self.rule.id,
                "name": self.rule.name,
                "description": self.rule.description,
                "url": format!("{base}/rules/{}", self.rule.id),
            },
            "workspace": {"name": workspace.name, "slug": workspace.slug, "url": base},
            "alarms": alarms,
            "alarm": alarm,
            "url": format!("{base}/alarms"),
            "device": device,
        }))
    }
}

fn one(fact: &Fact) -> Value {
    json!({
        "id": fact.alarm,
        "device": fact.device,
        "deviceName": fact.device_name,
        "why": fact.why,
        "time": time_text(fact.at_ms),
    })
}

/// A device with its values.
async fn known(scope: &WorkspaceTx, device: &Device) -> Result<Value> {
    let twin = scope.twins().get(device.id).await?;
    let (mut template, mut components) = (None, BTreeSet::new());
    if let Some((id, _)) = &device.template {
        template = scope.templates().get(*id).await?.map(|template| template.dtmi);
        if let Some(version) = device.template_version
            && let Some(document) = scope.templates().document(*id, version).await?
        {
            components.extend(dtdl::components(&document).into_iter().map(|component| component.name));
        }
    }
    let mut telemetry = Map::new();
    for latest in scope.telemetry().latest(&[device.id]).await?.remove(&device.id).unwrap_or_default() {
        let value = json!({"value": latest.value});
        match latest.name.split_once('.') {
            Some((component, name)) if components.contains(component) => {
                let within = telemetry.entry(component).or_insert_with(|| json!({}));
                within[name] = value;
            }
            _ => drop(telemetry.insert(latest.name, value)),
        }
    }
    Ok(json!({
        "id": device.external_id,
        "etag": format!("\"{}-{}-{}\"", device.id.0, twin.desired.version, twin.cloud.version),
        "name": device.name,
        "template": template,
        "organization": device.organization.name,
        "simulated": device.simulated,
        "provisioned": device.registered_ms.is_some() || device.last_seen_ms.is_some(),
        "approved": device.approved,
        "cloudProperties": wrapped(&twin.cloud.values, &components),
        "properties": wrapped(&twin.reported.values, &components),
        "telemetry": telemetry,
    }))
}

/// Each value as `{"value": …}`, those of components below their names.
fn wrapped(values: &Map<String, Value>, components: &BTreeSet<String>) -> Value {
    let wrap = |(name, value): (&String, &Value)| match value {
        Value::Object(inner) if components.contains(name) => {
            let inner = inner.iter().filter(|(name, _)| *name != "__t");
            (name.clone(), inner.map(|(name, value)| (name.clone(), json!({"value": value}))).collect())
        }
        value => (name.clone(), json!({"value": value})),
    };
    Value::Object(values.iter().map(wrap).collect())
}
