//! The same as a query: to read, to change here, or to go on with on the page Query.

use super::Known;
use super::answer::Answered;
use super::state::{Looked, query_string};
use crate::api::explorations::explore_query;
use crate::session::use_slug;
use crate::ui::{Button, Card, CopyButton, Form, FormActions, Glyph, LinkButton, TextArea};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::params::ParamsMap;
use model::exploration::Exploration;
use model::group_series::Whose;

/// The width of windows where the server has not yet chosen one, in milliseconds.
const WIDTH_MS: i64 = 3_600_000;

/// The exploration in the query language.
pub(super) fn query_of(exploration: &Exploration, known: &Known, interval_ms: i64) -> String {
    let group = match &exploration.whose {
        Whose::Group(id) => {
            let called = known.groups.iter().find(|listed| listed.group.id == *id);
            let name = called.map(|listed| listed.group.name.as_str());
            // A name that several have says less than an id.
            let alone = |name: &str| {
                known.groups.iter().filter(|listed| listed.group.name.eq_ignore_ascii_case(name)).count() == 1
            };
            name.filter(|name| alone(name))
        }
        _ => None,
    };
    let interval = exploration.interval_ms.unwrap_or(if interval_ms > 0 { interval_ms } else { WIDTH_MS });
    exploration.text(group, interval)
}

/// Where all rows of a query are found as a file.
pub(super) fn file(slug: &str, text: &str) -> String {
    let mut parameters = ParamsMap::new();
    parameters.insert("query", text.to_owned());
    format!("/w/{slug}/query.csv{}", parameters.to_query_string())
}

#[component]
pub(super) fn QueryText(looked: Looked, known: StoredValue<Known>, answered: Answered) -> impl IntoView {
    let slug = use_slug();
    let path = use_location().pathname;
    let navigate = use_navigate();
    let present = Memo::new(move |_| {
        let interval =
            answered.answer.with(|answer| answer.as_ref().map_or(0, |answer| answer.series.bucket_ms));
        looked.now.with(|now| known.with_value(|known| query_of(now, known, interval)))
    });
    let text = RwSignal::new(present.get_untracked());
    let (error, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    Effect::watch(
        move || present.get(),
        move |present, _, _| {
            error.set(None);
            text.set(present.clone());
        },
        false,
    );
    let changed = Memo::new(move |_| text.with(|text| present.with(|present| text.trim() != present.trim())));
    let submit = move || {
        if busy.get_untracked() || !changed.get_untracked() {
            return;
        }
        busy.set(true);
        let answer = explore_query(slug.get_untracked(), text.get_untracked());
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(exploration) => {
                    let to = format!("{}{}", path.get_untracked(), query_string(&exploration));
                    navigate(&to, NavigateOptions { scroll: false, resolve: false, ..Default::default() });
                    _ = error.try_set(None);
                }
                Err(failure) => {
                    let said = failure.0.fields.first().map(|field| field.message.clone());
                    _ = error.try_set(Some(said.unwrap_or_else(|| failure.0.sentence().to_owned())));
                }
            }
            _ = busy.try_set(false);
        });
    };
    let open = Signal::derive(move || {
        let mut parameters = ParamsMap::new();
        parameters.insert("q", text.get());
        format!("/w/{}/query{}", slug.get(), parameters.to_query_string())
    });
    let nothing = Memo::new(move |_| looked.now.with(|now| now.values.is_empty()));
    let submit = StoredValue::new(submit);
    view! {
        <Show when=move || !nothing.get()>
            <Card title=Signal::stored("As a query".to_owned())>
                <Form on_submit=move || submit.with_value(|submit| submit()) label="As a query">
                    <TextArea label="Query" name="query" value=text error mono=true rows=5 />
                    <FormActions>
                        <CopyButton text label="Copy the query" />
                        <LinkButton href=open icon=Glyph::Query>
                            "Open in Query"
                        </LinkButton>
                        <Button submit=true busy disabled=Signal::derive(move || !changed.get())>
                            "Look at this"
                        </Button>
                    </FormActions>
                </Form>
            </Card>
        </Show>
    }
    .into_any()
}
