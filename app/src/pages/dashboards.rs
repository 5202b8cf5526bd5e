//! Dashboards: the catalogue, and the page of one with its tiles.
//!
//! `/w/:workspace/dashboards` shows [`DashboardsPage`], `/w/:workspace/dashboards/:dashboard` shows [`DashboardPage`],
//! `/shared/:link` shows [`SharedDashboardPage`] to whoever has the link.

mod actions;
mod board;
mod catalogue;
mod device_view;
mod editor;
mod grid;
mod kiosk;
mod markdown;
mod more;
mod new;
mod notes;
mod page;
mod reports;
mod share;
mod shared;
mod span;
mod tile;
mod time_bar;
mod times;
mod travel;
mod variables;

pub use catalogue::DashboardsPage;
pub use device_view::DeviceView;
pub(crate) use more::save as save_file;
pub use page::DashboardPage;
pub use reports::ReportsPage;
pub use shared::SharedDashboardPage;

/// Height of a row of the grid, and the space between two, in CSS pixels. `dashboards.css` has the same numbers.
const ROW_PX: u32 = 44;
const GAP_PX: u32 = 12;

/// The height of so many rows, in CSS pixels.
fn height_px(rows: u16) -> u32 {
    u32::from(rows) * (ROW_PX + GAP_PX) - GAP_PX
}

/// The dashboard that the page is about, by what it is known: pictures are asked for by it.
#[derive(Clone)]
struct Here(String);

/// The address of a picture of the dashboard that the page is about.
fn picture_path(slug: &str, picture: &str) -> String {
    let Here(dashboard) = leptos::prelude::use_context().unwrap_or(Here(String::new()));
    format!("{}/pictures/{picture}", dashboard_path(slug, &dashboard))
}

/// The address of a dashboard.
fn dashboard_path(slug: &str, id: &str) -> String {
    format!("/w/{slug}/dashboards/{id}")
}
