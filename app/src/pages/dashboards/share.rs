//! Links by which a dashboard is seen without signing in: which there are, making one, taking one back.

use crate::api::AppError;
use crate::api::dashboards::{create_dashboard_link, list_dashboard_links, revoke_dashboard_link};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Button, ButtonKind, Confirm, CopyButton, Dialog, ErrorState, Field, Form, FormActions, Glyph, IconButton,
    Select, Skeleton, Time, use_toasts,
};
use leptos::prelude::*;
use model::dashboard::{DashboardLink, LinkDraft};

/// For how long links work, in days.
const LIVES: [(&str, &str); 5] =
    [("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year")];

/// The dialog.
#[component]
pub(super) fn ShareDialog(open: RwSignal<bool>, slug: String, id: String) -> impl IntoView {
    let (slug, id) = (StoredValue::new(slug), StoredValue::new(id));
    let asked = RwSignal::new(None::<DashboardLink>);
    let links = RwSignal::new(None::<Result<Vec<DashboardLink>, AppError>>);
    let load = Callback::new(move |()| {
        let call = list_dashboard_links(slug.get_value(), id.get_value());
        leptos::task::spawn_local(async move {
            let found = call.await;
            _ = links.try_set(Some(found));
        });
    });
    Effect::new(move |_| {
        if open.get() {
            load.run(());
        }
    });
    view! {
        <Dialog open title="Share by a link" wide=true>
            <p class="hint">
                "Whoever has the link sees this dashboard with what you may see, without signing in, until it runs out or you take it back. Nothing can be changed by it."
            </p>
            <NewLink slug id on_made=load />
            {move || match links.get() {
                None => view! { <Skeleton rows=2 /> }.into_any(),
                Some(Err(AppError(problem))) => {
                    view! { <ErrorState problem retry=move || load.run(()) /> }.into_any()
                }
                Some(Ok(list)) if list.is_empty() => {
                    view! { <p class="hint">"There is no link to it."</p> }.into_any()
                }
                Some(Ok(list)) => {
                    let said = match list.len() {
                        1 => "1 link".to_owned(),
                        n => format!("{n} links"),
                    };
                    let rows = list.into_iter().map(|link| view! { <LinkRow link asked /> }).collect_view();
                    view! {
                        <ul class="share-links">{rows}</ul>
                        <p class="page-note" role="status">{said}</p>
                    }
                        .into_any()
                }
            }}
        </Dialog>
        <RevokeDialog slug id asked on_done=load />
    }
    .into_any()
}

#[component]
fn NewLink(slug: StoredValue<String>, id: StoredValue<String>, on_made: Callback<()>) -> impl IntoView {
    let (name, days) = (RwSignal::new(String::new()), RwSignal::new("30".to_owned()));
    let attempt = Attempt::new();
    let submit = move || {
        let days = days.get_untracked().parse().unwrap_or_default();
        let draft = LinkDraft { name: name.get_untracked(), days };
        let check = draft.checked().map(|_| ());
        let call = create_dashboard_link(slug.get_value(), id.get_value(), draft);
        attempt.run(check, call, move |_| {
            name.set(String::new());
            on_made.run(());
        });
    };
    let options: Vec<(String, String)> =
        LIVES.map(|(days, label)| (days.to_owned(), label.to_owned())).into();
    view! {
        <Form on_submit=submit label="New link">
            <Field
                label="For whom or what"
                name="name"
                value=name
                error=attempt.error("name", name)
                placeholder="Screen in the hall"
            />
            <Select label="It works for" name="days" value=days options error=attempt.error("days", days) />
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Make a link"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn LinkRow(link: DashboardLink, asked: RwSignal<Option<DashboardLink>>) -> impl IntoView {
    let DashboardLink { name, made_by, created_ms, expires_ms, last_used_ms, address, .. } = link.clone();
    let label = format!("Take back the link {name}");
    let kiosk = format!("{address}?kiosk=30");
    view! {
        <li>
            <div>
                <b>{name}</b>
                <p class="hint">
                    "By " {made_by} ", " <Time ms=Signal::stored(Some(created_ms)) /> " · works until "
                    <Time ms=Signal::stored(Some(expires_ms)) exact=true /> " · "
                    {match last_used_ms {
                        Some(at) => view! { "used last " <Time ms=Signal::stored(Some(at)) /> }.into_any(),
                        None => "never used".into_any(),
                    }}
                </p>
                <code class="share-address">{address.clone()}</code>
            </div>
            <div class="share-actions">
                <CopyButton text=address label="Copy the link" />
                <CopyButton text=kiosk label="Copy for a kiosk" />
                <IconButton glyph=Glyph::Trash label=label on_click=move || asked.set(Some(link.clone())) />
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn RevokeDialog(
    slug: StoredValue<String>,
    id: StoredValue<String>,
    asked: RwSignal<Option<DashboardLink>>,
    on_done: Callback<()>,
) -> impl IntoView {
    let toasts = use_toasts();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        if asked.with(Option::is_some) {
            open.set(true);
        }
    });
    let title = Signal::derive(move || {
        asked
            .with(|link| link.as_ref().map_or_else(String::new, |link| format!("Take back “{}”?", link.name)))
    });
    let revoke = move || {
        let Some(link) = asked.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        let call = revoke_dashboard_link(slug.get_value(), id.get_value(), link.id);
        leptos::task::spawn_local(async move {
            match call.await {
                Ok(()) => {
                    toasts.ok(format!("“{}” works no more.", link.name));
                    on_done.try_run(());
                }
                Err(AppError(problem)) => toasts.bad(&problem),
            }
            _ = busy.try_set(false);
            _ = open.try_set(false);
            _ = asked.try_set(None);
        });
    };
    view! {
        <Confirm open title action="Take it back" danger=true on_confirm=revoke busy>
            <p>"Whoever has it sees the dashboard no more, from now on."</p>
        </Confirm>
    }
    .into_any()
}
