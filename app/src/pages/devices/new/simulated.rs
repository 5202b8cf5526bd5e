//! Simulated devices in the dialog: how many, how often they send, and how far their making is.

use crate::api::AppError;
use crate::api::simulations::create_simulated_devices;
use crate::pages::attempt::Attempt;
use crate::ui::Field;
use crate::ui::value::count as shown;
use leptos::prelude::*;
use model::device::NewDevice;
use model::simulation::{self, EVERY_MS, NewSimulated, STEP_MAX};
use model::{Code, Problem};

/// Most devices that are made by one press of the button.
const MOST: u32 = 10_000;

/// How many are wanted, and how far their making is.
#[derive(Clone, Copy)]
pub(super) struct Many {
    number: RwSignal<String>,
    seconds: RwSignal<String>,
    /// How many are there of how many, while they are being made.
    made: RwSignal<Option<(u32, u32)>>,
    stopped: RwSignal<bool>,
}

impl Many {
    pub(super) fn new() -> Many {
        Many {
            number: RwSignal::new("1".to_owned()),
            seconds: RwSignal::new((EVERY_MS / 1000).to_string()),
            made: RwSignal::new(None),
            stopped: RwSignal::new(false),
        }
    }

    /// Whether more than one is wanted.
    pub(super) fn several(self) -> bool {
        self.number.with(|n| n.trim().parse::<u32>().is_ok_and(|n| n > 1))
    }

    /// How many, and how often each sends, in milliseconds.
    pub(super) fn wanted(self) -> Result<(u32, u32), Problem> {
        let number = self.number.with_untracked(|n| n.trim().parse::<u32>());
        let number = number.ok().filter(|n| (1..=MOST).contains(n)).ok_or_else(|| {
            Problem::field(
                Code::Invalid,
                "count",
                format!("A whole number from 1 to {}.", shown(MOST.into())),
            )
        })?;
        let seconds = self.seconds.with_untracked(|s| s.trim().parse::<f64>()).unwrap_or(0.0);
        // Too large and too small alike become what is refused with what is allowed.
        let every = simulation::every((seconds * 1000.0).round() as u32);
        let every = every.map_err(|why| Problem::field(Code::Invalid, "every_ms", why))?;
        Ok((number, every))
    }

    /// What can be said of several before any is made.
    pub(super) fn check(self, form: &NewDevice) -> Result<(), Problem> {
        let Some(template) = form.template else {
            let text = "Choose one: it says what the devices send.";
            return Err(Problem::field(Code::Invalid, "template", text));
        };
        step(form, template, 1, EVERY_MS).checked().map(|_| ()).map_err(|mut problem| {
            // What several ids begin with stands in the field of the one id.
            problem
                .fields
                .iter_mut()
                .filter(|f| f.field == "prefix")
                .for_each(|f| f.field = "external_id".into());
            problem
        })
    }

    /// Makes them step by step; answers how many there are when they are all made or somebody stopped it.
    pub(super) async fn make(
        self,
        workspace: String,
        form: NewDevice,
        number: u32,
        every_ms: u32,
    ) -> Result<u32, AppError> {
        let Some(template) = form.template else { return Ok(0) };
        let mut made = 0;
        _ = self.stopped.try_set(false);
        while made < number && !self.stopped.try_get_untracked().unwrap_or(true) {
            _ = self.made.try_set(Some((made, number)));
            let next = step(&form, template, (number - made).min(STEP_MAX), every_ms);
            match create_simulated_devices(workspace.clone(), next).await {
                Ok(ids) => made += u32::try_from(ids.len()).unwrap_or(0).max(1),
                Err(AppError(mut problem)) => {
                    _ = self.made.try_set(None);
                    if made > 0 {
                        let why = problem.sentence().to_owned();
                        problem.detail = Some(format!("{} devices are made. {why}", shown(made.into())));
                    }
                    return Err(AppError(problem));
                }
            }
        }
        _ = self.made.try_set(None);
        Ok(made)
    }

    /// Makes no more; those that are there stay.
    pub(super) fn stop(self) {
        self.stopped.set(true);
    }
}

fn step(form: &NewDevice, template: model::TemplateId, count: u32, every_ms: u32) -> NewSimulated {
    NewSimulated { template, count, prefix: form.external_id.clone(), name: form.name.clone(), every_ms }
}

/// The fields, and how far it is.
#[component]
pub(super) fn SimulatedFields(many: Many, attempt: Attempt) -> impl IntoView {
    view! {
        <Field
            label="How many"
            name="count"
            value=many.number
            error=attempt.error("count", many.number)
            hint="Several get numbers behind name and id."
            kind="number"
        />
        <Field
            label="Seconds between messages"
            name="every_ms"
            value=many.seconds
            error=attempt.error("every_ms", many.seconds)
            kind="number"
        />
        {move || {
            many.made
                .get()
                .map(|(made, of)| {
                    view! {
                        <div class="progress-line" role="status">
                            <progress max=of.to_string() value=made.to_string()></progress>
                            <span>{format!("{} of {} made", shown(made.into()), shown(of.into()))}</span>
                        </div>
                    }
                })
        }}
    }
    .into_any()
}
