//! Jobs: their list with those that begin by themselves, the form of a new one, and the page of one.

mod draft;
mod form;
mod list;
mod new;
mod one;
mod scheduled;

pub use list::JobsPage;
pub use new::NewJobPage;
pub use one::JobPage;

use crate::ui::Tag;
use leptos::prelude::*;
use model::job::{Job, JobState, TurnCounts};

/// Where a job stands, as a word.
#[component]
fn StateMark(job: Job) -> impl IntoView {
    let bad = job.state == JobState::Stopped || (job.state == JobState::Done && job.counts.failed > 0);
    let text = match (job.state, job.counts.failed) {
        (JobState::Done, failed) if failed > 0 => format!("Done, {failed} failed"),
        (state, _) => state.label().to_owned(),
    };
    view! { <Tag bad>{text}</Tag> }
}

/// How far it is.
#[component]
fn Progress(counts: TurnCounts) -> impl IntoView {
    let text = format!("{} of {} devices", counts.over(), counts.total());
    view! {
        <div class="progress-line">
            <progress max=counts.total().max(1).to_string() value=counts.over().to_string() aria-label=text.clone()></progress>
            <span>{text}</span>
        </div>
    }
}
