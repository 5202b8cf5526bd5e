//! The workspace as an application template: saving it as a file, and bringing another one in.

use super::SettingsPart;
use crate::api::applications::{add_application, export_application};
use crate::pages::applications::{ApplicationChoice, ApplicationFile, FROM_FILE, Places, read_file};
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::dashboards::save_file;
use crate::session::{use_slug, use_workspace};
use crate::ui::{Button, ButtonKind, Card, Field, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::Problem;
use model::application::BLANK;
use model::check::{self, Check};
use model::permission::Permission;

/// `/w/:workspace/settings/application`
#[component]
pub fn ApplicationPage() -> impl IntoView {
    view! {
        <SettingsPart name="Application" needs=Permission::ManageTemplates>
            <div class="settings">
                <Export />
                <BringIn />
            </div>
        </SettingsPart>
    }
}

#[component]
fn Export() -> impl IntoView {
    let (slug, workspace, toasts) = (use_slug(), use_workspace(), use_toasts());
    let attempt = Attempt::new();
    let called = workspace.with_untracked(|open| open.as_ref().map(|open| open.workspace.name.clone()));
    let name = RwSignal::new(called.unwrap_or_default());
    let description = RwSignal::new(String::new());
    let submit = move || {
        let (called, text) = (name.get_untracked(), description.get_untracked());
        let mut checked = Check::default();
        checked.field("name", check::name(&called));
        let file = format!("{}.json", check::slug(&called));
        let call = export_application(slug.get_untracked(), called, text);
        attempt.run(checked.done(), call, move |text: String| {
            save_file(&text, &file);
            toasts.ok(format!("Saved {file}"));
        });
    };
    view! {
        <Card title=Signal::stored("Save this workspace as an application".to_owned())>
            <Form on_submit=submit label="Save this workspace as an application">
                <p class="hint">
                    "A file with the published templates, organizations, device groups, dashboards and rules that you see, and the simulated devices. Real devices, what they sent, people and keys are not in it, nor whom rules tell."
                </p>
                <Field label="Name" name="name" value=name error=attempt.error("name", name) />
                <Field
                    label="What it is for"
                    name="description"
                    value=description
                    error=attempt.error("description", description)
                />
                <Places attempt />
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Save as a file"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

#[component]
fn BringIn() -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let attempt = Attempt::new();
    let (application, file) = (RwSignal::new(FROM_FILE.to_owned()), RwSignal::new(String::new()));
    let from_file = move || application.with(|chosen| chosen == FROM_FILE);
    let submit = move || {
        let (chosen, text) = match from_file() {
            true => (String::new(), file.get_untracked()),
            false => (application.get_untracked(), String::new()),
        };
        let checked: Result<(), Problem> = match from_file() {
            true => read_file(&text).map(|_| ()),
            false => Ok(()),
        };
        let call = add_application(slug.get_untracked(), chosen, text);
        attempt.run(checked, call, move |()| {
            file.set(String::new());
            toasts.ok("All of it is there.");
        });
    };
    let nothing = Signal::derive(move || match from_file() {
        true => file.with(|text| text.trim().is_empty()),
        false => application.with(|chosen| chosen == BLANK),
    });
    view! {
        <Card title=Signal::stored("Bring an application in".to_owned())>
            <Form on_submit=submit label="Bring an application in">
                <p class="hint">
                    "All that it holds is made here, or nothing of it where something can't be. What is there already stays."
                </p>
                <ApplicationChoice value=application files=true />
                <Show when=from_file>
                    <ApplicationFile value=file />
                </Show>
                <Places attempt />
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy() disabled=nothing>
                        "Bring it in"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}
