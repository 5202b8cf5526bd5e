//! Charts: lines with bands and gaps, one line, none, and one that loads.

use super::Part;
use crate::chart::{LineChart, LineLabel, provide_shared_cursor};
use crate::ui::{Card, Grid};
use leptos::prelude::*;
use model::telemetry::{Bucket, Series};
use std::f64::consts::TAU;

const HOUR_MS: i64 = 3_600_000;
/// 22 November 2026, midnight UTC.
const FROM_MS: i64 = 1_795_305_600_000;

#[component]
pub(super) fn Charts() -> impl IntoView {
    provide_shared_cursor();
    let all = RwSignal::new((FROM_MS, FROM_MS + 24 * HOUR_MS));
    let from = Signal::derive(move || all.get().0);
    let to = Signal::derive(move || all.get().1);
    let whole = (FROM_MS, FROM_MS + 24 * HOUR_MS);
    let floors = ["ground", "first", "second", "roof"];
    let series: Vec<Series> =
        floors.iter().enumerate().map(|(i, name)| wave(name, i, 150_000, i == 3)).collect();
    let label = |(i, name): (usize, &&str)| LineLabel {
        name: (*name).to_owned(),
        display: ["Ground floor", "First floor", "Second floor", "Roof"][i].to_owned(),
        unit: "°C".to_owned(),
    };
    let labels: Vec<LineLabel> = floors.iter().enumerate().map(label).collect();
    let same_labels = labels.clone();
    let few = vec![wave("first", 1, 2 * HOUR_MS, false)];
    view! {
        <Part title="Charts">
            <Grid>
                <Card title="Temperature by floor" note="°C, means with extremes" span=8>
                    <LineChart
                        series
                        labels=labels
                        from_ms=from
                        to_ms=to
                        height=250
                        on_zoom=move |range| all.set(range)
                        on_reset=move || all.set(whole)
                    />
                </Card>
                <Card title="Few points" span=4>
                    <LineChart series=few labels=same_labels from_ms=from to_ms=to height=250 />
                </Card>
                <Card title="Nothing there" span=6>
                    <LineChart series=Vec::new() from_ms=from to_ms=to height=140 />
                </Card>
                <Card title="On its way" span=6>
                    <LineChart series=Vec::new() from_ms=from to_ms=to height=140 loading=true />
                </Card>
            </Grid>
        </Part>
    }
    .into_any()
}

/// A day's curve with some noise that is the same each time.
fn wave(name: &str, i: usize, step_ms: i64, gap: bool) -> Series {
    let mut seed = 7 + i as u64 * 31;
    let mut noise = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f64 / f64::from(1 << 24) - 0.5
    };
    let mut drift = 0.0;
    let bucket = |k: i64| {
        let hours = (k * step_ms) as f64 / HOUR_MS as f64;
        drift = drift * 0.9 + noise() * 0.3;
        let avg = 21.0 + i as f64 * 0.7 + (1.2 + i as f64 * 0.5) * ((hours - 9.0) / 24.0 * TAU).sin() + drift;
        let spread = 0.25 + noise().abs() * 0.3;
        Bucket { ts: FROM_MS + k * step_ms, min: avg - spread, max: avg + spread, avg, last: avg, count: 5 }
    };
    let buckets = (0..24 * HOUR_MS / step_ms).map(bucket);
    let silent = |b: &Bucket| gap && (10..13).contains(&((b.ts - FROM_MS) / HOUR_MS));
    Series { name: name.to_owned(), bucket_ms: step_ms, buckets: buckets.filter(|b| !silent(b)).collect() }
}
