//! Key figures and newest values: the number, where it goes, and how it stands to the time before.

use crate::pages::dashboards::board::Outcome;
use crate::ui::value::{decimal, fixed, format_value};
use crate::ui::{Sparkline, Time};
use leptos::prelude::*;
use model::dashboard::{Figure, Kind, Tile, TileData, Word};
use serde_json::Value;

/// The figures of the tile, side by side.
#[component]
pub(super) fn FigureBody(tile: Tile, answer: Memo<Option<Outcome>>) -> impl IntoView {
    let kind = tile.configuration.kind;
    move || {
        let figures = figures(answer);
        let named = figures.len() > 1;
        let all = figures.into_iter().map(|figure| {
            let mood = figure
                .value
                .as_ref()
                .and_then(Value::as_f64)
                .map_or("plain", |value| tile.configuration.mood(value).as_str());
            let (text, unit) = words(figure.value.as_ref(), &figure.word);
            let is_text = figure.value.as_ref().is_some_and(|value| !value.is_number());
            let label = named.then(|| view! { <p class="figure-name">{figure.word.label.clone()}</p> });
            let foot = match kind {
                Kind::Last => last(&figure).into_any(),
                _ => growth(&figure).into_any(),
            };
            view! {
                <div class="board-figure" data-mood=mood>
                    {label}
                    <p class="figure" class:text=is_text>
                        {text} {(!unit.is_empty()).then(|| view! { <small>{unit}</small> })}
                    </p>
                    {foot}
                </div>
            }
        });
        view! { <div class="board-figures">{all.collect_view()}</div> }
    }
}

/// The figures that were answered.
pub(super) fn figures(answer: Memo<Option<Outcome>>) -> Vec<Figure> {
    answer.with(|answer| match answer {
        Some(Ok(TileData::Figures { figures, .. })) => figures.clone(),
        _ => Vec::new(),
    })
}

/// A value and its unit apart, so that the unit can be small.
pub(super) fn words(value: Option<&Value>, word: &Word) -> (String, String) {
    match value {
        None | Some(Value::Null) => ("–".to_owned(), String::new()),
        Some(value) => match value.as_f64() {
            Some(number) => (number_text(number, word), word.unit.clone()),
            None => (format_value(value, ""), String::new()),
        },
    }
}

/// A number with the digits that are wanted; without a wish, three that say something.
pub(super) fn number_text(number: f64, word: &Word) -> String {
    match word.decimals {
        Some(digits) => fixed(number, usize::from(digits)),
        None => {
            let places = match number.abs() {
                n if n >= 100.0 => 0,
                n if n >= 10.0 => 1,
                n if n >= 1.0 => 2,
                _ => return decimal(number),
            };
            decimal(fixed(number, places).replace(',', "").parse().unwrap_or(number))
        }
    }
}

fn last(figure: &Figure) -> impl IntoView + use<> {
    let at = figure.at_ms;
    view! {
        <p class="figure-note">
            <Time ms=Signal::stored(at) />
        </p>
    }
}

/// How it stands to the time before, and where it goes.
fn growth(figure: &Figure) -> impl IntoView + use<> {
    let value = figure.value.as_ref().and_then(Value::as_f64);
    let change = value.zip(figure.before).map(|(now, before)| {
        let by = now - before;
        let sign = match by {
            by if by.abs() < 1e-9 * now.abs().max(before.abs()) || by == 0.0 => "",
            by if by > 0.0 => "▲",
            _ => "▼",
        };
        let text = match (sign, before) {
            ("", _) => "As before".to_owned(),
            (_, before) if before.abs() > 1e-12 && (by / before).abs() < 10.0 => {
                format!(
                    "{} %",
                    number_text((by / before * 100.0).abs(), &Word { decimals: Some(1), ..Word::default() })
                )
            }
            _ => number_text(by.abs(), &figure.word),
        };
        let said = match sign {
            "" => "",
            "▲" => "up by ",
            _ => "down by ",
        };
        view! {
            <span aria-hidden="true">{sign}</span>
            " "
            <span class="visually-hidden">{said}</span>
            <b>{text}</b>
            {(!sign.is_empty()).then_some(" against the time before")}
        }
    });
    let trend: Vec<(f64, f64)> = figure.trend.iter().map(|(at, value)| (*at as f64, *value)).collect();
    let trend =
        (trend.len() > 1).then(|| view! { <Sparkline points=Signal::stored(trend) width=84 height=20 /> });
    view! {
        <div class="figure-foot">
            <p class="figure-note">{change}</p>
            {trend}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_say_as_much_as_one_reads() {
        let plain = Word::default();
        for (number, text) in
            [(1318.4, "1,318"), (21.46, "21.5"), (1.846, "1.85"), (0.0123, "0.0123"), (20.0, "20")]
        {
            assert_eq!(number_text(number, &plain), text);
        }
        assert_eq!(number_text(21.46, &Word { decimals: Some(3), ..plain }), "21.460");
    }
}
