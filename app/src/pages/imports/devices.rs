//! What becomes of a file of devices: which column says what. The preview follows.

use crate::api::files::{preview_device_import, start_device_import};
use crate::api::templates::list_templates;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, Form, FormActions, Glyph, Select, Skeleton, TableFrame, Tag,
};
use leptos::prelude::*;
use model::id::TemplateId;
use model::import::{DeviceMapping, DevicePreview, FoundDevices, Import};

/// The form's fields: the columns as the selects have them, empty for none.
#[derive(Clone, Copy)]
struct Fields {
    begun: StoredValue<DeviceMapping>,
    id: RwSignal<String>,
    name: RwSignal<String>,
    template: RwSignal<String>,
    all_of: RwSignal<String>,
    simulated: RwSignal<String>,
    belongs: RwSignal<String>,
}

impl Fields {
    fn of(mapping: &DeviceMapping) -> Fields {
        let column = |column: Option<usize>| RwSignal::new(column.map(|c| c.to_string()).unwrap_or_default());
        Fields {
            begun: StoredValue::new(mapping.clone()),
            id: column(Some(mapping.id)),
            name: column(mapping.name),
            template: column(mapping.template),
            all_of: RwSignal::new(mapping.all_of.map(|id| id.to_string()).unwrap_or_default()),
            simulated: column(mapping.simulated),
            belongs: column(mapping.belongs),
        }
    }

    /// What is chosen; tracks it.
    fn mapping(self) -> DeviceMapping {
        let column = |value: RwSignal<String>| value.get().parse::<usize>().ok();
        DeviceMapping {
            dialect: self.begun.get_value().dialect,
            id: column(self.id).unwrap_or(0),
            name: column(self.name),
            template: column(self.template),
            all_of: self.all_of.get().parse().ok().map(TemplateId),
            simulated: column(self.simulated),
            belongs: column(self.belongs),
            organization: None,
        }
    }
}

/// The form, and the preview beneath it.
#[component]
pub(super) fn DeviceMappingForm(import: RwSignal<Import>, found: FoundDevices) -> impl IntoView {
    let slug = use_slug();
    let attempt = Attempt::new();
    let fields = Fields::of(&found.mapping);
    let submit = move || {
        let mapping = untrack(|| fields.mapping());
        let checked = mapping.clone().checked().map(|_| ());
        let id = import.with_untracked(|i| i.id);
        let start = start_device_import(slug.get_untracked(), id, mapping);
        attempt.run(checked, start, move |now| import.set(now));
    };
    let columns: Vec<(String, String)> =
        found.columns.iter().enumerate().map(|(at, column)| (at.to_string(), column.title.clone())).collect();
    let or_none = |none: &str| -> Vec<(String, String)> {
        std::iter::once((String::new(), none.to_owned())).chain(columns.iter().cloned()).collect()
    };
    let (names, templates) = (or_none("The id is the name"), or_none("No column"));
    let (simulated, organizations) = (or_none("None is simulated"), or_none("All belong to your own"));
    let known = Resource::new(move || slug.get(), list_templates);
    let of_all = Signal::derive(move || {
        let known = known.get().and_then(Result::ok).unwrap_or_default();
        let published = known.into_iter().filter(|template| template.version.is_some());
        std::iter::once((String::new(), "No template".to_owned()))
            .chain(published.map(|template| (template.id.to_string(), template.name)))
            .collect::<Vec<_>>()
    });
    view! {
        <Form on_submit=submit label="What becomes of the file">
            <Card title=Signal::stored("Columns".to_owned())>
                <div class="form-pair">
                    <Select
                        label="The id is in"
                        name="id"
                        value=fields.id
                        options=columns.clone()
                        error=attempt.error("id", fields.id)
                    />
                    <Select
                        label="The name is in"
                        name="name"
                        value=fields.name
                        options=names
                        error=attempt.error("name", fields.name)
                    />
                </div>
                <div class="form-pair">
                    <Select
                        label="The template is in"
                        name="template"
                        value=fields.template
                        options=templates
                        error=attempt.error("template", fields.template)
                        hint="Its identifier or its name."
                    />
                    <Transition>
                        <Select label="Rows that name none are of" name="all_of" value=fields.all_of options=of_all />
                    </Transition>
                </div>
                <div class="form-pair">
                    <Select
                        label="Whether it is simulated is in"
                        name="simulated"
                        value=fields.simulated
                        options=simulated
                        error=attempt.error("simulated", fields.simulated)
                        hint="Homeport plays those of which it says yes."
                    />
                    <Select
                        label="The organization is in"
                        name="belongs"
                        value=fields.belongs
                        options=organizations
                        error=attempt.error("belongs", fields.belongs)
                        hint="Its key or its name."
                    />
                </div>
            </Card>
            <Follow import fields />
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true icon=Glyph::Check busy=attempt.busy()>
                    "Make the devices"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// The first rows, anew with each choice.
#[component]
fn Follow(import: RwSignal<Import>, fields: Fields) -> impl IntoView {
    let slug = use_slug();
    let id = import.with_untracked(|i| i.id);
    let rows = Resource::new(
        move || (slug.get(), fields.mapping()),
        move |(slug, mapping)| async move {
            mapping.clone().checked()?;
            preview_device_import(slug, id, mapping).await
        },
    );
    view! {
        <Card title=Signal::stored("The first rows".to_owned()) padded=false>
            <Transition fallback=|| view! { <Skeleton rows=4 /> }>
                {move || {
                    rows.get()
                        .map(|answer| match answer {
                            Ok(rows) => view! { <Preview rows /> }.into_any(),
                            Err(error) => {
                                let said = error.0.fields.first().map(|f| f.message.clone());
                                let said = said.unwrap_or_else(|| error.0.sentence().to_owned());
                                view! { <Banner kind=BannerKind::Bad>{said}</Banner> }.into_any()
                            }
                        })
                }}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn Preview(rows: Vec<DevicePreview>) -> impl IntoView {
    let rows = rows.into_iter().map(line).collect_view();
    view! {
        <TableFrame label="The first rows" stack=true>
            <thead>
                <tr>
                    <th scope="col" class="number">"Row"</th>
                    <th scope="col">"Id"</th>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Template"</th>
                    <th scope="col">"Organization"</th>
                    <th scope="col" class="wide">"Problems"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
    }
    .into_any()
}

fn line(row: DevicePreview) -> impl IntoView + use<> {
    let problems: Vec<String> = row
        .problems
        .iter()
        .map(|p| match p.column.as_str() {
            "" => format!("{} {}", p.problem, p.allowed),
            column => format!("{column}: {} {}", p.problem, p.allowed),
        })
        .collect();
    view! {
        <tr class:refused=!problems.is_empty()>
            <td data-label="Row" class="number">{row.row}</td>
            <td data-label="Id">{row.id}</td>
            <td data-label="Name">
                {row.name} {row.simulated.then(|| view! { " " <Tag dashed=true>"simulated"</Tag> })}
                {row.there.then(|| view! { " " <Tag>"is there already"</Tag> })}
            </td>
            <td data-label="Template">{row.template}</td>
            <td data-label="Organization">{row.organization}</td>
            <td data-label="Problems" class="field-error">
                {problems.join(" ")}
            </td>
        </tr>
    }
}
