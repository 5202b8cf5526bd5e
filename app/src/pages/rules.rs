//! Rules: their list, and the page of one, with what it would have said of the past and why it fires or doesn't.

mod action_draft;
mod action_row;
mod action_runs;
mod condition;
mod draft;
mod editor;
mod explained;
mod levels;
mod list;
mod page;
mod past;

pub use action_row::StateMark;
pub use action_runs::kind_label;
pub use list::RulesPage;
pub use page::{NewRulePage, RulePage};
