//! Looking into a workspace for support: asked for with a reason, for hours, and seen by its own people.

use crate::api::support::{admin_list_support, admin_take_support, end_support};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_session;
use crate::ui::{
    Button, ButtonKind, Card, Dialog, ErrorState, Form, FormActions, LinkButton, Select, Skeleton,
    TableFrame, Tag, TextArea, Time, use_toasts,
};
use leptos::prelude::*;
use model::role::{BuiltIn, RoleId};
use model::support::{SupportAccess, SupportAsk};
use model::tenant::Tenant;

#[component]
pub(super) fn SupportCard(tenant: Tenant) -> impl IntoView {
    let slug = StoredValue::new(tenant.slug);
    let all = Resource::new(move || slug.get_value(), admin_list_support);
    let reload = Callback::new(move |()| all.refetch());
    let open = RwSignal::new(false);
    view! {
        <Card
            title=Signal::stored("Support access".to_owned())
            actions=move || view! { <Button on_click=move || open.set(true)>"Look inside…"</Button> }
        >
            <p class="hint">
                "What the workspace holds is seen by nobody from here. Who must help looks inside for some hours: its administrators are mailed, see it above every page, and can end it at once; each look stands in its audit log and in the log of the platform."
            </p>
            <Transition fallback=|| view! { <Skeleton rows=2 /> }>
                {move || Suspend::new(async move {
                    match all.await {
                        Ok(list) if list.is_empty() => {
                            view! { <p class="quiet">"Nobody has looked inside."</p> }.into_any()
                        }
                        Ok(list) => view! { <Accesses list slug=slug.get_value() reload /> }.into_any(),
                        Err(error) => view! { <ErrorState problem=error.0 retry=reload /> }.into_any(),
                    }
                })}
            </Transition>
            <Dialog open title="Look inside for support">
                <Ask slug=slug.get_value() open reload />
            </Dialog>
        </Card>
    }
    .into_any()
}

#[component]
fn Accesses(list: Vec<SupportAccess>, slug: String, reload: Callback<()>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let mine = untrack(|| session.me()).map(|me| format!("({})", me.person.email)).unwrap_or_default();
    let slug = StoredValue::new(slug);
    let end = move |id: i32| {
        leptos::task::spawn_local(async move {
            match end_support(slug.get_value(), id).await {
                Ok(()) => {
                    toasts.ok("It is ended.");
                    session.refresh();
                    reload.run(());
                }
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    let rows = list.into_iter().map(move |access| {
        let (id, holds) = (access.id, access.holds);
        let my_own = holds && access.person.ends_with(&mine);
        let ended = access.ended_by.map(|by| format!("ended by {by}"));
        view! {
            <tr>
                <td>
                    {access.person} {holds.then(|| view! { " " <Tag>"now"</Tag> })}
                    <p class="quiet">{access.reason}</p>
                </td>
                <td data-label="Role">{access.role.name}</td>
                <td data-label="From">
                    <Time ms=Signal::stored(Some(access.from_ms)) exact=true />
                </td>
                <td data-label="Until">
                    <Time ms=Signal::stored(Some(access.ended_ms.unwrap_or(access.to_ms))) exact=true />
                    {ended.map(|ended| view! { <p class="hint">{ended}</p> })}
                </td>
                <td>
                    {my_own
                        .then(|| {
                            view! {
                                <LinkButton href=format!("/w/{}/devices", slug.get_value())>"Open"</LinkButton>
                                " "
                                <Button on_click=move || end(id)>"End"</Button>
                            }
                        })}
                </td>
            </tr>
        }
    });
    view! {
        <TableFrame label="Support accesses" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Who, and why"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"From"</th>
                    <th scope="col">"Until"</th>
                    <th scope="col">
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
fn Ask(slug: String, open: RwSignal<bool>, reload: Callback<()>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let attempt = Attempt::new();
    let reason = RwSignal::new(String::new());
    let hours = RwSignal::new("1".to_owned());
    let role = RwSignal::new(BuiltIn::Viewer.as_str().to_owned());
    let spans = [("1", "1 hour"), ("2", "2 hours"), ("4", "4 hours"), ("8", "8 hours")];
    let spans: Vec<_> = spans.map(|(key, words)| (key.to_owned(), words.to_owned())).into();
    let roles = [
        (BuiltIn::Viewer, "Viewer: sees devices and templates"),
        (BuiltIn::Operator, "Operator: runs devices too"),
        (BuiltIn::Builder, "Builder: changes templates too"),
    ];
    let roles: Vec<_> = roles.map(|(role, words)| (role.as_str().to_owned(), words.to_owned())).into();
    let slug = StoredValue::new(slug);
    let submit = move || {
        let ask = SupportAsk {
            reason: reason.get_untracked(),
            hours: hours.get_untracked().parse().unwrap_or_default(),
            role: RoleId(role.get_untracked()),
        };
        let checked = ask.clone().checked().map(|_| ());
        attempt.run(checked, admin_take_support(slug.get_value(), ask), move |_: SupportAccess| {
            toasts.ok("You find the workspace among your own. Its administrators were told.");
            open.set(false);
            session.refresh();
            reload.run(());
        });
    };
    view! {
        <Form on_submit=submit label="Look inside for support">
            <TextArea
                label="Why? The people of the workspace read it"
                name="reason"
                value=reason
                error=attempt.error("reason", reason)
            />
            <Select label="For" name="hours" value=hours options=Signal::stored(spans) error=attempt.error("hours", hours) />
            <Select label="As" name="role" value=role options=Signal::stored(roles) error=attempt.error("role", role) />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Look inside"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
