//! Alarms that stand open: how many of each severity, and the newest; each opens where it stands.

use crate::live;
use crate::pages::alarms::{OpenAlarm, SeverityMark};
use crate::pages::dashboards::board::{Board, Outcome};
use crate::ui::value::count;
use crate::ui::{Glyph, Icon, Time};
use leptos::prelude::*;
use model::alarm::{Alarm, AlarmState};
use model::dashboard::{Tile, TileData};

/// The list of the tile.
#[component]
pub(super) fn AlarmsBody(board: Board, tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let opened = RwSignal::new(None::<i64>);
    let kept = StoredValue::new(tile);
    let renew = Callback::new(move |()| board.ask_one(kept.get_value()));
    // What happens to alarms is seen at once, also where no values come.
    let news = live::live().alarms();
    Effect::watch(move || news.get(), move |_, _, _| renew.run(()), false);
    let slug = board.slug();
    let rows = move || {
        let (alarms, counts) = answer.with(|answer| match answer {
            Some(Ok(TileData::Alarms { alarms, counts })) => Some((alarms.clone(), counts.clone())),
            _ => None,
        })?;
        if counts.is_empty() {
            return Some(
                view! {
                    <p class="board-calm">
                        <Icon glyph=Glyph::Good />
                        "No alarms"
                    </p>
                }
                .into_any(),
            );
        }
        let all: i64 = counts.iter().map(|(_, n)| n).sum();
        let chips = counts.into_iter().map(|(severity, n)| {
            view! {
                <span class="alarm-count" data-severity=severity.as_str()>
                    <b>{count(n)}</b>
                    <SeverityMark severity />
                </span>
            }
        });
        let more = all - alarms.len() as i64;
        let lines = alarms.into_iter().map(|alarm| line(&slug, alarm, opened)).collect_view();
        Some(
            view! {
                <div class="alarm-counts">{chips.collect_view()}</div>
                <ul class="alarm-list">{lines}</ul>
                {(more > 0)
                    .then(|| {
                        view! {
                            <p class="figure-note">
                                <a href=format!("/w/{slug}/alarms")>{format!("{} more", count(more))}</a>
                            </p>
                        }
                    })}
            }
            .into_any(),
        )
    };
    view! {
        {rows}
        <OpenAlarm opened on_change=renew />
    }
    .into_any()
}

fn line(slug: &str, alarm: Alarm, opened: RwSignal<Option<i64>>) -> impl IntoView + use<> {
    let id = alarm.id;
    let device = format!("/w/{slug}/devices/{}", model::external_id::in_address(&alarm.device));
    let state = (alarm.state != AlarmState::Active).then(|| alarm.state.label());
    view! {
        <li data-severity=alarm.severity.as_str()>
            <SeverityMark severity=alarm.severity />
            <div>
                <button type="button" class="link-button" title=alarm.why on:click=move |_| opened.set(Some(id))>
                    {alarm.rule_name}
                </button>
                <small>
                    <a class="quiet-link" href=device>
                        {alarm.device_name}
                    </a>
                    {state.map(|state| format!(", {}", state.to_lowercase()))}
                </small>
            </div>
            <small>
                <Time ms=Signal::stored(Some(alarm.raised_ms)) />
            </small>
        </li>
    }
}
