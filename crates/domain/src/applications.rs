//! Application templates: furnishing a workspace with one, and making one of a workspace.

mod export;

pub use export::export;

use crate::access::{
    CreateDevices, ManageDashboards, ManageGroups, ManageOrganizations, ManageRules, ManageTemplates,
};
use crate::context::{Actor, Context};
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use crate::{dashboards, groups, organizations, rules, simulations, templates, workspaces};
use model::application::{
    Application, BLANK, BUILT_IN, DashboardPart, GroupPart, Name, OrganizationPart, filter_with,
};
use model::dashboard::DashboardDraft;
use model::device::NewDevice;
use model::group::{GroupDraft, What};
use model::organization::{NewOrganization, Reach};
use model::person::Person;
use model::role::BuiltIn;
use model::workspace::Workspace;
use model::{Code, OrganizationId, Problem, TemplateId, dtdl};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{Place, WorkspaceTx};

/// The file of an application that comes with the product.
///
/// # Errors
/// [`Code::Invalid`] beside `application` where there is none of this id.
pub fn built_in(id: &str) -> Result<Application> {
    let text = match id {
        "" | BLANK => include_str!("../../../data/applications/blank.json"),
        "industrial-equipment" => include_str!("../../../data/applications/industrial-equipment.json"),
        "healthcare-assets" => include_str!("../../../data/applications/healthcare-assets.json"),
        "office-building" => include_str!("../../../data/applications/office-building.json"),
        _ => {
            let known = BUILT_IN.map(|(id, ..)| id).join(", ");
            return Err(Problem::field(Code::Invalid, "application", format!("One of {known}.")).into());
        }
    };
    Ok(Application::parse(text)?)
}

/// What somebody wants a workspace furnished with: one that comes with the product, by its id, or a file.
///
/// # Errors
/// [`Code::Invalid`] with the place of each thing at fault; beside `application` where there is none of this id.
pub fn wanted(id: &str, file: &str) -> Result<Application> {
    match file.trim().is_empty() {
        true => built_in(id),
        false => Ok(Application::parse(file)?),
    }
}

/// Brings all that an application holds into a workspace, or nothing of it. Templates and organizations that are there
/// already, and are the same, stay as they are.
///
/// # Errors
/// [`Code::Invalid`] and [`Code::Taken`] with the place in the file; [`Code::LimitReached`] by the plan; [`Code::NotAllowed`]
/// where a part of it is not the asker's to make.
pub async fn apply(context: &Context, application: Application) -> Result<()> {
    let application = application.checked()?;
    let scope = may_have(context, &application)?.scope().await?;
    furnish(context, &scope, &application).await?;
    Ok(scope.commit().await?)
}

/// Whoever brings in an application may make all that it holds.
fn may_have<'a>(
    context: &'a Context,
    application: &Application,
) -> Result<crate::access::Granted<'a, ManageTemplates>> {
    let granted = context.grant::<ManageTemplates>()?;
    if !application.organizations.is_empty() {
        context.grant::<ManageOrganizations>()?;
    }
    if !application.devices.is_empty() {
        context.grant::<CreateDevices>()?;
    }
    if !application.groups.is_empty() {
        context.grant::<ManageGroups>()?;
    }
    if !application.dashboards.is_empty() {
        context.grant::<ManageDashboards>()?;
    }
    if !application.rules.is_empty() {
        context.grant::<ManageRules>()?;
    }
    Ok(granted)
}

/// Furnishes a workspace that is made in this scope by this person.
pub(crate) async fn furnish_new(
    homeport: &Homeport,
    scope: &WorkspaceTx,
    person: &Person,
    workspace: &Workspace,
    application: &Application,
) -> Result<()> {
    let application = application.clone().checked()?;
    let root = scope.organizations().root().await?;
    let root = scope.organizations().get(root).await?.ok_or_else(Error::not_found)?;
    let place = Place {
        role: BuiltIn::Administrator.role(),
        organization: model::organization::OrganizationName { id: root.id, key: root.key, name: root.name },
        reach: Reach::Everything,
        support: None,
    };
    let actor = Actor::Person(person.clone());
    let context = Context::new(homeport.clone(), workspace.clone(), actor, place);
    furnish(&context, scope, &application).await
}

/// Makes all of it in this scope.
async fn furnish(context: &Context, scope: &WorkspaceTx, application: &Application) -> Result<()> {
    let mut known = Known::default();
    for (i, part) in application.organizations.iter().enumerate() {
        let made = organization(context, scope, part, &known).await;
        known.organizations.insert(part.key.clone(), at(made, &format!("/organizations/{i}"))?);
    }
    if !application.organizations.is_empty() {
        scope.access_changed().await?;
    }
    for (i, document) in application.templates.iter().enumerate() {
        let made = templates::insert_published(context, scope, document).await;
        let family = dtdl::family(document.id()).to_owned();
        known.templates.insert(family, at(made, &format!("/templates/{i}"))?);
    }
    for (i, part) in application.devices.iter().enumerate() {
        let place = format!("/devices/{i}");
        for (external_id, name) in part.named() {
            let new = NewDevice {
                external_id,
                name,
                template: known.template(&part.template),
                organization: known.organization(part.organization.as_deref()),
            };
            at(simulations::insert(scope, context, new, part.every_ms).await, &place)?;
        }
    }
    for (i, part) in application.groups.iter().enumerate() {
        at(group(context, scope, part, &known).await, &format!("/groups/{i}"))?;
    }
    for (i, part) in application.dashboards.iter().enumerate() {
        at(dashboard(context, scope, part, &known).await, &format!("/dashboards/{i}"))?;
    }
    for (i, part) in application.rules.iter().enumerate() {
        let place = format!("/rules/{i}");
        let number = |name: &Name| known.number(name);
        let rule = at(part.with(&number).map_err(Error::from), &place)?;
        at(rules::insert(context, scope, &rule).await, &place)?;
    }
    if application.holds() != "nothing" {
        let told = json!({ "application": application.display_name, "brought": application.holds() });
        context.audited(scope, workspaces::act(context).after(told)).await?;
    }
    Ok(())
}

/// The organization of this key: the one that is there, or a new one.
async fn organization(
    context: &Context,
    scope: &WorkspaceTx,
    part: &OrganizationPart,
    known: &Known,
) -> Result<OrganizationId> {
    if let Some(there) = scope.organizations().by_key(&part.key).await? {
        return Ok(there);
    }
    let parent = known.organization(part.parent.as_deref());
    let new = NewOrganization { key: part.key.clone(), name: part.display_name.clone(), parent };
    Ok(organizations::insert(context, scope, &new).await?.id)
}

async fn group(context: &Context, scope: &WorkspaceTx, part: &GroupPart, known: &Known) -> Result<()> {
    let mut swap = |what: &What, value: &Value| {
        let name = match what {
            What::Template => Name::Template(value.as_str()?.to_owned()),
            _ => Name::Organization(value.as_str()?.to_owned()),
        };
        known.number(&name).map(Value::from)
    };
    let filter = filter_with(&part.filter, &mut swap).ok_or_else(|| {
        Problem::field(Code::Invalid, "filter", "It speaks of what the file does not hold.")
    })?;
    let draft = GroupDraft {
        name: part.display_name.clone(),
        description: part.description.clone(),
        organization: known.organization(part.organization.as_deref()),
        filter,
    };
    groups::insert(context, scope, Some(part.id.clone()), &draft).await?;
    Ok(())
}

async fn dashboard(
    context: &Context,
    scope: &WorkspaceTx,
    part: &DashboardPart,
    known: &Known,
) -> Result<()> {
    let draft = DashboardDraft {
        name: part.display_name.clone(),
        description: part.description.clone(),
        organization: known.organization(part.organization.as_deref()),
        content: Some(part.content.clone()),
        ..DashboardDraft::default()
    };
    let made = dashboards::insert(context, scope, Some(&part.id), &draft).await?;
    if part.default {
        dashboards::make_default(context, scope, &made).await?;
    }
    Ok(())
}

/// The numbers that this workspace has for the names of the file.
#[derive(Default)]
struct Known {
    templates: HashMap<String, TemplateId>,
    organizations: HashMap<String, OrganizationId>,
}

impl Known {
    fn template(&self, id: &str) -> Option<TemplateId> {
        self.templates.get(dtdl::family(id)).copied()
    }

    fn organization(&self, key: Option<&str>) -> Option<OrganizationId> {
        self.organizations.get(key?).copied()
    }

    fn number(&self, name: &Name) -> Option<i32> {
        match name {
            Name::Template(id) => self.template(id).map(|id| id.0),
            Name::Organization(key) => self.organization(Some(key)).map(|id| id.0),
            Name::Other => None,
        }
    }
}

/// What is wrong, with its place in the file before it.
fn at<T>(outcome: Result<T>, place: &str) -> Result<T> {
    outcome.map_err(|error| match error {
        Error::Problem(mut problem) => {
            for field in &mut problem.fields {
                let within = match field.field.trim_start_matches('/') {
                    "name" => "displayName",
                    "external_id" => "prefix",
                    within => within,
                };
                field.field = format!("{place}/{}", within.replace('.', "/"));
            }
            problem.into()
        }
        other => other,
    })
}
