//! Maps: markers, ways and areas on the ground that is built in, or on the pictures of a map server.
//!
//! The world is a square from 0 to 1, as Web Mercator draws it. Where things stand is decided in `view`, which knows no
//! browser; the parts above it draw.

mod area;
mod cluster;
mod fence;
mod ground;
mod marks;
mod shown;
mod view;

pub use fence::FenceMap;
pub use shown::Map;

/// Something that stands on a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// What tells it apart.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// What else there is to say of it, a line each.
    pub notes: Vec<String>,
    /// Degrees north and east.
    pub at: (f64, f64),
    /// The word of its colour: `plain`, `good`, `warning` or `bad`.
    pub mood: &'static str,
    /// Where it leads.
    pub href: Option<String>,
}

/// Where something was, the oldest first: degrees north and east.
pub type Way = Vec<(f64, f64)>;
