//! The Children tab: the gateway that the device stands behind, and the devices behind it.

use super::here::{Here, device_path, may};
use crate::api::relationships::{attach_child, detach_child};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::value::count;
use crate::ui::{
    Button, ButtonKind, Card, Confirm, EmptyState, Field, Form, FormActions, Glyph, LiveMark, TableFrame,
    Tag, use_toasts,
};
use leptos::prelude::*;
use model::device::Device;
use model::permission::Permission;
use model::relationship::{Family, NewRelationship, Relationship};

/// The tab; `again` asks anew when something was changed.
#[component]
pub(super) fn Children(here: Here, family: Family, again: Callback<()>) -> impl IntoView {
    let may_manage = may(Permission::ManageDevices);
    let Family { parent, children } = family;
    let slug = here.slug();
    let above = parent.map(|parent| {
        let href = device_path(&slug, &parent.external_id, "children");
        view! {
            <p class="table-note">"Stands behind the gateway " <a href=href>{parent.name}</a> "."</p>
        }
    });
    let leaving = RwSignal::new(None::<(String, String)>);
    let list = if children.is_empty() {
        let text = "A gateway speaks for devices that can't connect by themselves. Put them behind it here, or let them name it when they enrol.";
        view! { <EmptyState icon=Glyph::Plug title="No devices behind this one" text=text /> }.into_any()
    } else {
        let said = match children.len() {
            1 => "1 device stands behind this one.".to_owned(),
            n => format!("{} devices stand behind this one.", count(n as i64)),
        };
        let rows = children.into_iter().map(|(of, child)| row(&slug, of, child, may_manage, leaving));
        let rows = rows.collect_view();
        view! {
            <p class="table-note">{said}</p>
            <TableFrame label="Devices behind this one" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Device"</th>
                        <th scope="col">"Template"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Relationship"</th>
                        <th scope="col"></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
        .into_any()
    };
    view! {
        <Card padded=false>{above} {list}</Card>
        <Show when=move || may_manage.get()>
            <Attach here again />
        </Show>
        <Detach here leaving again />
    }
    .into_any()
}

fn row(
    slug: &str,
    of: Relationship,
    child: Device,
    may_manage: Signal<bool>,
    leaving: RwSignal<Option<(String, String)>>,
) -> impl IntoView + use<> {
    let href = device_path(slug, &child.external_id, "");
    let asked = StoredValue::new((of.id, child.name.clone()));
    let last_ms = RwSignal::new(child.last_seen_ms);
    view! {
        <tr>
            <td data-label="Device">
                <a href=href>{child.name}</a> " " <span class="mono hint">{child.external_id}</span>
                {child.blocked.then(|| view! { " " <Tag bad=true>"blocked"</Tag> })}
                {child.simulated.then(|| view! { " " <Tag dashed=true>"simulated"</Tag> })}
            </td>
            <td data-label="Template">{child.template.map(|(_, name)| name)}</td>
            <td data-label="Status">
                <LiveMark last_ms />
            </td>
            <td data-label="Relationship">{of.name}</td>
            <td>
                <Show when=move || may_manage.get()>
                    <Button on_click=move || leaving.set(Some(asked.get_value()))>"Detach…"</Button>
                </Show>
            </td>
        </tr>
    }
}

/// Puts another one behind it.
#[component]
fn Attach(here: Here, again: Callback<()>) -> impl IntoView {
    let attempt = Attempt::new();
    let toasts = use_toasts();
    let (child, name) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move || {
        let new =
            NewRelationship { id: String::new(), name: name.get_untracked(), child: child.get_untracked() };
        let checked = new.clone().checked().map(|_| ());
        attempt.run(checked, attach_child(here.slug(), here.id(), new), move |made| {
            toasts.ok(format!("“{}” stands behind this device now.", made.child));
            again.run(());
        });
    };
    view! {
        <Card title=Signal::stored("Put a device behind this one".to_owned())>
            <Form on_submit=submit label="Put a device behind this one">
                <div class="form-pair">
                    <Field
                        label="Device id"
                        name="child"
                        value=child
                        error=attempt.error("child", child)
                        autocomplete="off"
                        mono=true
                    />
                    <Field
                        label="Relationship"
                        name="name"
                        value=name
                        error=attempt.error("name", name)
                        hint="As the gateway's template calls it. Empty: children."
                        autocomplete="off"
                    />
                </div>
                <Refusal attempt />
                <FormActions>
                    <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                        "Attach"
                    </Button>
                </FormActions>
            </Form>
        </Card>
    }
    .into_any()
}

/// Asks before one is taken from behind it.
#[component]
fn Detach(here: Here, leaving: RwSignal<Option<(String, String)>>, again: Callback<()>) -> impl IntoView {
    let toasts = use_toasts();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| {
        if leaving.with(Option::is_some) {
            open.set(true);
        }
    });
    let title = Signal::derive(move || {
        leaving.with(|one| one.as_ref().map(|(_, name)| format!("Detach “{name}”?")).unwrap_or_default())
    });
    let detach = move |()| {
        let Some((relationship, _)) = leaving.get_untracked() else { return };
        busy.set(true);
        let answer = detach_child(here.slug(), here.id(), relationship);
        leptos::task::spawn_local(async move {
            match answer.await {
                Ok(()) => {
                    _ = open.try_set(false);
                    _ = leaving.try_set(None);
                    again.run(());
                }
                Err(error) => toasts.bad(&error.0),
            }
            _ = busy.try_set(false);
        });
    };
    view! {
        <Confirm open title action="Detach" on_confirm=detach busy>
            <p>"Both devices stay, with all that they sent. Only what ties them together goes."</p>
        </Confirm>
    }
    .into_any()
}
