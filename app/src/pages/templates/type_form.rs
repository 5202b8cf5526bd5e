//! A type while it is edited: a word, and below it the values of an enum, the fields of an object, or the type of what a list
//! or a map holds.

use crate::ui::{Button, ButtonKind, Field, Glyph, IconButton, Segmented, Select};
use leptos::prelude::*;
use model::dtdl::{EnumSchema, EnumValue, Json, MapSchema, Named, Schema};

/// How many types stand within each other at most; DTDL allows five.
const DEPTH_MAX: usize = 5;

/// A type on a form.
#[derive(Clone, Copy)]
pub(super) struct TypeForm {
    word: RwSignal<String>,
    /// The values of an enum, or the fields of an object.
    rows: RwSignal<Vec<Row>>,
    /// Whether an enum's values are texts: `string` or `integer`.
    values: RwSignal<String>,
    /// What a list or a map holds.
    inner: RwSignal<Option<StoredValue<TypeForm>>>,
    key: RwSignal<String>,
    value_name: RwSignal<String>,
    /// A type that the form doesn't know stays as it was.
    unknown: StoredValue<Schema>,
    /// Keeps what is made later as long as the form.
    owner: StoredValue<Owner>,
    next: StoredValue<u32>,
}

/// A value of an enum or a field of an object.
#[derive(Clone, Copy)]
struct Row {
    id: u32,
    name: RwSignal<String>,
    display_name: RwSignal<String>,
    value: RwSignal<String>,
    of: RwSignal<Option<StoredValue<TypeForm>>>,
}

impl TypeForm {
    pub(super) fn of(schema: &Schema) -> TypeForm {
        let form = TypeForm {
            word: RwSignal::new(schema.word().to_owned()),
            rows: RwSignal::new(Vec::new()),
            values: RwSignal::new("string".to_owned()),
            inner: RwSignal::new(None),
            key: RwSignal::new("key".to_owned()),
            value_name: RwSignal::new("value".to_owned()),
            unknown: StoredValue::new(schema.clone()),
            owner: StoredValue::new(Owner::current().map_or_else(Owner::new, |owner| owner.child())),
            next: StoredValue::new(0),
        };
        match schema {
            Schema::Enum(of) => {
                form.values.set(if of.of_text { "string" } else { "integer" }.to_owned());
                let rows = of.values.iter().map(|value| {
                    let told = value
                        .value
                        .as_str()
                        .map_or_else(|| value.value.to_value().to_string(), str::to_owned);
                    form.row(&value.name, &value.display_name, &told, None)
                });
                form.rows.set(rows.collect());
            }
            Schema::Object(fields) => {
                let rows = fields.iter().map(|f| form.row(&f.name, &f.display_name, "", Some(&f.schema)));
                form.rows.set(rows.collect());
            }
            Schema::Array(element) => form.hold(element),
            Schema::Map(map) => {
                form.key.set(map.key.clone());
                form.value_name.set(map.value_name.clone());
                form.hold(&map.value);
            }
            _ => {}
        }
        form
    }

    /// What the form says now. Tracks all of it.
    pub(super) fn schema(self) -> Schema {
        let word = self.word.get();
        let inner = || self.inner.get().map(|inner| inner.get_value().schema()).unwrap_or_default();
        match word.as_str() {
            "Enum" => {
                let of_text = self.values.get() == "string";
                let values = self.rows.get().into_iter().map(|row| EnumValue {
                    name: row.name.get().trim().to_owned(),
                    display_name: row.display_name.get().trim().to_owned(),
                    value: told(&row.value.get(), of_text),
                });
                Schema::Enum(EnumSchema { of_text, values: values.collect() })
            }
            "Object" => {
                let fields = self.rows.get().into_iter().map(|row| Named {
                    name: row.name.get().trim().to_owned(),
                    display_name: row.display_name.get().trim().to_owned(),
                    schema: row.of.get().map(|of| of.get_value().schema()).unwrap_or_default(),
                });
                Schema::Object(fields.collect())
            }
            "Array" => Schema::Array(Box::new(inner())),
            "Map" => Schema::Map(Box::new(MapSchema {
                key: self.key.get().trim().to_owned(),
                value_name: self.value_name.get().trim().to_owned(),
                value: inner(),
            })),
            "any" => self.unknown.get_value(),
            word => Schema::from_word(word),
        }
    }

    /// Whether a number is told.
    pub(super) fn is_numeric(self) -> bool {
        Schema::from_word(&self.word.get()).is_numeric()
    }

    fn hold(self, schema: &Schema) {
        let inner = self.outlive(|| StoredValue::new(TypeForm::of(schema)));
        self.inner.set(Some(inner));
    }

    fn row(self, name: &str, display_name: &str, value: &str, of: Option<&Schema>) -> Row {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.outlive(|| Row {
            id,
            name: RwSignal::new(name.to_owned()),
            display_name: RwSignal::new(display_name.to_owned()),
            value: RwSignal::new(value.to_owned()),
            of: RwSignal::new(of.map(|of| StoredValue::new(TypeForm::of(of)))),
        })
    }

    fn add(self) {
        let of = (self.word.get_untracked() == "Object").then_some(Schema::Double);
        let row = self.row("", "", "", of.as_ref());
        self.rows.update(|rows| rows.push(row));
    }

    /// Another word was chosen: what the old one had below it is of no use.
    fn turned(self) {
        self.rows.set(Vec::new());
        match self.word.get_untracked().as_str() {
            "Enum" | "Object" => self.add(),
            "Array" | "Map" => self.hold(&Schema::Double),
            _ => {}
        }
    }

    fn outlive<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.get_value().with(make)
    }
}

/// The value of an enum as it was typed; what is no whole number stays a text, and is complained of.
fn told(text: &str, of_text: bool) -> Json {
    match text.trim().parse::<i64>() {
        Ok(number) if !of_text => Json::from(number),
        _ => Json::from(text.trim()),
    }
}

/// The type's fields. `name` tells forms of types apart; `depth` is how many stand around it.
#[component]
pub(super) fn TypeFields(
    form: TypeForm,
    #[prop(into)] name: String,
    #[prop(optional)] depth: usize,
) -> impl IntoView {
    let complex = |word: &str| matches!(word, "Enum" | "Object" | "Array" | "Map");
    let mut options: Vec<(String, String)> = Schema::OFFERED
        .iter()
        .filter(|(word, _)| depth < DEPTH_MAX || !complex(word))
        .map(|(word, label)| ((*word).to_owned(), (*label).to_owned()))
        .collect();
    if form.word.get_untracked() == "any" {
        options.push(("any".into(), "As the document says".into()));
    }
    Effect::watch(move || form.word.get(), move |_, _, _| form.turned(), false);
    let label = if depth == 0 { "Type" } else { "Type of it" };
    let stored = StoredValue::new(name.clone());
    let below = move || {
        let name = stored.get_value();
        match form.word.get().as_str() {
            "Enum" => values(form, name),
            "Object" => fields(form, name, depth),
            "Array" => held(form, &name, depth),
            "Map" => view! {
                <Field label="Name of the key" name=format!("{name}.key") mono=true value=form.key />
                <Field label="Name of the value" name=format!("{name}.value") mono=true value=form.value_name />
                {held(form, &name, depth)}
            }
            .into_any(),
            _ => ().into_any(),
        }
    };
    view! {
        <div class="type-form">
            <Select label name=format!("{name}.word") value=form.word options />
            {below}
        </div>
    }
    .into_any()
}

fn held(form: TypeForm, name: &str, depth: usize) -> AnyView {
    let name = format!("{name}.of");
    view! {
        {move || {
            let name = name.clone();
            form.inner
                .get()
                .map(|inner| {
                    view! {
                        <div class="type-inner">
                            <TypeFields form=inner.get_value() name depth=depth + 1 />
                        </div>
                    }
                })
        }}
    }
    .into_any()
}

/// The values of an enum. A function, not a component: types stand within types, and a component's type can't.
fn values(form: TypeForm, name: String) -> AnyView {
    let kinds =
        vec![("string".to_owned(), "Texts".to_owned()), ("integer".to_owned(), "Whole numbers".to_owned())];
    let label = format!("{name} values");
    let name = StoredValue::new(name);
    view! {
        <Segmented value=form.values options=kinds label />
        <For each=move || form.rows.get() key=|row| row.id let:row>
            {
                let at = |part: &str| name.with_value(|name| format!("{name}.{}.{part}", row.id));
                view! {
                    <div class="type-row">
                        <Field label="Name" name=at("name") mono=true value=row.name />
                        <Field label="Display name" name=at("display") value=row.display_name />
                        <Field label="Value as sent" name=at("value") mono=true value=row.value />
                        <Remove form row />
                    </div>
                }
            }
        </For>
        <Button kind=ButtonKind::Ghost icon=Glyph::Plus on_click=move || form.add()>
            "Add a value"
        </Button>
    }
    .into_any()
}

fn fields(form: TypeForm, name: String, depth: usize) -> AnyView {
    let name = StoredValue::new(name);
    view! {
        <For each=move || form.rows.get() key=|row| row.id let:row>
            {
                let at = move |part: &str| name.with_value(|name| format!("{name}.{}.{part}", row.id));
                view! {
                    <div class="type-row">
                        <Field label="Field" name=at("name") mono=true value=row.name />
                        <Field label="Display name" name=at("display") value=row.display_name />
                        <Remove form row />
                        <div class="type-inner">
                            {move || {
                                row.of
                                    .get()
                                    .map(|of| {
                                        view! { <TypeFields form=of.get_value() name=at("of") depth=depth + 1 /> }
                                    })
                            }}
                        </div>
                    </div>
                }
            }
        </For>
        <Button kind=ButtonKind::Ghost icon=Glyph::Plus on_click=move || form.add()>
            "Add a field"
        </Button>
    }
    .into_any()
}

#[component]
fn Remove(form: TypeForm, row: Row) -> impl IntoView {
    let label = Signal::derive(move || format!("Remove {}", row.name.get()));
    view! {
        <IconButton
            glyph=Glyph::Trash
            label
            on_click=move || form.rows.update(|rows| rows.retain(|other| other.id != row.id))
        />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_type_goes_through_the_form() {
        Owner::new().with(|| {
            let types = [
                json!("double"),
                json!("dateTime"),
                json!({"@type": "Enum", "valueSchema": "integer", "enumValues": [{"name": "on", "displayName": "On", "enumValue": 1}]}),
                json!({"@type": "Object", "fields": [{"name": "a", "schema": {"@type": "Array", "elementSchema": "string"}}]}),
                json!({"@type": "Map", "mapKey": {"name": "k", "schema": "string"}, "mapValue": {"name": "v", "schema": "geopoint"}}),
                json!("any"),
            ];
            for json in types {
                let schema: Schema = serde_json::from_value(json.clone()).unwrap();
                assert_eq!(TypeForm::of(&schema).schema(), schema, "{json}");
            }
        });
    }

    #[test]
    fn another_word_begins_anew() {
        Owner::new().with(|| {
            let form = TypeForm::of(&Schema::Double);
            form.word.set("Object".into());
            form.turned();
            form.rows.get()[0].name.set("x".into());
            assert_eq!(
                form.schema().to_json().to_value()["fields"],
                json!([{"name": "x", "schema": "double"}])
            );
            form.word.set("Array".into());
            form.turned();
            assert_eq!(form.schema(), Schema::Array(Box::new(Schema::Double)));
        });
    }
}
