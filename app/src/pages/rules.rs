//! Rules: their list, and the page of one, with what it would have said of the past and why it fires or doesn't.

mod condition;
mod draft;
mod editor;
mod explained;
mod list;
mod page;
mod past;

pub use list::RulesPage;
pub use page::{NewRulePage, RulePage};
