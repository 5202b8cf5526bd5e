//! Jobs: the same done to many devices, in batches, once or again and again, with what became of each.

mod schedule;

pub use schedule::{Every, JobSchedule};

use crate::check::{self, Check};
use crate::command::{self, NewRun};
use crate::group::GroupId;
use crate::id::{OrganizationId, TemplateId};
use crate::organization::OrganizationName;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// Longest id of a job, in characters.
pub const ID_MAX: usize = 64;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 300;
/// Most devices of a job.
pub const DEVICES_MAX: usize = 100_000;
/// Most devices that are chosen one by one.
pub const CHOSEN_MAX: usize = 10_000;
/// Most properties that a job changes.
pub const CHANGES_MAX: usize = 50;
/// Most jobs of a workspace that are not over.
pub const UNFINISHED_MAX: i64 = 50;
/// So many jobs of a workspace are kept; older ones that are over are forgotten.
pub const KEPT_MAX: i64 = 500;
/// Most schedules of a workspace.
pub const SCHEDULES_MAX: i64 = 100;
/// Longest time for which a command waits for its device, in seconds: a week.
pub const QUEUE_S_MAX: u32 = 7 * 24 * 3600;

/// By what a job, or a schedule of jobs, is known in its workspace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub String);

impl JobId {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be one: ASCII letters, digits and `- _ .`, at most [`ID_MAX`].
    ///
    /// # Errors
    /// What is allowed.
    pub fn checked(&self) -> Result<JobId, String> {
        let id = self.0.trim();
        let signs = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        match !id.is_empty() && id.len() <= ID_MAX && id.chars().all(signs) {
            true => Ok(JobId(id.to_owned())),
            false => Err(format!("Letters, digits and - _ . are allowed, at most {ID_MAX}.")),
        }
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A property that a job changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PropertyChange {
    /// Of which component; empty: of the device itself.
    #[serde(default)]
    pub component: String,
    /// Its name.
    pub name: String,
    /// Its new value; null takes it away.
    pub value: Value,
    /// Whether it is a cloud property. A device's template decides; where it says otherwise, the device is not changed.
    #[serde(default)]
    pub cloud: bool,
}

/// What is done to each device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Doing {
    /// Properties are changed.
    Properties {
        /// Which, and to what.
        changes: Vec<PropertyChange>,
    },
    /// A command is run.
    Command {
        /// Of which component; empty: of the device itself.
        #[serde(default)]
        component: String,
        /// Its name.
        name: String,
        /// What it is given; none: nothing.
        #[serde(default)]
        request: Option<Value>,
        /// How long a device may take to answer, in seconds.
        #[serde(default)]
        timeout_s: Option<u32>,
        /// How long the command waits for a device that is not connected, in seconds; 0: it fails at once.
        #[serde(default)]
        queue_s: u32,
    },
    /// Devices of this template live by a version of it.
    Template {
        /// The template.
        template: TemplateId,
        /// The version; none: the newest that is published when the device's turn comes.
        #[serde(default)]
        version: Option<i32>,
    },
    /// Devices move to an organization.
    Organization {
        /// Which.
        organization: OrganizationId,
    },
}

impl Doing {
    /// What people read of it.
    pub fn label(&self) -> &'static str {
        match self {
            Doing::Properties { .. } => "Change properties",
            Doing::Command { .. } => "Run a command",
            Doing::Template { .. } => "Move to a template version",
            Doing::Organization { .. } => "Move to an organization",
        }
    }

    /// The run of a command that each device gets; nothing where it is none.
    pub fn run(&self) -> Option<NewRun> {
        let Doing::Command { component, name, request, timeout_s, queue_s } = self else { return None };
        Some(NewRun {
            component: component.clone(),
            name: name.clone(),
            request: request.clone(),
            timeout_s: *timeout_s,
            connect_s: 0,
            queue_s: Some(*queue_s),
        })
    }

    /// The changes of properties as one patch, with components as objects.
    pub fn patch(&self) -> Map<String, Value> {
        let Doing::Properties { changes } = self else { return Map::new() };
        let mut patch = Map::new();
        for change in changes {
            if change.component.is_empty() {
                patch.insert(change.name.clone(), change.value.clone());
            } else {
                let of = patch.entry(change.component.clone()).or_insert_with(|| Map::new().into());
                if let Some(of) = of.as_object_mut() {
                    of.insert(change.name.clone(), change.value.clone());
                }
            }
        }
        patch
    }

    fn check(&self, check: &mut Check) {
        match self {
            Doing::Properties { changes } => {
                let some = (1..=CHANGES_MAX).contains(&changes.len());
                check.that(some, "changes", format!("Between 1 and {CHANGES_MAX} properties."));
                for change in changes {
                    let fits = command::is_name(&change.name)
                        && (change.component.is_empty() || command::is_name(&change.component));
                    check.that(
                        fits,
                        "changes",
                        format!("“{}” can't be the name of a property.", change.name),
                    );
                }
            }
            Doing::Command { queue_s, .. } => {
                let most = QUEUE_S_MAX / 3600;
                let text = format!("A command waits for its device for up to {most} hours.");
                check.that(*queue_s <= QUEUE_S_MAX, "queue", text);
                if let Some(Err(problem)) = self.run().map(NewRun::checked) {
                    problem.fields.iter().for_each(|field| {
                        _ = check.that(false, &field.field, field.message.clone());
                    });
                }
            }
            Doing::Template { version, .. } => {
                check.that(version.is_none_or(|v| v > 0), "version", "Versions are counted from 1.");
            }
            Doing::Organization { .. } => {}
        }
    }
}

/// To which devices it is done. Which these are is noted when the job begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Devices {
    /// Those of a group.
    Group {
        /// Its id.
        group: GroupId,
    },
    /// Those that are named.
    Chosen {
        /// By what they connect with.
        devices: Vec<String>,
    },
}

/// A number of devices, or a part of them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// How many, or how many of a hundred.
    pub value: u32,
    /// Whether it is of a hundred.
    #[serde(default)]
    pub percent: bool,
}

impl Share {
    /// So many devices of so many: one at least.
    pub fn of(self, total: i64) -> i64 {
        let value = i64::from(self.value);
        let these = if self.percent { (total.saturating_mul(value) + 99) / 100 } else { value };
        these.max(1)
    }

    fn check(self, check: &mut Check, field: &str) {
        let most = if self.percent { 100 } else { DEVICES_MAX as u32 };
        let unit = if self.percent { " per cent" } else { "" };
        check.that((1..=most).contains(&self.value), field, format!("Between 1 and {most}{unit}."));
    }
}

/// How many devices come at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batches {
    /// How many.
    #[serde(flatten)]
    pub size: Share,
    /// Whether somebody has to approve, after the first, that it goes on.
    #[serde(default)]
    pub approve: bool,
}

/// With how many failures it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Threshold {
    /// How many.
    #[serde(flatten)]
    pub failed: Share,
    /// Whether those of the batch are counted, and not of the whole job.
    #[serde(default)]
    pub of_batch: bool,
}

/// All that a job does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobWork {
    /// What is done.
    pub doing: Doing,
    /// To whom.
    pub devices: Devices,
    /// How many at a time; none: all.
    #[serde(default)]
    pub batches: Option<Batches>,
    /// When it stops by itself; none: never.
    #[serde(default)]
    pub threshold: Option<Threshold>,
}

/// A job that somebody wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewJob {
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Where it belongs: it reaches the devices of it, and its people see it; none: where its maker belongs.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
    /// What it does.
    pub work: JobWork,
}

impl NewJob {
    /// With tidy names.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::Code::Invalid) by field.
    pub fn checked(self) -> Result<NewJob, Problem> {
        let mut check = Check::default();
        let name = check.field("name", check::name(&self.name)).unwrap_or_default();
        let description = check.field("description", check::line(&self.description, DESCRIPTION_MAX));
        self.work.doing.check(&mut check);
        match &self.work.devices {
            Devices::Group { group } => _ = check.field("group", group.checked()),
            Devices::Chosen { devices } => {
                let some = (1..=CHOSEN_MAX).contains(&devices.len());
                check.that(some, "devices", format!("Between 1 and {CHOSEN_MAX} devices."));
                check.that(
                    devices.iter().all(|id| !id.contains('\0')),
                    "devices",
                    "There is no such device.",
                );
            }
        }
        if let Some(batches) = self.work.batches {
            batches.size.check(&mut check, "batch");
        }
        if let Some(threshold) = self.work.threshold {
            threshold.failed.check(&mut check, "cancellationThreshold");
        }
        check.done()?;
        Ok(NewJob { name, description: description.unwrap_or_default(), ..self })
    }
}

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All there are.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word kept in the database.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// What people read.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)* }
            }

            /// Reads [`Self::as_str`] back.
            pub fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

states! {
    /// Where a job stands.
    JobState {
        /// A worker will take it.
        Pending = "pending", "Waiting";
        /// A worker is at it.
        Running = "running", "Running";
        /// The first batch is done; somebody must say that it goes on.
        Approval = "approval", "Waits for approval";
        /// It is to stop: commands that are on their way are waited for.
        Stopping = "stopping", "Stopping";
        /// It was stopped, by somebody or by its threshold. It can go on.
        Stopped = "stopped", "Stopped";
        /// Every device had its turn.
        Done = "done", "Done";
    }
}

impl JobState {
    /// Whether a worker sees to it.
    pub fn is_at_work(self) -> bool {
        matches!(self, JobState::Pending | JobState::Running | JobState::Stopping)
    }

    /// Whether it ends by itself or by somebody.
    pub fn is_over(self) -> bool {
        matches!(self, JobState::Stopped | JobState::Done)
    }
}

states! {
    /// What became of a device in a job.
    TurnState {
        /// Its turn comes.
        Waiting = "waiting", "Waiting";
        /// It is its turn.
        Running = "running", "Running";
        /// It is done.
        Done = "done", "Done";
        /// It did not work.
        Failed = "failed", "Failed";
        /// There was nothing to do.
        Skipped = "skipped", "Skipped";
    }
}

/// How many devices of a job stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnCounts {
    /// Their turn comes.
    pub waiting: i64,
    /// It is their turn.
    pub running: i64,
    /// Done.
    pub done: i64,
    /// Failed.
    pub failed: i64,
    /// With nothing to do.
    pub skipped: i64,
}

impl TurnCounts {
    /// All of them.
    pub fn total(self) -> i64 {
        self.waiting + self.running + self.over()
    }

    /// Those that had their turn.
    pub fn over(self) -> i64 {
        self.done + self.failed + self.skipped
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Unique in its workspace.
    pub id: JobId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it belongs.
    pub organization: OrganizationName,
    /// What it does.
    pub work: JobWork,
    /// Where it stands.
    pub state: JobState,
    /// What became of its devices, of those that whoever asks sees.
    pub counts: TurnCounts,
    /// Which batch is under way, from 1.
    pub batch: i32,
    /// How many batches there are.
    pub batches: i32,
    /// Failures that don't count towards the threshold any more, since somebody let it go on.
    pub forgiven: i64,
    /// The schedule that began it.
    pub schedule: Option<JobId>,
    /// The job of which it is a repetition.
    pub rerun_of: Option<JobId>,
    /// Who began it.
    pub by: String,
    /// Why it stands where it stands, in a sentence.
    pub why: Option<String>,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// When a worker took it first.
    pub started_ms: Option<i64>,
    /// When it was over.
    pub ended_ms: Option<i64>,
}

/// A device in a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// What it connects with.
    pub device: String,
    /// What people call it.
    pub name: String,
    /// In which batch, from 1.
    pub batch: i32,
    /// What became of it.
    pub state: TurnState,
    /// Why, or what it answered.
    pub why: Option<String>,
    /// When its turn began, milliseconds since 1970.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
}

/// Which devices of a job are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TurnQuery {
    /// Only those of this state.
    pub state: Option<TurnState>,
    /// Only those whose name or id holds this, in any case.
    pub search: String,
    /// From which on.
    pub offset: i64,
    /// How many.
    pub limit: i64,
}

/// A job that is done again and again, or at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScheduledJob {
    /// Unique in its workspace.
    pub id: JobId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it belongs.
    pub organization: OrganizationName,
    /// What it does.
    pub work: JobWork,
    /// When.
    pub schedule: JobSchedule,
    /// Whether it is on.
    pub enabled: bool,
    /// Who made it.
    pub by: String,
    /// When the next one begins, milliseconds since 1970; none: never again.
    pub next_ms: Option<i64>,
    /// When the last one began.
    pub last_ms: Option<i64>,
    /// How many have begun.
    pub begun: i32,
    /// Why the last one could not begin.
    pub why: Option<String>,
    /// When it was made.
    pub created_ms: i64,
}

/// The devices that a job would have now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobPreview {
    /// How many.
    pub total: i64,
    /// The first of them: id and name.
    pub first: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shares_are_one_at_least_and_rounded_up() {
        for (value, percent, total, these) in
            [(10, true, 25, 3), (1, true, 5, 1), (100, true, 7, 7), (4, false, 100, 4), (50, true, 0, 1)]
        {
            assert_eq!(Share { value, percent }.of(total), these, "{value} of {total}");
        }
    }

    #[test]
    fn work_is_read_as_it_is_written_and_checked_by_field() {
        let text = json!({
            "name": " Cooler ", "work": {
                "doing": {"do": "properties", "changes": [
                    {"name": "target", "value": 20}, {"component": "motor", "name": "speed", "value": 3}]},
                "devices": {"of": "group", "group": "warm"},
                "batches": {"value": 10, "percent": true, "approve": true},
                "threshold": {"value": 3, "ofBatch": true}}
        });
        let job: NewJob = serde_json::from_value(text).unwrap();
        let job = job.checked().unwrap();
        assert_eq!(job.name, "Cooler");
        assert_eq!(Value::Object(job.work.doing.patch()), json!({"target": 20, "motor": {"speed": 3}}));
        let again: JobWork = serde_json::from_value(serde_json::to_value(&job.work).unwrap()).unwrap();
        assert_eq!(again, job.work);

        let bad = NewJob {
            name: String::new(),
            work: JobWork {
                doing: Doing::Command {
                    component: String::new(),
                    name: "no name".into(),
                    request: None,
                    timeout_s: Some(1),
                    queue_s: QUEUE_S_MAX + 1,
                },
                devices: Devices::Chosen { devices: Vec::new() },
                batches: Some(Batches { size: Share { value: 101, percent: true }, approve: false }),
                threshold: Some(Threshold { failed: Share { value: 0, percent: false }, of_batch: false }),
            },
            ..job
        };
        let problem = bad.checked().unwrap_err();
        for field in ["name", "timeout", "queue", "devices", "batch", "cancellationThreshold"] {
            assert!(problem.of_field(field).is_some(), "{field}: {problem:?}");
        }
    }
}
