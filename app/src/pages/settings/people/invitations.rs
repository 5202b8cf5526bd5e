//! Invitations that wait: sent again with another link, or taken back.

use crate::api::AppError;
use crate::api::members::{list_invitations, resend_invitation, revoke_invitation};
use crate::ui::{Button, ButtonKind, Card, Confirm, ErrorState, Skeleton, TableFrame, Tag, Time, use_toasts};
use crate::zone;
use leptos::prelude::*;
use model::member::Invitation;

/// The card; nothing where nobody is invited. `news` counts up when somebody was.
#[component]
pub(super) fn Invitations(slug: StoredValue<String>, manages: bool, news: RwSignal<u32>) -> impl IntoView {
    let invitations =
        Resource::new(move || (slug.get_value(), news.get()), |(slug, _)| list_invitations(slug));
    view! {
        <Transition fallback=|| view! { <Skeleton rows=1 /> }>
            {move || Suspend::new(async move {
                match invitations.await {
                    Ok(list) if list.is_empty() => ().into_any(),
                    Ok(list) => {
                        view! {
                            <Card title=Signal::stored("Invited".to_owned()) padded=false>
                                <Listed list slug manages invitations />
                            </Card>
                        }
                            .into_any()
                    }
                    Err(error) => {
                        view! { <ErrorState problem=error.0 retry=move || invitations.refetch() /> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Listed(
    list: Vec<Invitation>,
    slug: StoredValue<String>,
    manages: bool,
    invitations: Resource<Result<Vec<Invitation>, AppError>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let (asking, busy) = (RwSignal::new(false), RwSignal::new(false));
    let doomed = RwSignal::new(None::<Invitation>);
    let revoke = Callback::new(move |()| {
        let Some(invitation) = doomed.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let answer = revoke_invitation(slug.get_value(), invitation.id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => toasts.ok(format!("{} is not invited any more", invitation.email)),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = asking.try_set(false);
            invitations.refetch();
        });
    });
    let ask = Callback::new(move |invitation: Invitation| {
        doomed.set(Some(invitation));
        asking.set(true);
    });
    let rows =
        list.into_iter().map(move |invitation| view! { <Row invitation slug manages invitations ask /> });
    let title = Signal::derive(move || {
        let email = doomed.with(|i| i.as_ref().map_or_else(String::new, |i| i.email.clone()));
        format!("Take back the invitation of {email}?")
    });
    view! {
        <TableFrame label="Invitations" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Invited"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Organization"</th>
                    <th scope="col" class="number">"Link works"</th>
                    <th scope="col" class="row-word">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </TableFrame>
        <Confirm open=asking title action="Take it back" danger=true on_confirm=revoke busy>
            <p>"The link in the mail is worth nothing from then on."</p>
        </Confirm>
    }
    .into_any()
}

#[component]
fn Row(
    invitation: Invitation,
    slug: StoredValue<String>,
    manages: bool,
    invitations: Resource<Result<Vec<Invitation>, AppError>>,
    ask: Callback<Invitation>,
) -> impl IntoView {
    let (toasts, clock) = (use_toasts(), zone::use_clock());
    let busy = RwSignal::new(false);
    let (id, expires) = (invitation.id, invitation.expires_ms);
    let over = move || clock.now().is_some_and(|now| expires <= now);
    let resend = move || {
        busy.set(true);
        let answer = resend_invitation(slug.get_value(), id);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(fresh) => {
                    toasts.ok(format!("{} gets another mail; the old link is worth nothing", fresh.email))
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            invitations.refetch();
        });
    };
    let doomed = invitation.clone();
    view! {
        <tr>
            <td>
                {invitation.email}
                <p class="hint">
                    "By " {invitation.invited_by} ", " <Time ms=Signal::stored(Some(invitation.created_ms)) />
                </p>
            </td>
            <td data-label="Role">
                <Tag>{invitation.role.name}</Tag>
            </td>
            <td data-label="Organization">{invitation.organization.name}</td>
            <td class="number" data-label="Link works">
                {move || if over() { "no more: send it again" } else { "until " }}
                <Show when=move || !over()>
                    <Time ms=Signal::stored(Some(expires)) exact=true />
                </Show>
            </td>
            <td class="row-word">
                {manages
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Ghost busy on_click=resend>
                                "Send again"
                            </Button>
                            <Button kind=ButtonKind::Ghost on_click=move || ask.run(doomed.clone())>
                                "Take back"
                            </Button>
                        }
                    })}
            </td>
        </tr>
    }
    .into_any()
}
