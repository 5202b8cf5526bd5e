//! The Log tab: one stream of all that happened to this device, newest first: the answer to “why does it not work?”.

mod diagnosis;

use super::here::Here;
use crate::api::devices::device_log;
use crate::live;
use crate::ui::value::count;
use crate::ui::{Button, Card, EmptyState, Glyph, Icon, Select, TableFrame, Tag, Time, use_toasts};
use diagnosis::Diagnosis;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::event::{DeviceEvent, EventGroup, LogAsk, LogPage};
use model::live::LiveEvent;

/// The log about `about`, of which `page` is the newest part.
#[component]
pub(super) fn Log(here: Here, page: LogPage, about: Option<EventGroup>) -> impl IntoView {
    let log = RwSignal::new(page);
    let renew = Callback::new(move |()| {
        let newest = device_log(here.slug(), here.id(), LogAsk { about, before: None });
        leptos::task::spawn_local(async move {
            // Where it can't be asked now, the next event asks again.
            if let Ok(newest) = newest.await {
                _ = log.try_update(|log| log.renew(newest));
            }
        });
    });
    let stream = live::live();
    stream.on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| {
            if matches!(event, LiveEvent::Logged { .. } | LiveEvent::Changed { .. }) {
                renew.run(());
            }
        }),
    );
    Effect::watch(move || stream.reconnected().get(), move |_, _, _| renew.run(()), false);
    let empty = Memo::new(move |_| log.with(|log| log.lines.is_empty()));
    view! {
        <Diagnosis here log />
        <Card padded=false>
            <About here about />
            <Show
                when=move || empty.get()
                fallback=move || {
                    view! {
                        <Lines log />
                        <Older here log about />
                    }
                }
            >
                {match about {
                    None => {
                        view! {
                            <EmptyState
                                icon=Glyph::Log
                                title="Nothing has happened yet"
                                text="Connections, wrong keys, refused topics and messages, properties, commands, files and limits show here."
                            />
                        }
                            .into_any()
                    }
                    Some(about) => {
                        view! {
                            <EmptyState
                                icon=Glyph::Log
                                title="Nothing of that kind"
                                text=format!("The log holds no lines about “{}”.", about.label())
                            />
                        }
                            .into_any()
                    }
                }}
            </Show>
        </Card>
    }
    .into_any()
}

/// The choice of what lines are about; it stands in the address.
#[component]
fn About(here: Here, about: Option<EventGroup>) -> impl IntoView {
    let navigate = use_navigate();
    let chosen = RwSignal::new(about.map(EventGroup::as_str).unwrap_or_default().to_owned());
    let options: Vec<(String, String)> = std::iter::once((String::new(), "Everything".to_owned()))
        .chain(EventGroup::ALL.into_iter().map(|group| (group.as_str().to_owned(), group.label().to_owned())))
        .collect();
    Effect::watch(
        move || chosen.get(),
        move |word, _, _| {
            let path = here.path("log");
            let to = if word.is_empty() { path } else { format!("{path}?about={word}") };
            navigate(&to, Default::default());
        },
        false,
    );
    view! {
        <div class="log-filter">
            <Select label="About" name="about" value=chosen options bare=true />
        </div>
    }
    .into_any()
}

#[component]
fn Lines(log: RwSignal<LogPage>) -> impl IntoView {
    let summary = move || {
        log.with(|log| {
            let trouble = log.lines.iter().filter(|l| l.kind.is_trouble()).count();
            let more = if log.more { " newest" } else { "" };
            match (log.lines.len(), trouble) {
                (n, 0) => format!("{}{more} lines", count(n as i64)),
                (n, t) => format!("{}{more} lines, {} of them trouble", count(n as i64), count(t as i64)),
            }
        })
    };
    view! {
        <p class="table-note">{summary}</p>
        <TableFrame label="Log of the device" stack=true>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"What"</th>
                    <th scope="col" class="wide">
                        "Particulars"
                    </th>
                </tr>
            </thead>
            <tbody>
                <For each=move || log.get().lines key=|line| (line.id, line.count) children=|line| view! { <Line line /> } />
            </tbody>
        </TableFrame>
    }
    .into_any()
}

#[component]
fn Line(line: DeviceEvent) -> impl IntoView {
    let trouble = line.kind.is_trouble();
    view! {
        <tr class:trouble=trouble>
            <td data-label="When">
                <Time ms=Some(line.at_ms) />
            </td>
            <td data-label="What">
                <span class="log-kind" class:warn=trouble>
                    {trouble.then(|| view! { <Icon glyph=Glyph::Warning /> })}
                    {line.kind.label()}
                </span>
                {(line.count > 1)
                    .then(|| {
                        view! { " " <Tag>{format!("× {}", count(i64::from(line.count)))}</Tag> }
                    })}
            </td>
            <td class="wide" data-label="Particulars">
                {line.text}
            </td>
        </tr>
    }
    .into_any()
}

/// Asks for what is older, where there is something.
#[component]
fn Older(here: Here, log: RwSignal<LogPage>, about: Option<EventGroup>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let load = move || {
        let before = log.with_untracked(|log| log.lines.last().map(|line| line.id));
        busy.set(true);
        let older = device_log(here.slug(), here.id(), LogAsk { about, before });
        leptos::task::spawn_local(async move {
            match older.await {
                Ok(older) => _ = log.try_update(|log| log.extend(older)),
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    };
    view! {
        <Show when=move || log.with(|log| log.more)>
            <div class="load-older">
                <Button on_click=load busy>
                    "Load older lines"
                </Button>
            </div>
        </Show>
    }
    .into_any()
}
