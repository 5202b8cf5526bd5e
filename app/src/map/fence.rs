//! An area that is drawn: a circle by its middle and its edge, a polygon by its corners.

use super::Map;
use leptos::prelude::*;
use model::map::{away, metres};
use model::rule::Fence;

/// Most corners that are drawn by hand.
const CORNERS_MAX: usize = 100;

/// Which kind of area is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Circle,
    Polygon,
}

/// A map on which an area is drawn. A click places it, or adds a corner; what stands there can be dragged, moved by the arrow
/// keys, and a corner removed by Delete.
#[component]
pub fn FenceMap(
    /// The area as it is; none: not drawn yet.
    #[prop(into)]
    fence: Signal<Option<Fence>>,
    /// Whether a polygon is drawn, and not a circle.
    #[prop(into)]
    polygon: Signal<bool>,
    /// It is another now.
    #[prop(into)]
    on_change: Callback<Fence>,
) -> impl IntoView {
    let shape = move || if polygon.get_untracked() { Shape::Polygon } else { Shape::Circle };
    let handles = Signal::derive(move || fence.with(|fence| fence.as_ref().map(handles).unwrap_or_default()));
    let areas = Signal::derive(move || fence.get().into_iter().collect::<Vec<_>>());
    let on_place = move |(at, reach): ((f64, f64), f64)| {
        if let Some(next) = placed(fence.get_untracked(), shape(), at, reach) {
            on_change.run(next);
        }
    };
    let on_handle = move |(i, to): (usize, (f64, f64))| {
        if let Some(next) = fence.get_untracked().and_then(|fence| dragged(fence, i, to)) {
            on_change.run(next);
        }
    };
    let on_remove = move |i: usize| {
        if let Some(Fence::Polygon { mut corners }) = fence.get_untracked()
            && i < corners.len()
        {
            corners.remove(i);
            on_change.run(Fence::Polygon { corners });
        }
    };
    let hint = move || match polygon.get() {
        true => "Click to add a corner, three at least; drag corners, and remove one by Delete.",
        false => "Click to place the circle; drag its middle or its edge.",
    };
    view! {
        <div class="fence-map">
            <Map label="The area" areas handles on_handle on_place on_remove height=260 />
            <p class="hint">{hint}</p>
        </div>
    }
    .into_any()
}

fn handles(fence: &Fence) -> Vec<(String, (f64, f64))> {
    match fence {
        Fence::Circle { lat, lon, radius } => vec![
            ("Middle of the circle".to_owned(), (*lat, *lon)),
            ("Edge of the circle".to_owned(), away((*lat, *lon), *radius, 90.0)),
        ],
        Fence::Polygon { corners } => {
            let corner = |(i, [lat, lon]): (usize, &[f64; 2])| (format!("Corner {}", i + 1), (*lat, *lon));
            corners.iter().enumerate().map(corner).collect()
        }
    }
}

/// What a click makes of it.
fn placed(fence: Option<Fence>, shape: Shape, (lat, lon): (f64, f64), reach: f64) -> Option<Fence> {
    let (lat, lon) = (rounded(lat), rounded(lon));
    match (fence, shape) {
        (Some(Fence::Circle { radius, .. }), Shape::Circle) => Some(Fence::Circle { lat, lon, radius }),
        (_, Shape::Circle) => Some(Fence::Circle { lat, lon, radius: reach.round().max(1.0) }),
        (Some(Fence::Polygon { mut corners }), Shape::Polygon) if corners.len() < CORNERS_MAX => {
            corners.push([lat, lon]);
            Some(Fence::Polygon { corners })
        }
        (Some(Fence::Polygon { .. }), Shape::Polygon) => None,
        (_, Shape::Polygon) => Some(Fence::Polygon { corners: vec![[lat, lon]] }),
    }
}

/// What it is when a handle is dragged there.
fn dragged(fence: Fence, i: usize, (lat, lon): (f64, f64)) -> Option<Fence> {
    let (lat, lon) = (rounded(lat), rounded(lon));
    match fence {
        Fence::Circle { radius, .. } if i == 0 => Some(Fence::Circle { lat, lon, radius }),
        Fence::Circle { lat: a, lon: b, .. } => {
            Some(Fence::Circle { lat: a, lon: b, radius: metres((a, b), (lat, lon)).round().max(1.0) })
        }
        Fence::Polygon { mut corners } => {
            *corners.get_mut(i)? = [lat, lon];
            Some(Fence::Polygon { corners })
        }
    }
}

/// A tenth of a metre is enough.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_placed_moved_and_made_larger() {
        let circle = placed(None, Shape::Circle, (52.5, 13.4), 480.4).unwrap();
        assert_eq!(circle, Fence::Circle { lat: 52.5, lon: 13.4, radius: 480.0 });
        let moved = dragged(circle.clone(), 0, (53.0, 13.0)).unwrap();
        assert_eq!(moved, Fence::Circle { lat: 53.0, lon: 13.0, radius: 480.0 });
        let edge = away((52.5, 13.4), 900.0, 45.0);
        let Fence::Circle { radius, .. } = dragged(circle, 1, edge).unwrap() else { panic!("a circle") };
        assert!((radius - 900.0).abs() <= 1.0, "{radius}");
        assert_eq!(handles(&moved).len(), 2);
    }

    #[test]
    fn a_polygon_grows_by_corners() {
        let mut fence = None;
        for at in [(0.0, 0.0), (0.0, 2.0), (2.0, 2.0)] {
            fence = placed(fence, Shape::Polygon, at, 1.0);
        }
        let fence = dragged(fence.unwrap(), 1, (0.5, 3.0)).unwrap();
        assert_eq!(fence, Fence::Polygon { corners: vec![[0.0, 0.0], [0.5, 3.0], [2.0, 2.0]] });
        assert_eq!(dragged(fence.clone(), 7, (0.0, 0.0)), None);
        assert_eq!(handles(&fence)[2].0, "Corner 3");
        // Who changes the shape begins anew.
        assert!(matches!(placed(Some(fence), Shape::Circle, (1.0, 1.0), 5.0), Some(Fence::Circle { .. })));
    }
}
