//! The people of a workspace: who belongs to it, as what, who is invited, and the way to change all of that.

mod changing;
mod invitations;
mod inviting;
mod leaving;

use self::changing::ChangeDialog;
use self::invitations::Invitations;
use self::inviting::InviteDialog;
use self::leaving::Leave;
use super::SettingsTabs;
use super::frame::crumbs;
use crate::api::AppError;
use crate::api::members::{list_people, remove_person};
use crate::layout::{PageHead, Shell};
use crate::session::{use_me, use_slug, use_workspace};
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, Confirm, ErrorState, Glyph, Skeleton, TableFrame, Tag, Time, use_toasts,
};
use leptos::prelude::*;
use model::member::Member;
use model::permission::Permission;

/// `/w/:workspace/settings/people`
#[component]
pub fn PeoplePage() -> impl IntoView {
    let (slug, workspace) = (use_slug(), use_workspace());
    let open = Memo::new(move |_| slug.get());
    view! {
        <Shell crumbs=crumbs("People")>
            <PageHead title="Settings" />
            <SettingsTabs />
            {move || {
                let slug = open.get();
                let manages = workspace
                    .with_untracked(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManagePeople)));
                view! { <People slug manages /> }
            }}
        </Shell>
    }
}

#[component]
fn People(slug: String, manages: bool) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let people = Resource::new(move || slug.get_value(), list_people);
    let (inviting, news) = (RwSignal::new(false), RwSignal::new(0_u32));
    view! {
        <div class="settings wide">
            <Card
                title=Signal::stored("People".to_owned())
                padded=false
                actions=move || {
                    manages
                        .then(|| {
                            view! {
                                <Button icon=Glyph::Plus kind=ButtonKind::Primary on_click=move || inviting.set(true)>
                                    "Invite people"
                                </Button>
                            }
                        })
                }
            >
                <Transition fallback=|| view! { <Skeleton rows=3 /> }>
                    {move || Suspend::new(async move {
                        match people.await {
                            Ok(list) => view! { <Listed list slug people manages /> }.into_any(),
                            Err(error) => {
                                view! { <ErrorState problem=error.0 retry=move || people.refetch() /> }.into_any()
                            }
                        }
                    })}
                </Transition>
            </Card>
            <Invitations slug manages news />
            <Leave slug />
        </div>
        {manages
            .then(|| {
                view! {
                    <InviteDialog open=inviting slug=slug.get_value() on_invited=move |()| news.update(|n| *n += 1) />
                }
            })}
    }
    .into_any()
}

#[component]
fn Listed(
    list: Vec<Member>,
    slug: StoredValue<String>,
    people: Resource<Result<Vec<Member>, AppError>>,
    manages: bool,
) -> impl IntoView {
    let toasts = use_toasts();
    let chosen = RwSignal::new(None::<Member>);
    let (changing, removing, busy) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let said = match list.len() {
        1 => "1 person".to_owned(),
        many => format!("{} people", count(many as i64)),
    };
    let remove = Callback::new(move |()| {
        let Some(member) = chosen.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let answer = remove_person(slug.get_value(), member.person);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    toasts.ok(format!("{} was removed", member.name));
                    people.refetch();
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
            _ = removing.try_set(false);
        });
    });
    let act = Callback::new(move |(member, removes): (Member, bool)| {
        chosen.set(Some(member));
        if removes { removing.set(true) } else { changing.set(true) }
    });
    let rows = list.into_iter().map(move |member| view! { <Row member manages act /> });
    let title = Signal::derive(move || {
        let name = chosen.with(|m| m.as_ref().map_or_else(String::new, |m| m.name.clone()));
        format!("Remove {name}?")
    });
    view! {
        <TableFrame label="People" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Person"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Organization"</th>
                    <th scope="col" class="number">"Last seen"</th>
                    <th scope="col">"Two-factor"</th>
                    <th scope="col" class="row-word">
                        <span class="visually-hidden">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </TableFrame>
        <p class="table-note" role="status">{said}</p>
        <ChangeDialog open=changing slug=slug.get_value() chosen on_changed=move |()| people.refetch() />
        <Confirm open=removing title action="Remove" danger=true on_confirm=remove busy>
            <p>"They lose access to this workspace at once. Their account, and what they have made here, stays."</p>
        </Confirm>
    }
    .into_any()
}

#[component]
fn Row(member: Member, manages: bool, act: Callback<(Member, bool)>) -> impl IntoView {
    let me = use_me();
    let person = member.person;
    let mine = me.with_untracked(|me| me.as_ref().is_some_and(|me| me.person.id == person));
    let (to_change, to_remove) = (member.clone(), member.clone());
    view! {
        <tr>
            <td>
                {member.name} " " {mine.then(|| view! { <Tag>"You"</Tag> })}
                <p class="hint">{member.email}</p>
            </td>
            <td data-label="Role">
                <Tag>{member.role.name}</Tag>
            </td>
            <td data-label="Organization">{member.organization.name}</td>
            <td class="number" data-label="Last seen">
                {match member.seen_ms {
                    Some(_) => view! { <Time ms=Signal::stored(member.seen_ms) /> }.into_any(),
                    None => "not yet".into_any(),
                }}
            </td>
            <td data-label="Two-factor">{if member.two_factor { "yes" } else { "no" }}</td>
            <td class="row-word">
                {manages
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Ghost on_click=move || act.run((to_change.clone(), false))>
                                "Change"
                            </Button>
                        }
                    })}
                {(manages && !mine)
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Ghost on_click=move || act.run((to_remove.clone(), true))>
                                "Remove"
                            </Button>
                        }
                    })}
            </td>
        </tr>
    }
    .into_any()
}
