//! The form of an export, with what it would make of real messages.

use crate::api::data_exports::preview_data_export;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Card, Code, Field, Form, FormActions, Select, TextArea,
};
use leptos::prelude::*;
use model::data_export::{Enrichment, NewExport, Previewed, Source};
use model::group::GroupId;
use model::{OrganizationId, TemplateId};
use std::collections::BTreeMap;

/// What there is to choose from, by number or id and name.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Choices {
    pub(super) destinations: Vec<(String, String)>,
    pub(super) templates: Vec<(String, String)>,
    pub(super) organizations: Vec<(String, String)>,
    pub(super) groups: Vec<(String, String)>,
}

/// What is written into the form.
#[derive(Clone, Copy)]
struct Written {
    name: RwSignal<String>,
    source: RwSignal<String>,
    destination: RwSignal<String>,
    template: RwSignal<String>,
    organization: RwSignal<String>,
    group: RwSignal<String>,
    metrics: RwSignal<String>,
    condition: RwSignal<String>,
    enrichments: RwSignal<String>,
    transform: RwSignal<String>,
}

impl Written {
    fn of(export: &NewExport) -> Written {
        let text = |of: Option<String>| RwSignal::new(of.unwrap_or_default());
        let narrowing = &export.narrowing;
        let destination = (export.destination != 0).then(|| export.destination.to_string());
        Written {
            name: RwSignal::new(export.name.clone()),
            source: RwSignal::new(export.source.as_str().to_owned()),
            destination: text(destination),
            template: text(narrowing.template.map(|one| one.to_string())),
            organization: text(narrowing.organization.map(|one| one.to_string())),
            group: text(narrowing.group.as_ref().map(|one| one.0.clone())),
            metrics: RwSignal::new(narrowing.metrics.join(", ")),
            condition: RwSignal::new(narrowing.condition.clone()),
            enrichments: RwSignal::new(lines(&export.enrichments)),
            transform: RwSignal::new(export.transform.clone()),
        }
    }

    fn read(self, enabled: bool) -> NewExport {
        let text = |signal: RwSignal<String>| signal.get_untracked();
        let chosen = |signal: RwSignal<String>| Some(text(signal)).filter(|text| !text.is_empty());
        let mut export = NewExport {
            name: text(self.name),
            enabled,
            source: Source::from_word(&text(self.source)).unwrap_or_default(),
            destination: text(self.destination).parse().unwrap_or(0),
            transform: text(self.transform),
            enrichments: enrichments(&text(self.enrichments)),
            ..NewExport::default()
        };
        let narrowing = &mut export.narrowing;
        narrowing.template = chosen(self.template).and_then(|id| id.parse().ok()).map(TemplateId);
        narrowing.organization = chosen(self.organization).and_then(|id| id.parse().ok()).map(OrganizationId);
        narrowing.group = chosen(self.group).map(GroupId);
        narrowing.condition = text(self.condition);
        if export.source == Source::Telemetry {
            narrowing.metrics = text(self.metrics).split(',').map(|name| name.trim().to_owned()).collect();
            narrowing.metrics.retain(|name| !name.is_empty());
        }
        export
    }
}

/// One a line: a name, and what stands for the rest.
fn lines(enrichments: &BTreeMap<String, Enrichment>) -> String {
    let line = |(name, one): (&String, &Enrichment)| match one {
        Enrichment::Text { value } => format!("{name} = {value}"),
        Enrichment::Property { path } => format!("{name} = $property.{path}"),
        Enrichment::CloudProperty { path } => format!("{name} = $cloud.{path}"),
        Enrichment::DeviceName => format!("{name} = $device"),
        Enrichment::Organization => format!("{name} = $organization"),
        Enrichment::Template => format!("{name} = $template"),
    };
    enrichments.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn enrichments(lines: &str) -> BTreeMap<String, Enrichment> {
    let one = |line: &str| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let value = value.trim();
        let enrichment = match value {
            "$device" => Enrichment::DeviceName,
            "$organization" => Enrichment::Organization,
            "$template" => Enrichment::Template,
            value => match (value.strip_prefix("$property."), value.strip_prefix("$cloud.")) {
                (Some(path), _) => Enrichment::Property { path: path.to_owned() },
                (_, Some(path)) => Enrichment::CloudProperty { path: path.to_owned() },
                _ => Enrichment::Text { value: value.to_owned() },
            },
        };
        (name.trim().to_owned(), enrichment)
    };
    lines.lines().filter(|line| !line.trim().is_empty()).map(one).collect()
}

/// The form. `on_save` gets what is written once it holds together.
#[component]
pub(super) fn ExportEditor(
    export: NewExport,
    choices: Choices,
    attempt: Attempt,
    #[prop(into)] action: String,
    on_save: Callback<NewExport>,
) -> impl IntoView {
    let slug = use_slug();
    let w = Written::of(&export);
    let enabled = export.enabled;
    let previewing = Attempt::new();
    let shown = RwSignal::new(None::<Vec<Previewed>>);
    let preview = move || {
        let new = w.read(enabled);
        previewing
            .run(Ok(()), preview_data_export(slug.get_untracked(), new), move |found| shown.set(Some(found)));
    };
    let any = |label: &str, list: Vec<(String, String)>| {
        let first = std::iter::once((String::new(), label.to_owned()));
        Signal::stored(first.chain(list).collect::<Vec<_>>())
    };
    let sources: Vec<(String, String)> =
        Source::ALL.map(|source| (source.as_str().to_owned(), source.label().to_owned())).into();
    let destinations = any("Choose…", choices.destinations);
    let (templates, organizations) =
        (any("Any template", choices.templates), any("Any organization", choices.organizations));
    let groups = any("Any device", choices.groups);
    let of_devices = move || w.source.get() != "audit";
    let of_telemetry = move || w.source.get() == "telemetry";
    view! {
        <Card>
            <Form on_submit=move || on_save.run(w.read(enabled)) label="Data export">
                <Field label="Name" name="name" value=w.name error=attempt.error("name", w.name) />
                <Select label="What goes out" name="source" value=w.source options=Signal::stored(sources) />
                <Select label="Destination" name="destination" value=w.destination options=destinations error=attempt.error("destination", w.destination) />
                <Show when=of_devices>
                    <Select label="Template" name="template" value=w.template options=templates error=attempt.error("narrowing.template", w.template) />
                    <Select label="Organization" name="organization" value=w.organization options=organizations error=attempt.error("narrowing.organization", w.organization) />
                    <Select label="Device group" name="group" value=w.group options=groups error=attempt.error("narrowing.group", w.group) />
                </Show>
                <Show when=of_telemetry>
                    <Field label="Fields" name="metrics" value=w.metrics error=attempt.error("narrowing.metrics", w.metrics) placeholder="temperature, humidity" hint="Names with commas between; empty: every field." />
                </Show>
                <TextArea label="Condition" name="condition" value=w.condition error=attempt.error("narrowing.condition", w.condition) rows=2 mono=true hint="An expression of jq, such as .telemetry.temperature > 30. Empty: everything goes out." />
                <TextArea label="Enrichments" name="enrichments" value=w.enrichments error=attempt.error("enrichments", w.enrichments) rows=3 mono=true hint="One a line: site = Nord, or $property.path, $cloud.path, $device, $organization, $template." />
                <TextArea label="Transform" name="transform" value=w.transform error=attempt.error("transform", w.transform) rows=4 mono=true hint="A program of jq. Empty: messages go out as they are." />
                <Refusal attempt />
                <FormActions>
                    <Button on_click=preview busy=previewing.busy()>"Preview"</Button>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>{action}</Button>
                </FormActions>
            </Form>
        </Card>
        <Problems attempt=previewing />
        {move || shown.get().map(|shown| view! { <Shown shown /> })}
    }
    .into_any()
}

/// Why there is no preview.
#[component]
fn Problems(attempt: Attempt) -> impl IntoView {
    move || {
        attempt.problem().get().map(|problem| {
            let fields = problem.fields.iter().map(|field| field.message.clone()).collect::<Vec<_>>();
            let text = if fields.is_empty() { problem.sentence().to_owned() } else { fields.join(" ") };
            view! { <Banner kind=BannerKind::Bad>{text}</Banner> }
        })
    }
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[component]
fn Shown(shown: Vec<Previewed>) -> impl IntoView {
    if shown.is_empty() {
        return view! {
            <Card title="Preview">
                <p class="quiet">"There is no message yet that this export would look at."</p>
            </Card>
        }
        .into_any();
    }
    let one = |one: Previewed| {
        let out = one.out.iter().map(pretty).collect::<Vec<_>>().join("\n");
        let left_out = one.trouble.is_none() && one.out.is_empty();
        view! {
            <details open=true>
                <summary>{one.message["deviceId"].as_str().unwrap_or("Message").to_owned()}</summary>
                {one.trouble.map(|why| view! { <Banner kind=BannerKind::Bad>{why}</Banner> })}
                {left_out.then(|| view! { <p class="quiet">"It is left out."</p> })}
                {(!out.is_empty()).then(|| view! { <Code text=Signal::stored(out) /> })}
                <details>
                    <summary>"Before the transform"</summary>
                    <Code text=Signal::stored(pretty(&one.message)) />
                </details>
            </details>
        }
    };
    view! { <Card title="Preview">{shown.into_iter().map(one).collect_view()}</Card> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enrichments_come_back_as_they_were_written() {
        let text = "a = Nord\nb = $property.motor.speed\nc = $cloud.owner\nd = $device\ne = $organization\nf = $template";
        assert_eq!(lines(&enrichments(text)), text);
        assert_eq!(enrichments("\n  x=1 = 2 \n")["x"], Enrichment::Text { value: "1 = 2".into() });
    }
}
