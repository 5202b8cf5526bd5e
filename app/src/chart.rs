//! Charts: `plotters` draws, a layer above it answers the pointer and the keyboard.
//!
//! One drawing function serves the browser's canvas and the server's SVG. Where things stand is decided once, in a
//! `Plot`, so that the layer's crosshair meets the drawn line to the pixel.

mod canvas;
mod draw;
mod export;
#[cfg(feature = "hydrate")]
mod fine;
mod inks;
mod layer;
mod legend;
mod line_chart;
mod plot;
mod readout;
mod scale;
mod svg;
mod table;
mod threshold;
mod ticks;

pub(crate) use canvas::use_width;
pub use export::ChartHandle;
pub use line_chart::{LineChart, LineLabel};
pub use plot::{ChartNote, ChartStyle};
pub use readout::provide_shared_cursor;
pub use svg::svg;
pub use threshold::Across;
