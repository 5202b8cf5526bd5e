//! Lines over time.

use super::canvas::{paint, use_recoloured, use_width};
use super::export::ChartHandle;
use super::layer::Layer;
use super::legend::Legend;
use super::plot::{COLOURS, ChartNote, ChartStyle, Plot, Wanted};
use super::readout::{label, use_cursor};
use super::svg::first_paint;
use super::table::SummaryTable;
use super::threshold::{Across, Bands, Threshold};
use crate::ui::{Glyph, Icon};
use crate::zone;
use leptos::html;
use leptos::prelude::*;
use model::telemetry::Series;
use std::collections::BTreeSet;

/// What a line is called and measured in.
#[derive(Clone, Debug, PartialEq)]
pub struct LineLabel {
    /// The series' name.
    pub name: String,
    /// What people read.
    pub display: String,
    /// The sign of the unit; empty: none.
    pub unit: String,
}

/// What the parts of one chart share.
#[derive(Clone, Copy)]
pub(super) struct ChartState {
    pub(super) series: Signal<Vec<Series>>,
    pub(super) labels: Signal<Vec<LineLabel>>,
    /// Nothing until the width is known.
    pub(super) plot: Memo<Option<Plot>>,
    /// Names of the lines that the legend switched off.
    pub(super) hidden: RwSignal<BTreeSet<String>>,
    /// The time of the crosshair.
    pub(super) cursor: RwSignal<Option<i64>>,
    pub(super) on_zoom: Option<Callback<(i64, i64)>>,
    pub(super) on_reset: Option<Callback<()>>,
    pub(super) on_pan: Option<Callback<(i64, i64)>>,
    /// By how much the picture is moved before it is asked for anew, milliseconds.
    pub(super) moved_ms: RwSignal<i64>,
}

/// Lines over time with crosshair, zoom and legend. New data is drawn as soon as `series` changes.
///
/// Pointer: hover reads, dragging zooms, dragging with Shift or by the axis of time moves, a double click resets. Keyboard:
/// arrows move the crosshair (with Shift by ten, with Ctrl the picture), Home and End, + and − zoom, 0 resets, Escape lets go.
/// Lines of several units have an axis each.
#[component]
pub fn LineChart(
    #[prop(into)] series: Signal<Vec<Series>>,
    /// Names and units; a series without one shows its own name.
    #[prop(optional, into)]
    labels: Signal<Vec<LineLabel>>,
    /// The left edge, milliseconds since 1970.
    #[prop(into)]
    from_ms: Signal<i64>,
    /// The right edge.
    #[prop(into)]
    to_ms: Signal<i64>,
    /// Pixels.
    #[prop(default = 220)]
    height: u32,
    /// How the lines are drawn.
    #[prop(optional)]
    style: ChartStyle,
    /// The lower and the upper end of the values; none: by the values.
    #[prop(optional)]
    fixed: (Option<f64>, Option<f64>),
    /// Values that are marked by a line across: `good`, `warning` or `bad`.
    #[prop(optional)]
    marks: Vec<(f64, &'static str)>,
    /// A value across that can be dragged.
    #[prop(optional)]
    across: Option<Across>,
    /// Stretches of time that are marked, milliseconds since 1970.
    #[prop(optional, into)]
    bands: Option<Signal<Vec<(i64, i64)>>>,
    /// Whether several lines have a legend.
    #[prop(default = true)]
    legend: bool,
    /// Called with the range that was brushed; without it there is no brush.
    #[prop(optional, into)]
    on_zoom: Option<Callback<(i64, i64)>>,
    /// Called when the whole range is wanted again; the button shows only with it.
    #[prop(optional, into)]
    on_reset: Option<Callback<()>>,
    /// Whether there is a zoom to take back: otherwise the button is not there.
    #[prop(default = Signal::stored(true), into)]
    zoomed: Signal<bool>,
    /// Called with the range to which the picture was moved; without it it stays.
    #[prop(optional, into)]
    on_pan: Option<Callback<(i64, i64)>>,
    /// What happened meanwhile.
    #[prop(optional, into)]
    notes: Signal<Vec<ChartNote>>,
    /// By which pictures of it are made.
    #[prop(optional)]
    handle: Option<ChartHandle>,
    /// Whether newer data is on its way.
    #[prop(optional, into)]
    loading: Signal<bool>,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let canvas = NodeRef::<html::Canvas>::new();
    let probe = NodeRef::<html::Div>::new();
    let width = use_width(frame);
    let hidden = RwSignal::new(BTreeSet::<String>::new());
    let clock = zone::use_clock();
    let moved_ms = RwSignal::new(0_i64);
    // What was moved is there: from here on it stands where it belongs.
    Effect::watch(move || from_ms.get(), move |_, _, _| moved_ms.set(0), false);
    let plot = Memo::new(move |_| {
        let width = width.get();
        let zone = clock.zone();
        let (labels, notes, moved) = (labels.get(), notes.get(), moved_ms.get());
        (width > 0.0).then(|| {
            series.with(|series| {
                hidden.with(|hidden| {
                    Plot::new(&Wanted {
                        series,
                        is_hidden: &|i| series.get(i).is_some_and(|s| hidden.contains(&s.name)),
                        unit_of: &|i| series.get(i).map(|s| label(&labels, &s.name).unit).unwrap_or_default(),
                        from_ms: from_ms.get() + moved,
                        to_ms: to_ms.get() + moved,
                        width,
                        height: f64::from(height),
                        axes: true,
                        style,
                        fixed,
                        marks: &marks,
                        notes: &notes,
                        offset_ms: &|at| zone::offset_ms(&zone, at),
                    })
                })
            })
        })
    });
    let recoloured = use_recoloured();
    let painted = RwSignal::new(false);
    Effect::new(move |_| {
        recoloured.track();
        let (Some(canvas), Some(probe)) = (canvas.get(), probe.get()) else { return };
        plot.with(|plot| {
            if let Some(plot) = plot {
                paint(&canvas, &probe, plot);
                painted.set(true);
            }
        });
    });
    let cursor = use_cursor();
    let state = ChartState { series, labels, plot, hidden, cursor, on_zoom, on_reset, on_pan, moved_ms };
    if let Some(handle) = handle {
        handle.holds(plot, canvas, probe);
    }
    let is_empty = move || plot.with(|plot| plot.as_ref().is_some_and(Plot::is_empty));
    let first = first_paint(&series.get_untracked(), from_ms.get_untracked(), to_ms.get_untracked(), height);
    view! {
        <figure class="chart" class:painted=move || painted.get() aria-busy=move || loading.get().then_some("true")>
            <div node_ref=frame class="chart-frame" style:height=format!("{height}px")>
                <div class="chart-first" inner_html=first></div>
                <canvas node_ref=canvas class="chart-canvas" aria-hidden="true"></canvas>
                {bands.map(|bands| view! { <Bands state bands /> })}
                <Layer state />
                {across.map(|across| view! { <Threshold state across /> })}
                <Show when=move || is_empty() && !loading.get()>
                    <p class="chart-empty">"No values in this time range"</p>
                </Show>
                {on_reset
                    .map(|on_reset| {
                        view! {
                            <Show when=move || zoomed.get()>
                                <button
                                    class="button chart-reset"
                                    type="button"
                                    on:click=move |_| on_reset.run(())
                                >
                                    <Icon glyph=Glyph::ZoomOut />
                                    "Reset zoom"
                                </button>
                            </Show>
                        }
                    })}
            </div>
            {legend.then(|| view! { <Legend state /> })}
            <SummaryTable state />
            <div node_ref=probe class="chart-probe" aria-hidden="true">
                {(0..COLOURS + 5).map(|_| view! { <i></i> }).collect_view()}
            </div>
        </figure>
    }
    .into_any()
}
