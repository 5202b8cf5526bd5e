//! API tokens: which there are, when they were used last, and the way to make and revoke them.

use super::new_token::{Choices, NewTokenDialog};
use crate::api::organizations::list_organizations;
use crate::api::roles::list_roles;
use crate::api::tokens::{list_api_tokens, revoke_api_token};
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, Confirm, EmptyState, ErrorState, Glyph, Skeleton, TableFrame, Tag, Time,
    use_toasts,
};
use crate::zone;
use leptos::prelude::*;
use model::token::ApiToken;

/// The card.
#[component]
pub(super) fn ApiTokens(slug: String) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let tokens = Resource::new(move || slug.get_value(), list_api_tokens);
    let making = RwSignal::new(false);
    let roles = Resource::new(move || slug.get_value(), list_roles);
    let tree = Resource::new(move || slug.get_value(), list_organizations);
    let choices = Choices {
        roles: Signal::derive(move || roles.get().and_then(Result::ok).unwrap_or_default()),
        organizations: Signal::derive(move || tree.get().and_then(Result::ok).unwrap_or_default()),
    };
    let title = Signal::stored("API tokens".to_owned());
    view! {
        <Card
            title
            padded=false
            actions=move || view! {
                <Button icon=Glyph::Plus on_click=move || making.set(true)>
                    "New token"
                </Button>
            }
        >
            <Transition fallback=|| view! { <Skeleton rows=2 /> }>
                {move || Suspend::new(async move {
                    match tokens.await {
                        Ok(list) if list.is_empty() => {
                            view! {
                                <EmptyState
                                    icon=Glyph::Settings
                                    title="No API tokens yet"
                                    text="With a token, a program reads and changes this workspace over the REST interface below /api."
                                />
                            }
                                .into_any()
                        }
                        Ok(list) => view! { <Tokens list slug tokens /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || tokens.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <NewTokenDialog open=making slug=slug.get_value() choices on_made=move |()| tokens.refetch() />
        </Card>
    }
    .into_any()
}

#[component]
fn Tokens(
    list: Vec<ApiToken>,
    slug: StoredValue<String>,
    tokens: Resource<Result<Vec<ApiToken>, crate::api::AppError>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let doomed = RwSignal::new(None::<ApiToken>);
    let revoke = Callback::new(move |()| {
        let Some(token) = doomed.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let answer = revoke_api_token(slug.get_value(), token.id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    toasts.ok(format!("“{}” is revoked.", token.name));
                    tokens.refetch();
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = asking.try_set(false);
        });
    });
    let said = match list.len() {
        1 => "1 token".to_owned(),
        many => format!("{} tokens", count(many as i64)),
    };
    let rows = list.into_iter().map(move |token| {
        let ask = {
            let token = token.clone();
            move || {
                doomed.set(Some(token.clone()));
                asking.set(true);
            }
        };
        view! { <TokenRow token ask=Callback::new(move |()| ask()) /> }
    });
    let title = Signal::derive(move || {
        doomed.with(|token| {
            token.as_ref().map_or_else(String::new, |token| format!("Revoke “{}”?", token.name))
        })
    });
    view! {
        <TableFrame label="API tokens" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Token"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Organization"</th>
                    <th scope="col" class="number">"Last used"</th>
                    <th scope="col" class="number">"Expires"</th>
                    <th scope="col" class="row-word">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </TableFrame>
        <p class="table-note" role="status">{said}</p>
        <Confirm open=asking title action="Revoke the token" danger=true on_confirm=revoke busy>
            <p>"Whatever uses it is refused from now on. This can't be undone; a new token has a new secret."</p>
        </Confirm>
    }
    .into_any()
}

#[component]
fn TokenRow(token: ApiToken, ask: Callback<()>) -> impl IntoView {
    let made = Signal::stored(Some(token.created_ms));
    let (used, expires) = (token.last_used_ms, token.expires_ms);
    let clock = zone::use_clock();
    let over = move || expires.is_some_and(|end| clock.now().is_some_and(|now| end <= now));
    view! {
        <tr>
            <td>
                {token.name} " " <span class="mono quiet">{token.id}</span>
                <p class="hint">"Made by " {token.created_by} ", " <Time ms=made /></p>
            </td>
            <td data-label="Role">
                <Tag>{token.role.name}</Tag>
            </td>
            <td data-label="Organization">{token.organization.name}</td>
            <td class="number" data-label="Last used">
                {match used {
                    Some(_) => view! { <Time ms=Signal::stored(used) /> }.into_any(),
                    None => "never".into_any(),
                }}
            </td>
            <td class="number" data-label="Expires">
                <Show when=over>"expired "</Show>
                {match expires {
                    Some(_) => view! { <Time ms=Signal::stored(expires) /> }.into_any(),
                    None => "never".into_any(),
                }}
            </td>
            <td class="row-word">
                <Button kind=ButtonKind::Ghost on_click=ask>
                    "Revoke"
                </Button>
            </td>
        </tr>
    }
    .into_any()
}
