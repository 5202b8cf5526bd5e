//! The dialog that invites people, and shows their links for the only time.

use super::changing::options;
use crate::api::members::{invite_people, people_choices};
use crate::pages::attempt::{Attempt, Refusal};
use crate::ui::{
    Banner, BannerKind, Button, ButtonKind, Code, Dialog, ErrorState, Form, FormActions, Select, Skeleton,
    TextArea,
};
use leptos::prelude::*;
use model::OrganizationId;
use model::member::{Choices, FreshInvitation, InviteDraft};
use model::role::{BuiltIn, RoleId};

/// “Invite people”.
#[component]
pub(super) fn InviteDialog(
    open: RwSignal<bool>,
    slug: String,
    #[prop(into)] on_invited: Callback<()>,
) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let fresh = RwSignal::new(None::<Vec<FreshInvitation>>);
    // What was shown once is forgotten when the dialog closes.
    Effect::new(move |_| {
        if !open.get() {
            fresh.set(None);
        }
    });
    let title = Signal::derive(move || {
        if fresh.with(Option::is_some) { "The invitations are on their way" } else { "Invite people" }
            .to_owned()
    });
    view! {
        <Dialog open title>
            {move || match fresh.get() {
                Some(made) => view! { <Links made open /> }.into_any(),
                None => view! { <Loaded open slug=slug.get_value() fresh on_invited /> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Loaded(
    open: RwSignal<bool>,
    slug: String,
    fresh: RwSignal<Option<Vec<FreshInvitation>>>,
    on_invited: Callback<()>,
) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let choices = LocalResource::new(move || people_choices(slug.get_value()));
    move || match choices.get() {
        None => view! { <Skeleton rows=3 /> }.into_any(),
        Some(Ok(choices)) => {
            view! { <InviteForm open slug=slug.get_value() choices fresh on_invited /> }.into_any()
        }
        Some(Err(error)) => view! { <ErrorState problem=error.0 /> }.into_any(),
    }
}

#[component]
fn InviteForm(
    open: RwSignal<bool>,
    slug: String,
    choices: Choices,
    fresh: RwSignal<Option<Vec<FreshInvitation>>>,
    on_invited: Callback<()>,
) -> impl IntoView {
    let attempt = Attempt::new();
    let emails = RwSignal::new(String::new());
    let least =
        choices.roles.last().map_or_else(|| BuiltIn::Viewer.as_str().to_owned(), |role| role.id.0.clone());
    let viewer = choices.roles.iter().any(|role| role.id.built_in() == Some(BuiltIn::Viewer));
    let role = RwSignal::new(if viewer { BuiltIn::Viewer.as_str().to_owned() } else { least });
    let first = choices.organizations.first().map(|place| place.id.to_string()).unwrap_or_default();
    let organization = RwSignal::new(first);
    let (roles, organizations) = options(choices, None);
    let submit = move || {
        let draft = InviteDraft {
            emails: emails.get_untracked(),
            role: RoleId(role.get_untracked()),
            organization: organization.get_untracked().parse().ok().map(OrganizationId),
        };
        let checked = draft.addresses().map(|_| ());
        attempt.run(checked, invite_people(slug.clone(), draft), move |made| {
            _ = fresh.try_set(Some(made));
            on_invited.try_run(());
        });
    };
    view! {
        <Form on_submit=submit label="Invite people">
            <TextArea
                label="E-mail addresses"
                name="emails"
                value=emails
                error=attempt.error("emails", emails)
                hint="One or several, with commas or lines between them."
                rows=3
            />
            <Select
                label="Role"
                name="role"
                value=role
                options=Signal::stored(roles)
                error=attempt.error("role", role)
                hint="As little as they need. You can change it later."
            />
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
                    "Invite"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// The links, for the only time.
#[component]
fn Links(made: Vec<FreshInvitation>, open: RwSignal<bool>) -> impl IntoView {
    let links = made.into_iter().map(|invitation| {
        view! {
            <div class="field">
                <span class="label">{invitation.email}</span>
                <Code text=Signal::stored(invitation.link) />
            </div>
        }
    });
    view! {
        <div class="form">
            <Banner kind=BannerKind::Info>
                "Each gets a mail with a link that works once, within 7 days. Should a mail get lost, you can hand the link over yourself; it is shown here only now."
            </Banner>
            {links.collect_view()}
            <FormActions>
                <Button kind=ButtonKind::Primary on_click=move || open.set(false)>
                    "Done"
                </Button>
            </FormActions>
        </div>
    }
    .into_any()
}
