//! Queries to begin with, made of the workspace's own templates.

use super::Asked;
use leptos::prelude::*;
use model::dtdl::Schema;
use model::template::Template;

/// Most templates that examples are made of.
const TEMPLATES: usize = 3;

/// A query and what it asks, in words.
#[derive(Clone, Debug, PartialEq)]
struct Example {
    title: String,
    text: String,
}

/// The list; one is run when it is pressed.
#[component]
pub(super) fn Examples(templates: Vec<Template>, asked: Asked, ask: Callback<()>) -> impl IntoView {
    let examples = examples(&templates);
    view! {
        <details class="query-examples" open=true>
            <summary>"Examples"</summary>
            <ul>
                {examples
                    .into_iter()
                    .map(|Example { title, text }| {
                        let shown = text.clone();
                        view! {
                            <li>
                                <button
                                    type="button"
                                    on:click=move |_| {
                                        asked.text.set(text.clone());
                                        ask.run(());
                                    }
                                >
                                    <span>{title}</span>
                                    <code>{shown}</code>
                                </button>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </details>
    }
    .into_any()
}

fn examples(templates: &[Template]) -> Vec<Example> {
    let example = |title: String, text: String| Example { title, text };
    let mut found = Vec::new();
    for template in templates.iter().filter(|t| !t.telemetry.is_empty()).take(TEMPLATES) {
        let from = format!("\"{}\"", template.name.replace('"', "\"\""));
        let numbers: Vec<&str> =
            template.telemetry.iter().filter(|t| t.schema.is_numeric()).map(|t| t.name.as_str()).collect();
        if let [first, rest @ ..] = numbers.as_slice() {
            let some = [&[*first], &rest[..rest.len().min(1)]].concat().join(", ");
            found.push(example(
                format!("Newest values of {}", template.name),
                format!("SELECT TOP 100 $id, $ts, {some}\nFROM {from}\nWHERE WITHIN_WINDOW(P1D)\nORDER BY $ts DESC"),
            ));
            found.push(example(
                format!("Mean {first} by the hour"),
                format!(
                    "SELECT $ts, AVG({first}), MIN({first}), MAX({first})\nFROM {from}\nWHERE WITHIN_WINDOW(P1D)\nGROUP BY WINDOW(PT1H)\nORDER BY $ts"
                ),
            ));
            found.push(example(
                format!("Highest {first} of each device"),
                format!(
                    "SELECT $id, $name, MAX({first}) AS highest, COUNT({first}) AS readings\nFROM {from}\nWHERE WITHIN_WINDOW(P7D)\nGROUP BY $id\nORDER BY highest DESC"
                ),
            ));
        }
        let state = template
            .telemetry
            .iter()
            .find(|t| matches!(t.schema, Schema::String | Schema::Boolean | Schema::Enum(_)));
        if let Some(state) = state {
            let name = &state.name;
            found.push(example(
                format!("How often each {name} was sent"),
                format!("SELECT {name}, COUNT(*) AS messages\nFROM {from}\nWHERE WITHIN_WINDOW(P7D) AND {name} IS DEFINED\nGROUP BY {name}"),
            ));
        }
    }
    found.push(example(
        "Devices that have never sent".into(),
        "SELECT $id, $name, $template\nFROM devices\nWHERE $provisioned = FALSE".into(),
    ));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TemplateId;
    use model::template::Telemetry;

    #[test]
    fn examples_name_what_the_templates_name() {
        let field = |name: &str, schema| Telemetry {
            name: name.into(),
            display_name: name.into(),
            schema,
            ..Telemetry::default()
        };
        let template = Template {
            id: TemplateId(1),
            dtmi: String::new(),
            name: "Room \"A\"".into(),
            version: Some(1),
            has_draft: false,
            telemetry: vec![field("mode", Schema::String), field("co2", Schema::Integer)],
            devices: 0,
            updated_ms: 0,
        };
        let found = examples(&[template]);
        assert_eq!(found.len(), 5);
        assert!(
            found[0].text.starts_with("SELECT TOP 100 $id, $ts, co2\nFROM \"Room \"\"A\"\"\""),
            "{found:?}"
        );
        assert!(found[3].text.contains("GROUP BY mode"));
        assert_eq!(examples(&[]).len(), 1);
    }
}
