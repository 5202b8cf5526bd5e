//! A backend that says it is larger than it is: `plotters` cuts shapes off at the size that it is told.

use super::draw::UNITS;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

type Drawn<B> = Result<(), DrawingErrorKind<<B as DrawingBackend>::ErrorType>>;

/// A backend whose context is scaled down by [`UNITS`], so that it takes coordinates in units.
pub(super) struct Fine<B> {
    inner: B,
    size: (u32, u32),
}

impl<B: DrawingBackend> Fine<B> {
    /// `width` and `height` in CSS pixels.
    pub(super) fn new(inner: B, width: f64, height: f64) -> Fine<B> {
        Fine { inner, size: ((width * UNITS).round() as u32, (height * UNITS).round() as u32) }
    }
}

impl<B: DrawingBackend> DrawingBackend for Fine<B> {
    type ErrorType = B::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn<B> {
        self.inner.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<B> {
        self.inner.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Drawn<B> {
        self.inner.draw_pixel(at, colour)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn<B> {
        self.inner.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn<B> {
        self.inner.draw_circle(centre, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        outline: I,
        style: &S,
    ) -> Drawn<B> {
        self.inner.fill_polygon(outline, style)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn<B> {
        self.inner.draw_text(text, style, at)
    }
}
