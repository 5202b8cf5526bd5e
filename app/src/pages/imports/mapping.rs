//! What becomes of a file: whose its rows are, where the time stands, which columns are values. The preview follows.

use super::preview::Preview;
use crate::api::AppError;
use crate::api::files::{preview_import, start_import};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::profile::browser_zone;
use crate::session::use_slug;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, Checkbox, Field, Form, FormActions, Glyph, Select,
    TableFrame,
};
use crate::zone::use_clock;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::import::{
    Dialect, Found, Import, Mapping, OfDevice, PreviewRow, TimeFormat, ValueColumn, ValueKind,
};

/// The value of the select by which rows belong to one device.
const ONE: &str = "one";
/// What a column is read as that is left out.
const OUT: &str = "out";

/// The fields of a column.
#[derive(Clone, Copy)]
struct Column {
    at: usize,
    name: RwSignal<String>,
    kind: RwSignal<String>,
}

/// The form's fields.
#[derive(Clone, Copy)]
struct Fields {
    begun: StoredValue<Mapping>,
    time: RwSignal<String>,
    format: RwSignal<String>,
    zone: RwSignal<String>,
    comma: RwSignal<bool>,
    whose: RwSignal<String>,
    device: RwSignal<String>,
    columns: StoredValue<Vec<Column>>,
}

impl Fields {
    fn of(found: &Found, device: String) -> Fields {
        let mapping = &found.mapping;
        let (whose, device) = match &mapping.device {
            OfDevice::Column(column) if device.is_empty() => (column.to_string(), String::new()),
            OfDevice::One(id) if device.is_empty() => (ONE.to_owned(), id.clone()),
            _ => (ONE.to_owned(), device),
        };
        let columns = found.columns.iter().enumerate().map(|(at, column)| {
            let value = mapping.values.iter().find(|value| value.column == at);
            let name = value.map_or_else(|| column.title.clone(), |value| value.name.clone());
            let kind = value.map_or(OUT, |value| value.kind.as_str());
            Column { at, name: RwSignal::new(name), kind: RwSignal::new(kind.to_owned()) }
        });
        Fields {
            time: RwSignal::new(mapping.time_column.to_string()),
            format: RwSignal::new(mapping.time_format.as_str().to_owned()),
            zone: RwSignal::new(mapping.zone.clone()),
            comma: RwSignal::new(mapping.dialect.decimal_comma),
            whose: RwSignal::new(whose),
            device: RwSignal::new(device),
            columns: StoredValue::new(columns.collect()),
            begun: StoredValue::new(mapping.clone()),
        }
    }

    /// What is chosen; tracks it.
    fn mapping(self) -> Mapping {
        let Mapping { dialect, .. } = self.begun.get_value();
        let time_column = self.time.get().parse().unwrap_or(0);
        let device = match self.whose.get().parse() {
            Ok(column) => OfDevice::Column(column),
            Err(_) => OfDevice::One(self.device.get()),
        };
        let values = self.columns.with_value(|columns| {
            let taken = columns.iter().filter_map(|column| {
                let kind = ValueKind::from_word(&column.kind.get())?;
                let is_value = column.at != time_column && device != OfDevice::Column(column.at);
                is_value.then(|| ValueColumn { column: column.at, name: column.name.get(), kind })
            });
            taken.collect()
        });
        Mapping {
            dialect: Dialect { decimal_comma: self.comma.get(), ..dialect },
            time_column,
            time_format: TimeFormat::from_word(&self.format.get()).unwrap_or_default(),
            zone: self.zone.get(),
            device,
            values,
        }
    }
}

/// The form, and the preview beneath it.
#[component]
pub(super) fn MappingForm(import: RwSignal<Import>, found: Found) -> impl IntoView {
    let slug = use_slug();
    let attempt = Attempt::new();
    let device = use_query_map().with_untracked(|q| q.get("device").unwrap_or_default());
    let fields = Fields::of(&found, device);
    // Times without a zone are mostly of where one is.
    let clock = use_clock();
    Effect::new(move |_| {
        if fields.zone.with_untracked(String::is_empty) {
            let own = clock.zone();
            fields.zone.set(if own.is_empty() { browser_zone().unwrap_or_default() } else { own });
        }
    });
    let submit = move || {
        let mapping = untrack(|| fields.mapping());
        let checked = mapping.clone().checked().map(|_| ());
        let id = import.with_untracked(|i| i.id);
        attempt.run(checked, start_import(slug.get_untracked(), id, mapping), move |now| import.set(now));
    };
    let titles: Vec<(String, String)> =
        found.columns.iter().enumerate().map(|(at, column)| (at.to_string(), column.title.clone())).collect();
    let whose: Vec<(String, String)> = std::iter::once((ONE.to_owned(), "One device".to_owned()))
        .chain(titles.iter().map(|(at, title)| (at.clone(), format!("The device in “{title}”"))))
        .collect();
    let formats: Vec<(String, String)> =
        TimeFormat::ALL.into_iter().map(|(f, text)| (f.as_str().to_owned(), text.to_owned())).collect();
    let one = Memo::new(move |_| fields.whose.get() == ONE);
    let by_zone = Memo::new(move |_| {
        !matches!(
            TimeFormat::from_word(&fields.format.get()),
            Some(TimeFormat::UnixSeconds | TimeFormat::UnixMillis)
        )
    });
    let no_values = move || attempt.problem().get().and_then(|p| p.of_field("values").map(str::to_owned));
    let known = found.known.clone();
    view! {
        <Form on_submit=submit label="What becomes of the file">
            <datalist id="known-values">
                {known.into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
            </datalist>
            <Card title=Signal::stored("Rows".to_owned())>
                <div class="form-pair">
                    <Select label="Rows are of" name="whose" value=fields.whose options=whose />
                    <Show when=move || one.get()>
                        <Field
                            label="Device id"
                            name="device"
                            mono=true
                            value=fields.device
                            error=attempt.error("device", fields.device)
                        />
                    </Show>
                </div>
                <div class="form-pair">
                    <Select label="The time is in" name="time_column" value=fields.time options=titles />
                    <Select label="Written as" name="time_format" value=fields.format options=formats />
                </div>
                <Show when=move || by_zone.get()>
                    <Field
                        label="Time zone of times without one"
                        name="zone"
                        value=fields.zone
                        error=attempt.error("zone", fields.zone)
                        hint="A name such as Europe/Vienna. Empty: UTC."
                    />
                </Show>
                <Checkbox label="Decimals are written with a comma" name="comma" value=fields.comma />
            </Card>
            <Card title=Signal::stored("Columns".to_owned()) padded=false>
                {move || no_values().map(|why| view! { <Banner kind=BannerKind::Bad>{why}</Banner> })}
                <Columns fields found attempt />
            </Card>
            <Follow import fields />
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true icon=Glyph::Check busy=attempt.busy()>
                    "Start the import"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn Columns(fields: Fields, found: Found, attempt: Attempt) -> impl IntoView {
    let kinds: Vec<(String, String)> = std::iter::once((OUT.to_owned(), "left out".to_owned()))
        .chain(ValueKind::ALL.into_iter().map(|(kind, text)| (kind.as_str().to_owned(), text.to_owned())))
        .collect();
    let rows = fields.columns.get_value().into_iter().zip(found.columns).map(move |(column, about)| {
        let at = column.at;
        let what = Memo::new(move |_| {
            if fields.time.get() == at.to_string() {
                Some("the time")
            } else if fields.whose.get() == at.to_string() {
                Some("the device")
            } else {
                None
            }
        });
        let kinds = kinds.clone();
        let problem = move || {
            attempt.problem().get().and_then(|p| p.of_field(&format!("values.{at}.name")).map(str::to_owned))
        };
        let error = Signal::derive(problem);
        let taken = Signal::derive(move || what.get().is_none() && column.kind.get() != OUT);
        view! {
            <tr>
                <td data-label="Column">
                    {about.title} <p class="hint">{about.samples.join(" · ")}</p>
                </td>
                <td data-label="Read as">
                    {move || match what.get() {
                        Some(what) => view! { <span>{what}</span> }.into_any(),
                        None => {
                            view! {
                                <Select
                                    label="Read as"
                                    name=format!("kind.{at}")
                                    value=column.kind
                                    options=kinds.clone()
                                    bare=true
                                />
                            }
                                .into_any()
                        }
                    }}
                </td>
                <td data-label="Value">
                    <Show when=move || taken.get()>
                        <Field
                            label="Name of the value"
                            name=format!("values.{at}.name")
                            value=column.name
                            error=error
                            list="known-values".to_owned()
                            mono=true
                            bare=true
                        />
                    </Show>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <TableFrame label="Columns of the file" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Column"</th>
                    <th scope="col">"Read as"</th>
                    <th scope="col" class="wide">"Value"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

/// The preview, asked again a moment after something was changed.
#[component]
fn Follow(import: RwSignal<Import>, fields: Fields) -> impl IntoView {
    let slug = use_slug();
    let answer = RwSignal::new(None::<Result<(Vec<PreviewRow>, Vec<String>), AppError>>);
    let newest = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let mapping = fields.mapping();
        let mine = newest.get_value().wrapping_add(1);
        newest.set_value(mine);
        // What is plainly missing needs no way to the server.
        if let Err(problem) = mapping.clone().checked() {
            answer.set(Some(Err(AppError(problem))));
            return;
        }
        let names: Vec<String> = mapping.values.iter().map(|value| value.name.clone()).collect();
        let asked = preview_import(slug.get_untracked(), import.with_untracked(|i| i.id), mapping);
        leptos::task::spawn_local(async move {
            let rows = asked.await;
            if newest.try_get_value() == Some(mine) {
                _ = answer.try_set(Some(rows.map(|rows| (rows, names))));
            }
        });
    });
    let shown = move || match answer.get() {
        None => view! { <p class="hint in-card" role="status">"Reading the first rows…"</p> }.into_any(),
        Some(Ok((rows, names))) => view! { <Preview rows names /> }.into_any(),
        Some(Err(AppError(problem))) => {
            let first = problem.fields.first().map(|field| field.message.clone());
            view! { <p class="hint in-card" role="status">{first.unwrap_or_else(|| problem.sentence().to_owned())}</p> }
                .into_any()
        }
    };
    view! {
        <Card title=Signal::stored("The first rows, as they would be stored".to_owned()) padded=false>
            {shown}
        </Card>
    }
    .into_any()
}
