//! Two-factor sign-in: on with an authenticator app, off with password and code, recovery codes shown once.

use super::recovery_codes::RecoveryCodes;
use crate::api::AppError;
use crate::api::account::{
    begin_two_factor, confirm_two_factor, end_two_factor, new_recovery_codes, two_factor,
};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Button, ButtonKind, Card, Code, Dialog, ErrorState, Field, Form, FormActions, Qr, Skeleton, use_toasts,
};
use leptos::prelude::*;
use model::account::{TwoFactor, TwoFactorSecret};
use model::check::Check;

/// What there is to know about recovery codes.
const CODES: &str = "Keep them where you keep what is dear, apart from your telephone: each signs you in once in the place of the app. Nobody is shown them again.";

/// What the dialog shows.
#[derive(Clone, PartialEq)]
enum Step {
    /// The password is asked for, before a secret is made.
    Password,
    /// The secret, for the only time, and the first code.
    Scan(TwoFactorSecret),
    /// The recovery codes, for the only time.
    Codes(Vec<String>),
    /// Password and code, to turn it off.
    Off,
    /// Password and code, for other recovery codes.
    Renew,
}

/// The card.
#[component]
pub(crate) fn TwoFactorCard() -> impl IntoView {
    let standing = Resource::new(|| (), |()| two_factor());
    let (open, step) = (RwSignal::new(false), RwSignal::new(Step::Password));
    // What was shown once is forgotten when the dialog closes.
    Effect::new(move |_| {
        if !open.get() {
            step.set(Step::Password);
        }
    });
    let title = Signal::derive(move || {
        step.with(|step| match step {
            Step::Password | Step::Scan(_) => "Turn on two-factor sign-in",
            Step::Codes(_) => "Your recovery codes",
            Step::Off => "Turn off two-factor sign-in",
            Step::Renew => "New recovery codes",
        })
        .to_owned()
    });
    let begin = Callback::new(move |to: u8| {
        step.set(match to {
            0 => Step::Password,
            1 => Step::Off,
            _ => Step::Renew,
        });
        open.set(true);
    });
    view! {
        <Card title=Signal::stored("Two-factor sign-in".to_owned())>
            <Transition fallback=|| view! { <Skeleton rows=1 /> }>
                {move || Suspend::new(async move {
                    match standing.await {
                        Ok(now) => view! { <Standing now begin /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || standing.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <Dialog open title>
                {move || match step.get() {
                    Step::Password => view! { <AskPassword step open /> }.into_any(),
                    Step::Scan(secret) => view! { <Scan secret step standing open /> }.into_any(),
                    Step::Codes(codes) => view! { <RecoveryCodes codes open about=CODES /> }.into_any(),
                    Step::Off => view! { <Proof off=true step standing open /> }.into_any(),
                    Step::Renew => view! { <Proof off=false step standing open /> }.into_any(),
                }}
            </Dialog>
        </Card>
    }
    .into_any()
}

#[component]
fn Standing(now: TwoFactor, begin: Callback<u8>) -> impl IntoView {
    if !now.on {
        return view! {
            <div class="settings-row">
                <p>"Off. With it, signing in takes a code of an app on your telephone beside the password."</p>
                <Button kind=ButtonKind::Primary on_click=move || begin.run(0)>
                    "Turn on"
                </Button>
            </div>
        }
        .into_any();
    }
    let left = match now.codes_left {
        0 => "No recovery code is left: make new ones.".to_owned(),
        1 => "1 recovery code is left.".to_owned(),
        n => format!("{n} recovery codes are left."),
    };
    view! {
        <div class="settings-row">
            <p>"On. Signing in takes a code of your authenticator app. " {left}</p>
            <Button on_click=move || begin.run(2)>"New recovery codes"</Button>
            <Button kind=ButtonKind::Danger on_click=move || begin.run(1)>
                "Turn off"
            </Button>
        </div>
    }
    .into_any()
}

#[component]
fn AskPassword(step: RwSignal<Step>, open: RwSignal<bool>) -> impl IntoView {
    let attempt = Attempt::new();
    let current = RwSignal::new(String::new());
    let submit = move || {
        let password = current.get_untracked();
        let check = Check::default().that(!password.is_empty(), "current", "Give your password.").done();
        attempt.run(check, begin_two_factor(password), move |secret| _ = step.try_set(Step::Scan(secret)));
    };
    view! {
        <Form on_submit=submit label="Turn on two-factor sign-in">
            <p>"You need an authenticator app on your telephone, such as Aegis, 2FAS or the one of your password keeper."</p>
            <Field
                label="Your password"
                name="current"
                kind="password"
                autocomplete="current-password"
                autofocus=true
                value=current
                error=attempt.error("current", current)
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Go on"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn Scan(
    secret: TwoFactorSecret,
    step: RwSignal<Step>,
    standing: Resource<Result<TwoFactor, AppError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let attempt = Attempt::new();
    let code = RwSignal::new(String::new());
    let submit = move || {
        let given = code.get_untracked();
        let check = Check::default()
            .that(!given.trim().is_empty(), "code", "Give the code that the app shows.")
            .done();
        attempt.run(check, confirm_two_factor(given), move |codes| {
            _ = step.try_set(Step::Codes(codes));
            standing.refetch();
        });
    };
    view! {
        <Form on_submit=submit label="Scan and confirm">
            <p>"Scan this with the app, or type the key into it. Then give the six digits that it shows."</p>
            <Qr text=Signal::stored(secret.uri) label="The key for your authenticator app" />
            <div class="field">
                <span class="label">"Key"</span>
                <Code text=Signal::stored(secret.secret) />
            </div>
            <Field
                label="Code"
                name="code"
                autocomplete="one-time-code"
                mono=true
                value=code
                error=attempt.error("code", code)
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Turn on"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// Password and code together: to turn it off, or for new recovery codes.
#[component]
fn Proof(
    off: bool,
    step: RwSignal<Step>,
    standing: Resource<Result<TwoFactor, AppError>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (attempt, toasts) = (Attempt::new(), use_toasts());
    let (current, code) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move || {
        let (password, given) = (current.get_untracked(), code.get_untracked());
        let check = Check::default()
            .that(!password.is_empty(), "current", "Give your password.")
            .that(!given.trim().is_empty(), "code", "Give a code of the app, or a recovery code.")
            .done();
        if off {
            attempt.run(check, end_two_factor(password, given), move |()| {
                toasts.ok("Two-factor sign-in is off");
                standing.refetch();
                open.set(false);
            });
        } else {
            attempt.run(check, new_recovery_codes(password, given), move |codes| {
                _ = step.try_set(Step::Codes(codes));
                standing.refetch();
            });
        }
    };
    let (text, action, kind) = match off {
        true => ("Signing in will take your password only.", "Turn off", ButtonKind::Danger),
        false => {
            ("The codes that you have now will be worth nothing.", "Make new codes", ButtonKind::Primary)
        }
    };
    view! {
        <Form on_submit=submit label="Prove that it is you">
            <p>{text}</p>
            <Field
                label="Your password"
                name="current"
                kind="password"
                autocomplete="current-password"
                autofocus=true
                value=current
                error=attempt.error("current", current)
            />
            <Field
                label="Code"
                name="code"
                autocomplete="one-time-code"
                mono=true
                hint="Of the app, or a recovery code."
                value=code
                error=attempt.error("code", code)
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind submit=true busy=attempt.busy()>
                    {action}
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
