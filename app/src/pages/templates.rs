//! Device templates: their list, the page that makes one, and the page of one.

mod capabilities;
mod capability_form;
mod delete;
mod field_name;
mod issues;
mod json_view;
mod list;
mod new;
mod page;
mod parts;
mod publish;
mod type_form;
mod versions;
mod views;
mod work;

pub use list::TemplatesPage;
pub use new::NewTemplatePage;
pub use page::TemplatePage;
