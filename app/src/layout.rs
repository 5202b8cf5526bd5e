//! The frame around every page of someone who is signed in: navigation, breadcrumbs, palette.

mod account;
mod banners;
mod bell;
mod fuzzy;
mod navigation;
mod palette;
mod shell;

pub(crate) use banners::Banners;
pub(crate) use navigation::initials;
pub use shell::{Crumb, PageHead, Shell};
