//! What the rule, as it stands in the form, would have said of the past of a device.

use super::condition::RowForm;
use super::editor::RuleForm;
use crate::api::AppError;
use crate::api::rules::rule_past;
use crate::api::telemetry::series;
use crate::chart::{Across, LineChart, LineLabel};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, Card, Field, Form, FormActions, Select, TableFrame, Time};
use crate::zone;
use leptos::prelude::*;
use model::rule::{Effect, Past};
use model::telemetry::{Series, SeriesQuery};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// Most points of the chart.
const POINTS: u32 = 1_000;
/// Most lines that are shown.
const SHOWN: usize = 200;

/// A question about the past of a device, and the answer.
#[component]
pub(super) fn PastOf(form: RuleForm) -> impl IntoView {
    let slug = use_slug();
    let attempt = Attempt::new();
    let device = RwSignal::new(String::new());
    let days = RwSignal::new("7".to_owned());
    let answer = RwSignal::new(None::<Past>);
    let drawn = RwSignal::new(None::<Drawn>);
    let spans: Vec<(String, String)> =
        [("1", "The last day"), ("7", "The last 7 days"), ("31", "The last 31 days")]
            .map(|(key, text)| (key.to_owned(), text.to_owned()))
            .to_vec();
    let ask = move || {
        let to = zone::now_ms();
        let from = to - days.get_untracked().parse::<i64>().unwrap_or(7) * DAY_MS;
        let rule = untrack(move || form.rule());
        let (check, rule) = match rule {
            Ok(rule) => (Ok(()), Some(rule)),
            Err(problem) => (Err(problem), None),
        };
        let (slug, device) = (slug.get_untracked(), device.get_untracked().trim().to_owned());
        let looked_at = untrack(move || form.threshold());
        let asked = async move {
            let Some(rule) = rule else { return Ok::<_, AppError>(None) };
            let past = rule_past(slug.clone(), rule, device.clone(), from, to).await?;
            let Some((row, name, value)) = looked_at else { return Ok(Some((past, None))) };
            let query = SeriesQuery { names: vec![name.clone()], from_ms: from, to_ms: to, points: POINTS };
            let lines = series(slug, device, query).await?;
            Ok(Some((past, Some(Drawn { row, name, value, lines, from_ms: from, to_ms: to }))))
        };
        attempt.run(check, asked, move |came| {
            let (past, line) = came.unzip();
            answer.set(past);
            // The same chart stays, so that whoever drags goes on.
            let line = line.flatten();
            let same = drawn.with_untracked(|now| match (now, &line) {
                (Some(now), Some(line)) => now.fits(line),
                _ => false,
            });
            if !same {
                drawn.set(line);
            }
        });
    };
    let bands =
        Signal::derive(move || answer.with(|past| past.as_ref().map(fired_between).unwrap_or_default()));
    view! {
        <Card title=Signal::stored("What would it have said?".to_owned())>
            <Form on_submit=ask label="Try it on the past">
                <p class="quiet">
                    "Runs the rule, as it stands in the form, over what a device has sent. Nothing is raised, and nobody is told."
                </p>
                <Field label="Device id" name="past-device" mono=true value=device />
                <Select label="Time" name="past-days" value=days options=spans />
                <Refusal attempt />
                {move || {
                    let wrong = attempt.problem().get().filter(|p| !p.fields.is_empty());
                    wrong.map(|p| view! { <p class="field-error">{p.fields.into_iter().map(|f| f.message).collect::<Vec<_>>().join(" ")}</p> })
                }}
                <FormActions>
                    <Button submit=true busy=attempt.busy()>
                        "Try it on the past"
                    </Button>
                </FormActions>
            </Form>
            {move || drawn.get().map(|drawn| view! { <PastChart drawn bands on_set=ask loading=attempt.busy() /> })}
            {move || answer.get().map(|past| view! { <Answer past /> })}
        </Card>
    }
    .into_any()
}

/// The values that the rule has looked at, and with what it compares them.
#[derive(Clone)]
struct Drawn {
    row: RowForm,
    name: String,
    value: f64,
    lines: Vec<Series>,
    from_ms: i64,
    to_ms: i64,
}

impl Drawn {
    /// Whether a chart of this may show that too, as it is.
    fn fits(&self, other: &Drawn) -> bool {
        let span = |drawn: &Drawn| drawn.to_ms - drawn.from_ms;
        let values = |drawn: &Drawn| drawn.lines.iter().map(|line| line.buckets.len()).sum::<usize>();
        self.row.key == other.row.key
            && self.name == other.name
            && span(self) == span(other)
            && values(self) == values(other)
    }

    /// The ends of the values, so that the threshold lies between them with room to be dragged.
    fn ends(&self) -> (f64, f64) {
        let values = || self.lines.iter().flat_map(|line| &line.buckets);
        let low = values().map(|bucket| bucket.min).fold(self.value, f64::min);
        let high = values().map(|bucket| bucket.max).fold(self.value, f64::max);
        let room = ((high - low) * 0.15).max(f64::EPSILON.max(self.value.abs() * 0.05));
        (low - room, high + room)
    }
}

/// From when to when the rule would have held. What had not cleared at the end holds until then.
fn fired_between(past: &Past) -> Vec<(i64, i64)> {
    let mut bands: Vec<(i64, i64)> = Vec::new();
    let mut since = None;
    for effect in &past.effects {
        match effect {
            Effect::Fired { at_ms, .. } => {
                // One that fires again and again without clearing is a stroke each time.
                if let Some(before) = since.replace(*at_ms) {
                    bands.push((before, before));
                }
            }
            Effect::Cleared { at_ms } => bands.extend(since.take().map(|since| (since, *at_ms))),
            Effect::Level { .. } => {}
        }
    }
    bands.extend(since.map(|since| (since, i64::MAX)));
    bands
}

/// The values with where the rule would have fired, and the threshold as a line that can be dragged.
#[component]
fn PastChart(
    drawn: Drawn,
    bands: Signal<Vec<(i64, i64)>>,
    /// Called when the threshold is another one.
    #[prop(into)]
    on_set: Callback<()>,
    #[prop(into)] loading: Signal<bool>,
) -> impl IntoView {
    let (low, high) = drawn.ends();
    let Drawn { row, name, value, lines, from_ms, to_ms } = drawn;
    let value = RwSignal::new(value);
    // Whatever is typed in the form moves the line too.
    leptos::prelude::Effect::watch(
        move || row.threshold(),
        move |now, _, _| {
            if let Some((_, to)) = now {
                value.set(*to);
            }
        },
        false,
    );
    let set = move |to: f64| {
        row.set_threshold(to);
        on_set.run(());
    };
    let label = LineLabel { name: name.clone(), display: name, unit: String::new() };
    view! {
        <p class="quiet">"Drag the dashed line, or move it by the arrow keys: the rule above changes with it."</p>
        <LineChart
            series=Signal::stored(lines)
            labels=Signal::stored(vec![label])
            from_ms=Signal::stored(from_ms)
            to_ms=Signal::stored(to_ms)
            fixed=(Some(low), Some(high))
            across=Across { value, on_set: Callback::new(set) }
            bands
            loading
        />
    }
    .into_any()
}

#[component]
fn Answer(past: Past) -> impl IntoView {
    let times = match past.fired {
        0 => "It would not have fired".to_owned(),
        1 => "It would have fired once".to_owned(),
        n => format!("It would have fired {} times", count(n as i64)),
    };
    let summary = format!("{times}, by {} messages.", count(past.messages as i64));
    let empty = past.effects.is_empty();
    let line = |effect: Effect| {
        let (what, at_ms, why) = match effect {
            Effect::Fired { at_ms, why } => ("Fires", at_ms, why),
            Effect::Cleared { at_ms } => ("Clears", at_ms, String::new()),
            Effect::Level { at_ms, severity, why } => {
                (severity.map_or("As bad as the rule says", |severity| severity.label()), at_ms, why)
            }
        };
        view! {
            <tr>
                <td>
                    <Time ms=Signal::stored(Some(at_ms)) exact=true />
                </td>
                <td data-label="What">{what}</td>
                <td data-label="Why">{why}</td>
            </tr>
        }
    };
    let lines = past.effects.into_iter().take(SHOWN).map(line).collect_view();
    view! {
        <p role="status">{summary}</p>
        {past.cut.then(|| view! { <p class="quiet">"There were too many messages; the latest were left out."</p> })}
        {(!empty)
            .then(|| {
                view! {
                    <TableFrame label="When it would have fired" stack=true>
                        <thead>
                            <tr>
                                <th scope="col">"When"</th>
                                <th scope="col">"What"</th>
                                <th scope="col">"Why"</th>
                            </tr>
                        </thead>
                        <tbody>{lines}</tbody>
                    </TableFrame>
                }
            })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_from_when_it_fires_until_it_clears() {
        let fired = |at_ms| Effect::Fired { at_ms, why: String::new() };
        let past = Past {
            effects: vec![fired(1), Effect::Cleared { at_ms: 5 }, fired(7), fired(9)],
            fired: 3,
            messages: 9,
            cut: false,
        };
        assert_eq!(fired_between(&past), [(1, 5), (7, 7), (9, i64::MAX)]);
    }
}
