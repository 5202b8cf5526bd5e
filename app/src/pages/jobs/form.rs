//! The form of a job: what is done, to whom, how many at a time, and when.

use super::draft::Draft;
use crate::api::jobs::preview_job;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, Card, Checkbox, Field, Form, FormActions, Segmented, Select, TextArea};
use leptos::prelude::*;
use model::Problem;
use model::job::{Every, JobSchedule, NewJob};
use serde::{Deserialize, Serialize};

/// What there is to choose from: keys, with what people call them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Choices {
    pub templates: Vec<(String, String)>,
    pub organizations: Vec<(String, String)>,
    pub groups: Vec<(String, String)>,
}

/// A text of the draft as a field of its own.
fn text(draft: RwSignal<Draft>, read: fn(&mut Draft) -> &mut String) -> RwSignal<String> {
    let field = RwSignal::new(draft.try_update_untracked(|draft| read(draft).clone()).unwrap_or_default());
    let write = move |text: &String| draft.update(|draft| read(draft).clone_from(text));
    Effect::watch(move || field.get(), move |text, _, _| write(text), false);
    field
}

/// A tick of the draft.
fn tick(draft: RwSignal<Draft>, read: fn(&mut Draft) -> &mut bool) -> RwSignal<bool> {
    let field = RwSignal::new(draft.try_update_untracked(|draft| *read(draft)).unwrap_or_default());
    Effect::watch(move || field.get(), move |on, _, _| draft.update(|draft| *read(draft) = *on), false);
    field
}

fn options(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

fn with_none(list: Vec<(String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), "Choose one".to_owned())).chain(list).collect()
}

/// What is said beside a field.
type ErrorOf = Callback<&'static str, Signal<Option<String>>>;

/// The form. `on_save` is given what it comes to, once that has no problems.
#[component]
pub(super) fn JobForm(
    draft: RwSignal<Draft>,
    choices: Choices,
    attempt: Attempt,
    #[prop(into)] on_save: Callback<(NewJob, Option<JobSchedule>)>,
) -> impl IntoView {
    let tried = RwSignal::new(false);
    let problem: Signal<Option<Problem>> = Signal::derive(move || {
        let own = tried.get().then(|| draft.with(|draft| draft.job().err())).flatten();
        own.or_else(|| attempt.problem().get())
    });
    let error: ErrorOf = Callback::new(move |field: &'static str| {
        Signal::derive(move || problem.with(|p| p.as_ref()?.of_field(field).map(str::to_owned)))
    });
    let submit = move || {
        tried.set(true);
        if let Ok(job) = draft.with_untracked(Draft::job) {
            on_save.run(job);
        }
    };
    let Choices { templates, organizations, groups } = choices;
    let scheduled = move || draft.with(|draft| draft.when != "now");
    view! {
        <Form on_submit=submit label="Job">
            <Card title=Signal::stored("What is done".to_owned())>
                <Field label="Name" name="name" value=text(draft, |d| &mut d.name) error=error.run("name") />
                <Field
                    label="Description"
                    name="description"
                    value=text(draft, |d| &mut d.description)
                    error=error.run("description")
                />
                <What draft error templates organizations />
            </Card>
            <Card title=Signal::stored("To which devices".to_owned())>
                <Whom draft error groups />
            </Card>
            <Card title=Signal::stored("How".to_owned())>
                <How draft error />
            </Card>
            <Card title=Signal::stored("When".to_owned())>
                <When draft error />
            </Card>
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    {move || if scheduled() { "Schedule the job" } else { "Begin the job" }}
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn What(
    draft: RwSignal<Draft>,
    error: ErrorOf,
    templates: Vec<(String, String)>,
    organizations: Vec<(String, String)>,
) -> impl IntoView {
    let doing = options(&[
        ("properties", "Change properties"),
        ("command", "Run a command"),
        ("template", "Move to the newest version"),
        ("organization", "Move to an organization"),
    ]);
    let queues = options(&[
        ("0", "Fails for it"),
        ("3600", "Waits for it, an hour"),
        ("86400", "Waits for it, a day"),
        ("604800", "Waits for it, a week"),
    ]);
    let is = move |word: &'static str| move || draft.with(|draft| draft.doing == word);
    let (changes, cloud) = (text(draft, |d| &mut d.changes), tick(draft, |d| &mut d.cloud));
    let (command, request) = (text(draft, |d| &mut d.command), text(draft, |d| &mut d.request));
    let (queue, template) = (text(draft, |d| &mut d.queue), text(draft, |d| &mut d.template));
    let organization = text(draft, |d| &mut d.organization);
    let (queues, templates) = (StoredValue::new(queues), StoredValue::new(with_none(templates)));
    let organizations = StoredValue::new(with_none(organizations));
    view! {
        <Select label="What" name="doing" value=text(draft, |d| &mut d.doing) options=doing />
        <Show when=is("properties")>
            <TextArea
                label="Properties"
                name="changes"
                mono=true
                value=changes
                error=error.run("changes")
                hint="A line a property: target = 21. One of a component: motor.speed = 3. null takes a value away."
            />
            <Checkbox label="These are cloud properties" name="cloud" value=cloud />
        </Show>
        <Show when=is("command")>
            <Field
                label="Command"
                name="command"
                mono=true
                value=command
                error=error.run("name")
                hint="One of a component: motor.restart."
            />
            <TextArea label="Request (JSON)" name="request" mono=true rows=3 value=request error=error.run("request") />
            <Select label="Where a device is not connected, it" name="queue" value=queue options=queues.get_value() />
        </Show>
        <Show when=is("template")>
            <Select
                label="Template"
                name="template"
                value=template
                options=templates.get_value()
                error=error.run("template")
                hint="Its devices live by its newest published version. Devices of other templates are passed over."
            />
        </Show>
        <Show when=is("organization")>
            <Select
                label="Organization"
                name="organization"
                value=organization
                options=organizations.get_value()
                error=error.run("organization")
            />
        </Show>
    }
    .into_any()
}

#[component]
fn Whom(draft: RwSignal<Draft>, error: ErrorOf, groups: Vec<(String, String)>) -> impl IntoView {
    let slug = use_slug();
    let of = options(&[("group", "Of a group"), ("devices", "These")]);
    let (group, devices) = (text(draft, |d| &mut d.group), text(draft, |d| &mut d.devices));
    let groups = StoredValue::new(with_none(groups));
    let by_group = Memo::new(move |_| draft.with(|draft| draft.of == "group"));
    let whom = Memo::new(move |_| draft.with(Draft::whom));
    let preview = LocalResource::new(move || {
        let (slug, whom) = (slug.get(), whom.get());
        async move {
            match whom {
                Some(devices) => Some(preview_job(slug, devices).await),
                None => None,
            }
        }
    });
    let said = move || match preview.get().flatten() {
        None => String::new(),
        Some(Err(error)) => error.0.sentence().to_owned(),
        Some(Ok(preview)) => {
            let names: Vec<String> = preview.first.iter().map(|(_, name)| name.clone()).collect();
            let more = preview.total - names.len() as i64;
            let more = if more > 0 { format!(" and {} more", count(more)) } else { String::new() };
            let devices = if preview.total == 1 { "device" } else { "devices" };
            format!("{} {devices} now: {}{more}.", count(preview.total), names.join(", "))
        }
    };
    view! {
        <Segmented label="Devices" value=text(draft, |d| &mut d.of) options=of />
        <Show
            when=move || by_group.get()
            fallback=move || {
                view! {
                    <TextArea
                        label="Device ids"
                        name="devices"
                        mono=true
                        value=devices
                        error=error.run("devices")
                        hint="With commas, spaces or lines between."
                    />
                }
            }
        >
            <Select
                label="Device group"
                name="group"
                value=group
                options=groups.get_value()
                error=error.run("group")
                hint="Whoever is in it when the job begins."
            />
        </Show>
        <p class="quiet" role="status">
            {said}
        </p>
    }
    .into_any()
}

#[component]
fn How(draft: RwSignal<Draft>, error: ErrorOf) -> impl IntoView {
    let batches =
        options(&[("all", "All at once"), ("number", "In batches"), ("percent", "In batches, per cent")]);
    let stops = options(&[
        ("never", "Never stops"),
        ("number", "Stops at failures"),
        ("percent", "Stops at per cent"),
    ]);
    let in_batches = Memo::new(move |_| draft.with(|draft| draft.batches != "all"));
    let may_stop = Memo::new(move |_| draft.with(|draft| draft.stops != "never"));
    let (batch, approve) = (text(draft, |d| &mut d.batch), tick(draft, |d| &mut d.approve));
    let threshold = text(draft, |d| &mut d.threshold);
    view! {
        <Segmented label="Batches" value=text(draft, |d| &mut d.batches) options=batches />
        <Show when=move || in_batches.get()>
            <Field label="Devices of a batch" name="batch" kind="number" value=batch error=error.run("batch") />
            <Checkbox label="After the first, wait until somebody says that it goes on" name="approve" value=approve />
        </Show>
        <Segmented label="Failures" value=text(draft, |d| &mut d.stops) options=stops />
        <Show when=move || may_stop.get()>
            <Field
                label="Failures at which it stops"
                name="threshold"
                kind="number"
                value=threshold
                error=error.run("cancellationThreshold")
                hint="What is under way then is finished, and somebody may let it go on."
            />
        </Show>
    }
    .into_any()
}

#[component]
fn When(draft: RwSignal<Draft>, error: ErrorOf) -> impl IntoView {
    let when: Vec<(String, String)> = std::iter::once(("now".to_owned(), "Now".to_owned()))
        .chain(Every::ALL.iter().map(|every| {
            let text = if *every == Every::Once { "Once, later" } else { every.label() };
            (every.as_str().to_owned(), text.to_owned())
        }))
        .collect();
    let scheduled = Memo::new(move |_| draft.with(|draft| draft.when != "now"));
    let again = Memo::new(move |_| draft.with(|draft| draft.when != "now" && draft.when != "once"));
    let (day, time) = (text(draft, |d| &mut d.day), text(draft, |d| &mut d.time));
    let (zone, until) = (text(draft, |d| &mut d.zone), text(draft, |d| &mut d.until));
    view! {
        <Select label="When" name="when" value=text(draft, |d| &mut d.when) options=when />
        <Show when=move || scheduled.get()>
            <div class="rule-row" role="group" aria-label="Schedule">
                <Field label="First day" name="day" kind="date" value=day error=error.run("schedule.start") />
                <Field label="At" name="time" kind="time" value=time error=error.run("schedule.minute") />
                <Field label="Time zone" name="zone" value=zone error=error.run("schedule.zone") />
                <Show when=move || again.get()>
                    <Field
                        label="Last day (empty: for good)"
                        name="until"
                        kind="date"
                        value=until
                        error=error.run("schedule.until")
                    />
                </Show>
            </div>
        </Show>
    }
    .into_any()
}
