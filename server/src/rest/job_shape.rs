//! Jobs in the shape of IoT Central, and what of ours it has no word for.

use super::Fault;
use super::time_text::time_text;
use domain::{Context, templates};
use model::group::GroupId;
use model::job::{
    Batches, Devices, Doing, Every, Job, JobSchedule, JobWork, NewJob, PropertyChange, ScheduledJob, Share,
    Threshold, Turn, TurnState,
};
use model::{OrganizationId, TemplateId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A part of what a job does.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct JobData {
    /// `property`, `cloudProperty`, `command`, `deviceTemplateMigration` or `organization`.
    #[serde(rename = "type")]
    kind: String,
    /// The template's identifier; with `organization` its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    /// The name of the property or command, behind its component and a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The property's value, or what the command is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    value: Option<Value>,
    /// With `deviceTemplateMigration`: the version; left out: the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
    /// With `command`: how long a device may take to answer, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_timeout: Option<u32>,
    /// With `command`: how long it waits for a device that is not connected, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queue_timeout: Option<u32>,
}

/// A number of devices, or of a hundred.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct JobShare {
    /// `number` or `percentage`.
    #[serde(rename = "type")]
    kind: String,
    value: u32,
    /// Of a threshold: whether it is of each batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch: Option<bool>,
    /// Of batches: whether somebody has to approve, after the first, that the job goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approve: Option<bool>,
}

/// A job as it is wanted. What only answers hold is passed over.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobIn {
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    /// The id of the device group.
    #[serde(default)]
    group: Option<String>,
    /// Instead of a group: the ids of devices.
    #[serde(default)]
    devices: Option<Vec<String>>,
    #[serde(default)]
    data: Option<Vec<JobData>>,
    #[serde(default)]
    batch: Option<JobShare>,
    #[serde(default)]
    cancellation_threshold: Option<JobShare>,
    #[serde(default)]
    organizations: Option<Vec<String>>,
}

/// When a job begins.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ScheduleShape {
    /// The first time, as RFC 3339 writes it.
    start: String,
    /// `daily`, `weekly` or `monthly`; left out: once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recurrence: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<ScheduleEnd>,
    /// Whose clocks count, as the time zone database calls it; left out: UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
}

/// When a schedule is over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ScheduleEnd {
    /// `date` or `occurrences`.
    #[serde(rename = "type")]
    kind: String,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    occurrences: Option<u32>,
}

/// A scheduled job as it is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScheduledJobIn {
    #[serde(flatten)]
    pub(super) job: JobIn,
    #[serde(default)]
    pub(super) schedule: Option<ScheduleShape>,
    #[serde(default)]
    pub(super) enabled: Option<bool>,
    #[serde(default, rename = "completed")]
    #[schema(ignore)]
    _completed: IgnoredAny,
}

/// How many of a job's devices stand where.
#[derive(Serialize, ToSchema)]
struct CountsOut {
    waiting: i64,
    running: i64,
    done: i64,
    failed: i64,
    skipped: i64,
}

/// A job as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobOut {
    id: String,
    #[serde(flatten)]
    shape: ShapeOut,
    /// `pending`, `running`, `approval`, `stopping`, `stopped` or `complete`.
    status: &'static str,
    counts: CountsOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_job: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rerun_of: Option<String>,
    /// Why it stands where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

/// What jobs and scheduled jobs have in common.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ShapeOut {
    display_name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    devices: Option<Vec<String>>,
    data: Vec<JobData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<JobShare>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_threshold: Option<JobShare>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations: Option<[String; 1]>,
}

/// A scheduled job as it is answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScheduledJobOut {
    id: String,
    #[serde(flatten)]
    shape: ShapeOut,
    schedule: ScheduleShape,
    enabled: bool,
    /// Whether it never begins again.
    completed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    /// Why the last one could not begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A device in a job.
#[derive(Serialize, ToSchema)]
pub(super) struct TurnOut {
    id: String,
    /// `pending`, `running`, `completed`, `failed` or `skipped`.
    status: &'static str,
    batch: i32,
    /// Why, or what the device answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl JobIn {
    /// What is left out stays as it is.
    pub(super) fn fill(&mut self, present: &ScheduledJob) {
        let shape = shape(&present.name, &present.description, &present.work, None);
        self.display_name = self.display_name.take().or(Some(shape.display_name));
        self.description = self.description.take().or(Some(shape.description));
        if self.group.is_none() && self.devices.is_none() {
            (self.group, self.devices) = (shape.group, shape.devices);
        }
        self.data = self.data.take().or(Some(shape.data));
        self.batch = self.batch.take().or(shape.batch);
        self.cancellation_threshold = self.cancellation_threshold.take().or(shape.cancellation_threshold);
    }
}

/// What is wanted, in our own words.
pub(super) async fn read(caller: &Context, id: &str, wanted: JobIn) -> Result<NewJob, Fault> {
    let JobIn {
        display_name,
        description,
        group,
        devices,
        data,
        batch,
        cancellation_threshold,
        organizations,
    } = wanted;
    let devices = match (group, devices) {
        (Some(group), None) => Devices::Group { group: GroupId(group) },
        (None, Some(devices)) => Devices::Chosen { devices },
        _ => return Err(Fault::field("group", "Either group or devices, and not both.")),
    };
    let batches = match batch {
        Some(batch) => {
            Some(Batches { size: share(&batch, "batch")?, approve: batch.approve.unwrap_or_default() })
        }
        None => None,
    };
    let threshold = match cancellation_threshold {
        Some(of) => Some(Threshold {
            failed: share(&of, "cancellationThreshold")?,
            of_batch: of.batch.unwrap_or_default(),
        }),
        None => None,
    };
    let organization = match organizations.as_deref() {
        None | Some([]) => None,
        Some([key]) => Some(super::organizations::by_key(caller, key, "organizations").await?),
        Some(_) => return Err(Fault::field("organizations", "A job belongs to exactly one organization.")),
    };
    let doing = doing(caller, data.unwrap_or_default()).await?;
    Ok(NewJob {
        name: display_name.unwrap_or_else(|| id.to_owned()),
        description: description.unwrap_or_default(),
        organization,
        work: JobWork { doing, devices, batches, threshold },
    })
}

async fn doing(caller: &Context, data: Vec<JobData>) -> Result<Doing, Fault> {
    let Some(first) = data.first().cloned() else { return wrong("Say what the job does.") };
    match first.kind.as_str() {
        "property" | "cloudProperty" => {
            let changes = data.into_iter().map(|one| {
                let cloud = match one.kind.as_str() {
                    "property" => false,
                    "cloudProperty" => true,
                    _ => return wrong("Properties and nothing else, or one thing of another kind."),
                };
                let path = one.path.unwrap_or_default();
                let (component, name) = path.rsplit_once('.').unwrap_or(("", &path));
                let (component, name) = (component.to_owned(), name.to_owned());
                Ok(PropertyChange { component, name, value: one.value.unwrap_or_default(), cloud })
            });
            Ok(Doing::Properties { changes: changes.collect::<Result<_, Fault>>()? })
        }
        _ if data.len() > 1 => wrong("Properties and nothing else, or one thing of another kind."),
        "command" => {
            let path = first.path.clone().unwrap_or_default();
            let (component, name) = path.rsplit_once('.').unwrap_or(("", &path));
            Ok(Doing::Command {
                component: component.to_owned(),
                name: name.to_owned(),
                request: first.value.clone(),
                timeout_s: first.response_timeout,
                queue_s: first.queue_timeout.unwrap_or_default(),
            })
        }
        "deviceTemplateMigration" => {
            let wanted = first.target.clone().unwrap_or_default();
            let known = templates::list(caller).await?;
            let of_number = |id: TemplateId| wanted == id.to_string();
            match known.into_iter().find(|one| one.dtmi == wanted || of_number(one.id)) {
                Some(one) => Ok(Doing::Template { template: one.id, version: first.version }),
                None => wrong("target is the identifier of a template."),
            }
        }
        "organization" => {
            let key = first.target.clone().unwrap_or_default();
            let organization = match key.parse() {
                Ok(number) => OrganizationId(number),
                Err(_) => super::organizations::by_key(caller, &key, "data").await?,
            };
            Ok(Doing::Organization { organization })
        }
        _ => wrong("type is property, cloudProperty, command, deviceTemplateMigration or organization."),
    }
}

fn wrong<T>(text: &str) -> Result<T, Fault> {
    Err(Fault::field("data", text))
}

fn share(of: &JobShare, field: &str) -> Result<Share, Fault> {
    match of.kind.as_str() {
        "number" => Ok(Share { value: of.value, percent: false }),
        "percentage" => Ok(Share { value: of.value, percent: true }),
        _ => Err(Fault::field(field, "type is number or percentage.")),
    }
}

/// When it begins, in our own words.
pub(super) fn read_schedule(wanted: &ScheduleShape) -> Result<JobSchedule, Fault> {
    let zone = wanted.zone.clone().unwrap_or_else(|| "UTC".into());
    let every = match wanted.recurrence.as_deref() {
        None => Every::Once,
        Some(word) => Every::from_word(word)
            .ok_or_else(|| Fault::field("schedule", "recurrence is once, daily, weekly or monthly."))?,
    };
    let (mut until, mut times) = (None, None);
    if let Some(end) = &wanted.end {
        match (end.kind.as_str(), &end.date, end.occurrences) {
            ("date", Some(date), None) => until = Some(date.chars().take(10).collect()),
            ("occurrences", None, Some(most)) => times = Some(most),
            _ => return Err(Fault::field("schedule", "end has a date, or a number of occurrences.")),
        }
    }
    JobSchedule::starting(&wanted.start, zone, every, until, times)
        .ok_or_else(|| Fault::field("schedule", "start is a time as 2026-03-28T08:00:00Z; zone a time zone."))
}

fn schedule_out(schedule: &JobSchedule) -> ScheduleShape {
    let of = |kind: &str| ScheduleEnd { kind: kind.into(), date: None, occurrences: None };
    let end = match (&schedule.until, schedule.times) {
        (Some(date), _) => Some(ScheduleEnd { date: Some(date.clone()), ..of("date") }),
        (None, Some(times)) => Some(ScheduleEnd { occurrences: Some(times), ..of("occurrences") }),
        (None, None) => None,
    };
    ScheduleShape {
        start: schedule.first_ms().map(time_text).unwrap_or_default(),
        recurrence: (schedule.every != Every::Once).then(|| schedule.every.as_str().to_owned()),
        end,
        zone: Some(schedule.zone.clone()),
    }
}

fn shape(name: &str, description: &str, work: &JobWork, organization: Option<&str>) -> ShapeOut {
    let (group, devices) = match &work.devices {
        Devices::Group { group } => (Some(group.to_string()), None),
        Devices::Chosen { devices } => (None, Some(devices.clone())),
    };
    let share = |share: Share| JobShare {
        kind: if share.percent { "percentage" } else { "number" }.into(),
        value: share.value,
        batch: None,
        approve: None,
    };
    ShapeOut {
        display_name: name.to_owned(),
        description: description.to_owned(),
        group,
        devices,
        data: data(&work.doing),
        batch: work.batches.map(|b| JobShare { approve: b.approve.then_some(true), ..share(b.size) }),
        cancellation_threshold: work
            .threshold
            .map(|of| JobShare { batch: Some(of.of_batch), ..share(of.failed) }),
        organizations: organization.filter(|key| *key != super::tokens::ROOT).map(|key| [key.to_owned()]),
    }
}

fn data(doing: &Doing) -> Vec<JobData> {
    let of = |kind: &str| JobData {
        kind: kind.into(),
        target: None,
        path: None,
        value: None,
        version: None,
        response_timeout: None,
        queue_timeout: None,
    };
    let path = |component: &str, name: &str| match component {
        "" => Some(name.to_owned()),
        component => Some(format!("{component}.{name}")),
    };
    match doing {
        Doing::Properties { changes } => changes
            .iter()
            .map(|change| JobData {
                path: path(&change.component, &change.name),
                value: Some(change.value.clone()),
                ..of(if change.cloud { "cloudProperty" } else { "property" })
            })
            .collect(),
        Doing::Command { component, name, request, timeout_s, queue_s } => vec![JobData {
            path: path(component, name),
            value: request.clone(),
            response_timeout: *timeout_s,
            queue_timeout: (*queue_s > 0).then_some(*queue_s),
            ..of("command")
        }],
        Doing::Template { template, version } => vec![JobData {
            target: Some(template.to_string()),
            version: *version,
            ..of("deviceTemplateMigration")
        }],
        Doing::Organization { organization } => {
            vec![JobData { target: Some(organization.to_string()), ..of("organization") }]
        }
    }
}

pub(super) fn out(job: &Job) -> JobOut {
    JobOut {
        id: job.id.to_string(),
        shape: shape(&job.name, &job.description, &job.work, Some(&job.organization.key)),
        status: match job.state {
            model::job::JobState::Done => "complete",
            state => state.as_str(),
        },
        counts: CountsOut {
            waiting: job.counts.waiting,
            running: job.counts.running,
            done: job.counts.done,
            failed: job.counts.failed,
            skipped: job.counts.skipped,
        },
        scheduled_job: job.schedule.as_ref().map(ToString::to_string),
        rerun_of: job.rerun_of.as_ref().map(ToString::to_string),
        reason: job.why.clone(),
        created: time_text(job.created_ms),
        started: job.started_ms.map(time_text),
        ended: job.ended_ms.map(time_text),
    }
}

pub(super) fn scheduled_out(job: &ScheduledJob) -> ScheduledJobOut {
    ScheduledJobOut {
        id: job.id.to_string(),
        shape: shape(&job.name, &job.description, &job.work, Some(&job.organization.key)),
        schedule: schedule_out(&job.schedule),
        enabled: job.enabled,
        completed: job.enabled && job.next_ms.is_none(),
        next: job.next_ms.map(time_text),
        last: job.last_ms.map(time_text),
        reason: job.why.clone(),
    }
}

pub(super) fn turn_out(turn: Turn) -> TurnOut {
    let status = match turn.state {
        TurnState::Waiting => "pending",
        TurnState::Done => "completed",
        state => state.as_str(),
    };
    TurnOut { id: turn.device, status, batch: turn.batch, reason: turn.why }
}

/// What the use-case calls the name is the display name here.
pub(super) fn named(error: domain::Error) -> Fault {
    match error {
        domain::Error::Problem(mut problem) => {
            let names = problem.fields.iter_mut().filter(|field| field.field == "name");
            names.for_each(|field| field.field = "displayName".into());
            problem.into()
        }
        error => error.into(),
    }
}
