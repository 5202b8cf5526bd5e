//! Devices: the list, and the page of one with its tabs.
//!
//! Two routes lead here: `/w/:workspace/devices` shows [`DevicesPage`], and `/w/:workspace/devices/:device/:tab?`
//! shows [`DevicePage`] for every tab, so that going from tab to tab keeps the header and its live mark.

mod alarms;
mod block;
mod children;
pub mod commands;
mod connect;
mod content;
mod delete;
mod edit;
mod export;
mod files;
mod from_device;
mod here;
mod list;
mod log;
mod moving;
mod new;
mod overview;
mod page;
mod properties;
mod range;
mod raw;
mod running;
mod simulation;

pub(crate) use here::{device_path, may};
pub use list::DevicesPage;
pub use page::DevicePage;
pub(crate) use properties::DeviceProperties;
pub(crate) use running::CommandButton;
