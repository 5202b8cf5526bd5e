//! The dialog that makes an API token and shows its secret, once.

use crate::api::tokens::create_api_token;
use crate::pages::attempt::{Attempt, Refusal};
use crate::pages::organizations;
use crate::session::use_workspace;
use crate::ui::{Banner, BannerKind, Button, ButtonKind, Code, Dialog, Field, Form, FormActions, Select};
use crate::zone;
use leptos::prelude::*;
use model::organization::Organization;
use model::role::{BuiltIn, ListedRole, RoleId};
use model::token::{FreshApiToken, NewApiToken};

/// How long it may live: the choice's value in days, and what people read; empty: for ever.
const LIVES: [(&str, &str); 4] =
    [("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"), ("", "never, until it is revoked")];
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What a token may be given.
#[derive(Clone, Copy)]
pub(super) struct Choices {
    pub(super) roles: Signal<Vec<ListedRole>>,
    pub(super) organizations: Signal<Vec<Organization>>,
}

/// “New API token”.
#[component]
pub(super) fn NewTokenDialog(
    open: RwSignal<bool>,
    slug: String,
    choices: Choices,
    #[prop(into)] on_made: Callback<()>,
) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let fresh = RwSignal::new(None::<FreshApiToken>);
    // What was shown once is forgotten when the dialog closes.
    Effect::new(move |_| {
        if !open.get() {
            fresh.set(None);
        }
    });
    let title = Signal::derive(move || {
        if fresh.with(Option::is_some) { "The token is made" } else { "New API token" }.to_owned()
    });
    view! {
        <Dialog open title>
            {move || match fresh.get() {
                Some(made) => view! { <Shown made open /> }.into_any(),
                None => view! { <NewTokenForm open slug=slug.get_value() choices fresh on_made /> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn NewTokenForm(
    open: RwSignal<bool>,
    slug: String,
    choices: Choices,
    fresh: RwSignal<Option<FreshApiToken>>,
    on_made: Callback<()>,
) -> impl IntoView {
    let attempt = Attempt::new();
    let name = RwSignal::new(String::new());
    let chosen = RwSignal::new(BuiltIn::Viewer.as_str().to_owned());
    let life = RwSignal::new("365".to_owned());
    let mine = use_workspace().with_untracked(|open| open.as_ref().map(|open| open.role.permissions));
    // Below the root a role holds less than its name says; the server judges that.
    let at_root = use_workspace().with_untracked(|open| open.as_ref().is_some_and(|open| open.at_root));
    let roles = Signal::derive(move || {
        let given = |listed: &ListedRole| {
            let role = &listed.role;
            let held = if at_root { role.permissions } else { role.permissions.below_the_root() };
            mine.is_some_and(|mine| mine.covers(held)).then(|| (role.id.0.clone(), role.name.clone()))
        };
        choices.roles.with(|all| all.iter().filter_map(given).collect::<Vec<_>>())
    });
    let organization = RwSignal::new(String::new());
    let several = Memo::new(move |_| choices.organizations.with(|all| all.len() > 1));
    let places = Signal::derive(move || {
        let own = (String::new(), "Your own".to_owned());
        let all = choices.organizations.with(|all| organizations::options(all));
        std::iter::once(own).chain(all).collect::<Vec<_>>()
    });
    let lives: Vec<(String, String)> = LIVES.map(|(days, text)| (days.to_owned(), text.to_owned())).into();
    let submit = move || {
        let now = zone::now_ms();
        let days: Option<i64> = life.get_untracked().parse().ok();
        let new = NewApiToken {
            id: String::new(),
            name: name.get_untracked(),
            role: RoleId(chosen.get_untracked()),
            organization: organizations::chosen(&organization.get_untracked()),
            expires_ms: days.map(|days| now + days * DAY_MS),
        };
        let checked = new.checked(now).map(|_| ());
        attempt.run(checked, create_api_token(slug.clone(), new), move |made| {
            _ = fresh.try_set(Some(made));
            on_made.try_run(());
        });
    };
    view! {
        <Form on_submit=submit label="New API token">
            <Field
                label="Name"
                name="name"
                value=name
                error=attempt.error("name", name)
                hint="What it is for: you will know it by this when you revoke it."
                autocomplete="off"
                autofocus=true
                placeholder="Nightly report"
            />
            <Select
                label="Role"
                name="role"
                value=chosen
                options=roles
                error=attempt.error("role", chosen)
                hint="As little as it needs."
            />
            <Show when=move || several.get()>
                <Select
                    label="Organization"
                    name="organization"
                    value=organization
                    options=places
                    error=attempt.error("organization", organization)
                    hint="It sees that one and what lies below it."
                />
            </Show>
            <Select
                label="Expires"
                name="expires"
                value=life
                options=Signal::stored(lives)
                error=attempt.error("expires", life)
            />
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>
                    "Make the token"
                </Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

/// The secret, for the only time.
#[component]
fn Shown(made: FreshApiToken, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="form">
            <Banner kind=BannerKind::Warning>
                "Copy it now: nobody can be shown it again, only its fingerprint is kept."
            </Banner>
            <div class="field">
                <span class="label">"Token"</span>
                <Code text=Signal::stored(made.secret) />
                <p class="hint">"Send it in the header Authorization: Bearer …"</p>
            </div>
            <div class="field">
                <span class="label">"For programs written for IoT Central"</span>
                <Code text=Signal::stored(made.signature) />
                <p class="hint">"The same token: the whole value of the header Authorization."</p>
            </div>
            <FormActions>
                <Button kind=ButtonKind::Primary on_click=move || open.set(false)>
                    "Done"
                </Button>
            </FormActions>
        </div>
    }
    .into_any()
}
