//! Ways and areas as paths, in CSS pixels.

use super::view::{Point, View, point};
use model::map::away;
use model::rule::Fence;

/// Corners by which a circle is drawn.
const CORNERS: u32 = 72;

/// The corners of an area.
pub(super) fn corners(fence: &Fence) -> Vec<Point> {
    match fence {
        Fence::Circle { lat, lon, radius } => {
            let corner = |i| away((*lat, *lon), *radius, f64::from(i) * 360.0 / f64::from(CORNERS));
            (0..CORNERS).map(|i| point(corner(i))).collect()
        }
        Fence::Polygon { corners } => corners.iter().map(|[lat, lon]| point((*lat, *lon))).collect(),
    }
}

/// The path through these points.
pub(super) fn path(points: &[Point], view: &View, closed: bool) -> String {
    let mut text = String::new();
    for (i, at) in points.iter().enumerate() {
        let (x, y) = view.px(*at);
        text.push_str(&format!("{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' }));
    }
    if closed && points.len() > 2 {
        text.push('Z');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_as_wide_as_it_says() {
        let view = View { middle: point((52.5, 13.4)), zoom: 14.0, size: (600.0, 400.0) };
        let circle = Fence::Circle { lat: 52.5, lon: 13.4, radius: 500.0 };
        let corners = corners(&circle);
        assert_eq!(corners.len(), 72);
        let ((left, _), (right, _)) = (view.px(corners[54]), view.px(corners[18]));
        // 40,075 km around the equator, less so far north.
        let metres = (right - left) / view.scale() * 40_075_017.0 * 52.5_f64.to_radians().cos();
        assert!((metres - 1000.0).abs() < 5.0, "{metres}");
        assert!(path(&corners, &view, true).ends_with('Z'));
        assert_eq!(path(&corners[..2], &view, true).matches('Z').count(), 0);
    }
}
