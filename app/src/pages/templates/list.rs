//! The list of a workspace's templates.

use crate::api::templates::list_templates;
use crate::layout::{Crumb, PageHead, Shell};
use crate::session::{use_slug, use_workspace};
use crate::ui::value::count;
use crate::ui::{
    ButtonKind, Card, EmptyState, ErrorState, Glyph, LinkButton, SearchBox, Skeleton, SortHeader, TableFrame,
    Tag, Time,
};
use leptos::prelude::*;
use model::page::Direction;
use model::permission::Permission;
use model::template::Template;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Fields,
    Devices,
    Updated,
}

/// `/w/:workspace/templates`
#[component]
pub fn TemplatesPage() -> impl IntoView {
    let (slug, workspace) = (use_slug(), use_workspace());
    let may_manage =
        move || workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageTemplates)));
    let templates = Resource::new(move || slug.get(), list_templates);
    // In an effect: what stands in the head is drawn before the list is there.
    let total = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok(list)) = templates.get() {
            total.set(list.len().to_string());
        }
    });
    let new_path = Signal::derive(move || format!("/w/{}/templates/new", slug.get()));
    view! {
        <Shell crumbs=vec![Crumb::here("Templates")]>
            <PageHead title="Templates" note=total>
                <Show when=may_manage>
                    <LinkButton href=Signal::derive(move || {
                        format!("{}?import", new_path.get())
                    })>"Import"</LinkButton>
                    <LinkButton href=new_path kind=ButtonKind::Primary icon=Glyph::Plus>
                        "New template"
                    </LinkButton>
                </Show>
            </PageHead>
            <Transition fallback=|| view! { <Card><Skeleton rows=5 /></Card> }>
                {move || Suspend::new(async move {
                    match templates.await {
                        Ok(list) if list.is_empty() => {
                            view! {
                                <Card>
                                    <EmptyState
                                        icon=Glyph::Template
                                        title="No templates yet"
                                        text="A template says what a kind of device sends and can do: telemetry, properties, commands."
                                    >
                                        <Show when=may_manage>
                                            <LinkButton href=new_path kind=ButtonKind::Primary icon=Glyph::Plus>
                                                "New template"
                                            </LinkButton>
                                        </Show>
                                    </EmptyState>
                                </Card>
                            }
                                .into_any()
                        }
                        Ok(list) => view! { <TemplateTable list /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Card>
                                    <ErrorState problem=error.0 retry=move || templates.refetch() />
                                </Card>
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </Shell>
    }
}

#[component]
fn TemplateTable(list: Vec<Template>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let sort = RwSignal::new((Column::Name, Direction::Ascending));
    let list = StoredValue::new(list);
    let shown = Memo::new(move |_| list.with_value(|list| chosen(list, &search.get(), sort.get())));
    // The head of the page has the count of all.
    let summary = move || {
        let (some, all) = (shown.with(Vec::len), list.with_value(Vec::len));
        (some < all).then(|| format!("{some} of {all}"))
    };
    let on_sort = move |to| sort.set(to);
    view! {
        <Card padded=false>
            <div class="filters">
                <SearchBox value=search placeholder="Search templates and fields" />
                <span class="filters-count" role="status">
                    {summary}
                </span>
            </div>
            <Show
                when=move || !shown.with(Vec::is_empty)
                fallback=move || {
                    view! {
                        <EmptyState
                            icon=Glyph::Search
                            title="No template matches"
                            text=format!("Nothing has “{}” in its name or its fields.", search.get())
                        />
                    }
                }
            >
                <TableFrame label="Templates" stack=true>
                    <thead>
                        <tr>
                            <SortHeader label="Template" key=Column::Name current=sort on_sort />
                            <th scope="col">"Version"</th>
                            <SortHeader label="Telemetry" key=Column::Fields current=sort on_sort />
                            <SortHeader label="Devices" key=Column::Devices current=sort on_sort number=true />
                            <SortHeader label="Updated" key=Column::Updated current=sort on_sort number=true />
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || shown.get() key=|t| (t.id, t.updated_ms, t.devices, t.version) let:template>
                            <TemplateRow template />
                        </For>
                    </tbody>
                </TableFrame>
            </Show>
        </Card>
    }
}

#[component]
fn TemplateRow(template: Template) -> impl IntoView {
    let slug = use_slug();
    let id = template.id;
    let some: Vec<&str> = template.telemetry.iter().take(3).map(|t| t.display_name.as_str()).collect();
    let more = template.telemetry.len().saturating_sub(some.len());
    let fields = match (some.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => some.join(", "),
        (false, more) => format!("{} and {more} more", some.join(", ")),
    };
    view! {
        <tr>
            <td>
                <a class="row-link" href=move || format!("/w/{}/templates/{id}", slug.get())>
                    {template.name}
                </a>
            </td>
            <td data-label="Version">{version_mark(template.version, template.has_draft)}</td>
            <td class="template-fields" data-label="Telemetry">
                <span>
                    {field_count(template.telemetry.len())} " " <span class="quiet">{fields}</span>
                </span>
            </td>
            <td class="number" data-label="Devices">
                <a class="quiet-link" href=move || format!("/w/{}/devices?template={id}", slug.get())>
                    {count(template.devices)}
                </a>
            </td>
            <td class="number quiet" data-label="Updated">
                <Time ms=Signal::stored(Some(template.updated_ms)) />
            </td>
        </tr>
    }
}

/// How many fields.
pub(super) fn field_count(count: usize) -> String {
    match count {
        1 => "1 field".into(),
        n => format!("{n} fields"),
    }
}

/// The newest version, and whether something isn't published.
pub(super) fn version_mark(version: Option<i32>, has_draft: bool) -> AnyView {
    view! {
        {version.map(|version| view! { <Tag>{format!("Version {version}")}</Tag> })}
        " "
        {has_draft
            .then(|| {
                let text = if version.is_some() { "unpublished changes" } else { "draft" };
                view! { <Tag dashed=true>{text}</Tag> }
            })}
    }
    .into_any()
}

/// Those that have the text in their name or in a field's, in the wanted order; by name where that says nothing.
fn chosen(list: &[Template], search: &str, (column, direction): (Column, Direction)) -> Vec<Template> {
    let wanted = search.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let mut chosen: Vec<Template> = list
        .iter()
        .filter(|t| has(&t.name) || t.telemetry.iter().any(|f| has(&f.name) || has(&f.display_name)))
        .cloned()
        .collect();
    chosen.sort_by(|a, b| {
        let name = || a.name.to_lowercase().cmp(&b.name.to_lowercase());
        let order = match column {
            Column::Name => name(),
            Column::Fields => a.telemetry.len().cmp(&b.telemetry.len()),
            Column::Devices => a.devices.cmp(&b.devices),
            Column::Updated => a.updated_ms.cmp(&b.updated_ms),
        };
        let order = if direction == Direction::Descending { order.reverse() } else { order };
        order.then_with(name)
    });
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::TemplateId;
    use model::template::Telemetry;

    fn template(id: i32, name: &str, field: &str, devices: i64) -> Template {
        let telemetry =
            vec![Telemetry { name: field.into(), display_name: field.into(), ..Telemetry::default() }];
        Template {
            id: TemplateId(id),
            dtmi: String::new(),
            name: name.into(),
            version: None,
            has_draft: true,
            telemetry,
            devices,
            updated_ms: 0,
        }
    }

    #[test]
    fn templates_are_searched_and_sorted() {
        let list =
            [template(1, "room", "co2", 3), template(2, "Boiler", "heat", 9), template(3, "Attic", "CO2", 3)];
        let ids = |search, by| chosen(&list, search, by).iter().map(|t| t.id.0).collect::<Vec<_>>();
        assert_eq!(ids("", (Column::Name, Direction::Ascending)), [3, 2, 1]);
        assert_eq!(ids(" co2", (Column::Name, Direction::Descending)), [1, 3]);
        assert_eq!(ids("", (Column::Devices, Direction::Descending)), [2, 3, 1]);
        assert_eq!(ids("nothing", (Column::Name, Direction::Ascending)), [0_i32; 0]);
    }
}
