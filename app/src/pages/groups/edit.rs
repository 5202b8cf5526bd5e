//! The page of a group: what holds of its devices, and which ones these are.

use super::builder::{Parts, RuleList};
use super::delete::DeleteGroup;
use super::preview::Preview;
use super::tree::{Keys, List};
use crate::api::AppError;
use crate::api::groups::{create_group, get_group, group_choices, update_group};
use crate::layout::{Crumb, PageHead, Shell};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::{use_slug, use_workspace};
use crate::ui::{
    Button, ButtonKind, Card, ErrorState, Field, Form, FormActions, Glyph, LinkButton, Select, Skeleton,
    use_toasts,
};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use model::OrganizationId;
use model::group::{Choices, DeviceGroup, GroupDraft, GroupId, ListedGroup};
use model::permission::Permission;
use serde::{Deserialize, Serialize};

/// What the form begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Beginning {
    group: Option<DeviceGroup>,
    draft: GroupDraft,
    choices: Choices,
}

/// `/w/:workspace/groups/new`; `?copy=` names the group that it begins like.
#[component]
pub fn NewGroupPage() -> impl IntoView {
    let (slug, address) = (use_slug(), use_query_map());
    let copied = Memo::new(move |_| address.with(|map| map.get("copy")));
    let beginning = Resource::new(
        move || (slug.get(), copied.get()),
        async |(slug, copied)| {
            let choices = group_choices(slug.clone()).await?;
            let draft = match copied {
                Some(id) => like(get_group(slug, GroupId(id)).await?.group),
                None => GroupDraft::default(),
            };
            Ok::<_, AppError>(Beginning { group: None, draft, choices })
        },
    );
    let crumbs = Signal::derive(move || {
        vec![Crumb::link("Device groups", format!("/w/{}/groups", slug.get())), Crumb::here("New group")]
    });
    view! {
        <Shell crumbs>
            <PageHead title="New group" />
            {move || drawn(beginning)}
        </Shell>
    }
    .into_any()
}

/// `/w/:workspace/groups/:group`
#[component]
pub fn GroupPage() -> impl IntoView {
    let (slug, parameters) = (use_slug(), use_params_map());
    let workspace = use_workspace();
    let may_change = Memo::new(move |_| {
        workspace.with(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageGroups)))
    });
    let id = Memo::new(move |_| parameters.with(|map| map.get("group").unwrap_or_default()));
    let beginning = Resource::new(
        move || (slug.get(), id.get()),
        async |(slug, id)| {
            let ListedGroup { group, .. } = get_group(slug.clone(), GroupId(id)).await?;
            let choices = group_choices(slug).await?;
            let draft = GroupDraft {
                name: group.name.clone(),
                description: group.description.clone(),
                organization: Some(group.organization.id),
                filter: group.filter.clone(),
            };
            Ok::<_, AppError>(Beginning { group: Some(group), draft, choices })
        },
    );
    // In an effect: the head is drawn before the group is there.
    let name = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok(beginning)) = beginning.get() {
            name.set(beginning.draft.name);
        }
    });
    let crumbs = Signal::derive(move || {
        vec![Crumb::link("Device groups", format!("/w/{}/groups", slug.get())), Crumb::here(name.get())]
    });
    let at = move |what: &'static str| {
        Signal::derive(move || format!("/w/{}/{what}?group={}", slug.get(), id.get()))
    };
    let asking = RwSignal::new(None::<DeviceGroup>);
    let ask = move || asking.set(beginning.get_untracked().and_then(|b| b.ok()?.group));
    let navigate = use_navigate();
    let deleted = Callback::new(move |()| {
        navigate(&format!("/w/{}/groups", slug.get_untracked()), NavigateOptions::default());
    });
    view! {
        <Shell crumbs>
            <PageHead title=name>
                <LinkButton href=at("devices") icon=Glyph::Device>
                    "Devices"
                </LinkButton>
                <LinkButton href=at("explore") icon=Glyph::Compass>
                    "Explore"
                </LinkButton>
                <Show when=move || may_change.get()>
                    <Button icon=Glyph::Trash on_click=ask>
                        "Delete…"
                    </Button>
                </Show>
            </PageHead>
            {move || drawn(beginning)}
            <DeleteGroup asking on_deleted=deleted />
        </Shell>
    }
    .into_any()
}

fn drawn(beginning: Resource<Result<Beginning, AppError>>) -> impl IntoView {
    view! {
        <Transition fallback=|| view! { <Card><Skeleton rows=6 /></Card> }>
            {move || Suspend::new(async move {
                match beginning.await {
                    Ok(beginning) => view! { <GroupForm beginning /> }.into_any(),
                    Err(AppError(problem)) => {
                        view! {
                            <Card>
                                <ErrorState problem retry=move || beginning.refetch() />
                            </Card>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

fn like(group: DeviceGroup) -> GroupDraft {
    GroupDraft {
        name: format!("{} 2", group.name),
        description: group.description,
        organization: Some(group.organization.id),
        filter: group.filter,
    }
}

#[component]
fn GroupForm(beginning: Beginning) -> impl IntoView {
    let (slug, toasts, attempt, workspace) = (use_slug(), use_toasts(), Attempt::new(), use_workspace());
    let may_change =
        workspace.with_untracked(|w| w.as_ref().is_some_and(|w| w.role.allows(Permission::ManageGroups)));
    let Beginning { group, draft, choices } = beginning;
    let (name, description) = (RwSignal::new(draft.name), RwSignal::new(draft.description));
    let organization = RwSignal::new(draft.organization.map(|o| o.to_string()).unwrap_or_default());
    let organizations = organization_options(&choices, group.is_none() && draft.organization.is_none());
    let several = organizations.len() > 1;
    let keys = Keys::new();
    let list = List::of(keys, &draft.filter);
    let parts = Parts { keys, choices: StoredValue::new(choices) };
    let filter = Memo::new(move |_| list.filter());
    let id = group.map(|group| group.id);
    let making = id.is_none();
    let navigate = use_navigate();
    let submit = move || {
        let draft = GroupDraft {
            name: name.get_untracked(),
            description: description.get_untracked(),
            organization: organization.get_untracked().parse().ok().map(OrganizationId),
            filter: filter.get_untracked(),
        };
        let (slug, id) = (slug.get_untracked(), id.clone());
        let to = slug.clone();
        let check = draft.checked().map(|_| ());
        let call = async move {
            match id {
                Some(id) => update_group(slug, id, draft).await,
                None => create_group(slug, draft).await,
            }
        };
        let navigate = navigate.clone();
        attempt.run(check, call, move |saved: DeviceGroup| {
            toasts.ok(format!("“{}” is saved.", saved.name));
            navigate(&format!("/w/{to}/groups"), NavigateOptions::default());
        });
    };
    // What is wrong with the rules; each says in the preview what it lacks.
    let wrong = Signal::derive(move || {
        attempt.problem().with(|problem| {
            let field = problem.as_ref()?.fields.iter().find(|field| field.field.starts_with("filter"))?;
            Some(field.message.clone())
        })
    });
    view! {
        <Form on_submit=submit label="Device group">
            <Card>
                <div class="group-form">
                    <Field
                        label="Name"
                        name="name"
                        value=name
                        error=attempt.error("name", name)
                        autocomplete="off"
                        autofocus=making
                        placeholder="Pumps of the north"
                    />
                    <Field
                        label="What it is for"
                        name="description"
                        value=description
                        error=attempt.error("description", description)
                        autocomplete="off"
                    />
                    {several
                        .then(|| {
                            view! {
                                <Select
                                    label="Belongs to"
                                    name="organization"
                                    value=organization
                                    options=organizations
                                    error=attempt.error("organization", organization)
                                    hint="Whoever sees this organization sees the group, and in it the devices that they see anyway."
                                />
                            }
                        })}
                </div>
            </Card>
            <Card title=Signal::stored("Devices of which holds".to_owned())>
                <RuleList list parts depth=1 />
                {move || wrong.get().map(|said| view! { <p class="field-error" role="alert">{said}</p> })}
            </Card>
            <Preview filter />
            <Refusal attempt />
            {may_change
                .then(|| {
                    view! {
                        <FormActions>
                            <LinkButton href=Signal::derive(move || {
                                format!("/w/{}/groups", slug.get())
                            })>"Cancel"</LinkButton>
                            <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                                {if making { "Make the group" } else { "Save" }}
                            </Button>
                        </FormActions>
                    }
                })}
        </Form>
    }
    .into_any()
}

/// Where it can belong; of a new one, first where its maker does.
fn organization_options(choices: &Choices, own: bool) -> Vec<(String, String)> {
    let mut options = Vec::new();
    if own {
        options.push((String::new(), "Where you belong".to_owned()));
    }
    options.extend(
        choices
            .organizations
            .iter()
            .map(|(id, name, depth)| (id.to_string(), format!("{}{name}", "\u{2003}".repeat(*depth)))),
    );
    if own && choices.organizations.len() == 1 {
        options.truncate(1);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::group::Filter;

    #[test]
    fn a_copy_begins_like_its_original() {
        let organization = model::organization::OrganizationName {
            id: OrganizationId(3),
            key: "n".into(),
            name: "North".into(),
        };
        let group = DeviceGroup {
            id: GroupId("a".into()),
            name: "Pumps".into(),
            description: String::new(),
            organization,
            filter: Filter::default(),
            created_ms: 0,
            updated_ms: 0,
        };
        let copy = like(group);
        assert_eq!((copy.name.as_str(), copy.organization), ("Pumps 2", Some(OrganizationId(3))));
    }
}
