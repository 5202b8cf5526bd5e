//! The first screen of a new Homeport: makes the administrator and the first workspace.

use super::applications::ApplicationChoice;
use super::attempt::{Attempt, Refusal};
use super::entrance::EntranceLayout;
use crate::api::people::set_up;
use crate::session::use_session;
use crate::ui::{Button, ButtonKind, Field, Form};
use leptos::prelude::*;
use model::Problem;
use model::application::BLANK;
use model::check::{self, Check};

/// `/set-up`: the guard around it leads on as soon as there is an administrator.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let session = use_session();
    let attempt = Attempt::new();
    let field = || RwSignal::new(String::new());
    let (name, email, password, workspace) = (field(), field(), field(), field());
    let application = RwSignal::new(BLANK.to_owned());
    let submit = move || {
        let form = [name, email, password, workspace].map(|field| field.get_untracked());
        let checked = check(&form);
        let [name, email, password, workspace] = form;
        let call = async move {
            set_up(name, email, password, workspace, application.get_untracked()).await?;
            session.reload().await;
            Ok(())
        };
        attempt.run(checked, call, |()| {});
    };
    view! {
        <EntranceLayout
            title="Welcome to Homeport"
            text="Your devices will call here. It takes a minute: say who runs this place and what to call the first workspace."
        >
            <Form on_submit=submit label="Set up Homeport">
                <fieldset class="form-group">
                    <legend>"You, the administrator"</legend>
                    <Field
                        label="Name"
                        name="name"
                        autocomplete="name"
                        autofocus=true
                        value=name
                        error=attempt.error("name", name)
                    />
                    <Field
                        label="E-mail"
                        name="email"
                        kind="email"
                        autocomplete="username"
                        hint="You will sign in with it."
                        value=email
                        error=attempt.error("email", email)
                    />
                    <Field
                        label="Password"
                        name="password"
                        kind="password"
                        autocomplete="new-password"
                        hint=format!("{} characters or more.", check::PASSWORD_MIN)
                        value=password
                        error=attempt.error("password", password)
                    />
                </fieldset>
                <fieldset class="form-group">
                    <legend>"The first workspace"</legend>
                    <Field
                        label="Name of the workspace"
                        name="workspace"
                        placeholder="Weather & buildings"
                        hint="Devices, their data and the people who see them live in a workspace. More can follow."
                        value=workspace
                        error=attempt.error("workspace", workspace)
                    />
                    <ApplicationChoice value=application />
                </fieldset>
                <Refusal attempt />
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Set up Homeport"
                </Button>
            </Form>
        </EntranceLayout>
    }
}

fn check([name, email, password, workspace]: &[String; 4]) -> Result<(), Problem> {
    let mut check = Check::default();
    if name.trim().is_empty() {
        check.that(false, "name", "Say what others shall call you.");
    } else {
        check.field("name", check::name(name));
    }
    check.field("email", check::email(email));
    check.field("password", check::password(password));
    check.field("workspace", check::name(workspace));
    check.done()
}
