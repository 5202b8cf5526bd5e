//! The form of one capability: what it is, its names, its type, how it is shown, what a command is given.

use super::field_name::suggest;
use super::type_form::{TypeFields, TypeForm};
use super::work::Work;
use crate::ui::form::focus_first_error;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Checkbox, Field, Form, FormActions, Select};
use leptos::prelude::*;
use model::dtdl::{self, Capability, Document, Json, Kind, Payload};
use model::unit;
use model::{Code, Problem};

/// The capability as signals.
#[derive(Clone, Copy)]
struct Draft {
    before: StoredValue<Capability>,
    kind: RwSignal<String>,
    name: RwSignal<String>,
    /// Whether the name still follows the display name.
    follows: RwSignal<bool>,
    display_name: RwSignal<String>,
    description: RwSignal<String>,
    schema: TypeForm,
    semantic: RwSignal<String>,
    unit: RwSignal<String>,
    display_unit: RwSignal<String>,
    decimals: RwSignal<String>,
    min: RwSignal<String>,
    max: RwSignal<String>,
    color: RwSignal<String>,
    writable: RwSignal<bool>,
    queued: RwSignal<bool>,
    initial: RwSignal<String>,
    request: PayloadDraft,
    response: PayloadDraft,
}

#[derive(Clone, Copy)]
struct PayloadDraft {
    there: RwSignal<bool>,
    name: RwSignal<String>,
    display_name: RwSignal<String>,
    schema: TypeForm,
}

/// A word in place of a kind of DTDL: a property that lives in the cloud.
const CLOUD: &str = "Cloud";

impl PayloadDraft {
    fn of(payload: Option<&Payload>, name: &str) -> PayloadDraft {
        let told =
            payload.cloned().unwrap_or_else(|| Payload { name: name.to_owned(), ..Payload::default() });
        PayloadDraft {
            there: RwSignal::new(payload.is_some()),
            name: RwSignal::new(told.name),
            display_name: RwSignal::new(told.display_name),
            schema: TypeForm::of(&told.schema),
        }
    }

    fn payload(self) -> Option<Payload> {
        self.there.get().then(|| Payload {
            name: self.name.get().trim().to_owned(),
            display_name: self.display_name.get().trim().to_owned(),
            schema: self.schema.schema(),
        })
    }
}

impl Draft {
    fn of(capability: Capability) -> Draft {
        let number = |value: Option<f64>| RwSignal::new(value.map(|v| v.to_string()).unwrap_or_default());
        let text = |value: &str| RwSignal::new(value.to_owned());
        Draft {
            kind: text(if capability.cloud { CLOUD } else { capability.kind.word() }),
            name: text(&capability.name),
            follows: RwSignal::new(capability.at.is_empty()),
            display_name: text(&capability.display_name),
            description: text(&capability.description),
            schema: TypeForm::of(&capability.schema),
            semantic: text(&capability.semantic),
            unit: text(&capability.unit),
            display_unit: text(&capability.display_unit),
            decimals: RwSignal::new(capability.decimals.map(|n| n.to_string()).unwrap_or_default()),
            min: number(capability.min),
            max: number(capability.max),
            color: text(&capability.color),
            writable: RwSignal::new(capability.writable),
            queued: RwSignal::new(capability.queued),
            initial: RwSignal::new(
                capability.initial.as_ref().map(|i| i.to_value().to_string()).unwrap_or_default(),
            ),
            request: PayloadDraft::of(capability.request.as_ref(), "request"),
            response: PayloadDraft::of(capability.response.as_ref(), "response"),
            before: StoredValue::new(capability),
        }
    }

    /// What the form says. What belongs to another kind is left out.
    fn capability(self) -> Result<Capability, Problem> {
        let cloud = self.kind.get() == CLOUD;
        let kind = if cloud { Kind::Property } else { Kind::from_word(&self.kind.get()).unwrap_or_default() };
        let valued = matches!(kind, Kind::Telemetry | Kind::Property);
        let words = |signal: RwSignal<String>| signal.get().trim().to_owned();
        let shown = |signal: RwSignal<String>| if valued { words(signal) } else { String::new() };
        let number = |signal: RwSignal<String>, field: &str| match words(signal).as_str() {
            text if text.is_empty() || !valued => Ok(None),
            text => text
                .parse::<f64>()
                .map(Some)
                .map_err(|_| Problem::field(Code::Invalid, field, "A number, such as 21.5.")),
        };
        let decimals = match shown(self.decimals).as_str() {
            "" => None,
            text => Some(text.parse::<u8>().ok().filter(|n| *n <= 20).ok_or_else(|| {
                Problem::field(Code::Invalid, "decimalPlaces", "A whole number from 0 to 20.")
            })?),
        };
        let initial = shown(self.initial);
        Ok(Capability {
            kind,
            name: words(self.name),
            display_name: words(self.display_name),
            description: words(self.description),
            schema: if valued { self.schema.schema() } else { self.before.with_value(|b| b.schema.clone()) },
            semantic: shown(self.semantic),
            unit: shown(self.unit),
            display_unit: shown(self.display_unit),
            decimals,
            min: number(self.min, "minValue")?,
            max: number(self.max, "maxValue")?,
            color: shown(self.color),
            writable: kind == Kind::Property && (self.writable.get() || cloud),
            cloud,
            queued: kind == Kind::Command && self.queued.get(),
            initial: (!initial.is_empty()).then(|| initial_value(&initial)),
            request: if kind == Kind::Command { self.request.payload() } else { None },
            response: if kind == Kind::Command { self.response.payload() } else { None },
            ..self.before.get_value()
        })
    }
}

/// JSON where it is some, else the text as it stands.
fn initial_value(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::from(text))
}

/// The document with the capability in it, and where it stands.
fn put(document: &mut Document, interface_at: &str, capability: &Capability) -> Option<String> {
    if capability.at.is_empty() {
        return dtdl::add(document, interface_at, capability);
    }
    dtdl::change(document, capability);
    Some(capability.at.clone())
}

/// The form; saves to the draft, and closes what is around it.
#[component]
pub(super) fn CapabilityForm(
    work: Work,
    open: RwSignal<bool>,
    interface_at: String,
    capability: Capability,
) -> impl IntoView {
    let is_new = capability.at.is_empty();
    let taken: Vec<String> = dtdl::capabilities(&work.document_now()).into_iter().map(|c| c.name).collect();
    let draft = Draft::of(capability);
    let problem = RwSignal::new(None::<Problem>);
    let interface_at = StoredValue::new(interface_at);
    let submit = move || {
        let capability = match untrack(|| draft.capability()) {
            Ok(capability) => capability,
            Err(why) => {
                problem.set(Some(why));
                return focus_first_error();
            }
        };
        let before = work.document_now();
        let mut after = before.clone();
        let Some(at) = interface_at.with_value(|place| put(&mut after, place, &capability)) else { return };
        if let Some(why) = dtdl::problem(&dtdl::validate(&after)) {
            problem.set(Some(beside_fields(why, &at)));
            return focus_first_error();
        }
        let label = capability.label().to_owned();
        work.save(after, move |ended| match ended {
            Ok(()) => {
                _ = open.try_set(false);
                work.toasts.ok(format!("Saved “{label}”"));
            }
            Err(why) => {
                _ = problem.try_set(Some(beside_fields(why, &at)));
                focus_first_error();
            }
        });
    };
    let error = move |field: &'static str| {
        Signal::derive(move || problem.with(|p| p.as_ref()?.of_field(field).map(str::to_owned)))
    };
    let kinds = [
        ("Telemetry", "Telemetry: what it sends"),
        ("Property", "Property: a state of the device"),
        (CLOUD, "Cloud property: known here only"),
        ("Command", "Command: what it can be asked to do"),
        ("Relationship", "Relationship: a link to another"),
    ];
    let kinds: Vec<(String, String)> = kinds.map(|(word, text)| (word.to_owned(), text.to_owned())).to_vec();
    // The name follows what people call it, until somebody writes one.
    Effect::watch(
        move || draft.display_name.get(),
        move |display_name, _, _| {
            if draft.follows.get_untracked() {
                draft.name.set(suggest(display_name, &taken));
            }
        },
        false,
    );
    Effect::watch(
        move || draft.name.get(),
        move |name, _, _| {
            let followed = suggest(&draft.display_name.get_untracked(), &[]);
            if !name.is_empty() && !name.starts_with(&followed) {
                draft.follows.set(false);
            }
        },
        false,
    );
    let is = move |word: &'static str| draft.kind.get() == word;
    let valued = Signal::derive(move || is("Telemetry") || is("Property") || is(CLOUD));
    view! {
        <Form on_submit=submit label="Capability">
            <div class="capability-form">
                <Select label="Kind" name="kind" value=draft.kind options=kinds error=error("@type") />
                <Field
                    label="Display name"
                    name="displayName"
                    autofocus=is_new
                    autocomplete="off"
                    value=draft.display_name
                    error=error("displayName")
                />
                <Field
                    label="Name"
                    name="name"
                    mono=true
                    autocomplete="off"
                    hint="As it stands in messages."
                    value=draft.name
                    error=error("name")
                />
                <Field
                    label="Description"
                    name="description"
                    autocomplete="off"
                    value=draft.description
                    error=error("description")
                />
                <Show when=move || valued.get()>
                    <TypeFields form=draft.schema name="schema" />
                    {move || error("schema").get().map(|message| view! { <p class="field-error">{message}</p> })}
                    <Display draft error />
                </Show>
                <Show when=move || is("Property")>
                    <Checkbox label="Can be written from here" name="writable" value=draft.writable />
                </Show>
                <Show when=move || is("Command")>
                    <Checkbox label="Waits for a device that is away" name="durable" value=draft.queued />
                    <PayloadFields draft=draft.request label="It is given something" name="request" error=error("request") />
                    <PayloadFields draft=draft.response label="It answers something" name="response" error=error("response") />
                </Show>
            </div>
            {move || {
                problem
                    .get()
                    .and_then(|problem| elsewhere(&problem))
                    .map(|text| view! { <Banner kind=BannerKind::Bad>{text}</Banner> })
            }}
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=work.busy>
                    {if is_new { "Add" } else { "Save" }}
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// What it measures, in which unit, and how it is shown.
#[component]
fn Display(
    draft: Draft,
    error: impl Fn(&'static str) -> Signal<Option<String>> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let none = || (String::new(), "—".to_owned());
    let mut semantics = vec![none()];
    let numeric = unit::SEMANTIC_TYPES.iter().map(|s| s.name);
    let special = ["State", "Event", "Location", "VelocityVector", "AccelerationVector"];
    semantics.extend(numeric.chain(special).map(|word| (word.to_owned(), spaced(word))));
    let units = Signal::derive(move || {
        let semantic = draft.semantic.get();
        let units = unit::units_of(&semantic)
            .map(|unit| (unit.name.to_owned(), format!("{} {}", unit.symbol, spaced(unit.name))));
        std::iter::once(none()).chain(units).collect::<Vec<_>>()
    });
    // A unit of another quantity is none.
    Effect::watch(
        move || draft.semantic.get(),
        move |semantic, _, _| {
            let known = unit::units_of(semantic).any(|unit| unit.name == draft.unit.get_untracked());
            if !known {
                draft
                    .unit
                    .set(unit::units_of(semantic).next().map(|u| u.name.to_owned()).unwrap_or_default());
                draft.display_unit.set(String::new());
            }
        },
        false,
    );
    let measured =
        Signal::derive(move || !draft.semantic.get().is_empty() && units.with(|units| units.len() > 1));
    view! {
        <Select label="Semantic type" name="semantic" value=draft.semantic options=semantics />
        <Show
            when=move || measured.get()
            fallback=move || {
                view! {
                    <Show when=move || draft.schema.is_numeric()>
                        <Field
                            label="Unit"
                            name="displayUnit"
                            hint="Its sign, where DTDL has no name for it."
                            value=draft.display_unit
                            error=error("displayUnit")
                        />
                    </Show>
                }
            }
        >
            <Select label="Unit" name="unit" value=draft.unit options=units error=error("unit") />
            <Select
                label="Shown in"
                name="displayUnit"
                value=draft.display_unit
                options=units
                hint="Nothing: as it is sent."
                error=error("displayUnit")
            />
        </Show>
        <Show when=move || draft.schema.is_numeric()>
            <Field label="Decimals" name="decimalPlaces" value=draft.decimals error=error("decimalPlaces") />
            <Field label="Least value" name="minValue" value=draft.min error=error("minValue") />
            <Field label="Greatest value" name="maxValue" value=draft.max error=error("maxValue") />
        </Show>
        <Field label="Colour" name="color" placeholder="#1f77b4" value=draft.color error=error("color") />
        <Field
            label="Initial value"
            name="initialValue"
            mono=true
            hint="What it is before anyone sets it, as JSON: 21.5, true, \"on\"."
            value=draft.initial
            error=error("initialValue")
        />
    }
    .into_any()
}

#[component]
fn PayloadFields(
    draft: PayloadDraft,
    label: &'static str,
    name: &'static str,
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <Checkbox label name=name value=draft.there />
        <Show when=move || draft.there.get()>
            <div class="type-inner">
                <Field label="Name" name=format!("{name}.name") mono=true value=draft.name error />
                <Field label="Display name" name=format!("{name}.displayName") value=draft.display_name />
                <TypeFields form=draft.schema name=format!("{name}.schema") />
            </div>
        </Show>
    }
    .into_any()
}

/// `degreeCelsius` → `degree Celsius`.
fn spaced(word: &str) -> String {
    let mut text = String::new();
    for c in word.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(c);
    }
    text
}

/// The problem with what stands within this capability told by its key: `/contents/3/schema/fields/0` as `schema`.
fn beside_fields(mut problem: Problem, at: &str) -> Problem {
    for field in &mut problem.fields {
        if let Some(rest) = field.field.strip_prefix(at).and_then(|rest| rest.strip_prefix('/')) {
            field.field = rest.split('/').next().unwrap_or_default().to_owned();
        }
    }
    problem
}

/// What no field of the form says.
fn elsewhere(problem: &Problem) -> Option<String> {
    let beside = [
        "@type",
        "name",
        "displayName",
        "description",
        "schema",
        "unit",
        "displayUnit",
        "decimalPlaces",
        "minValue",
        "maxValue",
        "color",
        "initialValue",
        "request",
        "response",
    ];
    let other = problem.fields.iter().find(|field| !beside.contains(&field.field.as_str()));
    match other {
        Some(field) => Some(format!("{}: {}", field.field, field.message)),
        None => problem.fields.is_empty().then(|| problem.sentence().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dtdl::Schema;

    #[test]
    fn a_capability_goes_through_the_form() {
        const MODEL: &str = include_str!("../../../../crates/model/src/dtdl/models/controller.json");
        let document = Document::parse(MODEL).unwrap();
        Owner::new().with(|| {
            for capability in dtdl::capabilities(&document) {
                let again = Draft::of(capability.clone()).capability().unwrap();
                // A cloud property is always the cloud's to write.
                assert_eq!(
                    Capability { writable: capability.writable, ..again },
                    capability,
                    "{}",
                    capability.name
                );
            }
        });
    }

    #[test]
    fn what_can_not_be_read_stands_beside_its_field() {
        Owner::new().with(|| {
            let mut draft = Draft::of(Capability::default());
            draft.min.set("warm".into());
            assert!(draft.capability().unwrap_err().of_field("minValue").is_some());
            draft.min.set(" -1.5 ".into());
            draft.initial.set("on".into());
            draft.schema = TypeForm::of(&Schema::String);
            let read = draft.capability().unwrap();
            assert_eq!((read.min, read.initial), (Some(-1.5), Some(Json::from("on"))));
        });
        let problem = Problem::field(Code::Invalid, "/contents/3/schema/fields/0/name", "No.");
        assert_eq!(beside_fields(problem, "/contents/3").of_field("schema"), Some("No."));
    }
}
