//! From values to pixels and back.

/// Maps a range of times onto the width, and a range of values onto the height, of a rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// The rectangle within the chart.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Left and right edge, milliseconds since 1970.
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    /// Bottom and top edge.
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Scale {
    pub(super) fn x(&self, at_ms: i64) -> f64 {
        let span = (self.to_ms - self.from_ms).max(1) as f64;
        self.left + (at_ms - self.from_ms) as f64 / span * (self.right - self.left)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        let part = if span > 0.0 { (value - self.low) / span } else { 0.5 };
        self.bottom - part * (self.bottom - self.top)
    }

    /// How long a pixel is, in milliseconds.
    pub(super) fn ms_a_pixel(&self) -> f64 {
        (self.to_ms - self.from_ms) as f64 / (self.right - self.left).max(1.0)
    }

    /// The value at this pixel, kept within the range.
    pub(super) fn value_at(&self, y: f64) -> f64 {
        let part = ((self.bottom - y) / (self.bottom - self.top).max(1.0)).clamp(0.0, 1.0);
        self.low + part * (self.high - self.low)
    }

    /// The time at this pixel, kept within the range.
    pub(super) fn time_at(&self, x: f64) -> i64 {
        let part = ((x - self.left) / (self.right - self.left).max(1.0)).clamp(0.0, 1.0);
        self.from_ms + (part * (self.to_ms - self.from_ms) as f64).round() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let scale = Scale {
            left: 40.0,
            right: 140.0,
            top: 10.0,
            bottom: 60.0,
            from_ms: 1000,
            to_ms: 2000,
            low: 0.0,
            high: 10.0,
        };
        assert_eq!(scale.x(1500), 90.0);
        assert_eq!(scale.time_at(90.0), 1500);
        assert_eq!(scale.time_at(-5.0), 1000);
        assert_eq!(scale.y(0.0), 60.0);
        assert_eq!(scale.y(10.0), 10.0);
        assert_eq!((scale.value_at(35.0), scale.value_at(-5.0)), (5.0, 10.0));
    }
}
