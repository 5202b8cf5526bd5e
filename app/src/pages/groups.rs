//! Device groups: the list of them, and the page on which one is built by clicking.

mod builder;
mod chosen;
mod condition;
mod delete;
mod edit;
mod list;
mod preview;
mod tree;

pub use edit::{GroupPage, NewGroupPage};
pub use list::GroupsPage;
