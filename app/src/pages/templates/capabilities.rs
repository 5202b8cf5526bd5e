//! What a template's devices can do, grouped by the component or interface that has it.

use super::capability_form::CapabilityForm;
use super::work::Work;
use crate::ui::{Button, Card, Dialog, EmptyState, Glyph, IconButton, TableFrame, Tag};
use leptos::prelude::*;
use model::dtdl::{self, Capability, Kind};
use model::unit;

/// A heading with what stands below it.
#[derive(Clone, PartialEq)]
struct Group {
    title: String,
    note: String,
    /// Where its interface stands, if something can be added to it.
    interface_at: Option<String>,
    /// What can be taken away as a whole.
    part: Option<Removable>,
    capabilities: Vec<Capability>,
}

/// A part of the device as a whole.
#[derive(Clone, PartialEq)]
enum Removable {
    /// The component that stands there.
    Component(String),
    /// What is inherited from this interface.
    Inherited(String),
}

/// The groups, and the form that opens beside them.
#[component]
pub(super) fn Capabilities(work: Work) -> impl IntoView {
    let groups = Memo::new(move |_| groups(work));
    // What the form is about: a capability, or a new one for the interface at a place.
    let edited = RwSignal::new(None::<(String, Capability)>);
    let open = RwSignal::new(false);
    let edit = move |interface_at: String, capability: Capability| {
        edited.set(Some((interface_at, capability)));
        open.set(true);
    };
    let title = Signal::derive(move || {
        edited.with(|edited| match edited {
            Some((_, capability)) if !capability.at.is_empty() => format!("Edit “{}”", capability.label()),
            _ => "Add a capability".to_owned(),
        })
    });
    view! {
        {move || groups.get().into_iter().map(|group| view! { <GroupCard work group edit /> }).collect_view()}
        <Dialog open title wide=true>
            {move || {
                edited
                    .get()
                    .map(|(interface_at, capability)| view! { <CapabilityForm work open interface_at capability /> })
            }}
        </Dialog>
    }
    .into_any()
}

fn groups(work: Work) -> Vec<Group> {
    let document = work.document();
    let all = dtdl::capabilities(&document);
    let main = document.main();
    let main_id = main.as_ref().map(|main| main.id.to_owned()).unwrap_or_default();
    let of = |component: &str, interface: Option<&str>| -> Vec<Capability> {
        let wanted =
            |c: &&Capability| c.component == component && interface.is_none_or(|id| c.interface == id);
        all.iter().filter(wanted).cloned().collect()
    };
    let mut groups = vec![Group {
        title: "Capabilities".into(),
        note: main_id.clone(),
        interface_at: main.as_ref().map(|main| main.at.clone()),
        part: None,
        capabilities: of("", Some(&main_id)),
    }];
    // What an inherited interface has of parts is taken away there, or with it.
    let own_contents = main.as_ref().map(|main| format!("{}/contents", main.at));
    let own_parents: Vec<String> = main.as_ref().map(dtdl::parents).unwrap_or_default();
    let mut inherited: Vec<&str> = Vec::new();
    for capability in all.iter().filter(|c| c.component.is_empty() && c.interface != main_id) {
        if !inherited.contains(&capability.interface.as_str()) {
            inherited.push(&capability.interface);
        }
    }
    for id in inherited {
        groups.push(Group {
            title: "Inherited".into(),
            note: id.to_owned(),
            interface_at: document.interface(id).map(|interface| interface.at),
            part: own_parents.iter().any(|own| own == id).then(|| Removable::Inherited(id.to_owned())),
            capabilities: of("", Some(id)),
        });
    }
    for component in dtdl::components(&document) {
        groups.push(Group {
            title: format!("Component {}", component.display_name),
            note: format!("{} · {}", component.name, component.interface),
            interface_at: component.interface_at.clone(),
            part: own_contents
                .as_ref()
                .is_some_and(|own| component.at.starts_with(own))
                .then_some(Removable::Component(component.at)),
            capabilities: of(&component.name, None),
        });
    }
    groups
}

#[component]
fn GroupCard(
    work: Work,
    group: Group,
    edit: impl Fn(String, Capability) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let Group { title, note, interface_at, part, capabilities } = group;
    let remove_label = StoredValue::new(format!("Remove {}", note.split(" · ").next().unwrap_or_default()));
    let removed = note.clone();
    let part = StoredValue::new(part);
    let removable = part.with_value(Option::is_some);
    let remove = Callback::new(move |()| {
        let before = work.document_now();
        let mut after = before.clone();
        let gone = part.with_value(|part| match part {
            Some(Removable::Component(at)) => dtdl::remove(&mut after, at).is_some(),
            Some(Removable::Inherited(id)) => dtdl::disinherit(&mut after, id),
            None => false,
        });
        if gone {
            work.save_with_undo(after, before, format!("Removed “{removed}”"));
        }
    });
    let known = interface_at.is_some();
    let at = StoredValue::new(interface_at.unwrap_or_default());
    let is_empty = capabilities.is_empty();
    let table = if is_empty {
        let text = match known {
            true => "Devices may send anything; it is shown as it comes.",
            false => {
                "Its interface is not part of this document. Add it to the document to see what it holds."
            }
        };
        view! { <EmptyState icon=Glyph::Template title="Nothing is told here yet" text /> }.into_any()
    } else {
        view! {
            <TableFrame label="Capabilities" stack=true>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"Unit"</th>
                        <th scope="col">
                            <span class="visually-hidden">"Change or remove"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {capabilities.into_iter().map(|capability| row(work, capability, edit)).collect_view()}
                </tbody>
            </TableFrame>
        }
        .into_any()
    };
    view! {
        <Card
            padded=false
            title=Signal::stored(title)
            note=Signal::stored(note)
            actions=move || {
                view! {
                    <Show when=move || removable && work.may_manage.get()>
                        <IconButton
                            glyph=Glyph::Trash
                            label=remove_label.get_value()
                            on_click=move || remove.run(())
                        />
                    </Show>
                    <Show when=move || known && work.may_manage.get()>
                        <Button
                            icon=Glyph::Plus
                            on_click=move || edit(at.get_value(), Capability::default())
                        >
                            "Add"
                        </Button>
                    </Show>
                }
            }
        >
            {table}
        </Card>
    }
    .into_any()
}

fn row(
    work: Work,
    capability: Capability,
    edit: impl Fn(String, Capability) + Copy + Send + Sync + 'static,
) -> AnyView {
    let label = capability.label().to_owned();
    let (kind, marks) = kind_of(&capability);
    let kind_of_type = match capability.kind {
        Kind::Telemetry | Kind::Property => capability.schema.label().to_owned(),
        Kind::Command => payloads(&capability),
        Kind::Relationship => String::new(),
    };
    let unit = units(&capability);
    let name = capability.name.clone();
    let at = capability.at.clone();
    let removed = label.clone();
    let (edit_label, remove_label) = (format!("Change {label}"), format!("Remove {label}"));
    let changed = StoredValue::new(capability);
    let remove = move || {
        let before = work.document_now();
        let mut after = before.clone();
        if dtdl::remove(&mut after, &at).is_some() {
            work.save_with_undo(after, before, format!("Removed “{removed}”"));
        }
    };
    let remove = StoredValue::new(remove);
    view! {
        <tr>
            <td data-label="Name">
                {label} " " <code class="mono quiet">{name}</code>
            </td>
            <td data-label="Kind">
                {kind} {marks.into_iter().map(|mark| view! { " " <Tag>{mark}</Tag> }).collect_view()}
            </td>
            <td data-label="Type">{kind_of_type}</td>
            <td data-label="Unit">{unit}</td>
            <td class="row-tools">
                <Show when=move || work.may_manage.get()>
                    <IconButton
                        glyph=Glyph::Pencil
                        label=edit_label.clone()
                        on_click=move || edit(String::new(), changed.get_value())
                    />
                    <IconButton
                        glyph=Glyph::Trash
                        label=remove_label.clone()
                        on_click=move || remove.with_value(|remove| remove())
                    />
                </Show>
            </td>
        </tr>
    }
    .into_any()
}

fn kind_of(capability: &Capability) -> (&'static str, Vec<&'static str>) {
    let mut marks = Vec::new();
    if capability.writable && !capability.cloud {
        marks.push("writable");
    }
    if capability.queued {
        marks.push("waits for the device");
    }
    let kind = match capability.kind {
        Kind::Telemetry => "Telemetry",
        Kind::Property if capability.cloud => "Cloud property",
        Kind::Property => "Property",
        Kind::Command => "Command",
        Kind::Relationship => "Relationship",
    };
    (kind, marks)
}

fn payloads(capability: &Capability) -> String {
    let label =
        |payload: &Option<dtdl::Payload>| payload.as_ref().map_or("nothing", |p| p.schema.label()).to_owned();
    match (&capability.request, &capability.response) {
        (None, None) => String::new(),
        _ => format!("{} → {}", label(&capability.request), label(&capability.response)),
    }
}

/// The unit in which it is sent, and that in which it is shown where that is another.
fn units(capability: &Capability) -> String {
    let sign = |name: &str| unit::by_name(name).map_or(name, |unit| unit.symbol).to_owned();
    let (sent, shown) = (sign(&capability.unit), sign(&capability.display_unit));
    match (sent.is_empty(), shown.is_empty() || shown == sent) {
        (_, true) => sent,
        (true, false) => shown,
        (false, false) => format!("{sent}, shown in {shown}"),
    }
}
