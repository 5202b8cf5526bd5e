//! The Alarms tab: what rules have found of this device, what is open and what is over.

use super::here::Here;
use crate::api::alarms::list_alarms;
use crate::live;
use crate::pages::alarms::{AlarmTable, OpenAlarm};
use crate::ui::value::count;
use crate::ui::{Card, EmptyState, Glyph};
use leptos::prelude::*;
use model::alarm::{Alarm, AlarmQuery};
use model::page::Page;

/// Most alarms that the tab shows; the newest.
const SHOWN: i64 = 100;

/// What is asked for.
pub(super) fn query(device: String) -> AlarmQuery {
    AlarmQuery { all: true, device: Some(device), limit: SHOWN, ..AlarmQuery::default() }
}

/// The alarms of the device, of which `page` is what there was when the tab was opened.
#[component]
pub(super) fn Alarms(here: Here, page: Page<Alarm>) -> impl IntoView {
    let page = RwSignal::new(page);
    let opened = RwSignal::new(None::<i64>);
    let renew = Callback::new(move |()| {
        let asked = list_alarms(here.slug(), query(here.id()));
        leptos::task::spawn_local(async move {
            // Where it can't be asked now, the next event asks again.
            if let Ok(newest) = asked.await {
                let _ = page.try_set(newest);
            }
        });
    });
    let stream = live::live();
    let (news, missed) = (stream.alarms(), stream.reconnected());
    Effect::watch(move || (news.get(), missed.get()), move |_, _, _| renew.run(()), false);
    let note = move || {
        page.with(|page| {
            let matching = count(page.matching);
            match page.matching > page.items.len() as i64 {
                true => format!("The newest {} of {matching} alarms.", count(page.items.len() as i64)),
                false => format!("{matching} alarms."),
            }
        })
    };
    view! {
        <Card padded=false>
            <Show
                when=move || page.with(|page| !page.items.is_empty())
                fallback=|| {
                    view! {
                        <EmptyState
                            icon=Glyph::Good
                            title="No alarms"
                            text="No rule has found anything about this device."
                        />
                    }
                }
            >
                <p class="table-note">{note}</p>
                {move || {
                    let list = page.get().items;
                    view! { <AlarmTable list opened on_change=renew /> }
                }}
            </Show>
        </Card>
        <OpenAlarm opened on_change=renew />
    }
    .into_any()
}
