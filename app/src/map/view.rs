//! What of the world is seen: its middle, and how close.

use std::f64::consts::PI;

/// The world's width at zoom 0, in CSS pixels.
const WORLD_PX: f64 = 256.0;
/// Farthest and closest.
pub(super) const ZOOM_MIN: f64 = 0.0;
pub(super) const ZOOM_MAX: f64 = 19.0;
/// How close one comes by showing all, and a single place among it.
pub(super) const ALONE_ZOOM: f64 = 12.0;
/// Space around what is shown whole, CSS pixels.
const EDGE_PX: f64 = 36.0;
/// Where Web Mercator ends, degrees.
const LAT_MAX: f64 = 85.051_128;

/// A point of the world, from 0 to 1: to the east, to the south.
pub(super) type Point = (f64, f64);

/// What is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    /// The middle.
    pub(super) middle: Point,
    /// How close; one more shows things twice as large.
    pub(super) zoom: f64,
    /// CSS pixels.
    pub(super) size: (f64, f64),
}

/// A place as a point of the world.
pub(super) fn point((lat, lon): (f64, f64)) -> Point {
    let lat = lat.clamp(-LAT_MAX, LAT_MAX).to_radians();
    (lon / 360.0 + 0.5, 0.5 - (PI / 4.0 + lat / 2.0).tan().ln() / (2.0 * PI))
}

/// Reads [`point`] back: degrees north and east.
pub(super) fn place((x, y): Point) -> (f64, f64) {
    let lat = (2.0 * ((0.5 - y) * 2.0 * PI).exp().atan() - PI / 2.0).to_degrees();
    (lat, (x - 0.5) * 360.0)
}

impl View {
    /// All of the world.
    pub(super) fn world(size: (f64, f64)) -> View {
        let zoom = (size.0.max(size.1) / WORLD_PX).log2();
        View { middle: (0.5, 0.5), zoom, size }.bounded()
    }

    /// All of these points, not closer than this; of none, the world.
    pub(super) fn around(points: impl IntoIterator<Item = Point>, size: (f64, f64), most: f64) -> View {
        let none = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
        let (left, top, right, bottom) =
            points.into_iter().fold(none, |(l, t, r, b), (x, y)| (l.min(x), t.min(y), r.max(x), b.max(y)));
        if left > right {
            return View::world(size);
        }
        let room = |px: f64| (px - 2.0 * EDGE_PX).max(40.0);
        let fits = |span: f64, px: f64| (room(px) / (span * WORLD_PX)).log2();
        let zoom = fits(right - left, size.0).min(fits(bottom - top, size.1)).min(most);
        View { middle: ((left + right) / 2.0, (top + bottom) / 2.0), zoom, size }.bounded()
    }

    /// The world's width, in CSS pixels.
    pub(super) fn scale(&self) -> f64 {
        WORLD_PX * self.zoom.exp2()
    }

    /// Where a point stands, CSS pixels from the upper left corner.
    pub(super) fn px(&self, (x, y): Point) -> (f64, f64) {
        let scale = self.scale();
        ((x - self.middle.0) * scale + self.size.0 / 2.0, (y - self.middle.1) * scale + self.size.1 / 2.0)
    }

    /// The point that stands there.
    pub(super) fn at(&self, (x, y): (f64, f64)) -> Point {
        let scale = self.scale();
        (self.middle.0 + (x - self.size.0 / 2.0) / scale, self.middle.1 + (y - self.size.1 / 2.0) / scale)
    }

    /// Moved by so many CSS pixels: what was seen there is seen here.
    pub(super) fn moved(&self, (by_x, by_y): (f64, f64)) -> View {
        let scale = self.scale();
        View { middle: (self.middle.0 - by_x / scale, self.middle.1 - by_y / scale), ..*self }.bounded()
    }

    /// Closer by so much, while what stands at these pixels stays there.
    pub(super) fn closer(&self, by: f64, about: (f64, f64)) -> View {
        let kept = self.at(about);
        let zoom = (self.zoom + by).clamp(ZOOM_MIN, ZOOM_MAX);
        let there = View { zoom, ..*self }.px(kept);
        View { zoom, ..*self }.moved((about.0 - there.0, about.1 - there.1))
    }

    /// How many metres so many CSS pixels are, in the middle.
    pub(super) fn metres(&self, px: f64) -> f64 {
        let (x, y) = (self.size.0 / 2.0, self.size.1 / 2.0);
        model::map::metres(place(self.at((x, y))), place(self.at((x + px, y))))
    }

    /// One that follows this one in steps of half its size: what is drawn for it is moved rather than drawn anew.
    pub(super) fn anchor(&self) -> View {
        let scale = self.scale();
        let step = |at: f64, px: f64| (at * scale / (px / 2.0)).round() * (px / 2.0) / scale;
        View { middle: (step(self.middle.0, self.size.0), step(self.middle.1, self.size.1)), ..*self }
    }

    fn bounded(self) -> View {
        let middle = (self.middle.0.clamp(0.0, 1.0), self.middle.1.clamp(0.0, 1.0));
        View { middle, zoom: self.zoom.clamp(ZOOM_MIN, ZOOM_MAX), ..self }
    }

    /// The pictures of a map server that are seen: how close they are, and their columns and rows.
    pub(super) fn pictures(&self) -> Vec<(u32, u32, u32)> {
        let zoom = self.zoom.round().clamp(ZOOM_MIN, ZOOM_MAX);
        let count = zoom.exp2();
        let ((left, top), (right, bottom)) = (self.at((0.0, 0.0)), self.at(self.size));
        let range = |from: f64, to: f64| {
            let last = count - 1.0;
            ((from * count).floor().clamp(0.0, last) as u32)..=((to * count).floor().clamp(0.0, last) as u32)
        };
        let rows = range(top, bottom);
        range(left, right).flat_map(|x| rows.clone().map(move |y| (zoom as u32, x, y))).collect()
    }

    /// Where such a picture stands: left, top and size, CSS pixels.
    pub(super) fn picture(&self, (zoom, x, y): (u32, u32, u32)) -> (f64, f64, f64) {
        let count = f64::from(zoom).exp2();
        let (left, top) = self.px((f64::from(x) / count, f64::from(y) / count));
        (left, top, self.scale() / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (f64, f64) = (600.0, 400.0);

    fn near((a, b): (f64, f64), (c, d): (f64, f64)) -> bool {
        (a - c).abs() < 1e-6 && (b - d).abs() < 1e-6
    }

    #[test]
    fn places_become_points_and_come_back() {
        assert!(near(point((0.0, 0.0)), (0.5, 0.5)));
        for at in [(52.5, 13.4), (-33.9, 151.2), (80.0, -179.0)] {
            assert!(near(place(point(at)), at), "{at:?}");
        }
        assert!(point((90.0, 0.0)).1.abs() < 1e-6, "the poles are far away, and cut off");
    }

    #[test]
    fn what_stands_under_the_pointer_stays_there() {
        let view = View::around([point((50.0, 8.0)), point((54.0, 14.0))], SIZE, ALONE_ZOOM);
        let about = (120.0, 333.0);
        let under = view.at(about);
        assert!(near(view.closer(2.5, about).px(under), about));
        assert!(near(view.moved((10.0, -4.0)).px(under), (130.0, 329.0)));
        assert!(near(view.at(view.px(under)), under));
    }

    #[test]
    fn what_is_shown_whole_is_within_the_edges() {
        let points = [point((50.0, 8.0)), point((54.0, 14.0)), point((51.0, 30.0))];
        let view = View::around(points, SIZE, ALONE_ZOOM);
        for at in points {
            let (x, y) = view.px(at);
            assert!((0.0..=600.0).contains(&x) && (0.0..=400.0).contains(&y), "{x} {y}");
        }
        assert_eq!(View::around([points[0]], SIZE, ALONE_ZOOM).zoom, ALONE_ZOOM);
        assert_eq!(View::around([], SIZE, ALONE_ZOOM), View::world(SIZE));
    }

    #[test]
    fn pictures_cover_what_is_seen_and_no_more_than_there_are() {
        let view = View::around([point((52.5, 13.4))], SIZE, ALONE_ZOOM);
        let pictures = view.pictures();
        assert!((4..=20).contains(&pictures.len()), "{}", pictures.len());
        let (left, top, _) = view.picture(pictures[0]);
        assert!(left <= 0.0 && top <= 0.0);
        let far = View { zoom: 0.0, ..View::world(SIZE) };
        assert_eq!(far.pictures(), [(0, 0, 0)]);
    }
}
