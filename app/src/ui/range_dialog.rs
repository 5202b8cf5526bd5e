//! The dialog in which somebody gives a time range of their own, in their zone.

use super::{Button, ButtonKind, Dialog, Field, Form, FormActions};
use crate::zone::{field_ms, field_text, use_clock};
use leptos::prelude::*;

/// A beginning and an end; closes when they are taken.
#[component]
pub fn RangeDialog(
    open: RwSignal<bool>,
    /// What stands there first, milliseconds since 1970.
    #[prop(into)]
    bounds: Callback<(), (i64, i64)>,
    /// Takes what was given, milliseconds since 1970; false: it is no range.
    #[prop(into)]
    choose: Callback<(i64, i64), bool>,
    /// What is said to what is no range.
    #[prop(default = "The end must lie after the beginning.")]
    wrong: &'static str,
) -> impl IntoView {
    view! {
        <Dialog open title="Custom time range">
            <RangeForm open bounds choose wrong />
        </Dialog>
    }
    .into_any()
}

#[component]
fn RangeForm(
    open: RwSignal<bool>,
    bounds: Callback<(), (i64, i64)>,
    choose: Callback<(i64, i64), bool>,
    wrong: &'static str,
) -> impl IntoView {
    let zone = use_clock().zone();
    let (from_ms, to_ms) = bounds.run(());
    let from = RwSignal::new(field_text(from_ms, &zone));
    let to = RwSignal::new(field_text(to_ms, &zone));
    let error = RwSignal::new(None::<String>);
    let zone = StoredValue::new(zone);
    let submit = move || {
        let read =
            |text: RwSignal<String>| zone.with_value(|zone| text.with_untracked(|text| field_ms(text, zone)));
        match read(from).zip(read(to)).is_some_and(|given| choose.run(given)) {
            true => open.set(false),
            false => error.set(Some(wrong.to_owned())),
        }
    };
    let where_ = zone.with_value(|zone| match zone.as_str() {
        "" => "Times are those of this browser.".to_owned(),
        zone => format!("Times are those of {zone}."),
    });
    view! {
        <Form on_submit=submit label="Custom time range">
            <Field label="From" name="from" kind="datetime-local" value=from autofocus=true />
            <Field label="To" name="to" kind="datetime-local" value=to error hint=where_ />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true>
                    "Show"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}
