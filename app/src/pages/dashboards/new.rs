//! A new dashboard: made of what the devices send, empty, or from a file.

use super::dashboard_path;
use crate::api::dashboards::create_dashboard;
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::{Button, ButtonKind, Checkbox, Dialog, Field, Form, FormActions, Segmented, TextArea};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::Problem;
use model::dashboard::{Content, DashboardDraft};

/// The dialog.
#[component]
pub(super) fn NewDialog(open: RwSignal<bool>, shared: Signal<bool>, own: Signal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="New dashboard">
            <NewForm open shared own />
        </Dialog>
    }
    .into_any()
}

#[component]
fn NewForm(open: RwSignal<bool>, shared: Signal<bool>, own: Signal<bool>) -> impl IntoView {
    let slug = use_slug();
    let navigate = use_navigate();
    let name = RwSignal::new(String::new());
    let from = RwSignal::new("generated".to_owned());
    let text = RwSignal::new(String::new());
    let personal = RwSignal::new(!shared.get_untracked());
    let attempt = Attempt::new();
    let submit = move || {
        let content = match from.get_untracked().as_str() {
            "generated" => Ok(None),
            "file" => text.with_untracked(|text| Content::parse(text)).map(Some).map_err(in_one),
            _ => Ok(Some(Content::default())),
        };
        let draft = |content| DashboardDraft {
            name: name.get_untracked(),
            personal: personal.get_untracked(),
            content,
            ..Default::default()
        };
        let checked = content.and_then(|content| draft(content.clone()).checked().map(|_| content));
        let (check, content) = match checked {
            Ok(content) => (Ok(()), content),
            Err(problem) => (Err(problem), None),
        };
        let navigate = navigate.clone();
        attempt.run(check, create_dashboard(slug.get_untracked(), draft(content)), move |made| {
            open.set(false);
            navigate(&dashboard_path(&slug.get_untracked(), &made.about.id), Default::default());
        });
    };
    let ways: Vec<(String, String)> =
        [("generated", "With what devices send"), ("empty", "Empty"), ("file", "From a file")]
            .map(|(word, label)| (word.to_owned(), label.to_owned()))
            .into();
    let is_file = move || from.with(|from| from == "file");
    view! {
        <Form on_submit=submit label="New dashboard">
            <Field label="Name" name="name" value=name error=attempt.error("name", name) autofocus=true />
            <Segmented value=from options=ways label="It begins" />
            <Show when=is_file>
                <TextArea
                    label="Paste an exported dashboard"
                    name="content"
                    value=text
                    mono=true
                    rows=8
                    error=attempt.error("content", text)
                />
            </Show>
            <Show when=move || shared.get() && own.get()>
                <Checkbox label="Only I see it" name="personal" value=personal />
            </Show>
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Make it"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// All that is wrong with a file, beside the field that holds it.
fn in_one(problem: Problem) -> Problem {
    let told = |field: &model::FieldProblem| match field.field.as_str() {
        "content" => field.message.clone(),
        place => format!("{place}: {}", field.message),
    };
    let all: Vec<String> = problem.fields.iter().map(told).collect();
    Problem::field(problem.code, "content", all.join(" "))
}
