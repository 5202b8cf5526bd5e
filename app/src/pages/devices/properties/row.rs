//! One property: its fields where people may set it, what the device reports, and how it has answered.

use crate::pages::attempt::Attempt;
use crate::ui::value::format_value;
use crate::ui::{Field, Select, Tag, TextArea, Time};
use leptos::prelude::*;
use model::dtdl::{Capability, Schema};
use model::twin::form::{self, Leaf};
use model::twin::{self, State, Twin, TwinView};
use model::unit;
use serde_json::Value;
use std::sync::Arc;

/// A property with what is written in its fields.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) capability: Arc<Capability>,
    leaves: Arc<Vec<Leaf>>,
    texts: Vec<RwSignal<String>>,
    /// The texts of what is wanted now.
    kept: StoredValue<Vec<String>>,
}

impl Row {
    pub(super) fn new(capability: Capability, twin: &Twin) -> Row {
        let leaves = form::leaves(&capability.schema);
        let kept = form::texts(&leaves, wanted(&capability, twin));
        let texts = kept.iter().map(|text| RwSignal::new(text.clone())).collect();
        Row {
            capability: Arc::new(capability),
            leaves: Arc::new(leaves),
            texts,
            kept: StoredValue::new(kept),
        }
    }

    /// Whether people set it.
    pub(super) fn is_changeable(&self) -> bool {
        self.capability.writable || self.capability.cloud
    }

    /// Takes over what is wanted now, but for fields in which somebody has written.
    pub(super) fn follow(&self, twin: &Twin) {
        let now = form::texts(&self.leaves, wanted(&self.capability, twin));
        let Some(before) = self.kept.try_get_value() else { return };
        for ((text, before), now) in self.texts.iter().zip(&before).zip(&now) {
            if text.try_get_untracked().is_some_and(|text| text == *before) && before != now {
                text.set(now.clone());
            }
        }
        self.kept.set_value(now);
    }

    /// The value to patch it with: nothing where it is as it was; null where it is to be deleted.
    ///
    /// # Errors
    /// By field, what is wrong.
    pub(super) fn change(&self, twin: &Twin) -> Result<Option<Value>, Vec<(usize, String)>> {
        let texts: Vec<String> = self.texts.iter().map(|text| text.get_untracked()).collect();
        if texts == self.kept.get_value() {
            return Ok(None);
        }
        let new = form::read(&self.capability.schema, &self.leaves, &texts)?;
        Ok(match (wanted(&self.capability, twin), new) {
            (None, None) => None,
            (Some(_), None) => Some(Value::Null),
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                Some(Value::Object(twin::replacing(old, &new)))
            }
            (_, Some(new)) => Some(new),
        })
    }

    /// What the server calls it.
    fn key(&self) -> String {
        match self.capability.component.as_str() {
            "" => self.capability.name.clone(),
            component => format!("{component}.{}", self.capability.name),
        }
    }

    /// What one of its fields is called.
    pub(super) fn leaf_key(&self, leaf: usize) -> String {
        match leaf {
            0 => self.key(),
            leaf => format!("{}#{leaf}", self.key()),
        }
    }

    /// The sign of its unit; empty: none.
    fn unit(&self) -> String {
        let name = &self.capability.unit;
        unit::by_name(name).map_or_else(|| name.clone(), |unit| unit.symbol.to_owned())
    }
}

/// What is wanted of the property, or what the cloud knows of it.
fn wanted<'a>(capability: &Capability, twin: &'a Twin) -> Option<&'a Value> {
    let section = if capability.cloud { &twin.cloud } else { &twin.desired };
    section.get(&capability.component, &capability.name)
}

#[component]
pub(super) fn PropertyRow(
    row: Row,
    view: RwSignal<TwinView>,
    attempt: Attempt,
    may_manage: Signal<bool>,
) -> impl IntoView {
    let capability = row.capability.clone();
    let (label, description) = (capability.label().to_owned(), capability.description.clone());
    let initial = capability.initial.as_ref().map(|json| format_value(&json.to_value(), &row.unit()));
    let fields = {
        let row = row.clone();
        move || {
            let many = row.leaves.len() > 1;
            row.leaves
                .iter()
                .enumerate()
                .map(|(i, leaf)| view! { <LeafField row=row.clone() i leaf=leaf.clone() many attempt /> })
                .collect_view()
        }
    };
    let changeable = row.is_changeable();
    view! {
        <div class="property">
            <div class="property-set">
                <h3>
                    {label} " " <code class="mono hint">{capability.name.clone()}</code>
                    " " <span class="hint">{capability.schema.label()}</span>
                </h3>
                {(!description.is_empty()).then(|| view! { <p class="hint">{description}</p> })}
                {changeable
                    .then(|| {
                        view! {
                            <Show when=move || may_manage.get()>
                                <div class="property-fields">{fields.clone()}</div>
                            </Show>
                        }
                    })}
                {initial.map(|initial| view! { <p class="hint">{format!("Initially {initial}.")}</p> })}
            </div>
            <Said row view />
        </div>
    }
    .into_any()
}

/// What holds at the device, and what became of the wish.
#[component]
fn Said(row: Row, view: RwSignal<TwinView>) -> impl IntoView {
    let capability = row.capability.clone();
    let unit = row.unit();
    let content = move || {
        view.with(|view| {
            let (component, name) = (capability.component.as_str(), capability.name.as_str());
            let twin = &view.twin;
            if capability.cloud {
                let at = twin.cloud.updated_ms(component, name);
                return at.map(|at| view! { <p class="hint">"Set " <Time ms=Some(at) /></p> }.into_any());
            }
            let reported = twin.reported.get(component, name).map(twin::value);
            let broken = reported.as_ref().and_then(|value| capability.schema.check(value).err());
            let at = twin.reported.updated_ms(component, name);
            let wanted = twin.desired.get(component, name).map(|value| format_value(value, &unit));
            let wanted_at = twin.desired.updated_ms(component, name);
            let state = twin::state(&twin.desired, &twin.reported, component, name);
            let shown = match &reported {
                Some(value) => format_value(value, &unit),
                None => "–".to_owned(),
            };
            Some(
                view! {
                    <p>
                        <span class="hint">"Reported "</span>
                        <b>{shown}</b>
                        {at.map(|at| view! { " " <span class="hint"><Time ms=Some(at) /></span> })}
                    </p>
                    {broken.map(|why| view! { <p class="field-error">{format!("Doesn't fit the template: {why}.")}</p> })}
                    {wanted
                        .map(|wanted| {
                            view! {
                                <p>
                                    <span class="hint">"Wanted "</span>
                                    {wanted}
                                    " "
                                    <span class="hint">
                                        <Time ms=wanted_at />
                                    </span>
                                </p>
                                <Mark state />
                            }
                        })}
                }
                .into_any(),
            )
        })
    };
    view! { <div class="property-said" aria-live="polite">{content}</div> }.into_any()
}

/// Pending, accepted, refused, and why.
#[component]
fn Mark(state: State) -> impl IntoView {
    let label = state.label();
    let (dashed, bad) = (matches!(state, State::Pending { .. }), matches!(state, State::Refused { .. }));
    let why = match state {
        State::Unset => None,
        State::Pending { why } | State::Accepted { why } => why,
        State::Refused { code, why } => Some(match why {
            Some(why) => format!("{why} (code {code})"),
            None => format!("Code {code}, without a reason."),
        }),
    };
    view! {
        <p class="property-state">
            <Tag dashed bad>
                {label}
            </Tag>
            " "
            {why}
        </p>
    }
    .into_any()
}

/// The field of a part of the value.
#[component]
fn LeafField(row: Row, i: usize, leaf: Leaf, many: bool, attempt: Attempt) -> impl IntoView {
    let Some(text) = row.texts.get(i).copied() else { return ().into_any() };
    let key = row.leaf_key(i);
    let name = format!("property.{}", row.leaf_key(i).replace('#', "."));
    let unit = row.unit();
    let label = if many { leaf.label.clone() } else { row.capability.label().to_owned() };
    let label = if unit.is_empty() || many { label } else { format!("{label} ({unit})") };
    let label = Signal::stored(label);
    let error = {
        let leaf = leaf.clone();
        let forgotten = key.clone();
        Effect::watch(move || text.track(), move |(), _, _| attempt.forget(&forgotten), false);
        Signal::derive(move || {
            let live = text.with(|text| form::read_one(&leaf, text).err());
            live.or_else(|| attempt.problem().with(|p| p.as_ref()?.of_field(&key).map(str::to_owned)))
        })
    };
    let bare = !many;
    match &leaf.schema {
        Schema::Boolean => {
            let options = [("", "–"), ("true", "True"), ("false", "False")];
            let options = options.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
            view! { <Select label name value=text options error bare /> }.into_any()
        }
        Schema::Enum(values) => {
            let known = values.values.iter().map(|value| {
                let shown = if value.display_name.is_empty() { &value.name } else { &value.display_name };
                (value.value.to_value().to_string(), shown.clone())
            });
            let options: Vec<_> = [(String::new(), "–".to_owned())].into_iter().chain(known).collect();
            view! { <Select label name value=text options error bare /> }.into_any()
        }
        _ if leaf.is_json() => {
            let hint = format!("JSON, such as {}", leaf.schema.example());
            view! { <TextArea label name value=text error hint mono=true rows=3 /> }.into_any()
        }
        schema => {
            let placeholder = match schema.example() {
                Value::String(text) => text,
                other => other.to_string(),
            };
            view! { <Field label name value=text error placeholder autocomplete="off" bare /> }.into_any()
        }
    }
}
