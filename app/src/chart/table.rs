//! The chart in words and numbers, for whoever can't see it.

use super::line_chart::ChartState;
use super::readout::label;
use crate::ui::value::format_number;
use leptos::prelude::*;
use model::telemetry::Series;

/// One row a line: newest, smallest, largest, mean.
#[component]
pub(super) fn SummaryTable(state: ChartState) -> impl IntoView {
    let ChartState { series, labels, .. } = state;
    let rows = move || {
        let labels = labels.get();
        series.with(|all| {
            let row = |series: &Series| {
                let label = label(&labels, &series.name);
                let [newest, low, high, mean] = summary(series).map(|v| format_number(v, &label.unit));
                view! {
                    <tr>
                        <th scope="row">{label.display}</th>
                        <td>{newest}</td>
                        <td>{low}</td>
                        <td>{high}</td>
                        <td>{mean}</td>
                    </tr>
                }
            };
            all.iter().map(row).collect_view()
        })
    };
    view! {
        <div class="visually-hidden">
            <table>
                <caption>"The chart as a table"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        <th scope="col">"Newest"</th>
                        <th scope="col">"Smallest"</th>
                        <th scope="col">"Largest"</th>
                        <th scope="col">"Mean"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Newest, smallest, largest and mean value; not numbers where there are none.
fn summary(series: &Series) -> [f64; 4] {
    let buckets = &series.buckets;
    let count: f64 = buckets.iter().map(|b| f64::from(b.count)).sum();
    let sum: f64 = buckets.iter().map(|b| b.avg * f64::from(b.count)).sum();
    [
        buckets.last().map_or(f64::NAN, |b| b.last),
        buckets.iter().map(|b| b.min).fold(f64::NAN, f64::min),
        buckets.iter().map(|b| b.max).fold(f64::NAN, f64::max),
        if count > 0.0 { sum / count } else { f64::NAN },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::telemetry::Bucket;

    #[test]
    fn a_summary_weighs_by_count() {
        let bucket = |min, max, avg, last, count| Bucket { ts: 0, min, max, avg, last, count };
        let buckets = vec![bucket(1.0, 3.0, 2.0, 3.0, 1), bucket(4.0, 6.0, 5.0, 4.0, 3)];
        let series = Series { name: "x".into(), bucket_ms: 0, buckets };
        assert_eq!(summary(&series), [4.0, 1.0, 6.0, 4.25]);
        assert!(summary(&Series { name: "x".into(), bucket_ms: 0, buckets: vec![] })[0].is_nan());
    }
}
