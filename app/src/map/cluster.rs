//! Markers that stand close together become one, with their number on it.

use super::view::{Point, View};
use std::collections::BTreeMap;

/// What stands within a square of this size becomes one, CSS pixels.
const CELL_PX: f64 = 44.0;
/// Most that are drawn: those next to the middle.
const DRAWN_MAX: usize = 400;

/// One marker, or several.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cluster {
    /// Where it stands.
    pub(super) at: Point,
    /// The places of its markers in their list.
    pub(super) of: Vec<usize>,
}

/// The clusters that are seen from here, or nearly.
pub(super) fn clusters(points: &[Point], view: &View) -> Vec<Cluster> {
    let (scale, (width, height)) = (view.scale(), view.size);
    let mut cells = BTreeMap::<(i64, i64), Cluster>::new();
    for (i, at) in points.iter().enumerate() {
        let (x, y) = view.px(*at);
        // Half a width beyond the edges, so that something is there when one pans.
        if x < -width / 2.0 || x > width * 1.5 || y < -height / 2.0 || y > height * 1.5 {
            continue;
        }
        // By the world, and not by the screen: panning leaves them as they are.
        let cell = ((at.0 * scale / CELL_PX).floor() as i64, (at.1 * scale / CELL_PX).floor() as i64);
        let cluster = cells.entry(cell).or_insert(Cluster { at: (0.0, 0.0), of: Vec::new() });
        let n = cluster.of.len() as f64;
        cluster.at = ((cluster.at.0 * n + at.0) / (n + 1.0), (cluster.at.1 * n + at.1) / (n + 1.0));
        cluster.of.push(i);
    }
    let mut all: Vec<Cluster> = cells.into_values().collect();
    if all.len() > DRAWN_MAX {
        let far = |c: &Cluster| (c.at.0 - view.middle.0).hypot(c.at.1 - view.middle.1);
        all.sort_by(|a, b| far(a).total_cmp(&far(b)));
        all.truncate(DRAWN_MAX);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::view::point;

    const SIZE: (f64, f64) = (600.0, 400.0);

    #[test]
    fn what_is_close_is_one_until_one_looks_closely() {
        let points = [point((52.50, 13.40)), point((52.5001, 13.4001)), point((48.1, 11.6))];
        let view = View::around(points, SIZE, 12.0);
        let found = clusters(&points, &view);
        assert_eq!(found.iter().map(|c| c.of.len()).sum::<usize>(), 3);
        assert_eq!(found.len(), 2);
        let two = found.iter().find(|c| c.of.len() == 2).unwrap();
        assert!((two.at.0 - points[0].0).abs() < 1e-6);
        let close = View { middle: points[0], zoom: 19.0, size: SIZE };
        assert_eq!(clusters(&points, &close).len(), 2, "those two apart, and the third is far away");
    }

    #[test]
    fn of_very_many_the_nearest_are_drawn() {
        let points: Vec<Point> =
            (0..5_000).map(|i| (f64::from(i % 100) / 100.0, f64::from(i / 100) / 50.0)).collect();
        let view = View { middle: (0.5, 0.5), zoom: 4.0, size: (4000.0, 4000.0) };
        assert_eq!(clusters(&points, &view).len(), DRAWN_MAX);
    }
}
