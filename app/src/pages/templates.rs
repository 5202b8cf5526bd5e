//! Device templates: their list, and the page that makes or changes one.

mod delete;
mod draft;
mod editor;
mod field_name;
mod leave;
mod list;
mod page;
mod read_only;
mod rows;

pub use list::TemplatesPage;
pub use page::{NewTemplatePage, TemplatePage};
