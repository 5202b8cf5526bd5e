//! One condition of a rule as a row of a form.

use super::draft::Row;
use crate::map::FenceMap;
use crate::ui::{ButtonKind, Field, Glyph, IconButton, Select, TextArea};
use leptos::prelude::*;
use model::Problem;
use model::rule::Fence;

/// What a row of the form is about.
const KINDS: [(&str, &str); 8] = [
    ("telemetry", "Telemetry"),
    ("aggregate", "Telemetry over a time"),
    ("property", "Property"),
    ("cloud", "Cloud property"),
    ("silent", "Nothing received"),
    ("disconnected", "Not connected"),
    ("command", "Command fails"),
    ("event", "Event"),
];
const TESTS: [(&str, &str); 14] = [
    ("above", "is above"),
    ("at-least", "is at least"),
    ("below", "is below"),
    ("at-most", "is at most"),
    ("equals", "is"),
    ("differs", "is not"),
    ("between", "is between"),
    ("outside", "is not between"),
    ("in", "is one of"),
    ("changed", "has changed"),
    ("rises-faster", "rises faster than"),
    ("falls-faster", "falls faster than"),
    ("within", "lies within an area"),
    ("beyond", "lies outside an area"),
];

fn options(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

/// The signals of a row; the row itself is put together from them.
#[derive(Clone, Copy)]
pub(super) struct RowForm {
    pub key: u32,
    kind: RwSignal<String>,
    name: RwSignal<String>,
    aggregate: RwSignal<String>,
    window: RwSignal<String>,
    seconds: RwSignal<String>,
    test: RwSignal<String>,
    side: RwSignal<String>,
    value: RwSignal<String>,
    high: RwSignal<String>,
    shape: RwSignal<String>,
    hysteresis: RwSignal<String>,
}

impl RowForm {
    pub(super) fn new(key: u32, row: Row) -> RowForm {
        RowForm {
            key,
            kind: RwSignal::new(row.kind),
            name: RwSignal::new(row.name),
            aggregate: RwSignal::new(row.aggregate),
            window: RwSignal::new(row.window),
            seconds: RwSignal::new(row.seconds),
            test: RwSignal::new(row.test),
            side: RwSignal::new(row.side),
            value: RwSignal::new(row.value),
            high: RwSignal::new(row.high),
            shape: RwSignal::new(row.shape),
            hysteresis: RwSignal::new(row.hysteresis),
        }
    }

    /// The row as it is now. Tracks all of it.
    pub(super) fn row(self) -> Row {
        Row {
            kind: self.kind.get(),
            name: self.name.get(),
            aggregate: self.aggregate.get(),
            window: self.window.get(),
            seconds: self.seconds.get(),
            test: self.test.get(),
            side: self.side.get(),
            value: self.value.get(),
            high: self.high.get(),
            shape: self.shape.get(),
            hysteresis: self.hysteresis.get(),
        }
    }
}

impl RowForm {
    /// The field that it looks at and the number with which it compares it, where that is what it does.
    pub(super) fn threshold(self) -> Option<(String, f64)> {
        let of_telemetry = self.kind.with(|kind| kind == "telemetry" || kind == "aggregate");
        let one_sided =
            self.test.with(|test| matches!(test.as_str(), "above" | "at-least" | "below" | "at-most"));
        let by_value = self.side.with(|side| side == "value");
        if !(of_telemetry && one_sided && by_value) {
            return None;
        }
        let value = self.value.with(|value| value.trim().parse::<f64>().ok())?;
        Some((self.name.get(), value)).filter(|(name, _)| !name.is_empty())
    }

    /// Compares it with another number.
    pub(super) fn set_threshold(self, value: f64) {
        self.value.set(value.to_string());
    }
}

/// A row: what is looked at, how it is compared, with what.
#[component]
pub(super) fn ConditionRow(
    form: RowForm,
    /// Which of the rows it is.
    #[prop(into)]
    place: Signal<usize>,
    #[prop(into)] combine: Signal<String>,
    problem: Signal<Option<Problem>>,
    #[prop(into)] on_remove: Callback<()>,
) -> impl IntoView {
    let key = form.key;
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let path = format!("when.{}.{}.{field}", combine.get(), place.get());
            problem.with(|p| p.as_ref()?.of_field(&path).map(str::to_owned))
        })
    };
    let is =
        move |kinds: &'static [&'static str]| move || form.kind.with(|kind| kinds.contains(&kind.as_str()));
    let tests =
        move |tests: &'static [&'static str]| move || form.test.with(|test| tests.contains(&test.as_str()));
    let named = is(&["telemetry", "aggregate", "property", "cloud", "command", "event"]);
    let compared = is(&["telemetry", "aggregate", "property", "cloud"]);
    let two = tests(&["between", "outside", "rises-faster", "falls-faster"]);
    let sided = tests(&["above", "at-least", "below", "at-most", "equals", "differs"]);
    let fenced = tests(&["within", "beyond"]);
    let plain = tests(&[
        "above",
        "at-least",
        "below",
        "at-most",
        "equals",
        "differs",
        "between",
        "outside",
        "in",
        "rises-faster",
        "falls-faster",
    ]);
    let name_label = Signal::derive(move || {
        match form.kind.get().as_str() {
            "property" | "cloud" => "Property",
            "command" => "Command (empty: any)",
            "event" => "Event",
            _ => "Field",
        }
        .to_owned()
    });
    let name_error = Signal::derive(move || {
        ["metric", "property", "event", "command"].iter().find_map(|f| error(f).get())
    });
    let span_error = Signal::derive(move || error("widthMs").get().or_else(|| error("forMs").get()));
    let high_label = Signal::derive(move || {
        let slope = form.test.with(|test| test.ends_with("-faster"));
        if slope { "in (seconds)" } else { "and" }.to_owned()
    });
    view! {
        <div class="rule-row" role="group" aria-label=move || format!("Condition {}", place.get() + 1)>
            <Select label="What" name=format!("kind-{key}") value=form.kind options=options(&KINDS) />
            <Show when=is(&["aggregate"])>
                <Select
                    label="Result"
                    name=format!("aggregate-{key}")
                    value=form.aggregate
                    options=options(
                        &[
                            ("average", "average"),
                            ("minimum", "minimum"),
                            ("maximum", "maximum"),
                            ("sum", "sum"),
                            ("count", "count"),
                            ("last", "last value"),
                        ],
                    )
                />
                <Select
                    label="Window"
                    name=format!("window-{key}")
                    value=form.window
                    options=options(&[("sliding", "the last"), ("tumbling", "each")])
                />
            </Show>
            <Show when=is(&["aggregate", "silent", "disconnected"])>
                <Field
                    label="Seconds"
                    name=format!("seconds-{key}")
                    kind="number"
                    value=form.seconds
                    error=span_error
                />
            </Show>
            <Show when=named>
                <Field label=name_label name=format!("name-{key}") mono=true value=form.name error=name_error />
            </Show>
            <Show when=compared>
                <Select label="Test" name=format!("test-{key}") value=form.test options=options(&TESTS) />
                <Show when=sided>
                    <Select
                        label="Compared with"
                        name=format!("side-{key}")
                        value=form.side
                        options=options(
                            &[("value", "a value"), ("property", "its property"), ("cloud", "its cloud property")],
                        )
                    />
                </Show>
                <Show when=plain>
                    <Field label="Value" name=format!("value-{key}") value=form.value error=error("test") />
                </Show>
                <Show when=two>
                    <Field label=high_label name=format!("high-{key}") value=form.high />
                </Show>
            </Show>
            <Show when=move || compared() && fenced()>
                <Area form error=error("test") />
            </Show>
            <Show when=is(&["telemetry", "aggregate"])>
                <Field
                    label="Hysteresis"
                    name=format!("hysteresis-{key}")
                    placeholder="0"
                    value=form.hysteresis
                    error=error("hysteresis")
                />
            </Show>
            <IconButton
                glyph=Glyph::Trash
                kind=ButtonKind::Ghost
                label=Signal::derive(move || format!("Remove condition {}", place.get() + 1))
                on_click=on_remove
            />
        </div>
    }
    .into_any()
}

/// The area of a fence: numbers, and a map to draw it on.
#[component]
fn Area(form: RowForm, error: Signal<Option<String>>) -> impl IntoView {
    let key = form.key;
    let polygon = Memo::new(move |_| form.shape.with(|shape| shape == "polygon"));
    let fence = Signal::derive(move || form.row().fence());
    let drawn = move |fence: Fence| {
        let mut row = untrack(|| form.row());
        row.set_fence(&fence);
        form.value.set(row.value);
        form.high.set(row.high);
    };
    let shapes = options(&[("circle", "a circle"), ("polygon", "a polygon")]);
    view! {
        <div class="rule-area">
            <div class="rule-area-fields">
                <Select label="Area" name=format!("shape-{key}") value=form.shape options=shapes />
                <Show
                    when=move || polygon.get()
                    fallback=move || {
                        view! {
                            <Field
                                label="Middle, degrees north and east"
                                name=format!("value-{key}")
                                value=form.value
                                placeholder="52.5, 13.4"
                                error
                            />
                            <Field label="Radius, metres" name=format!("high-{key}") kind="number" value=form.high />
                        }
                    }
                >
                    <TextArea
                        label="Corners, degrees north and east, one a line"
                        name=format!("value-{key}")
                        value=form.value
                        rows=4
                        mono=true
                        error
                    />
                </Show>
            </div>
            {move || view! { <FenceMap fence polygon=polygon.get() on_change=drawn /> }}
        </div>
    }
    .into_any()
}
