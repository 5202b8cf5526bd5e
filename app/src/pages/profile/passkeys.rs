//! Passkeys: the list, another one after the password, one less after the password.

use super::recovery_codes::RecoveryCodes;
use crate::api::AppError;
use crate::api::passkeys::{begin_passkey, finish_passkey, list_passkeys, remove_passkey};
use crate::pages::attempt::{Attempt, Refusal};
use crate::passkeys;
use crate::ui::{
    Button, ButtonKind, Card, Dialog, ErrorState, Field, Form, FormActions, Skeleton, TableFrame, Time,
    use_toasts,
};
use leptos::prelude::*;
use model::account::Passkey;
use model::check::{self, Check};
use model::{Code as ProblemCode, Problem};

/// What there is to know about recovery codes.
const CODES: &str = "From now on a password alone doesn't sign you in. Should you lose the passkey, each of these codes signs you in once, after the password. Keep them apart from it: nobody is shown them again.";

/// What the dialog shows.
#[derive(Clone, PartialEq)]
enum Step {
    /// Name and password for another one.
    New,
    /// Recovery codes, for the only time.
    Codes(Vec<String>),
    /// The password, to remove this one.
    Remove(Passkey),
}

/// The card.
#[component]
pub(crate) fn PasskeysCard() -> impl IntoView {
    let listed = Resource::new(|| (), |()| list_passkeys());
    let (open, step) = (RwSignal::new(false), RwSignal::new(Step::New));
    // What was shown once is forgotten when the dialog closes.
    Effect::new(move |_| {
        if !open.get() {
            step.set(Step::New);
        }
    });
    let title = Signal::derive(move || {
        step.with(|step| match step {
            Step::New => "Add a passkey",
            Step::Codes(_) => "Your recovery codes",
            Step::Remove(_) => "Remove the passkey",
        })
        .to_owned()
    });
    let remove = Callback::new(move |passkey| {
        step.set(Step::Remove(passkey));
        open.set(true);
    });
    let changed = Callback::new(move |()| listed.refetch());
    view! {
        <Card title=Signal::stored("Passkeys".to_owned())>
            <div class="settings-row">
                <p>
                    "A passkey signs in by the lock of your telephone, computer or security key, in the place of the password or after it."
                </p>
                <Button kind=ButtonKind::Primary on_click=move || open.set(true)>
                    "Add a passkey"
                </Button>
            </div>
            <Transition fallback=|| view! { <Skeleton rows=1 /> }>
                {move || Suspend::new(async move {
                    match listed.await {
                        Ok(list) => view! { <List list remove /> }.into_any(),
                        Err(AppError(problem)) => {
                            view! { <ErrorState problem retry=move || listed.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <Dialog open title>
                {move || match step.get() {
                    Step::New => view! { <New step open changed /> }.into_any(),
                    Step::Codes(codes) => view! { <RecoveryCodes codes open about=CODES /> }.into_any(),
                    Step::Remove(passkey) => view! { <Remove passkey open changed /> }.into_any(),
                }}
            </Dialog>
        </Card>
    }
    .into_any()
}

#[component]
fn List(list: Vec<Passkey>, remove: Callback<Passkey>) -> impl IntoView {
    if list.is_empty() {
        return view! { <p class="hint">"You have none yet."</p> }.into_any();
    }
    let rows = list.into_iter().map(move |passkey| {
        let (name, called) = (passkey.name.clone(), passkey.name.clone());
        let (created, used) = (passkey.created_ms, passkey.used_ms);
        view! {
            <tr>
                <td>{name}</td>
                <td data-label="Added">
                    <Time ms=Signal::stored(Some(created)) />
                </td>
                <td data-label="Last used">
                    {match used {
                        Some(ms) => view! { <Time ms=Signal::stored(Some(ms)) /> }.into_any(),
                        None => "never".into_any(),
                    }}
                </td>
                <td class="row-actions">
                    <Button on_click=move || remove.run(passkey.clone())>
                        "Remove " <span class="visually-hidden">{called}</span>
                    </Button>
                </td>
            </tr>
        }
    });
    view! {
        <TableFrame label="Passkeys" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Added"</th>
                    <th scope="col">"Last used"</th>
                    <th scope="col" class="row-actions">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn New(step: RwSignal<Step>, open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let (attempt, toasts) = (Attempt::new(), use_toasts());
    let (name, current) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move || {
        let (called, password) = (name.get_untracked(), current.get_untracked());
        let mut check = Check::default();
        check.field("name", check::name(&called));
        check.that(!password.is_empty(), "current", "Give your password.");
        let call = async move {
            let options = begin_passkey(password).await?;
            let answer = passkeys::create(&options).await.map_err(|why| refused(why.sentence()))?;
            finish_passkey(called, answer).await
        };
        attempt.run(check.done(), call, move |codes| {
            toasts.ok("The passkey is registered");
            changed.try_run(());
            if codes.is_empty() {
                open.set(false);
            } else {
                _ = step.try_set(Step::Codes(codes));
            }
        });
    };
    view! {
        <Form on_submit=submit label="Add a passkey">
            <p>"The browser asks you to confirm next, by finger, face, PIN or a security key."</p>
            <Field
                label="Name of the passkey"
                name="passkey_name"
                autofocus=true
                value=name
                error=attempt.error("name", name)
                hint="What you know it by: Telephone, Key on the desk."
            />
            <Field
                label="Your password"
                name="passkey_current"
                kind="password"
                autocomplete="current-password"
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
fn Remove(passkey: Passkey, open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let (attempt, toasts) = (Attempt::new(), use_toasts());
    let current = RwSignal::new(String::new());
    let (id, name) = (passkey.id, passkey.name);
    let submit = move || {
        let password = current.get_untracked();
        let check = Check::default().that(!password.is_empty(), "current", "Give your password.").done();
        attempt.run(check, remove_passkey(id, password), move |()| {
            toasts.ok("The passkey signs in no more");
            changed.try_run(());
            open.set(false);
        });
    };
    view! {
        <Form on_submit=submit label="Remove the passkey">
            <p>{format!("“{name}” will sign you in no more. Delete it on the device too: it stays there otherwise.")}</p>
            <Field
                label="Your password"
                name="passkey_removal"
                kind="password"
                autocomplete="current-password"
                autofocus=true
                value=current
                error=attempt.error("current", current)
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Danger submit=true busy=attempt.busy()>
                    "Remove"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// What the browser refused, as a form shows it.
fn refused(sentence: &'static str) -> AppError {
    AppError(Problem::with_detail(ProblemCode::Invalid, sentence))
}
