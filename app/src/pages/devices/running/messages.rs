//! Messages to the device: a form to send one, what waits, what became of each.

use super::super::here::Here;
use super::ask_again;
use crate::api::commands::{purge_messages, send_message};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::value::count;
use crate::ui::{
    Button, Card, Confirm, Field, Form, FormActions, Select, TableFrame, Tag, TextArea, Time, use_toasts,
};
use leptos::prelude::*;
use model::command::CommandsView;
use model::message::{DELIVERIES_MAX, EXPIRY_S, Feedback, Message, MessageState, NewMessage};

#[component]
pub(super) fn Messages(here: Here, view: RwSignal<CommandsView>, may_run: Signal<bool>) -> impl IntoView {
    let messages = Memo::new(move |_| view.with(|view| view.messages.clone()));
    let waiting = Memo::new(move |_| {
        messages.with(|all| all.iter().filter(|message| message.state == MessageState::Waiting).count())
    });
    let note = Signal::derive(move || {
        let all = count(messages.with(Vec::len) as i64);
        format!("{all}, {} of them waiting", count(waiting.get() as i64))
    });
    let lines = move || messages.get().into_iter().map(line).collect_view();
    let asking = RwSignal::new(false);
    view! {
        <Card title=Signal::stored("Messages".to_owned()) note>
            <Show when=move || may_run.get()>
                <SendForm here view />
            </Show>
            <Show when=move || messages.with(|all| !all.is_empty())>
                <TableFrame label="Messages to the device" stack=true>
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="wide">
                                "Message"
                            </th>
                            <th scope="col">"By"</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </TableFrame>
            </Show>
            <Show when=move || { may_run.get() && waiting.get() > 0 }>
                <FormActions>
                    <Button on_click=move || asking.set(true)>"Take back what waits…"</Button>
                </FormActions>
            </Show>
        </Card>
        <Purge here view open=asking />
    }
    .into_any()
}

/// Asks before it takes back what waits.
#[component]
fn Purge(here: Here, view: RwSignal<CommandsView>, open: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let confirmed = Callback::new(move |()| {
        busy.set(true);
        let answer = purge_messages(here.slug(), here.id());
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(taken) => toasts.ok(format!("{} messages were taken back.", count(taken.cast_signed()))),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = open.try_set(false);
            ask_again(here.whose(), view);
        });
    });
    view! {
        <Confirm open title="Take back what waits?" action="Take back" danger=true on_confirm=confirmed busy>
            <p>"All messages and commands that wait for this device end. One that is on its way may arrive all the same."</p>
        </Confirm>
    }
    .into_any()
}

#[component]
fn SendForm(here: Here, view: RwSignal<CommandsView>) -> impl IntoView {
    let attempt = Attempt::new();
    let toasts = use_toasts();
    let (body, kind) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (expiry, ack) = (RwSignal::new(EXPIRY_S.to_string()), RwSignal::new("none".to_owned()));
    let submit = move || {
        let new = NewMessage {
            body: body.get_untracked().into_bytes(),
            content_type: Some(kind.get_untracked()).filter(|kind| !kind.is_empty()),
            expiry_s: Some(expiry.with_untracked(|text| text.trim().parse().unwrap_or_default())),
            ack: Feedback::from_word(&ack.get_untracked()).unwrap_or_default(),
            ..NewMessage::default()
        };
        let checked = new.clone().checked().map(drop);
        attempt.run(checked, send_message(here.slug(), here.id(), new), move |_| {
            _ = body.try_set(String::new());
            toasts.ok("Sent. It waits until the device has acknowledged it.");
            ask_again(here.whose(), view);
        });
    };
    let told = [
        ("none", "Nothing"),
        ("positive", "That it was delivered"),
        ("negative", "That it was not delivered"),
        ("full", "Either"),
    ];
    let told: Vec<_> = told.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
    view! {
        <Form on_submit=submit label="Send a message">
            <div class="property-fields">
                <TextArea label="Message" name="body" value=body error=attempt.error("body", body) mono=true rows=3 />
                <Field
                    label="Content type"
                    name="contentType"
                    value=kind
                    error=attempt.error("contentType", kind)
                    placeholder="application/json"
                />
                <Field
                    label="Waits (s)"
                    name="expiry"
                    value=expiry
                    error=attempt.error("expiry", expiry)
                    kind="number"
                    hint="Up to two days, 172,800 seconds."
                />
                <Select label="The log tells" name="ack" value=ack options=told />
            </div>
            <Refusal attempt />
            <FormActions>
                <Button submit=true busy=attempt.busy()>
                    "Send"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

fn line(message: Message) -> impl IntoView {
    let (dashed, bad) = (message.state == MessageState::Waiting, message.state.is_trouble());
    let until = dashed.then_some(message.expires_ms);
    let pairs: Vec<String> = message.properties.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let tries =
        (message.deliveries > 0).then(|| format!("sent {} of {DELIVERIES_MAX} times", message.deliveries));
    view! {
        <tr>
            <td data-label="When">
                <Time ms=Some(message.created_ms) />
            </td>
            <td data-label="State">
                <Tag dashed bad>
                    {message.state.label()}
                </Tag>
                {tries.map(|tries| view! { <div class="hint">{tries}</div> })}
                {until.map(|at| view! { <div class="hint">"until " <Time ms=Some(at) /></div> })}
                {message.ended_ms.map(|at| view! { <div class="hint"><Time ms=Some(at) /></div> })}
            </td>
            <td data-label="Message" class="wide">
                <span class="mono">{message.body}</span>
                <div class="hint">
                    <span class="mono">{message.mid}</span>
                    {format!(", {} bytes", count(i64::from(message.bytes)))}
                    {message.content_type.map(|kind| format!(", {kind}"))}
                    " "
                    <span class="mono">{pairs.join(" ")}</span>
                </div>
            </td>
            <td data-label="By">{message.by}</td>
        </tr>
    }
}
