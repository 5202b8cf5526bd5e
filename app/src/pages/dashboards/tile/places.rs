//! A map: where devices are, and where they were.

use super::figures::words;
use crate::map::{Map, Marker, Way};
use crate::pages::dashboards::board::{Board, Outcome};
use crate::pages::dashboards::height_px;
use crate::ui::value::count;
use crate::zone;
use leptos::prelude::*;
use model::dashboard::{Place, Tile, TileData, Word};
use serde_json::Value;

/// What of the tile isn't the map: its head and its edges, and the line below; CSS pixels.
const AROUND_PX: u32 = 52;
const NOTE_PX: u32 = 22;
const LOWEST_PX: u32 = 90;

/// The map of the tile.
#[component]
pub(super) fn PlacesBody(board: Board, tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let clock = zone::use_clock();
    let slug = board.slug();
    let label =
        if tile.display_name.is_empty() { "Map of devices".to_owned() } else { tile.display_name.clone() };
    let configuration = tile.configuration;
    let found = move || {
        answer.with(|answer| match answer {
            Some(Ok(TileData::Places { places, words, nowhere })) => {
                Some((places.clone(), words.clone(), *nowhere))
            }
            _ => None,
        })
    };
    let markers = Memo::new(move |_| {
        let (places, values, _) = found().unwrap_or_default();
        let marker = |place: Place| {
            let first = place.values.first().and_then(Option::as_ref).and_then(Value::as_f64);
            let mut notes = noted(&place, &values);
            notes.extend(place.at_ms.map(|at| clock.exact(at)));
            Marker {
                href: Some(format!("/w/{slug}/devices/{}", model::external_id::in_address(&place.device))),
                id: place.device,
                label: place.name,
                notes,
                at: (place.lat, place.lon),
                mood: first.map_or("plain", |value| configuration.mood(value).as_str()),
            }
        };
        places.into_iter().map(marker).collect::<Vec<_>>()
    });
    let ways = Memo::new(move |_| {
        let (places, ..) = found().unwrap_or_default();
        places.into_iter().map(|place| place.track).filter(|way| way.len() > 1).collect::<Vec<Way>>()
    });
    let nowhere = move || found().map_or(0, |(.., nowhere)| nowhere);
    let note = move || {
        let n = count(i64::try_from(nowhere()).unwrap_or(i64::MAX));
        (nowhere() > 0)
            .then(|| view! { <p class="figure-note">{format!("{n} have not told where they are")}</p> })
    };
    let height = height_px(tile.height).saturating_sub(AROUND_PX + NOTE_PX).max(LOWEST_PX);
    let empty = Memo::new(move |_| markers.with(Vec::is_empty));
    view! {
        <Show
            when=move || !empty.get()
            fallback=|| {
                view! {
                    <p class="figure-note">
                        "No device has told where it is. A place is telemetry or a property like {\"lat\": 52.5, \"lon\": 13.4}."
                    </p>
                }
            }
        >
            <Map label=label.clone() markers ways height />
        </Show>
        {note}
    }
    .into_any()
}

/// The values beside a place, in words.
fn noted(place: &Place, values: &[Word]) -> Vec<String> {
    let one = |(value, word): (&Option<Value>, &Word)| {
        let (text, unit) = words(value.as_ref(), word);
        format!("{}: {text} {unit}", word.label).trim_end().to_owned()
    };
    place.values.iter().zip(values).filter(|(value, _)| value.is_some()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_known_stands_beside_a_place() {
        let word = |label: &str, unit: &str| Word { label: label.into(), unit: unit.into(), decimals: None };
        let place = Place {
            device: "van".into(),
            name: "Van".into(),
            lat: 1.0,
            lon: 2.0,
            at_ms: None,
            values: vec![Some(json!(21.5)), None, Some(json!("on"))],
            track: Vec::new(),
        };
        let words = [word("Temperature", "°C"), word("Speed", "km/h"), word("State", "")];
        assert_eq!(noted(&place, &words), ["Temperature: 21.5 °C", "State: on"]);
    }
}
