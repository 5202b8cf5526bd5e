//! The dialog that saves what a device has sent as a CSV file: every value, stretches summed up, or whole messages.

mod choice;
mod saving;

use super::here::Here;
use crate::api::files::estimate_export;
use crate::ui::value::count;
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Checkbox, Dialog, Field, Form, FormActions, Glyph, Segmented,
    Select,
};
use choice::Choice;
pub(super) use choice::Kind;
use leptos::prelude::*;
use model::export::{Estimate, Function, Interval};
use model::permission::Permission;
use saving::Saving;

/// A button with the dialog behind it, for whoever may see raw data. `bounds`: the time that it begins with.
#[component]
pub(super) fn ExportButton(
    here: Here,
    #[prop(into)] names: Signal<Vec<String>>,
    #[prop(into)] bounds: Signal<(i64, i64)>,
    kind: Kind,
) -> impl IntoView {
    let may = super::here::may(Permission::ViewRawData);
    let open = RwSignal::new(false);
    view! {
        <Show when=move || may.get()>
            <Button icon=Glyph::Download on_click=move || open.set(true)>
                "Export…"
            </Button>
        </Show>
        <Dialog open title="Export as CSV">
            <ExportForm here names bounds kind open />
        </Dialog>
    }
    .into_any()
}

#[component]
fn ExportForm(
    here: Here,
    names: Signal<Vec<String>>,
    bounds: Signal<(i64, i64)>,
    kind: Kind,
    open: RwSignal<bool>,
) -> impl IntoView {
    let choice = Choice::new(here, names.get_untracked(), bounds.get_untracked(), kind);
    let saving = Saving::new();
    let estimate = estimated(here, choice);
    let error = RwSignal::new(None::<String>);
    let submit = move || match choice.address() {
        Ok(address) => {
            error.set(None);
            let rows = estimate.get_untracked().map(|e| e.rows);
            saving.begin(address, choice.file_name(), rows, open);
        }
        Err(why) => error.set(Some(why)),
    };
    let is_raw = Memo::new(move |_| choice.kind() == Kind::Raw);
    let is_summed = Memo::new(move |_| choice.kind() == Kind::Summed);
    let kinds = vec![
        ("every".to_owned(), "Every value".to_owned()),
        ("summed".to_owned(), "Summed up".to_owned()),
        ("raw".to_owned(), "Messages".to_owned()),
    ];
    let intervals: Vec<(String, String)> =
        Interval::OFFERED.iter().map(|(word, text)| ((*word).to_owned(), (*text).to_owned())).collect();
    let layouts = vec![
        ("wide".to_owned(), "A column a value".to_owned()),
        ("long".to_owned(), "A row a value".to_owned()),
    ];
    let zone = untrack(|| choice.zone());
    let times = vec![
        ("utc".to_owned(), "UTC".to_owned()),
        ("zone".to_owned(), if zone.is_empty() { "Your zone".to_owned() } else { zone }),
    ];
    view! {
        <Form on_submit=submit label="Export as CSV">
            <Segmented value=choice.what options=kinds label="What" />
            <div class="form-pair">
                <Field label="From" name="export-from" kind="datetime-local" value=choice.from />
                <Field label="To" name="export-to" kind="datetime-local" value=choice.to error />
            </div>
            <Show when=move || !is_raw.get()>
                <fieldset class="choices">
                    <legend>"Values"</legend>
                    {choice
                        .names
                        .get_value()
                        .into_iter()
                        .map(|(name, chosen)| {
                            let words = here.words(&name).0;
                            view! { <Checkbox label=words name=format!("export-{name}") value=chosen /> }
                        })
                        .collect_view()}
                </fieldset>
            </Show>
            <Show when=move || is_summed.get()>
                <Select label="Each" name="export-interval" value=choice.interval options=intervals.clone() />
                <fieldset class="choices">
                    <legend>"What of it"</legend>
                    {Function::ALL
                        .into_iter()
                        .zip(choice.functions)
                        .map(|(function, chosen)| {
                            view! {
                                <Checkbox
                                    label=function.as_str()
                                    name=format!("export-{}", function.as_str())
                                    value=chosen
                                />
                            }
                        })
                        .collect_view()}
                </fieldset>
            </Show>
            <div class="form-pair">
                <Show when=move || !is_raw.get()>
                    <Select label="Rows" name="export-layout" value=choice.layout options=layouts.clone() />
                </Show>
                <Select label="Times" name="export-times" value=choice.times options=times />
            </div>
            <p class="hint" role="status">
                {move || estimate.get().map_or_else(|| "Counting…".to_owned(), said)}
            </p>
            {move || {
                saving.problem.get().map(|problem| view! { <Banner kind=BannerKind::Bad>{problem}</Banner> })
            }}
            {move || {
                saving
                    .rows
                    .get()
                    .map(|rows| {
                        let most = estimate.get().map_or(rows, |e| e.rows.max(rows)).max(1);
                        view! {
                            <div class="progress-line" role="status">
                                <progress max=most.to_string() value=rows.to_string()></progress>
                                <span>{format!("{} rows", count(rows))}</span>
                            </div>
                        }
                    })
            }}
            <FormActions>
                <Button on_click=move || {
                    saving.stop();
                    open.set(false);
                }>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true icon=Glyph::Download busy=saving.busy>
                    "Download"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

fn said(estimate: Estimate) -> String {
    match estimate.rows {
        0 => "Nothing was sent in that time.".to_owned(),
        rows => format!("About {} rows.", count(rows)),
    }
}

/// How large the file will be, asked again when something is chosen that changes it.
fn estimated(here: Here, choice: Choice) -> RwSignal<Option<Estimate>> {
    let estimate = RwSignal::new(None);
    let newest = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let ask = choice.ask(&here.id());
        let mine = newest.get_value().wrapping_add(1);
        newest.set_value(mine);
        let Ok(ask) = ask else { return };
        let answer = estimate_export(here.slug(), ask);
        leptos::task::spawn_local(async move {
            if let Ok(found) = answer.await
                && newest.try_get_value() == Some(mine)
            {
                _ = estimate.try_set(Some(found));
            }
        });
    });
    estimate
}
