//! Rows of a file as devices, by the mapping that was chosen.

use super::cell;
use crate::error::Result;
use model::check;
use model::device::{Device, NewDevice};
use model::export::unguarded;
use model::import::{DeviceMapping, DevicePreview, RowProblem, ValueKind};
use model::organization::{DEPTH_MAX, Organization};
use model::template::Template;
use model::{OrganizationId, TemplateId};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use store::{Whose, WorkspaceTx};

/// What a row is.
pub(super) enum Read {
    /// A device that is to be made; whether it is simulated.
    New(NewDevice, bool),
    /// A device that is there, just so.
    There,
    /// What is wrong with it.
    Wrong(Vec<RowProblem>),
}

/// What rows are read by.
pub(super) struct DevicePlan {
    pub(super) mapping: DeviceMapping,
    titles: Vec<String>,
    templates: Vec<Template>,
    /// Where devices may belong: where whoever imports them does, and below.
    organizations: Vec<Organization>,
    /// Devices of this part of the file that are there already.
    known: HashMap<String, Device>,
    /// Ids of this part of the file.
    met: HashSet<String>,
}

impl DevicePlan {
    /// Reads by this mapping a file whose columns have these titles.
    pub(super) async fn new(
        scope: &WorkspaceTx,
        mapping: DeviceMapping,
        titles: Vec<String>,
        within: OrganizationId,
    ) -> Result<DevicePlan> {
        let templates = scope.templates().list().await?;
        let organizations = match mapping.belongs {
            Some(_) => at_and_below(scope.organizations().tree().await?, within),
            None => Vec::new(),
        };
        let (known, met) = (HashMap::new(), HashSet::new());
        Ok(DevicePlan { mapping, titles, templates, organizations, known, met })
    }

    /// Begins a part of the file: looks up which of its devices are there.
    pub(super) async fn meet(
        &mut self,
        scope: &WorkspaceTx,
        rows: impl Iterator<Item = &[String]>,
    ) -> Result<()> {
        let ids: Vec<String> = rows.map(|cells| self.cell(cells, Some(self.mapping.id)).to_owned()).collect();
        let most = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let known = scope.devices().roster(&Whose::Ids(&ids), most).await?;
        self.known = known.into_iter().map(|device| (device.external_id.clone(), device)).collect();
        self.met.clear();
        Ok(())
    }

    /// What a row is.
    pub(super) fn read(&mut self, cells: &[String]) -> Read {
        let mut problems = Vec::new();
        let id = self.cell(cells, Some(self.mapping.id));
        let external_id = match check::device_id(id) {
            Ok(id) => id,
            Err(why) => {
                problems.push(self.wrong(Some(self.mapping.id), said(id), why));
                String::new()
            }
        };
        let named = self.cell(cells, self.mapping.name);
        let name = if named.is_empty() { Ok(external_id.clone()) } else { check::name(named) };
        let name = name.unwrap_or_else(|why| {
            problems.push(self.wrong(self.mapping.name, said(named), why));
            String::new()
        });
        let template = self.template(cells).unwrap_or_else(|problem| {
            problems.push(*problem);
            None
        });
        let organization = self.organization(cells).unwrap_or_else(|problem| {
            problems.push(*problem);
            None
        });
        let simulated = self.cell(cells, self.mapping.simulated);
        let simulated = cell::read(simulated, ValueKind::Boolean, false).unwrap_or_else(|(what, allowed)| {
            problems.push(self.wrong(self.mapping.simulated, what, allowed.to_owned()));
            None
        });
        let simulated = simulated.is_some_and(|value| value == Value::Bool(true));
        if problems.is_empty() && !self.met.insert(external_id.clone()) {
            let text = "Another row of the file has this id.".to_owned();
            problems.push(self.wrong(Some(self.mapping.id), text, "Each id once.".to_owned()));
        }
        if let (true, Some(known)) = (problems.is_empty(), self.known.get(&external_id)) {
            let same = (named.is_empty() || known.name == name)
                && (organization.is_none() || Some(known.organization.id) == organization)
                && (template.is_none() || known.template.as_ref().map(|(id, _)| *id) == template)
                && (self.mapping.simulated.is_none() || known.simulated == simulated);
            if same {
                return Read::There;
            }
            let text = "A device of this id is there already, and is another one.".to_owned();
            let allowed = "An id that is free; what is there is not changed by a file.".to_owned();
            problems.push(self.wrong(Some(self.mapping.id), text, allowed));
        }
        match problems.is_empty() {
            true => Read::New(NewDevice { external_id, name, template, organization }, simulated),
            false => Read::Wrong(problems),
        }
    }

    /// A row as it is looked at before anything is made.
    pub(super) fn shown(&mut self, row: i64, cells: &[String]) -> DevicePreview {
        let text = |column: Option<usize>| self.cell(cells, column).chars().take(200).collect::<String>();
        let (id, name) = (text(Some(self.mapping.id)), text(self.mapping.name));
        let mut shown = DevicePreview {
            row,
            name: if name.is_empty() { id.clone() } else { name },
            id,
            template: text(self.mapping.template),
            organization: text(self.mapping.belongs),
            simulated: false,
            there: false,
            problems: Vec::new(),
        };
        match self.read(cells) {
            Read::Wrong(problems) => shown.problems = problems,
            Read::There => shown.there = true,
            Read::New(new, simulated) => {
                let of = |id| self.templates.iter().find(|template| template.id == id);
                shown.template = new.template.and_then(of).map(|t| t.name.clone()).unwrap_or_default();
                let of = |id| self.organizations.iter().find(|organization| organization.id == id);
                shown.organization =
                    new.organization.and_then(of).map(|o| o.name.clone()).unwrap_or_default();
                shown.simulated = simulated;
            }
        }
        shown
    }

    /// The template of a row, by its identifier, by one of its versions' or by its name.
    fn template(&self, cells: &[String]) -> std::result::Result<Option<TemplateId>, Box<RowProblem>> {
        let told = self.cell(cells, self.mapping.template);
        if told.is_empty() {
            return Ok(self.mapping.all_of);
        }
        let family = |dtmi: &str| dtmi.split(';').next().unwrap_or_default().to_owned();
        let by_dtmi =
            || self.templates.iter().find(|t| told.starts_with("dtmi:") && family(&t.dtmi) == family(told));
        let named = |t: &&Template| t.name.to_lowercase() == told.to_lowercase();
        let found = self.templates.iter().find(|t| t.dtmi == told).or_else(by_dtmi);
        let found = found.or_else(|| self.templates.iter().find(named));
        let problem = match found {
            Some(template) if template.version.is_some() => return Ok(Some(template.id)),
            Some(_) => "This template isn't published yet.".to_owned(),
            None => said(told),
        };
        let allowed = "The identifier or the name of a published template.".to_owned();
        Err(Box::new(self.wrong(self.mapping.template, problem, allowed)))
    }

    /// The organization of a row, by its key or by its name; none where nothing is said.
    fn organization(&self, cells: &[String]) -> std::result::Result<Option<OrganizationId>, Box<RowProblem>> {
        let told = self.cell(cells, self.mapping.belongs);
        if told.is_empty() {
            return Ok(None);
        }
        let mut named = self.organizations.iter().filter(|o| o.name.to_lowercase() == told.to_lowercase());
        let by_key = self.organizations.iter().find(|o| o.key == told);
        let problem = match (by_key, named.next(), named.next()) {
            (Some(organization), ..) | (None, Some(organization), None) => return Ok(Some(organization.id)),
            (None, Some(_), Some(_)) => format!("Several organizations are called “{told}”."),
            (None, None, _) => said(told),
        };
        let allowed = "The key or the name of an organization that you see.".to_owned();
        Err(Box::new(self.wrong(self.mapping.belongs, problem, allowed)))
    }

    fn cell<'a>(&self, cells: &'a [String], column: Option<usize>) -> &'a str {
        let cell = column.and_then(|column| cells.get(column)).map_or("", String::as_str);
        unguarded(cell.trim())
    }

    pub(super) fn wrong(&self, column: Option<usize>, problem: String, allowed: String) -> RowProblem {
        let title = column.and_then(|column| self.titles.get(column)).cloned().unwrap_or_default();
        RowProblem { column: title, problem, allowed }
    }
}

/// Those of a tree that are this one or hang below it.
fn at_and_below(tree: Vec<Organization>, top: OrganizationId) -> Vec<Organization> {
    let parents: HashMap<OrganizationId, OrganizationId> =
        tree.iter().filter_map(|o| Some((o.id, o.parent?))).collect();
    let within = |id: OrganizationId| {
        let mut up = std::iter::successors(Some(id), |id| parents.get(id).copied()).take(DEPTH_MAX + 1);
        up.any(|id| id == top)
    };
    tree.into_iter().filter(|organization| within(organization.id)).collect()
}

fn said(cell: &str) -> String {
    match cell {
        "" => "The cell is empty.".to_owned(),
        cell => format!("“{}” can't be it.", cell.chars().take(60).collect::<String>()),
    }
}
