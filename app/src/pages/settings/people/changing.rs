//! The dialog that gives somebody another role or organization.

use crate::api::members::{change_person, people_choices};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{Button, ButtonKind, Dialog, ErrorState, Form, FormActions, Select, Skeleton, use_toasts};
use leptos::prelude::*;
use model::OrganizationId;
use model::member::{Choices, Member};
use model::role::RoleId;

/// “Change Ada”.
#[component]
pub(super) fn ChangeDialog(
    open: RwSignal<bool>,
    slug: String,
    chosen: RwSignal<Option<Member>>,
    #[prop(into)] on_changed: Callback<()>,
) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let title = Signal::derive(move || {
        chosen.with(|m| m.as_ref().map_or_else(String::new, |m| format!("Change what {} is here", m.name)))
    });
    view! {
        <Dialog open title>
            {move || {
                chosen
                    .get()
                    .map(|member| view! { <Loaded open slug=slug.get_value() member on_changed /> })
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Loaded(open: RwSignal<bool>, slug: String, member: Member, on_changed: Callback<()>) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let member = StoredValue::new(member);
    let choices = LocalResource::new(move || people_choices(slug.get_value()));
    move || match choices.get() {
        None => view! { <Skeleton rows=2 /> }.into_any(),
        Some(Ok(choices)) => {
            view! { <ChangeForm open slug=slug.get_value() member=member.get_value() choices on_changed /> }
                .into_any()
        }
        Some(Err(error)) => view! { <ErrorState problem=error.0 /> }.into_any(),
    }
}

#[component]
fn ChangeForm(
    open: RwSignal<bool>,
    slug: String,
    member: Member,
    choices: Choices,
    on_changed: Callback<()>,
) -> impl IntoView {
    let (attempt, toasts) = (Attempt::new(), use_toasts());
    let role = RwSignal::new(member.role.id.0.clone());
    let organization = RwSignal::new(member.organization.id.to_string());
    let (roles, organizations) = options(choices, Some(&member));
    let person = member.person;
    let submit = move || {
        let place = OrganizationId(organization.get_untracked().parse().unwrap_or_default());
        let call = change_person(slug.clone(), person, RoleId(role.get_untracked()), place);
        attempt.run(Ok(()), call, move |changed: Member| {
            toasts.ok(format!("{} is {} now", changed.name, changed.role.name));
            _ = open.try_set(false);
            on_changed.try_run(());
        });
    };
    view! {
        <Form on_submit=submit label="Role and organization">
            <Select label="Role" name="role" value=role options=Signal::stored(roles) error=attempt.error("role", role) />
            <Select
                label="Organization"
                name="organization"
                value=organization
                options=Signal::stored(organizations)
                error=attempt.error("organization", organization)
                hint="They see its devices and those of the organizations below it."
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Save"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// Options of a choice: value and words.
type Options = Vec<(String, String)>;

/// What can be chosen, as (value, words); what somebody has already is among it.
pub(super) fn options(choices: Choices, member: Option<&Member>) -> (Options, Options) {
    let mut roles: Vec<_> = choices.roles.into_iter().map(|role| (role.id.0, role.name)).collect();
    let mut organizations: Vec<_> =
        choices.organizations.into_iter().map(|place| (place.id.to_string(), place.name)).collect();
    if let Some(member) = member {
        let role = (member.role.id.0.clone(), member.role.name.clone());
        let place = (member.organization.id.to_string(), member.organization.name.clone());
        for (list, has) in [(&mut roles, role), (&mut organizations, place)] {
            if !list.iter().any(|(value, _)| *value == has.0) {
                list.insert(0, has);
            }
        }
    }
    (roles, organizations)
}
