//! What a report is to be: name, format, range, when, to whom.

use super::Desk;
use crate::api::reports::{create_report, update_report};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Field, Form, FormActions, Segmented, Select, TextArea, use_toasts};
use crate::zone::use_clock;
use leptos::prelude::*;
use model::Problem;
use model::dashboard::{RANGE, RANGES};
use model::report::{DAYS, Every, Format, NewReport, Report, When};

#[component]
pub(super) fn ReportForm(desk: Desk, report: Option<Report>, name: String) -> impl IntoView {
    let (attempt, toasts, clock) = (Attempt::new(), use_toasts(), use_clock());
    let id = report.as_ref().map(|report| report.id);
    let wanted = report.map(|report| report.wanted).unwrap_or_else(|| NewReport {
        name,
        format: Format::Pdf,
        range: RANGE.into(),
        when: When { on: Every::Week { day: 1 }, minute: 7 * 60, zone: clock.zone() },
        recipients: Vec::new(),
        paused: false,
    });
    let text = |text: &str| RwSignal::new(text.to_owned());
    let fields = Fields {
        name: text(&wanted.name),
        format: text(wanted.format.as_str()),
        range: text(&wanted.range),
        every: text(match wanted.when.on {
            Every::Day => "day",
            Every::Week { .. } => "week",
            Every::Month { .. } => "month",
        }),
        weekday: text(&match wanted.when.on {
            Every::Week { day } => day.to_string(),
            _ => "1".into(),
        }),
        day: text(&match wanted.when.on {
            Every::Month { day } => day.to_string(),
            _ => "1".into(),
        }),
        time: text(&format!("{:02}:{:02}", wanted.when.minute / 60, wanted.when.minute % 60)),
        zone: text(&wanted.when.zone),
        recipients: text(&wanted.recipients.join("\n")),
        paused: wanted.paused,
    };
    let submit = move || {
        let new = fields.read();
        let checked = new.clone().and_then(|new| new.checked()).map(|_| ());
        let (slug, dashboard) = (desk.slug.get_untracked(), desk.dashboard.get_untracked());
        let Ok(new) = new else {
            return attempt.run(checked, async { Ok(()) }, |()| {});
        };
        let call = async move {
            match id {
                Some(id) => update_report(slug, id, new).await,
                None => create_report(slug, dashboard, new).await,
            }
        };
        attempt.run(checked, call, move |_| {
            toasts.ok("The report is set.");
            desk.wish.set(None);
            desk.reload.run(());
        });
    };
    let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
        all.iter().map(|(word, label)| ((*word).to_owned(), (*label).to_owned())).collect()
    };
    let formats: Vec<(&str, &str)> = Format::ALL.map(|format| (format.as_str(), format.label())).to_vec();
    let weekdays: Vec<(String, String)> =
        DAYS.iter().enumerate().map(|(i, day)| ((i + 1).to_string(), (*day).to_owned())).collect();
    let is = move |word: &'static str| fields.every.with(|every| every == word);
    view! {
        <Form on_submit=submit label="Report">
            <Field label="Name" name="name" autofocus=true value=fields.name error=attempt.error("name", fields.name)
                hint="It is the subject of the mails too." />
            <Segmented value=fields.format options=pairs(&formats) label="Format" />
            <Select label="Range" name="range" value=fields.range options=Signal::stored(pairs(&RANGES))
                error=attempt.error("range", fields.range) />
            <Segmented value=fields.every options=pairs(&[("day", "Daily"), ("week", "Weekly"), ("month", "Monthly")]) label="How often" />
            <Show when=move || is("week")>
                <Select label="On" name="weekday" value=fields.weekday options=Signal::stored(weekdays.clone()) />
            </Show>
            <Show when=move || is("month")>
                <Field label="On day" name="day" kind="number" value=fields.day error=attempt.error("when", fields.day)
                    hint="In a shorter month, its last day." />
            </Show>
            <Field label="At" name="time" kind="time" value=fields.time error=attempt.error("time", fields.time) />
            <Field label="Time zone" name="zone" value=fields.zone error=attempt.error("zone", fields.zone)
                hint="As Europe/Berlin. Ranges by the calendar go by it too." />
            <TextArea label="To" name="recipients" value=fields.recipients rows=3 error=attempt.error("recipients", fields.recipients)
                hint="Addresses, one a line. They need no account." />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || desk.wish.set(None)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    {if id.is_some() { "Save" } else { "Make the report" }}
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// What stands in the form.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    format: RwSignal<String>,
    range: RwSignal<String>,
    every: RwSignal<String>,
    weekday: RwSignal<String>,
    day: RwSignal<String>,
    time: RwSignal<String>,
    zone: RwSignal<String>,
    recipients: RwSignal<String>,
    paused: bool,
}

impl Fields {
    fn read(self) -> Result<NewReport, Problem> {
        let number = |field: RwSignal<String>| field.get_untracked().trim().parse::<u8>().unwrap_or_default();
        let time = self.time.get_untracked();
        let minute = time.split_once(':').and_then(|(hour, rest)| {
            let (hour, minute) = (hour.parse::<u16>().ok()?, rest.get(..2)?.parse::<u16>().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        });
        let minute =
            minute.ok_or_else(|| Problem::field(model::Code::Invalid, "time", "A time like 07:30."))?;
        Ok(NewReport {
            name: self.name.get_untracked(),
            format: Format::from_word(&self.format.get_untracked()).unwrap_or_default(),
            range: self.range.get_untracked(),
            when: When {
                on: match self.every.get_untracked().as_str() {
                    "week" => Every::Week { day: number(self.weekday) },
                    "month" => Every::Month { day: number(self.day) },
                    _ => Every::Day,
                },
                minute,
                zone: self.zone.get_untracked().trim().to_owned(),
            },
            recipients: self
                .recipients
                .get_untracked()
                .split(['\n', ',', ';'])
                .map(|one| one.trim().to_owned())
                .filter(|one| !one.is_empty())
                .collect(),
            paused: self.paused,
        })
    }
}
