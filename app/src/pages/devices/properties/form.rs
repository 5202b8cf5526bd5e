//! The form: the properties of the device and of its components, and one button that saves what was changed.

use super::super::here::{Whose, may};
use super::row::{PropertyRow, Row};
use crate::api::AppError;
use crate::api::twin::change_properties;
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Card, Form, FormActions, use_toasts};
use leptos::prelude::*;
use model::check::Check;
use model::permission::Permission;
use model::twin::{Properties, TwinView};
use serde_json::{Map, Value};
use std::sync::Arc;

/// All that the template knows.
#[component]
pub(super) fn PropertiesForm(whose: Whose, view: RwSignal<TwinView>) -> impl IntoView {
    let attempt = Attempt::new();
    let toasts = use_toasts();
    let may_manage = may(Permission::ManageDevices);
    let rows: Arc<Vec<Row>> = Arc::new(view.with_untracked(|view| {
        view.capabilities.iter().map(|capability| Row::new(capability.clone(), &view.twin)).collect()
    }));
    let following = rows.clone();
    Effect::watch(
        move || view.get(),
        move |view, _, _| following.iter().for_each(|row| row.follow(&view.twin)),
        false,
    );
    let submitted = rows.clone();
    let submit = move || {
        let mut check = Check::default();
        let patch = view.with_untracked(|view| patch(&submitted, view, &mut check));
        let checked = check.done();
        if checked.is_ok() && patch.is_empty() {
            return toasts.ok("Nothing was changed.");
        }
        attempt.run(checked, save(whose, patch), move |fresh| {
            _ = view.try_set(fresh);
            toasts.ok("Saved. Watch whether the device accepts it.");
        });
    };
    let changeable = rows.iter().any(|row| row.is_changeable());
    view! {
        <Form on_submit=submit label="Properties">
            <div class="cards">{groups(&rows, view, attempt, may_manage)}</div>
            {changeable
                .then(|| {
                    view! {
                        <Show when=move || may_manage.get()>
                            <Refusal attempt />
                            <FormActions>
                                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                                    "Save"
                                </Button>
                            </FormActions>
                        </Show>
                    }
                })}
        </Form>
    }
    .into_any()
}

/// A card for the device itself, one a component, and one for what only the cloud knows.
fn groups(
    rows: &Arc<Vec<Row>>,
    view: RwSignal<TwinView>,
    attempt: Attempt,
    may_manage: Signal<bool>,
) -> impl IntoView + use<> {
    let components = view.with_untracked(|view| view.components.clone());
    let named =
        components.into_iter().map(|component| (component.name.clone(), component.display_name, false));
    let own = ("Properties".to_owned(), "Cloud properties".to_owned());
    let all = [(String::new(), own.0, false)].into_iter().chain(named).chain([(String::new(), own.1, true)]);
    all.filter_map(|(component, title, cloud)| {
        let of: Vec<Row> = rows
            .iter()
            .filter(|row| row.capability.component == component && row.capability.cloud == cloud)
            .cloned()
            .collect();
        (!of.is_empty()).then(|| {
            let note = if cloud { "Kept here; the device never hears of them" } else { "" };
            view! {
                <Card title=Signal::stored(title) note=Signal::stored(note.to_owned())>
                    <div class="properties">
                        {of
                            .into_iter()
                            .map(|row| view! { <PropertyRow row view attempt may_manage /> })
                            .collect_view()}
                    </div>
                </Card>
            }
        })
    })
    .collect_view()
}

/// What was changed, as a merge patch; what can't be read is noted by field.
fn patch(rows: &[Row], view: &TwinView, check: &mut Check) -> Properties {
    let mut patch = Properties::new();
    for row in rows.iter().filter(|row| row.is_changeable()) {
        match row.change(&view.twin) {
            Ok(None) => {}
            Ok(Some(value)) => {
                let name = row.capability.name.clone();
                match row.capability.component.as_str() {
                    "" => drop(patch.insert(name, value)),
                    component => {
                        let inner = patch.entry(component).or_insert_with(|| Value::Object(Map::new()));
                        if let Value::Object(inner) = inner {
                            inner.insert(name, value);
                        }
                    }
                }
            }
            Err(wrong) => {
                for (leaf, why) in wrong {
                    check.that(false, &row.leaf_key(leaf), why);
                }
            }
        }
    }
    patch
}

async fn save(whose: Whose, values: Properties) -> Result<TwinView, AppError> {
    change_properties(whose.slug(), whose.id(), String::new(), values).await
}
