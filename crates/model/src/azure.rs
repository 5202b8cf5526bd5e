//! What devices say that were written against Microsoft's SDKs, read and written. No IO.
//!
//! They sign in with user names of their own form ([`UserName`]), use topics of their own ([`hub`], [`dps`]) and put
//! properties into them ([`bag`]). At the broker's edge, and only there, all that is translated into the native
//! protocol and back.

pub mod bag;
pub mod dps;
pub mod hub;
mod user_name;

pub use user_name::{HubName, UserName};
