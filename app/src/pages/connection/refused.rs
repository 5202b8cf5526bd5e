//! Registrations that were refused of ids that no device has: the answer to “why does my new device not come”.

use crate::api::provisioning::list_refused_registrations;
use crate::ui::value::count;
use crate::ui::{Button, Card, EmptyState, ErrorState, Glyph, Skeleton, TableFrame, Time};
use leptos::prelude::*;
use model::Code;
use model::enrolment::{REFUSED_KEPT, RefusedRegistration};

/// The card.
#[component]
pub(super) fn Refused(slug: Signal<String>) -> impl IntoView {
    let refused = Resource::new(move || slug.get(), list_refused_registrations);
    view! {
        <Card
            title=Signal::stored("Refused registrations".to_owned())
            padded=false
            actions=move || view! { <Button on_click=move || refused.refetch()>"Look again"</Button> }
        >
            <Transition fallback=|| view! { <Skeleton rows=2 /> }>
                {move || Suspend::new(async move {
                    match refused.await {
                        Ok(list) if list.is_empty() => {
                            view! {
                                <EmptyState
                                    icon=Glyph::Plug
                                    title="No registration was refused"
                                    text="A device that asks where to connect and is refused stands here with the reason, until it comes. Of devices that exist, their own log tells it."
                                />
                            }
                                .into_any()
                        }
                        Ok(list) => view! { <Table list /> }.into_any(),
                        Err(error) if error.0.code == Code::NotAllowed => {
                            view! {
                                <p class="table-note">"Only who belongs to the root of the workspace sees them."</p>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! { <ErrorState problem=error.0 retry=move || refused.refetch() /> }.into_any()
                        }
                    }
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn Table(list: Vec<RefusedRegistration>) -> impl IntoView {
    let said = match list.len() {
        1 => "1 id was refused.".to_owned(),
        n => format!("{} ids were refused; the newest {REFUSED_KEPT} are kept.", count(n as i64)),
    };
    view! {
        <p class="table-note">{said}</p>
        <TableFrame label="Refused registrations" stack=true>
            <thead>
                <tr>
                    <th scope="col">"Id"</th>
                    <th scope="col" class="wide">
                        "Why"
                    </th>
                    <th scope="col">"From"</th>
                    <th scope="col" class="number">
                        "Times"
                    </th>
                    <th scope="col">"Last"</th>
                </tr>
            </thead>
            <tbody>{list.into_iter().map(row).collect_view()}</tbody>
        </TableFrame>
    }
    .into_any()
}

fn row(refused: RefusedRegistration) -> impl IntoView {
    let RefusedRegistration { registration_id, reason, source, times, last_ms, .. } = refused;
    view! {
        <tr>
            <td data-label="Id">
                <span class="mono">{registration_id}</span>
            </td>
            <td data-label="Why">{format!("{reason}.")}</td>
            <td data-label="From">
                <span class="mono">{if source.is_empty() { "unknown".to_owned() } else { source }}</span>
            </td>
            <td class="number" data-label="Times">
                {count(times)}
            </td>
            <td data-label="Last">
                <Time ms=Some(last_ms) />
            </td>
        </tr>
    }
}
