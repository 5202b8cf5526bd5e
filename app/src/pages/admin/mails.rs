//! The outbox: what was sent, what waits, what was given up; and what stands in each.

use crate::api::admin::mails::{admin_list_mails, admin_read_mail, admin_send_mail_again};
use crate::layout::{Crumb, PageHead, Shell};
use crate::ui::value::count;
use crate::ui::{
    Banner, BannerKind, Button, Card, EmptyState, ErrorState, Facts, Glyph, Pager, Segmented, Skeleton,
    TableFrame, Tag, Time, use_toasts,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use model::mail::{MailBody, MailEntry, MailState};
use model::page::Page;

/// Mails of one page.
const PAGE: i64 = 50;

/// `/admin/mails?state=…&offset=…`
#[component]
pub fn MailsPage() -> impl IntoView {
    let address = use_query_map();
    let asked = Memo::new(move |_| {
        address.with(|map| {
            let state = map.get("state").and_then(|word| MailState::from_word(&word));
            let offset = map.get("offset").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
            (state, offset.max(0))
        })
    });
    let mails = Resource::new(move || asked.get(), |(state, offset)| admin_list_mails(state, offset, PAGE));
    let reload = Callback::new(move |()| mails.refetch());
    let navigate = use_navigate();
    let go = Callback::new(move |(state, offset): (String, i64)| {
        let mut query = Vec::new();
        if !state.is_empty() {
            query.push(format!("state={state}"));
        }
        if offset > 0 {
            query.push(format!("offset={offset}"));
        }
        let to = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let options = NavigateOptions { scroll: false, resolve: false, ..Default::default() };
        navigate(&format!("/admin/mails{to}"), options);
    });
    let word = move || asked.get_untracked().0.map_or(String::new(), |state| state.as_str().to_owned());
    let state = RwSignal::new(word());
    Effect::watch(move || state.get(), move |word, _, _| go.run((word.clone(), 0)), false);
    let turn = Callback::new(move |offset| go.run((word(), offset)));
    let states = [("", "All"), ("waiting", "Waiting"), ("sent", "Sent"), ("given-up", "Given up")];
    let states: Vec<_> = states.map(|(word, text)| (word.to_owned(), text.to_owned())).into();
    let total = RwSignal::new(String::new());
    Effect::new(move || {
        if let Some(Ok((page, _))) = mails.get() {
            total.set(count(page.total));
        }
    });
    view! {
        <Shell crumbs=vec![Crumb::link("Administration", "/admin"), Crumb::here("Mails")]>
            <PageHead title="Mails" note=total />
            <section class="card" aria-label="Mails">
                <div class="filters">
                    <Segmented value=state options=Signal::stored(states) label="Which mails" />
                </div>
                <Transition fallback=|| view! { <Skeleton rows=8 /> }>
                    {move || Suspend::new(async move {
                        match mails.await {
                            Ok((page, server)) => {
                                let offset = asked.get_untracked().1;
                                view! { <Mails page server offset turn /> }.into_any()
                            }
                            Err(error) => view! { <ErrorState problem=error.0 retry=reload /> }.into_any(),
                        }
                    })}
                </Transition>
            </section>
        </Shell>
    }
    .into_any()
}

#[component]
fn Mails(page: Page<MailEntry>, server: bool, offset: i64, turn: Callback<i64>) -> impl IntoView {
    let matching = page.matching;
    let rows = page.items.into_iter().map(row).collect_view();
    let note = (!server).then(|| {
        view! {
            <Banner>
                "No mail server is set up (HOMEPORT_SMTP_URL), so mails wait here and are read here."
            </Banner>
        }
    });
    if matching == 0 {
        return view! {
            {note}
            <EmptyState
                icon=Glyph::Mail
                title="No mails here"
                text="Invitations, links for passwords, warnings of limits: what Homeport mails stands here for 30 days."
            />
        }
        .into_any();
    }
    view! {
        {note}
        <TableFrame label="Mails" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Subject"</th>
                    <th scope="col">"To"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Written"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableFrame>
        <Pager
            offset=Signal::stored(offset)
            limit=PAGE
            matching=Signal::stored(matching)
            on_page=turn
        />
    }
    .into_any()
}

fn row(mail: MailEntry) -> impl IntoView {
    let href = format!("/admin/mails/{}", mail.id);
    let error = mail.last_error.filter(|_| mail.state != MailState::Sent);
    view! {
        <tr>
            <td>
                <a class="row-link" href=href>
                    {mail.subject}
                </a>
            </td>
            <td data-label="To">{mail.to}</td>
            <td data-label="State">
                <Tag bad=mail.state == MailState::GivenUp>{word(mail.state)}</Tag>
                {error.map(|error| view! { <p class="hint">{error}</p> })}
            </td>
            <td data-label="Written">
                <Time ms=Signal::stored(Some(mail.created_ms)) />
            </td>
        </tr>
    }
    .into_any()
}

fn word(state: MailState) -> &'static str {
    match state {
        MailState::Waiting => "waiting",
        MailState::Sent => "sent",
        MailState::GivenUp => "given up",
    }
}

/// `/admin/mails/:mail`
#[component]
pub fn MailPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|p| p.get("mail")?.parse::<i64>().ok()).unwrap_or_default());
    let mail = Resource::new(move || id.get(), admin_read_mail);
    let reload = Callback::new(move |()| mail.refetch());
    let subject = Signal::derive(move || {
        mail.get().and_then(Result::ok).map_or_else(|| "Mail".to_owned(), |(mail, _)| mail.subject)
    });
    let crumbs = Signal::derive(move || {
        vec![
            Crumb::link("Administration", "/admin"),
            Crumb::link("Mails", "/admin/mails"),
            Crumb::here(subject.get()),
        ]
    });
    view! {
        <Shell crumbs>
            <PageHead title=subject />
            <div class="settings wide">
                <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                    {move || Suspend::new(async move {
                        match mail.await {
                            Ok((mail, body)) => view! { <Mail mail body reload /> }.into_any(),
                            Err(error) => {
                                crate::session::answer_with_status(error.0.code.status());
                                view! {
                                    <Card>
                                        <ErrorState problem=error.0 retry=reload />
                                    </Card>
                                }
                                    .into_any()
                            }
                        }
                    })}
                </Transition>
            </div>
        </Shell>
    }
    .into_any()
}

#[component]
fn Mail(mail: MailEntry, body: Option<MailBody>, reload: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let id = mail.id;
    let again = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            match admin_send_mail_again(id).await {
                Ok(()) => {
                    toasts.ok("It is tried at once.");
                    reload.run(());
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    };
    let error = mail.last_error.clone().filter(|_| mail.state != MailState::Sent);
    let text = match body {
        Some(body) => linked(&body.text).into_any(),
        None => view! { <p class="hint">"What stood in it is kept no longer."</p> }.into_any(),
    };
    view! {
        {error.map(|error| view! { <Banner kind=BannerKind::Warning>{format!("The last try failed: {error}")}</Banner> })}
        <Card
            title=Signal::stored("On its way".to_owned())
            actions=move || {
                (mail.state != MailState::Sent)
                    .then(|| view! { <Button busy on_click=again>"Try now"</Button> })
            }
        >
            <Facts>
                <dt>"To"</dt>
                <dd>{mail.to}</dd>
                <dt>"State"</dt>
                <dd>{word(mail.state)}</dd>
                <dt>"Tries"</dt>
                <dd>{mail.tries}</dd>
                <dt>"Written"</dt>
                <dd>
                    <Time ms=Signal::stored(Some(mail.created_ms)) exact=true />
                </dd>
                {mail
                    .ended_ms
                    .map(|at| {
                        view! {
                            <dt>"Ended"</dt>
                            <dd>
                                <Time ms=Signal::stored(Some(at)) exact=true />
                            </dd>
                        }
                    })}
            </Facts>
        </Card>
        <Card title=Signal::stored("Text".to_owned())>{text}</Card>
    }
    .into_any()
}

/// The lines of a text; those that are an address lead there.
fn linked(text: &str) -> impl IntoView {
    let lines =
        text.split('\n').map(|line| match line.starts_with("http://") || line.starts_with("https://") {
            true => view! { <p><a href=line.to_owned() rel="external">{line.to_owned()}</a></p> }.into_any(),
            false => view! { <p>{line.to_owned()}</p> }.into_any(),
        });
    view! { <div class="mail-text">{lines.collect_view()}</div> }
}
