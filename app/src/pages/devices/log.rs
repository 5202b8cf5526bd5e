//! The Log tab: connections, refusals and limits of this device, newest first.

use super::here::Here;
use crate::live;
use crate::ui::value::count;
use crate::ui::{Card, EmptyState, Glyph, Icon, TableFrame, Tag, Time};
use leptos::prelude::*;
use model::event::DeviceEvent;
use model::live::LiveEvent;

/// The log; `again` asks for it anew when a line is added.
#[component]
pub(super) fn Log(here: Here, lines: Vec<DeviceEvent>, again: Callback<()>) -> impl IntoView {
    let stream = live::live();
    stream.on_device(
        here.id(),
        Callback::new(move |event: LiveEvent| {
            if matches!(event, LiveEvent::Logged { .. }) {
                again.run(());
            }
        }),
    );
    Effect::watch(move || stream.reconnected().get(), move |_, _, _| again.run(()), false);
    let content = if lines.is_empty() {
        view! {
            <EmptyState
                icon=Glyph::Log
                title="Nothing has happened yet"
                text="Connections, wrong keys, refused topics and messages, and limits show here."
            />
        }
        .into_any()
    } else {
        view! { <Lines lines /> }.into_any()
    };
    view! { <Card padded=false>{content}</Card> }.into_any()
}

#[component]
fn Lines(lines: Vec<DeviceEvent>) -> impl IntoView {
    let trouble = lines.iter().filter(|l| l.kind.is_trouble()).count();
    let summary = match (lines.len(), trouble) {
        (n, 0) => format!("{} lines", count(n as i64)),
        (n, t) => format!("{} lines, {} of them trouble", count(n as i64), count(t as i64)),
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
            <tbody>{lines.into_iter().map(|line| view! { <Line line /> }).collect_view()}</tbody>
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
