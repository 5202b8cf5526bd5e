//! Announcements: which there are, and making another.

use crate::api::announcements::{admin_announce, admin_delete_announcement, admin_list_announcements};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Button, ButtonKind, Card, EmptyState, ErrorState, Form, FormActions, Glyph, Select, Skeleton, TableFrame,
    Tag, TextArea, Time, use_toasts,
};
use leptos::prelude::*;
use model::announcement::{Announcement, Level, NewAnnouncement};

/// Milliseconds of an hour.
const HOUR_MS: i64 = 60 * 60 * 1000;

/// `/admin/announcements`
#[component]
pub fn AnnouncementsPage() -> impl IntoView {
    let all = Resource::new(|| (), |()| admin_list_announcements());
    let reload = Callback::new(move |()| all.refetch());
    view! {
        <Shell crumbs=vec![Crumb::link("Administration", "/admin"), Crumb::here("Announcements")]>
            <PageHead title="Announcements" />
            <div class="settings wide">
                <Card title=Signal::stored("Tell everybody".to_owned())>
                    <Announce reload />
                </Card>
                <Card title=Signal::stored("Announcements".to_owned()) padded=false>
                    <Transition fallback=|| view! { <Skeleton rows=3 /> }>
                        {move || Suspend::new(async move {
                            match all.await {
                                Ok(list) if list.is_empty() => {
                                    view! {
                                        <EmptyState
                                            icon=Glyph::Template
                                            title="Nothing was announced yet"
                                            text="An announcement stands above every page of every workspace until its reader puts it away, or its time is over."
                                        />
                                    }
                                        .into_any()
                                }
                                Ok(list) => view! { <List list reload /> }.into_any(),
                                Err(error) => view! { <ErrorState problem=error.0 retry=reload /> }.into_any(),
                            }
                        })}
                    </Transition>
                </Card>
            </div>
        </Shell>
    }
    .into_any()
}

#[component]
fn Announce(reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let attempt = Attempt::new();
    let text = RwSignal::new(String::new());
    let level = RwSignal::new(Level::Info.as_str().to_owned());
    let hours = RwSignal::new("24".to_owned());
    let levels = [("info", "Good to know"), ("warning", "Look at it")];
    let levels: Vec<_> = levels.map(|(key, words)| (key.to_owned(), words.to_owned())).into();
    let spans = [("1", "an hour"), ("24", "a day"), ("168", "a week"), ("720", "30 days")];
    let spans: Vec<_> = spans.map(|(key, words)| (key.to_owned(), words.to_owned())).into();
    let submit = move || {
        let from_ms = crate::zone::now_ms();
        let hours: i64 = hours.get_untracked().parse().unwrap_or(24);
        let level = Level::from_word(&level.get_untracked());
        let new =
            NewAnnouncement { text: text.get_untracked(), level, from_ms, to_ms: from_ms + hours * HOUR_MS };
        let checked = new.clone().checked().map(|_| ());
        attempt.run(checked, admin_announce(new), move |_: i32| {
            toasts.ok("It is shown from now on.");
            text.set(String::new());
            reload.run(());
        });
    };
    view! {
        <Form on_submit=submit label="Announcement">
            <TextArea label="Text" name="text" value=text error=attempt.error("text", text) />
            <Select label="How much it matters" name="level" value=level options=Signal::stored(levels) />
            <Select label="Shown for" name="to_ms" value=hours options=Signal::stored(spans) />
            <Refusal attempt />
            <FormActions>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Announce"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn List(list: Vec<Announcement>, reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let take_back = move |id: i32| {
        leptos::task::spawn_local(async move {
            match admin_delete_announcement(id).await {
                Ok(()) => reload.run(()),
                Err(error) => toasts.bad(&error.0),
            }
        });
    };
    let rows = list.into_iter().map(move |one| {
        let id = one.id;
        view! {
            <tr>
                <td>
                    {one.text}
                    {(one.level == Level::Warning).then(|| view! { <Tag>"look at it"</Tag> })}
                    <p class="quiet">{one.created_by}</p>
                </td>
                <td data-label="From">
                    <Time ms=Signal::stored(Some(one.from_ms)) exact=true />
                </td>
                <td data-label="To">
                    <Time ms=Signal::stored(Some(one.to_ms)) exact=true />
                </td>
                <td>
                    <Button on_click=move || take_back(id)>"Take back"</Button>
                </td>
            </tr>
        }
    });
    view! {
        <TableFrame label="Announcements" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Text"</th>
                    <th scope="col">"From"</th>
                    <th scope="col">"To"</th>
                    <th scope="col"></th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </TableFrame>
    }
    .into_any()
}
