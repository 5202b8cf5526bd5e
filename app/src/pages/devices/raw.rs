//! The Raw data tab: every message as it was kept, newest first, with what is odd about it.

mod columns;
mod message;
mod stack;

use super::export::{ExportButton, Kind};
use super::here::Here;
use crate::live;
use crate::ui::value::count;
use crate::ui::{Button, Card, EmptyState, Glyph, LinkButton, TableFrame};
use crate::zone::now_ms;
use leptos::prelude::*;
use message::Message;
use model::live::LiveEvent;
use model::telemetry::RawPage;
use stack::Stack;

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The messages; the first page comes with the page itself.
#[component]
pub(super) fn Raw(here: Here, page: RawPage) -> impl IntoView {
    let stack = Stack::new(here, page);
    let stream = live::live();
    stream.on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| match event {
            LiveEvent::Values { messages, .. } => stack.heard(messages),
            // Refused messages bring no values, but a line in the log.
            LiveEvent::Logged { .. } => stack.heard(0),
            LiveEvent::Changed { .. }
            | LiveEvent::Alarms
            | LiveEvent::Gap
            | LiveEvent::Access
            | LiveEvent::Revoked => {}
        }),
    );
    Effect::watch(move || stream.reconnected().get(), move |_, _, _| stack.heard(0), false);
    let empty = Memo::new(move |_| stack.messages.with(Vec::is_empty));
    let content = move || {
        if empty.get() {
            return view! {
                <EmptyState
                    icon=Glyph::Inbox
                    title="No messages yet"
                    text="Everything that the device sends shows here, also what can't be taken, with the reason."
                >
                    <LinkButton href=here.path("connect") icon=Glyph::Plug>
                        "Connect it"
                    </LinkButton>
                </EmptyState>
            }
            .into_any();
        }
        view! { <MessageTable here stack /> }.into_any()
    };
    view! { <Card padded=false>{content}</Card> }.into_any()
}

#[component]
fn MessageTable(here: Here, stack: Stack) -> impl IntoView {
    // A day up to now; the dialog lets one choose.
    let bounds = Signal::derive(|| (now_ms() - DAY_MS, now_ms()));
    let numbers = Memo::new(move |_| {
        let fields = here.fields().unwrap_or_default();
        fields.into_iter().filter(|f| f.schema.is_numeric()).map(|f| f.name).collect::<Vec<_>>()
    });
    let fields = Memo::new(move |_| here.fields());
    let columns = Memo::new(move |_| {
        let fields = fields.get().unwrap_or_default();
        stack.messages.with(|messages| columns::columns(&fields, messages.iter().map(|m| &*m.message)))
    });
    let waiting = move || stack.waiting.get();
    let some_wait = move || waiting() > 0;
    let shown = move || match stack.messages.with(Vec::len) {
        1 => "1 message".to_owned(),
        n if stack.before.with(Option::is_some) => format!("The newest {} messages", count(n as i64)),
        n => format!("All {} messages", count(n as i64)),
    };
    view! {
        <div class="raw-bar">
            <span>{shown}</span>
            <ExportButton here names=numbers bounds kind=Kind::Raw />
        </div>
        <Show when=some_wait>
            <button class="new-messages" type="button" on:click=move |_| stack.refresh()>
                {move || match waiting() {
                    1 => "1 new message".to_owned(),
                    n => format!("{} new messages", count(i64::from(n))),
                }}
            </button>
        </Show>
        <TableFrame label="Messages of the device" stack=true>
            <thead>
                <tr>
                    <th scope="col" class="row-toggle">
                        <span class="visually-hidden">"Whole message"</span>
                    </th>
                    <th scope="col">"Time"</th>
                    <th scope="col">"Arrived"</th>
                    {move || {
                        columns
                            .get()
                            .into_iter()
                            .map(|field| view! { <th scope="col" class="number">{field.display_name}</th> })
                            .collect_view()
                    }}
                    <th scope="col" class="wide">
                        {move || if columns.with(Vec::is_empty) { "Fields" } else { "Other fields" }}
                    </th>
                </tr>
            </thead>
            <tbody>
                <For each=move || stack.messages.get() key=|shown| shown.key let:shown>
                    <Message message=shown.message columns fields />
                </For>
            </tbody>
        </TableFrame>
        <Show when=move || stack.before.with(Option::is_some)>
            <div class="load-older">
                <Button busy=stack.loading_older on_click=move || stack.load_older()>
                    "Load older messages"
                </Button>
            </div>
        </Show>
    }
    .into_any()
}
