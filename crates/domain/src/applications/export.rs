//! An application of what a workspace holds: templates as they are published, simulated devices, groups, dashboards and rules.

use crate::access::{ManageTemplates, ViewDevices, ViewGroups, ViewRules};
use crate::context::Context;
use crate::error::Result;
use model::application::{
    Application, DEVICES_MAX, DashboardPart, DevicesPart, GroupPart, OrganizationPart, PARTS_MAX, RulePart,
    TEMPLATES_MAX, filter_with, target_with,
};
use model::group::What;
use model::{Code, OrganizationId, Problem, TemplateId};
use serde_json::Value;
use std::collections::HashMap;
use store::{PlayedDevice, WorkspaceTx};

/// What whoever asks sees of the workspace, as an application of this name. Of devices only those that are simulated stand in
/// it, and of rules not whom they tell; what one person keeps for themselves is left out.
///
/// # Errors
/// [`Code::Invalid`] beside `name` and `description`, or where the workspace holds more than an application may;
/// [`Code::NotAllowed`].
pub async fn export(context: &Context, name: &str, description: &str) -> Result<Application> {
    let scope = context.grant::<ManageTemplates>()?.scope().await?;
    context.grant::<ViewDevices>()?;
    let mut made = Application::named(name, description);
    let names = Names::of(&scope, &mut made).await?;
    made.devices = devices(&scope, &names).await?;
    if context.grant::<ViewGroups>().is_ok() {
        made.groups = groups(&scope, &names).await?;
    }
    made.dashboards = dashboards(&scope, &names).await?;
    if context.grant::<ViewRules>().is_ok() {
        made.rules = rules(&scope, &names).await?;
    }
    // Fields of the form that asks are called otherwise than places in a file.
    Ok(made.checked().map_err(|mut problem| {
        for field in &mut problem.fields {
            field.field = match field.field.as_str() {
                "/displayName" => "name".into(),
                "/description" => "description".into(),
                _ => std::mem::take(&mut field.field),
            };
        }
        problem
    })?)
}

/// What stands in a file for the workspace's numbers.
struct Names {
    templates: HashMap<TemplateId, String>,
    organizations: HashMap<OrganizationId, String>,
}

impl Names {
    /// Puts templates and organizations into the file.
    async fn of(scope: &WorkspaceTx, made: &mut Application) -> Result<Names> {
        let documents = scope.templates().documents().await?;
        if documents.len() > TEMPLATES_MAX {
            return Err(too_many("templates", TEMPLATES_MAX));
        }
        let mut names = Names { templates: HashMap::new(), organizations: HashMap::new() };
        for (id, document) in documents {
            names.templates.insert(id, model::dtdl::family(document.id()).to_owned());
            made.templates.push(document);
        }
        // The highest one is whoever's brings the file in.
        for node in scope.organizations().tree().await?.into_iter().skip(1) {
            let parent = node.parent.and_then(|parent| names.organizations.get(&parent).cloned());
            names.organizations.insert(node.id, node.key.clone());
            made.organizations.push(OrganizationPart { key: node.key, display_name: node.name, parent });
        }
        Ok(names)
    }

    /// The key of one; none for the highest.
    fn key(&self, organization: OrganizationId) -> Option<String> {
        self.organizations.get(&organization).cloned()
    }

    fn name(&self, of: &str, value: &Value) -> Option<Value> {
        let number = i32::try_from(value.as_i64()?).ok()?;
        let name = match of {
            "template" => self.templates.get(&TemplateId(number)),
            _ => self.organizations.get(&OrganizationId(number)),
        };
        name.map(|name| Value::from(name.as_str()))
    }
}

async fn devices(scope: &WorkspaceTx, names: &Names) -> Result<Vec<DevicesPart>> {
    let played = scope.simulations().played(DEVICES_MAX + 1).await?;
    if played.len() > DEVICES_MAX as usize {
        return Err(too_many("simulated devices", DEVICES_MAX as usize));
    }
    let mut singles: Vec<DevicesPart> =
        played.into_iter().filter_map(|device| single(device, names)).collect();
    singles.sort_by(|a, b| (&a.prefix, a.first).cmp(&(&b.prefix, b.first)));
    let mut parts: Vec<DevicesPart> = Vec::new();
    for one in singles {
        match parts.last_mut() {
            Some(last) if goes_on(last, &one) => last.count += 1,
            _ => parts.push(one),
        }
    }
    Ok(parts)
}

/// A device by itself: numbered where its id and its name end with the same number.
fn single(device: PlayedDevice, names: &Names) -> Option<DevicesPart> {
    let template = names.templates.get(&device.template)?.clone();
    let numbered = device.external_id.rsplit_once('-').and_then(|(prefix, number)| {
        let first: u32 = number.parse().ok()?;
        let name = device.name.strip_suffix(&format!(" {number}"))?;
        let same = first.to_string() == number && !prefix.is_empty() && !name.is_empty();
        same.then(|| (prefix.to_owned(), name.to_owned(), first))
    });
    let (prefix, display_name, first) = match numbered {
        Some((prefix, name, first)) => (prefix, name, Some(first)),
        None => (device.external_id, device.name, None),
    };
    let organization = names.key(device.organization);
    Some(DevicesPart {
        template,
        prefix,
        display_name,
        first,
        count: 1,
        every_ms: device.every_ms,
        organization,
    })
}

/// Whether a device is the next one of a row.
fn goes_on(row: &DevicesPart, one: &DevicesPart) -> bool {
    let next = row.first.map(|first| first + row.count);
    next.is_some()
        && next == one.first
        && (&row.template, &row.prefix, &row.display_name, row.every_ms, &row.organization)
            == (&one.template, &one.prefix, &one.display_name, one.every_ms, &one.organization)
}

/// Groups that speak of nothing but what stands in the file.
async fn groups(scope: &WorkspaceTx, names: &Names) -> Result<Vec<GroupPart>> {
    let most = i64::try_from(PARTS_MAX).unwrap_or(i64::MAX);
    let page = scope.device_groups().list("", 0, most).await?;
    if page.total > most {
        return Err(too_many("device groups", PARTS_MAX));
    }
    let mut swap = |what: &What, value: &Value| match what {
        What::Template => names.name("template", value),
        _ => names.name("organization", value),
    };
    let part = page.items.into_iter().filter_map(|group| {
        Some(GroupPart {
            filter: filter_with(&group.filter, &mut swap)?,
            organization: names.key(group.organization.id),
            id: group.id,
            display_name: group.name,
            description: group.description,
        })
    });
    Ok(part.collect())
}

async fn dashboards(scope: &WorkspaceTx, names: &Names) -> Result<Vec<DashboardPart>> {
    let repository = scope.dashboards(None).await?;
    let listed = repository.list().await?;
    let shared: Vec<_> = listed.into_iter().filter(|about| !about.personal).collect();
    if shared.len() > PARTS_MAX {
        return Err(too_many("dashboards", PARTS_MAX));
    }
    let mut parts = Vec::with_capacity(shared.len());
    for about in shared {
        let Some(dashboard) = repository.get(&about.id).await? else { continue };
        parts.push(DashboardPart {
            id: about.id,
            display_name: about.name,
            description: about.description,
            organization: about.organization.and_then(|organization| names.key(organization.id)),
            default: about.is_default,
            content: dashboard.content,
        });
    }
    Ok(parts)
}

/// Rules of all, of templates, organizations and groups; those of single devices are of this workspace alone.
async fn rules(scope: &WorkspaceTx, names: &Names) -> Result<Vec<RulePart>> {
    let rules = scope.rules().list().await?;
    if rules.len() > PARTS_MAX {
        return Err(too_many("rules", PARTS_MAX));
    }
    let part = rules.into_iter().filter_map(|rule| {
        let definition = serde_json::to_value(&rule.definition).ok()?;
        if definition["target"]["of"] == "devices" {
            return None;
        }
        Some(RulePart {
            definition: target_with(&definition, |of, value| names.name(of, value))?,
            display_name: rule.name,
            description: rule.description,
            severity: rule.severity,
            enabled: rule.enabled,
        })
    });
    Ok(part.collect())
}

fn too_many(what: &str, most: usize) -> crate::Error {
    let text = format!("An application holds at most {most} {what}; this workspace has more.");
    Problem::with_detail(Code::Invalid, text).into()
}
