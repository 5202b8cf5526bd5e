//! All of a workspace as one file: what its administrators take with them before it is deleted.
//!
//! A tar archive, made while it is read: settings, people, templates and devices as JSON, telemetry as CSV in parts. Nothing
//! of it is kept anywhere, and keys are not in it. Also a workspace that is shut gives it, to its own administrators.

mod tar;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::exports::{self, Download, RawExport};
use crate::homeport::Homeport;
use crate::workspaces;
use model::device::DeviceQuery;
use model::organization::Reach;
use model::role::BuiltIn;
use model::sign_on::Visitor;
use model::telemetry::{AHEAD_MS, EARLIEST_MS};
use model::{Code, Problem, TemplateId};
use serde_json::json;
use std::collections::VecDeque;

/// Devices that are listed at once.
const PAGE: i64 = 200;
/// A part of a device's telemetry has about so many bytes.
const PART: usize = 4 << 20;

/// The archive in the making.
pub struct Takeout {
    /// Its name.
    pub name: String,
    context: Context,
    templates: VecDeque<TemplateId>,
    /// How many devices were listed.
    listed: i64,
    devices: VecDeque<String>,
    now: Option<Device>,
    /// Whether the last bytes were given.
    ended: bool,
    begun: bool,
}

/// A device whose telemetry is being read.
struct Device {
    id: String,
    download: Download,
    part: u32,
}

/// Begins one.
///
/// # Errors
/// [`Code::NotFound`] for strangers; [`Code::NotAllowed`] for whoever doesn't administer the workspace.
pub async fn begin(homeport: &Homeport, who: impl Into<Visitor>, slug: &str) -> Result<Takeout> {
    let context = workspaces::open_even_shut(homeport, who, slug).await?;
    let administers = context.role.id.0 == BuiltIn::Administrator.as_str();
    if !administers || context.reach != Reach::Everything {
        let text = "Only administrators of the workspace take it with them.";
        return Err(Problem::with_detail(Code::NotAllowed, text).into());
    }
    let scope = homeport.store().workspace(context.workspace.id).await?;
    let templates = scope.templates().list().await?.into_iter().map(|template| template.id).collect();
    let name = format!("{}.tar", context.workspace.slug);
    let (devices, now) = (VecDeque::new(), None);
    Ok(Takeout { name, context, templates, listed: 0, devices, now, ended: false, begun: false })
}

impl Takeout {
    /// The next piece; none: that was all. Nobody need ask to the end.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(Some(self.about().await?));
        }
        if let Some(template) = self.templates.pop_front() {
            return Ok(Some(self.template(template).await?));
        }
        loop {
            if let Some(piece) = self.telemetry().await? {
                return Ok(Some(piece));
            }
            if let Some(device) = self.devices.pop_front() {
                self.now = self.begin_device(device).await?;
                continue;
            }
            if let Some(page) = self.page().await? {
                return Ok(Some(page));
            }
            return Ok((!std::mem::replace(&mut self.ended, true)).then(tar::end));
        }
    }

    async fn about(&self) -> Result<Vec<u8>> {
        let homeport = &self.context.homeport;
        let scope = homeport.store().workspace(self.context.workspace.id).await?;
        let allowed = scope.allowances().get().await?;
        let mut people = Vec::new();
        for (id, role, organization) in scope.memberships().list().await? {
            if let Some((person, _)) = homeport.store().people().get(id).await? {
                people.push(json!({
                    "name": person.name, "email": person.email, "role": role, "organization": organization,
                }));
            }
        }
        let workspace = json!({
            "workspace": self.context.workspace, "plan": allowed.plan, "limits": allowed.limits,
        });
        let mut piece = self.json("workspace.json", &workspace)?;
        piece.extend(self.json("people.json", &json!(people))?);
        Ok(piece)
    }

    async fn template(&self, id: TemplateId) -> Result<Vec<u8>> {
        let scope = self.context.homeport.store().workspace(self.context.workspace.id).await?;
        let Some(whole) = scope.templates().whole(id).await? else { return Ok(Vec::new()) };
        self.json(&format!("templates/{id}.json"), &json!(whole))
    }

    /// The next page of devices; none where there are no more.
    async fn page(&mut self) -> Result<Option<Vec<u8>>> {
        let scope = self.context.homeport.store().workspace(self.context.workspace.id).await?;
        let query = DeviceQuery { limit: PAGE, offset: self.listed, ..DeviceQuery::default() };
        let page = scope.devices().list(&query, self.context.now_ms).await?.items;
        if page.is_empty() {
            return Ok(None);
        }
        let name = format!("devices-{:06}.json", self.listed / PAGE + 1);
        self.listed += PAGE;
        let piece = self.json(&name, &json!(page))?;
        self.devices = page.into_iter().map(|device| device.external_id).collect();
        Ok(Some(piece))
    }

    /// A device that was deleted meanwhile is passed over.
    async fn begin_device(&self, id: String) -> Result<Option<Device>> {
        let to_ms = self.context.now_ms + AHEAD_MS;
        let ask = RawExport { device: id.clone(), from_ms: EARLIEST_MS, to_ms, zone: String::new() };
        match exports::raw(&self.context, ask).await {
            Ok(download) => Ok(Some(Device { id, download, part: 0 })),
            Err(Error::Problem(problem)) if problem.code == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The next part of the device that is being read; none where it is at its end.
    async fn telemetry(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(device) = &mut self.now else { return Ok(None) };
        let mut part = Vec::new();
        while part.len() < PART {
            match device.download.next().await? {
                Some(piece) => part.extend(piece),
                None => break,
            }
        }
        if part.is_empty() {
            self.now = None;
            return Ok(None);
        }
        device.part += 1;
        let name = format!("telemetry/{}/{:05}.csv", tar::plain(&device.id), device.part);
        Ok(Some(tar::entry(&name, &part, self.context.now_ms)))
    }

    fn json(&self, name: &str, value: &serde_json::Value) -> Result<Vec<u8>> {
        let text = serde_json::to_vec_pretty(value).map_err(|error| Error::Broken(error.to_string()))?;
        Ok(tar::entry(name, &text, self.context.now_ms))
    }
}
