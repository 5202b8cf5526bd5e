//! What the form of a job holds, as it is typed, and what it comes to.

use model::check::Check;
use model::group::GroupId;
use model::job::{
    Batches, Devices, Doing, Every, Job, JobSchedule, JobWork, NewJob, PropertyChange, Share, Threshold,
};
use model::{Code, OrganizationId, Problem, TemplateId};
use serde_json::Value;

/// What stands in the form.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    pub name: String,
    pub description: String,
    /// `properties`, `command`, `template` or `organization`.
    pub doing: String,
    /// A line a property: `motor.speed = 3`.
    pub changes: String,
    pub cloud: bool,
    /// `motor.restart`.
    pub command: String,
    /// JSON; empty: nothing.
    pub request: String,
    /// Seconds.
    pub queue: String,
    pub template: String,
    pub organization: String,
    /// `group` or `devices`.
    pub of: String,
    pub group: String,
    pub devices: String,
    /// `all`, `number` or `percent`.
    pub batches: String,
    pub batch: String,
    pub approve: bool,
    /// `never`, `number` or `percent`.
    pub stops: String,
    pub threshold: String,
    /// `now`, or the word of an [`Every`].
    pub when: String,
    pub day: String,
    pub time: String,
    pub zone: String,
    pub until: String,
}

impl Draft {
    /// An empty one.
    pub(super) fn new() -> Draft {
        let text = |text: &str| text.to_owned();
        Draft {
            doing: text("properties"),
            queue: text("0"),
            of: text("group"),
            batches: text("all"),
            batch: text("10"),
            stops: text("never"),
            threshold: text("5"),
            when: text("now"),
            time: text("08:00"),
            zone: text("UTC"),
            ..Draft::default()
        }
    }

    /// One that does the same as a job.
    pub(super) fn of(job: &Job) -> Draft {
        let mut draft = Draft { name: format!("{} (copy)", job.name), ..Draft::new() };
        draft.description.clone_from(&job.description);
        match &job.work.doing {
            Doing::Properties { changes } => {
                draft.cloud = changes.iter().any(|change| change.cloud);
                let line = |change: &PropertyChange| {
                    format!("{} = {}", path(&change.component, &change.name), change.value)
                };
                draft.changes = changes.iter().map(line).collect::<Vec<_>>().join("\n");
            }
            Doing::Command { component, name, request, queue_s, .. } => {
                draft.doing = "command".into();
                draft.command = path(component, name);
                draft.request = request.as_ref().map(Value::to_string).unwrap_or_default();
                draft.queue = queue_s.to_string();
            }
            Doing::Template { template, .. } => {
                (draft.doing, draft.template) = ("template".into(), template.to_string());
            }
            Doing::Organization { organization } => {
                (draft.doing, draft.organization) = ("organization".into(), organization.to_string());
            }
        }
        match &job.work.devices {
            Devices::Group { group } => draft.group = group.to_string(),
            Devices::Chosen { devices } => (draft.of, draft.devices) = ("devices".into(), devices.join("\n")),
        }
        let unit = |share: Share| if share.percent { "percent" } else { "number" }.to_owned();
        if let Some(batches) = job.work.batches {
            (draft.batches, draft.batch) = (unit(batches.size), batches.size.value.to_string());
            draft.approve = batches.approve;
        }
        if let Some(threshold) = job.work.threshold {
            (draft.stops, draft.threshold) = (unit(threshold.failed), threshold.failed.value.to_string());
        }
        draft
    }

    /// The devices that are chosen; nothing where none are yet.
    pub(super) fn whom(&self) -> Option<Devices> {
        if self.of == "devices" {
            let ids =
                self.devices.split([',', ' ', '\n', '\t', ';']).map(str::trim).filter(|id| !id.is_empty());
            let devices: Vec<String> = ids.map(str::to_owned).collect();
            return (!devices.is_empty()).then_some(Devices::Chosen { devices });
        }
        (!self.group.is_empty()).then(|| Devices::Group { group: GroupId(self.group.clone()) })
    }

    /// What it comes to, and when.
    ///
    /// # Errors
    /// By field.
    pub(super) fn job(&self) -> Result<(NewJob, Option<JobSchedule>), Problem> {
        let mut check = Check::default();
        let doing = self.what(&mut check);
        let devices = self.whom();
        let field = if self.of == "devices" { "devices" } else { "group" };
        check.that(devices.is_some(), field, "Choose to which devices it is done.");
        let batches = share(&self.batches, &self.batch, "batch", &mut check);
        let threshold = share(&self.stops, &self.threshold, "cancellationThreshold", &mut check);
        let schedule = self.schedule(&mut check);
        let own = check.done();
        let (Some(doing), Some(devices)) = (doing, devices) else {
            return Err(own.err().unwrap_or_else(|| Problem::new(Code::Invalid)));
        };
        let new = NewJob {
            name: self.name.clone(),
            description: self.description.clone(),
            organization: None,
            work: JobWork {
                doing,
                devices,
                batches: batches.map(|size| Batches { size, approve: self.approve }),
                threshold: threshold.map(|failed| Threshold { failed, of_batch: false }),
            },
        };
        match (new.checked(), own) {
            (Ok(new), Ok(())) => Ok((new, schedule)),
            (Err(problem), Ok(())) | (Ok(_), Err(problem)) => Err(problem),
            (Err(mut problem), Err(own)) => {
                problem.fields.extend(own.fields);
                Err(problem)
            }
        }
    }

    fn what(&self, check: &mut Check) -> Option<Doing> {
        match self.doing.as_str() {
            "command" => {
                let request = match self.request.trim() {
                    "" => None,
                    text => check.field(
                        "request",
                        serde_json::from_str(text).map_err(|why| format!("This is no JSON: {why}.")),
                    ),
                };
                let (component, name) = parts(&self.command);
                let queue_s = self.queue.parse().unwrap_or_default();
                Some(Doing::Command { component, name, request, timeout_s: None, queue_s })
            }
            "template" => {
                let template = self.template.parse().ok().map(TemplateId);
                check.that(template.is_some(), "template", "Choose a template.");
                template.map(|template| Doing::Template { template, version: None })
            }
            "organization" => {
                let organization = self.organization.parse().ok().map(OrganizationId);
                check.that(organization.is_some(), "organization", "Choose an organization.");
                organization.map(|organization| Doing::Organization { organization })
            }
            _ => {
                let mut changes = Vec::new();
                for line in self.changes.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    let Some((path, value)) = line.split_once('=') else {
                        check.that(false, "changes", format!("“{line}” is no line like target = 21."));
                        continue;
                    };
                    let (component, name) = parts(path);
                    // What is no JSON is a text.
                    let value = value.trim();
                    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
                    changes.push(PropertyChange { component, name, value, cloud: self.cloud });
                }
                Some(Doing::Properties { changes })
            }
        }
    }

    fn schedule(&self, check: &mut Check) -> Option<JobSchedule> {
        let every = Every::from_word(&self.when)?;
        let minute = self.time.trim().split_once(':').and_then(|(hour, minute)| {
            let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        });
        check.that(minute.is_some(), "schedule.minute", "A time as 08:00.");
        check.that(!self.day.trim().is_empty(), "schedule.start", "Choose the first day.");
        let until =
            (!self.until.trim().is_empty() && every != Every::Once).then(|| self.until.trim().to_owned());
        let (start, zone) = (self.day.trim().to_owned(), self.zone.trim().to_owned());
        Some(JobSchedule { start, minute: minute?, zone, every, until, times: None })
    }
}

fn share(unit: &str, value: &str, field: &str, check: &mut Check) -> Option<Share> {
    let percent = match unit {
        "number" => false,
        "percent" => true,
        _ => return None,
    };
    let value = value.trim().parse::<u32>().ok();
    check.that(value.is_some(), field, "A whole number.");
    value.map(|value| Share { value, percent })
}

/// `motor.speed` → its component and its name.
fn parts(path: &str) -> (String, String) {
    let (component, name) = path.trim().rsplit_once('.').unwrap_or(("", path.trim()));
    (component.to_owned(), name.to_owned())
}

fn path(component: &str, name: &str) -> String {
    if component.is_empty() { name.to_owned() } else { format!("{component}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_becomes_a_job() {
        let draft = Draft {
            name: "Cooler".into(),
            changes: "target = 21\nmotor.mode = eco\n".into(),
            group: "warm".into(),
            batches: "percent".into(),
            when: "daily".into(),
            day: "2026-03-28".into(),
            ..Draft::new()
        };
        let (job, schedule) = draft.job().unwrap();
        assert_eq!(Value::Object(job.work.doing.patch()), json!({"target": 21, "motor": {"mode": "eco"}}));
        assert_eq!(job.work.batches.unwrap().size, Share { value: 10, percent: true });
        assert_eq!(schedule.unwrap().minute, 480);
        let bad = Draft {
            changes: "nonsense".into(),
            batch: "x".into(),
            time: "8".into(),
            group: String::new(),
            ..draft
        };
        let problem = bad.job().unwrap_err();
        for field in ["changes", "batch", "schedule.minute", "group"] {
            assert!(problem.of_field(field).is_some(), "{field}: {problem:?}");
        }
    }
}
