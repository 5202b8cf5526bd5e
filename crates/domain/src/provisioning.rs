//! How devices come to a workspace: groups by which they enrol without having been made by hand, enrolments of single
//! devices, approval, and what a device is told that asks where to connect.

pub mod approvals;
pub mod attestations;
pub mod authorities;
mod chain;
pub mod groups;
mod judge;
mod models;
pub mod refusals;
mod register;

pub(crate) use chain::{common_name, signed_by};
pub(crate) use judge::{Given, Things, Verdict, by_groups, by_own, by_own_keys, of_authority};
pub use models::connected_as;
pub use register::{Proof, Refusal, Registered, Registration, Status, register};
