//! A form's way to the server and back: busy while it runs, the problems beside their fields when it fails, the
//! rest of the form untouched.

use crate::api::AppError;
use crate::ui::form::focus_first_error;
use crate::ui::{Banner, BannerKind};
use leptos::prelude::*;
use model::{Code, Problem};

/// One form's attempts.
#[derive(Clone, Copy)]
pub struct Attempt {
    problem: RwSignal<Option<Problem>>,
    busy: RwSignal<bool>,
}

impl Default for Attempt {
    fn default() -> Self {
        Attempt { problem: RwSignal::new(None), busy: RwSignal::new(false) }
    }
}

impl Attempt {
    /// A form that hasn't been tried yet.
    pub fn new() -> Self {
        Attempt::default()
    }

    /// Whether an attempt is on its way.
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// What is said beside a field. It goes when the field's `value` changes: then it is no longer true.
    pub fn error(self, field: &'static str, value: RwSignal<String>) -> Signal<Option<String>> {
        Effect::watch(move || value.track(), move |(), _, _| self.forget(field), false);
        Signal::derive(move || self.problem.with(|p| p.as_ref()?.of_field(field).map(str::to_owned)))
    }

    /// The problem of the last attempt, where it failed.
    pub fn problem(self) -> Signal<Option<Problem>> {
        self.problem.into()
    }

    /// Runs the attempt unless one is on its way: `check` first, then `call`; `done` gets what it answers.
    pub fn run<T: 'static>(
        self,
        check: Result<(), Problem>,
        call: impl Future<Output = Result<T, AppError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.problem.set(check.err());
        if self.problem.with_untracked(Option::is_some) {
            return focus_first_error();
        }
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = call.await;
            // The form may be gone by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(value) => done(value),
                Err(AppError(problem)) => {
                    _ = self.problem.try_set(Some(problem));
                    focus_first_error();
                }
            }
        });
    }

    /// What was said beside a field is no longer true.
    pub fn forget(self, field: &str) {
        let there = self.problem.with_untracked(|p| p.as_ref().is_some_and(|p| p.of_field(field).is_some()));
        if there {
            self.problem.update(|problem| {
                if let Some(p) = problem {
                    p.fields.retain(|f| f.field != field);
                }
            });
        }
    }
}

/// What an attempt failed for, where no field of the form says it: above the buttons.
#[component]
pub fn Refusal(attempt: Attempt) -> impl IntoView {
    let sentence = move || attempt.problem().get().and_then(|problem| elsewhere(&problem));
    move || sentence().map(|sentence| view! { <Banner kind=BannerKind::Bad>{sentence}</Banner> })
}

/// The sentence of a problem that isn't said beside a field already.
fn elsewhere(problem: &Problem) -> Option<String> {
    let beside_fields =
        !problem.fields.is_empty() || (problem.code == Code::Invalid && problem.detail.is_none());
    (!beside_fields || problem.detail.is_some()).then(|| problem.sentence().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_twice() {
        assert_eq!(elsewhere(&Problem::field(Code::Taken, "name", "Taken.")), None);
        assert_eq!(elsewhere(&Problem::new(Code::Invalid)), None);
        let wrong = Problem::new(Code::WrongCredentials);
        assert_eq!(elsewhere(&wrong).as_deref(), Some(Code::WrongCredentials.title()));
        let busy = Problem::with_detail(Code::TooMany, "Try again in a minute.");
        assert_eq!(elsewhere(&busy).as_deref(), Some("Try again in a minute."));
    }
}
