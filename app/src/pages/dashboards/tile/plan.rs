//! Pictures, and plans on which values stand.

use super::figures::words;
use crate::pages::dashboards::board::{Board, Outcome};
use crate::pages::dashboards::picture_path;
use crate::ui::{Glyph, Icon};
use crate::zone;
use leptos::prelude::*;
use model::dashboard::{Kind, Spotted, Tile, TileData};
use serde_json::Value;

/// The picture of the tile; of a plan with the values that stand on it.
#[component]
pub(super) fn PlanBody(board: Board, tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let configuration = tile.configuration;
    if configuration.picture.is_empty() {
        return view! {
            <p class="figure-note">
                <Icon glyph=Glyph::Upload />
                " Upload a picture in the tile's settings."
            </p>
        }
        .into_any();
    }
    let src = picture_path(&board.slug(), &configuration.picture);
    let is_plan = configuration.kind == Kind::Plan;
    let alt = match (configuration.alt.as_str(), is_plan) {
        ("", true) => "Plan".to_owned(),
        (alt, _) => alt.to_owned(),
    };
    let gone = RwSignal::new(false);
    let cover = configuration.cover && !is_plan;
    let spots = move || {
        let spots = spotted(answer);
        configuration.spots.iter().zip(spots).map(|(spot, now)| {
            let place = format!("left:{:.2}%;top:{:.2}%", spot.x * 100.0, spot.y * 100.0);
            let number = now.value.as_ref().and_then(Value::as_f64);
            let mood = number.map_or("plain", |value| configuration.mood(value).as_str());
            view! { <Spot slug=board.slug() device=spot.device.clone() label=spot.label.clone() now place mood /> }
        }).collect_view()
    };
    view! {
        <div class="plan" class:cover=cover>
            <div class="plan-picture">
                <img src=src alt=alt on:error=move |_| gone.set(true) />
                {is_plan.then_some(spots)}
            </div>
            <Show when=move || gone.get()>
                <p class="figure-note">
                    "The picture isn't there. A dashboard that comes out of a file has none: upload it again."
                </p>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn Spot(
    slug: String,
    device: String,
    label: String,
    now: Spotted,
    place: String,
    mood: &'static str,
) -> impl IntoView {
    let clock = zone::use_clock();
    let (text, unit) = words(now.value.as_ref(), &now.word);
    let name = match (label.as_str(), &now.name) {
        ("", Some(name)) => name.clone(),
        ("", None) => device.clone(),
        (label, _) => label.to_owned(),
    };
    let at = now.at_ms.map(|at| format!(", {}", clock.exact(at))).unwrap_or_default();
    let title = format!("{name}, {}: {text} {unit}{at}", now.word.label);
    let href = format!("/w/{slug}/devices/{}", model::external_id::in_address(&device));
    view! {
        <a class="plan-spot" data-mood=mood style=place href=href title=title.clone() aria-label=title>
            <b>{text} {(!unit.is_empty()).then(|| view! { <small>{unit}</small> })}</b>
            <small>{name}</small>
        </a>
    }
    .into_any()
}

fn spotted(answer: Memo<Option<Outcome>>) -> Vec<Spotted> {
    answer.with(|answer| match answer {
        Some(Ok(TileData::Spots { spots })) => spots.clone(),
        _ => Vec::new(),
    })
}
