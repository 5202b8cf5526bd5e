//! The form of a rule. What it comes to is said in words while one types, and what is wrong beside its field.

use super::action_draft::ActionDraft;
use super::action_row::{ActionForm, ActionRow};
use super::condition::{ConditionRow, RowForm};
use super::draft::{Draft, Row};
use super::levels::{LevelFields, LevelsForm};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Button, ButtonKind, Card, Checkbox, Field, Form, FormActions, Glyph, Segmented, Select, TextArea,
};
use leptos::prelude::*;
use model::Problem;
use model::rule::{ACTIONS_MAX, NewRule, Severity, describe};
use serde::{Deserialize, Serialize};

/// What a target may be: numbers, with what people call them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Choices {
    pub templates: Vec<(String, String)>,
    pub organizations: Vec<(String, String)>,
    pub groups: Vec<(String, String)>,
}

/// A form over a draft. `rule` is what it comes to, for whatever else the page shows of it.
#[derive(Clone, Copy)]
pub(super) struct RuleForm {
    name: RwSignal<String>,
    description: RwSignal<String>,
    severity: RwSignal<String>,
    enabled: RwSignal<bool>,
    of: RwSignal<String>,
    template: RwSignal<String>,
    organization: RwSignal<String>,
    group: RwSignal<String>,
    devices: RwSignal<String>,
    combine: RwSignal<String>,
    rows: RwSignal<Vec<RowForm>>,
    next: StoredValue<u32>,
    json: RwSignal<Option<String>>,
    for_seconds: RwSignal<String>,
    by_hand: RwSignal<bool>,
    hours: RwSignal<bool>,
    weekdays: RwSignal<bool>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    zone: RwSignal<String>,
    levels: LevelsForm,
    escalate_minutes: RwSignal<String>,
    escalate_to: RwSignal<String>,
    actions: RwSignal<Vec<ActionForm>>,
}

impl RuleForm {
    pub(super) fn new(draft: Draft) -> RuleForm {
        let rows: Vec<RowForm> = (0..).zip(draft.rows).map(|(key, row)| RowForm::new(key, row)).collect();
        let keys = rows.len() as u32..;
        let actions: Vec<ActionForm> =
            keys.zip(draft.actions).map(|(key, action)| ActionForm::new(key, action)).collect();
        RuleForm {
            name: RwSignal::new(draft.name),
            description: RwSignal::new(draft.description),
            severity: RwSignal::new(draft.severity),
            enabled: RwSignal::new(draft.enabled),
            of: RwSignal::new(draft.of),
            template: RwSignal::new(draft.template),
            organization: RwSignal::new(draft.organization),
            group: RwSignal::new(draft.group),
            devices: RwSignal::new(draft.devices),
            combine: RwSignal::new(draft.combine),
            next: StoredValue::new((rows.len() + actions.len()) as u32),
            rows: RwSignal::new(rows),
            json: RwSignal::new(draft.json),
            for_seconds: RwSignal::new(draft.for_seconds),
            by_hand: RwSignal::new(draft.by_hand),
            hours: RwSignal::new(draft.hours),
            weekdays: RwSignal::new(draft.weekdays),
            from: RwSignal::new(draft.from),
            to: RwSignal::new(draft.to),
            zone: RwSignal::new(draft.zone),
            levels: LevelsForm::new(draft.levels),
            escalate_minutes: RwSignal::new(draft.escalate_minutes),
            escalate_to: RwSignal::new(draft.escalate_to),
            actions: RwSignal::new(actions),
        }
    }

    /// What it comes to now. Tracks all of it.
    pub(super) fn rule(self) -> Result<NewRule, Problem> {
        Draft {
            name: self.name.get(),
            description: self.description.get(),
            severity: self.severity.get(),
            enabled: self.enabled.get(),
            of: self.of.get(),
            template: self.template.get(),
            organization: self.organization.get(),
            group: self.group.get(),
            devices: self.devices.get(),
            combine: self.combine.get(),
            rows: self.rows.get().into_iter().map(RowForm::row).collect(),
            json: self.json.get(),
            for_seconds: self.for_seconds.get(),
            by_hand: self.by_hand.get(),
            hours: self.hours.get(),
            weekdays: self.weekdays.get(),
            from: self.from.get(),
            to: self.to.get(),
            zone: self.zone.get(),
            levels: self.levels.draft(),
            escalate_minutes: self.escalate_minutes.get(),
            escalate_to: self.escalate_to.get(),
            actions: self.actions.get().into_iter().map(ActionForm::draft).collect(),
        }
        .rule()
    }

    /// The first row that compares a field with a number, with both.
    pub(super) fn threshold(self) -> Option<(RowForm, String, f64)> {
        let rows = self.rows.get();
        rows.into_iter().find_map(|row| row.threshold().map(|(name, value)| (row, name, value)))
    }

    fn add(self) {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        self.rows.update(|rows| rows.push(RowForm::new(key, Row::default())));
    }

    fn add_action(self) {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        self.actions.update(|actions| actions.push(ActionForm::new(key, ActionDraft::default())));
    }
}

/// The form. `on_save` is given what it comes to, once that has no problems.
#[component]
pub(super) fn RuleEditor(
    form: RuleForm,
    choices: Choices,
    attempt: Attempt,
    #[prop(into)] action: String,
    /// The number of the rule, where it is there already.
    #[prop(optional)]
    saved: Option<i32>,
    #[prop(into)] on_save: Callback<NewRule>,
) -> impl IntoView {
    let tried = RwSignal::new(false);
    let now = Memo::new(move |_| form.rule());
    // Beside fields nothing is said before somebody has tried.
    let problem = Signal::derive(move || {
        let own = tried.get().then(|| now.with(|rule| rule.as_ref().err().cloned())).flatten();
        own.or_else(|| attempt.problem().get())
    });
    let error = move |field: &'static str| {
        Signal::derive(move || problem.with(|p| p.as_ref()?.of_field(field).map(str::to_owned)))
    };
    let level_error = Signal::derive(move || {
        problem.with(|p| {
            let field = p.as_ref()?.fields.iter().find(|field| field.field.starts_with("levels"))?;
            Some(field.message.clone())
        })
    });
    let submit = move || {
        tried.set(true);
        if let Ok(rule) = now.get_untracked() {
            on_save.run(rule);
        }
    };
    let severities: Vec<(String, String)> =
        Severity::ALL.iter().map(|s| (s.as_str().to_owned(), s.label().to_owned())).collect();
    let action = StoredValue::new(action);
    view! {
        <Form on_submit=submit label="Rule">
            <Card title=Signal::stored("What it is".to_owned())>
                <Field label="Name" name="name" value=form.name error=error("name") placeholder="Too warm" />
                <TextArea
                    label="Description"
                    name="description"
                    rows=2
                    hint="What to do when it fires. It stands in the mail."
                    value=form.description
                    error=error("description")
                />
                <Select label="Severity" name="severity" value=form.severity options=severities />
                <Checkbox label="Switched on" name="enabled" value=form.enabled />
            </Card>
            <Card title=Signal::stored("For which devices".to_owned())>
                <TargetFields form choices error=Callback::new(error) />
            </Card>
            <Card title=Signal::stored("When".to_owned())>
                <Conditions form problem />
                <p class="rule-words" role="status">
                    {move || now.with(|rule| {
                        rule.as_ref().map(|rule| format!("Fires when {}.", describe::node(&rule.definition.when))).unwrap_or_default()
                    })}
                </p>
                <Field
                    label="Must hold for (seconds)"
                    name="for"
                    kind="number"
                    value=form.for_seconds
                    error=error("forMs")
                />
                <Hours form error=Callback::new(error) />
            </Card>
            <Card title=Signal::stored("Then".to_owned())>
                <p class="quiet">"An alarm is raised. It clears when the conditions no longer hold."</p>
                <Checkbox label="Stays until somebody clears it by hand" name="by-hand" value=form.by_hand />
                <LevelFields form=form.levels severity=form.severity error=level_error />
                <Field
                    label="Where nobody acknowledges, mail besides"
                    name="escalate-to"
                    placeholder="chief@example.com"
                    hint="Addresses with commas between. Nothing: nobody."
                    value=form.escalate_to
                    error=error("escalation.to")
                />
                <Show when=move || form.escalate_to.with(|to| !to.trim().is_empty())>
                    <Field
                        label="After (minutes)"
                        name="escalate-after"
                        kind="number"
                        value=form.escalate_minutes
                        error=error("escalation.afterMs")
                    />
                </Show>
                <Actions form problem rule=Signal::derive(move || now.get()) saved />
            </Card>
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    {action.get_value()}
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// What is said beside a field.
type ErrorOf = Callback<&'static str, Signal<Option<String>>>;

#[component]
fn TargetFields(form: RuleForm, choices: Choices, error: ErrorOf) -> impl IntoView {
    let of = [
        ("all", "All"),
        ("template", "Of a template"),
        ("organization", "Of an organization"),
        ("group", "Of a group"),
        ("devices", "These"),
    ];
    let of: Vec<(String, String)> = of.iter().map(|(k, t)| ((*k).to_owned(), (*t).to_owned())).collect();
    let with_none = |list: Vec<(String, String)>| {
        std::iter::once((String::new(), "Choose one".to_owned())).chain(list).collect::<Vec<_>>()
    };
    let templates = StoredValue::new(with_none(choices.templates));
    let nodes = StoredValue::new(with_none(choices.organizations));
    let groups = StoredValue::new(with_none(choices.groups));
    let is = move |word: &'static str| move || form.of.with(|of| of == word);
    view! {
        <Segmented label="Devices" value=form.of options=of />
                    <Show when=is("template")>
                        <Select
                            label="Template"
                            name="template"
                            value=form.template
                            options=templates.get_value()
                            error=error.run("target.template")
                        />
                    </Show>
                    <Show when=is("organization")>
                        <Select
                            label="Organization"
                            name="organization"
                            hint="With those below it."
                            value=form.organization
                            options=nodes.get_value()
                            error=error.run("target.organization")
                        />
                    </Show>
        <Show when=is("group")>
            <Select
                label="Device group"
                name="group"
                hint="Whoever is in it at the time."
                value=form.group
                options=groups.get_value()
                error=error.run("target.group")
            />
        </Show>
        <Show when=is("devices")>
            <TextArea
                label="Device ids"
                name="devices"
                mono=true
                rows=2
                hint="With commas or spaces between."
                value=form.devices
                error=error.run("target.devices")
            />
        </Show>
    }
    .into_any()
}

#[component]
fn Conditions(form: RuleForm, problem: Signal<Option<Problem>>) -> impl IntoView {
    let text = RwSignal::new(form.json.get_untracked().unwrap_or_default());
    Effect::watch(move || text.get(), move |text, _, _| form.json.set(Some(text.clone())), false);
    let combine = vec![
        ("all".to_owned(), "All of these hold".to_owned()),
        ("any".to_owned(), "Any of these holds".to_owned()),
    ];
    let error = Signal::derive(move || {
        problem.with(|p| {
            let fields = p.as_ref()?.fields.iter().filter(|f| f.field.starts_with("when"));
            let said: Vec<String> = fields.map(|f| format!("{}: {}", f.field, f.message)).collect();
            (!said.is_empty()).then(|| said.join(" "))
        })
    });
    if form.json.get_untracked().is_some() {
        return view! {
            <TextArea
                label="Conditions"
                name="when"
                mono=true
                rows=12
                hint="Groups of groups are written as JSON."
                value=text
                error
            />
        }
        .into_any();
    }
    let place = move |key: u32| {
        Signal::derive(move || {
            form.rows.with(|rows| rows.iter().position(|row| row.key == key).unwrap_or_default())
        })
    };
    view! {
        <Segmented label="Conditions together" value=form.combine options=combine />
        <For
            each=move || form.rows.get()
            key=|row| row.key
            children=move |row| {
                let remove = move || form.rows.update(|rows| rows.retain(|one| one.key != row.key));
                view! { <ConditionRow form=row place=place(row.key) combine=form.combine problem on_remove=remove /> }
            }
        />
        <Button icon=Glyph::Plus on_click=move || form.add()>
            "Add a condition"
        </Button>
    }
    .into_any()
}

#[component]
fn Actions(
    form: RuleForm,
    problem: Signal<Option<Problem>>,
    rule: Signal<Result<NewRule, Problem>>,
    saved: Option<i32>,
) -> impl IntoView {
    let place = move |key: u32| {
        Signal::derive(move || {
            form.actions.with(|all| all.iter().position(|one| one.key == key).unwrap_or_default())
        })
    };
    view! {
        <For
            each=move || form.actions.get()
            key=|action| action.key
            children=move |action| {
                let remove = move || form.actions.update(|all| all.retain(|one| one.key != action.key));
                view! { <ActionRow form=action place=place(action.key) problem rule saved on_remove=remove /> }
            }
        />
        <Show when=move || form.actions.with(Vec::len) < ACTIONS_MAX>
            <Button icon=Glyph::Plus on_click=move || form.add_action()>
                "Add an action"
            </Button>
        </Show>
        {saved.is_none().then(|| view! { <p class="quiet">"Once the rule is made, each action can be tried at once."</p> })}
    }
    .into_any()
}

#[component]
fn Hours(form: RuleForm, error: ErrorOf) -> impl IntoView {
    view! {
        <Checkbox label="Only at certain hours" name="hours" value=form.hours />
        <Show when=move || form.hours.get()>
            <div class="rule-row" role="group" aria-label="Hours">
                <Checkbox label="Monday to Friday only" name="weekdays" value=form.weekdays />
                <Field label="From" name="from" value=form.from error=error.run("schedule.fromMinute") />
                <Field label="To" name="to" value=form.to error=error.run("schedule.toMinute") />
                <Field label="Time zone" name="zone" value=form.zone error=error.run("schedule.zone") />
            </div>
        </Show>
    }
    .into_any()
}
