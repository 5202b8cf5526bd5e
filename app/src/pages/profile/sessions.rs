//! The browsers in which one is signed in, and the way to end those that are not this one.

use crate::api::AppError;
use crate::api::account::{end_other_sessions, end_session, list_sessions};
use crate::ui::{Button, ButtonKind, Card, Confirm, ErrorState, Skeleton, TableFrame, Tag, Time, use_toasts};
use leptos::prelude::*;
use model::account::{WebSession, agent_name};

/// The card.
#[component]
pub(super) fn Sessions() -> impl IntoView {
    let toasts = use_toasts();
    let sessions = Resource::new(|| (), |()| list_sessions());
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let end_all = Callback::new(move |()| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            match end_other_sessions().await {
                Ok(_) => {
                    toasts.ok("All other browsers are signed out");
                    sessions.refetch();
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = asking.try_set(false);
        });
    });
    view! {
        <Card
            title=Signal::stored("Signed in".to_owned())
            padded=false
            actions=move || view! { <Button on_click=move || asking.set(true)>"Sign out all others"</Button> }
        >
            <Transition fallback=|| view! { <Skeleton rows=2 /> }>
                {move || Suspend::new(async move {
                    match sessions.await {
                        Ok(list) => view! { <Listed list sessions /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || sessions.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <Confirm
                open=asking
                title=Signal::stored("Sign out all other browsers?".to_owned())
                action="Sign out all others"
                danger=true
                on_confirm=end_all
                busy
            >
                <p>"Whoever uses them has to sign in again. This browser stays signed in."</p>
            </Confirm>
        </Card>
    }
    .into_any()
}

#[component]
fn Listed(list: Vec<WebSession>, sessions: Resource<Result<Vec<WebSession>, AppError>>) -> impl IntoView {
    let rows = list.into_iter().map(move |session| view! { <Row session sessions /> });
    view! {
        <TableFrame label="Browsers in which you are signed in" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Browser"</th>
                    <th scope="col">"Signed in from"</th>
                    <th scope="col" class="number">"Signed in"</th>
                    <th scope="col" class="number">"Last seen"</th>
                    <th scope="col" class="row-word">
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
fn Row(session: WebSession, sessions: Resource<Result<Vec<WebSession>, AppError>>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let mark = StoredValue::new(session.mark);
    let end = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            match end_session(mark.get_value()).await {
                Ok(()) => toasts.ok("That browser is signed out"),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            sessions.refetch();
        });
    };
    let name = agent_name(&session.agent);
    view! {
        <tr>
            <td title=session.agent>{name} " " {session.current.then(|| view! { <Tag>"This one"</Tag> })}</td>
            <td data-label="Signed in from" class="mono">{session.address}</td>
            <td class="number" data-label="Signed in">
                <Time ms=Signal::stored(Some(session.begun_ms)) />
            </td>
            <td class="number" data-label="Last seen">
                <Time ms=Signal::stored(Some(session.seen_ms)) />
            </td>
            <td class="row-word">
                {(!session.current)
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Ghost busy on_click=end>
                                "Sign out"
                            </Button>
                        }
                    })}
            </td>
        </tr>
    }
    .into_any()
}
