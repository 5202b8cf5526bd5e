//! Data exports: their list with their destinations, the form with its preview, and the page of one with how it does.

mod destination;
mod editor;
mod list;
mod page;

pub use list::DataExportsPage;
pub use page::{DataExportPage, NewDataExportPage};

use crate::ui::Tag;
use leptos::prelude::*;
use model::data_export::Standing;

/// How an export stands.
#[component]
fn StandingMark(standing: Standing) -> impl IntoView {
    let bad = matches!(standing, Standing::Failing | Standing::Lagging);
    view! { <Tag bad=bad>{standing.label()}</Tag> }.into_any()
}

/// A time span in words.
fn span(ms: i64) -> String {
    match ms / 1000 {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7_200 => format!("{} min", seconds / 60),
        seconds @ ..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
