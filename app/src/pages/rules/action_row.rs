//! One action of a rule as a part of the form: what it does, its settings, and trying it at once.

use super::action_draft::{ActionDraft, Secrets, Typed};
use crate::api::rules::{preview_action, test_action};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::value::count;
use crate::ui::{Button, ButtonKind, Checkbox, Field, Glyph, IconButton, Select, Tag, TextArea};
use leptos::prelude::*;
use model::Problem;
use model::action_run::{ActionRun, RunState};
use model::rule::NewRule;

const KINDS: [(&str, &str); 10] = [
    ("mail", "Mail people"),
    ("iot-central", "Webhook, as IoT Central sends it"),
    ("template", "Webhook with my own body"),
    ("slack", "Slack"),
    ("teams", "Microsoft Teams"),
    ("pager-duty", "PagerDuty"),
    ("opsgenie", "Opsgenie"),
    ("command", "Run a command"),
    ("property", "Set properties"),
    ("publish", "Notice to a device, by MQTT"),
];

fn options(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

/// A secret's box.
#[derive(Clone)]
struct SecretForm {
    typed: RwSignal<String>,
    kept: Option<String>,
}

impl SecretForm {
    fn new(secret: Typed) -> SecretForm {
        SecretForm { typed: RwSignal::new(secret.typed), kept: secret.kept }
    }

    fn secret(&self) -> Typed {
        Typed { typed: self.typed.get(), kept: self.kept.clone() }
    }
}

/// The signals of an action; the action itself is put together from them.
#[derive(Clone, Copy)]
pub(super) struct ActionForm {
    pub key: u32,
    id: StoredValue<String>,
    kind: RwSignal<String>,
    every: RwSignal<String>,
    to: RwSignal<String>,
    url: RwSignal<String>,
    template: RwSignal<String>,
    headers: RwSignal<String>,
    signed: RwSignal<bool>,
    authorization: RwSignal<String>,
    token_url: RwSignal<String>,
    client_id: RwSignal<String>,
    scope: RwSignal<String>,
    secrets: StoredValue<[SecretForm; 4]>,
    device: RwSignal<String>,
    component: RwSignal<String>,
    name: RwSignal<String>,
    json: RwSignal<String>,
    queue: RwSignal<String>,
}

impl ActionForm {
    pub(super) fn new(key: u32, draft: ActionDraft) -> ActionForm {
        let Secrets { url, signing, routing, authorization } = draft.secrets;
        ActionForm {
            key,
            id: StoredValue::new(draft.id),
            kind: RwSignal::new(draft.kind),
            every: RwSignal::new(draft.every),
            to: RwSignal::new(draft.to),
            url: RwSignal::new(draft.url),
            template: RwSignal::new(draft.template),
            headers: RwSignal::new(draft.headers),
            signed: RwSignal::new(draft.signed),
            authorization: RwSignal::new(draft.authorization),
            token_url: RwSignal::new(draft.token_url),
            client_id: RwSignal::new(draft.client_id),
            scope: RwSignal::new(draft.scope),
            secrets: StoredValue::new([url, signing, routing, authorization].map(SecretForm::new)),
            device: RwSignal::new(draft.device),
            component: RwSignal::new(draft.component),
            name: RwSignal::new(draft.name),
            json: RwSignal::new(draft.json),
            queue: RwSignal::new(draft.queue),
        }
    }

    /// The action as it is now. Tracks all of it.
    pub(super) fn draft(self) -> ActionDraft {
        let [url, signing, routing, authorization] = self.secrets.get_value().map(|secret| secret.secret());
        ActionDraft {
            id: self.id.get_value(),
            kind: self.kind.get(),
            every: self.every.get(),
            to: self.to.get(),
            url: self.url.get(),
            template: self.template.get(),
            headers: self.headers.get(),
            signed: self.signed.get(),
            authorization: self.authorization.get(),
            token_url: self.token_url.get(),
            client_id: self.client_id.get(),
            scope: self.scope.get(),
            secrets: Secrets { url, signing, routing, authorization },
            device: self.device.get(),
            component: self.component.get(),
            name: self.name.get(),
            json: self.json.get(),
            queue: self.queue.get(),
        }
    }
}

/// An action: what is done, with its settings.
#[component]
pub(super) fn ActionRow(
    form: ActionForm,
    /// Which of the actions it is.
    #[prop(into)]
    place: Signal<usize>,
    problem: Signal<Option<Problem>>,
    /// The rule as it stands in the form.
    rule: Signal<Result<NewRule, Problem>>,
    /// The number of the rule, where it is there already.
    saved: Option<i32>,
    #[prop(into)] on_remove: Callback<()>,
) -> impl IntoView {
    let key = form.key;
    let error = Callback::new(move |field: &'static str| {
        Signal::derive(move || {
            let path = format!("actions.{}.{field}", place.get());
            problem.with(|p| p.as_ref()?.of_field(&path).map(str::to_owned))
        })
    });
    let is =
        move |kinds: &'static [&'static str]| move || form.kind.with(|kind| kinds.contains(&kind.as_str()));
    view! {
        <div class="rule-action" role="group" aria-label=move || format!("Action {}", place.get() + 1)>
            <div class="rule-row">
                <Select label="Do" name=format!("do-{key}") value=form.kind options=options(&KINDS) />
                <Show when=is(&["mail", "iot-central", "template", "slack", "teams", "pager-duty", "opsgenie"])>
                    <Field
                        label="At most every (seconds)"
                        name=format!("every-{key}")
                        kind="number"
                        placeholder=if form.kind.get_untracked() == "mail" { "60" } else { "10" }
                        value=form.every
                        error=error.run("everyMs")
                    />
                </Show>
                <IconButton
                    glyph=Glyph::Trash
                    kind=ButtonKind::Ghost
                    label=Signal::derive(move || format!("Remove action {}", place.get() + 1))
                    on_click=on_remove
                />
            </div>
            <Show when=is(&["mail"])>
                <Field
                    label="Mail to"
                    name=format!("to-{key}")
                    placeholder="guard@example.com, ada@example.com"
                    hint="What fires between two mails comes in one."
                    value=form.to
                    error=error.run("to")
                />
            </Show>
            <Show when=is(&["slack", "teams"])>
                <SecretField form which=0 label="Address of the channel's webhook" error=error.run("secretUrl") />
            </Show>
            <Show when=is(&["iot-central", "template", "pager-duty", "opsgenie"])>
                <RequestFields form error />
            </Show>
            <Show when=is(&["command", "property", "publish"])>
                <DeviceFields form error />
            </Show>
            {saved.map(|saved| view! { <TryNow form place rule saved /> })}
        </div>
    }
    .into_any()
}

/// What is said beside a field.
type ErrorOf = Callback<&'static str, Signal<Option<String>>>;

#[component]
fn SecretField(
    form: ActionForm,
    which: usize,
    #[prop(into)] label: String,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let secret = form.secrets.with_value(|all| all[which].clone());
    let (hint, placeholder) = match secret.kept {
        Some(_) => ("Kept, and shown to nobody. What is typed replaces it.", "••••••••"),
        None => ("Kept sealed, and shown to nobody.", ""),
    };
    view! {
        <Field
            label
            name=format!("secret-{which}-{}", form.key)
            kind="password"
            autocomplete="off"
            hint
            placeholder
            value=secret.typed
            error
        />
    }
    .into_any()
}

#[component]
fn RequestFields(form: ActionForm, error: ErrorOf) -> impl IntoView {
    let key = form.key;
    let kind = move |word: &'static str| move || form.kind.with(|kind| kind == word);
    let by = move |word: &'static str| move || form.authorization.with(|by| by == word);
    let ways = options(&[
        ("nothing", "Nothing"),
        ("header", "An Authorization header"),
        ("oauth2", "OAuth 2 client credentials"),
    ]);
    let secret = error.run("secret");
    view! {
        <Field
            label="Address"
            name=format!("url-{key}")
            mono=true
            placeholder=match form.kind.get_untracked().as_str() {
                "pager-duty" => model::rule::webhook::PAGER_DUTY_URL,
                "opsgenie" => "https://api.opsgenie.com/v2/alerts",
                _ => "https://example.com/hook",
            }
            value=form.url
            error=error.run("url")
        />
        <Show when=kind("pager-duty")>
            <SecretField form which=2 label="Integration key" error=error.run("routingKey") />
        </Show>
        <Show when=kind("template")>
            <TextArea
                label="Body"
                name=format!("template-{key}")
                mono=true
                rows=6
                hint="Text with {{ device.id }}, {{ alarm.why }}, {{ rule.name }}, {% for a in alarms %}…{% endfor %}, {% if test %}…{% endif %}."
                value=form.template
                error=error.run("template")
            />
        </Show>
        <TextArea
            label="Further headers"
            name=format!("headers-{key}")
            mono=true
            rows=2
            hint="Name: value, a line each. They are shown to whoever sees the rule."
            value=form.headers
            error=error.run("headers")
        />
        <Select label="Proves itself by" name=format!("by-{key}") value=form.authorization options=ways />
        <Show when=by("header")>
            <SecretField form which=3 label="Value of the Authorization header" error=secret />
        </Show>
        <Show when=by("oauth2")>
            <Field
                label="Address of the token"
                name=format!("token-{key}")
                mono=true
                value=form.token_url
                error=error.run("authorization.tokenUrl")
            />
            <Field
                label="Client id"
                name=format!("client-{key}")
                mono=true
                value=form.client_id
                error=error.run("authorization.clientId")
            />
            <SecretField form which=3 label="Client secret" error=secret />
            <Field label="Scope" name=format!("scope-{key}") mono=true value=form.scope />
        </Show>
        <Checkbox
            label="Sign the body (HMAC-SHA256)"
            name=format!("signed-{key}")
            hint="In the header Homeport-Signature."
            value=form.signed
        />
        <Show when=move || form.signed.get()>
            <SecretField form which=1 label="Secret to sign with" error=secret />
        </Show>
    }
    .into_any()
}

#[component]
fn DeviceFields(form: ActionForm, error: ErrorOf) -> impl IntoView {
    let key = form.key;
    let is =
        move |kinds: &'static [&'static str]| move || form.kind.with(|kind| kinds.contains(&kind.as_str()));
    let name_error = Signal::derive(move || error.run("name").get().or_else(|| error.run("topic").get()));
    let json_error = Signal::derive(move || error.run("request").get().or_else(|| error.run("values").get()));
    let name_label = Signal::derive(move || {
        if form.kind.with(|kind| kind == "publish") { "Topic behind notices/" } else { "Command" }.to_owned()
    });
    let json_label = Signal::derive(move || {
        if form.kind.with(|kind| kind == "property") { "Properties (JSON)" } else { "Given to it (JSON)" }
            .to_owned()
    });
    view! {
        <div class="rule-row">
            <Field
                label="Device id"
                name=format!("device-{key}")
                mono=true
                placeholder="the one that it fires for"
                value=form.device
                error=error.run("device")
            />
            <Show when=is(&["command", "property"])>
                <Field
                    label="Component"
                    name=format!("component-{key}")
                    mono=true
                    value=form.component
                    error=error.run("component")
                />
            </Show>
            <Show when=is(&["command", "publish"])>
                <Field label=name_label name=format!("command-{key}") mono=true value=form.name error=name_error />
            </Show>
            <Show when=is(&["command"])>
                <Field
                    label="Waits for the device (seconds)"
                    name=format!("queue-{key}")
                    kind="number"
                    placeholder="as the template says"
                    value=form.queue
                    error=error.run("queueS")
                />
            </Show>
        </div>
        <Show when=is(&["command", "property"])>
            <TextArea
                label=json_label
                name=format!("json-{key}")
                mono=true
                rows=2
                value=form.json
                error=json_error
            />
        </Show>
        <p class="quiet">
            "Done each time that the rule fires, at most 10 times a minute for a device: a rule that causes what it fires for stops there."
        </p>
    }
    .into_any()
}

/// Tries the action as it stands in the form, and shows what came of it.
#[component]
fn TryNow(
    form: ActionForm,
    place: Signal<usize>,
    rule: Signal<Result<NewRule, Problem>>,
    saved: i32,
) -> impl IntoView {
    let slug = use_slug();
    let (trying, looking) = (Attempt::new(), Attempt::new());
    let device = RwSignal::new(String::new());
    let answer = RwSignal::new(None::<ActionRun>);
    let body = RwSignal::new(None::<String>);
    let error = trying.error("device", device);
    let test = move || {
        let action = untrack(move || form.draft().action(place.get()));
        let (check, action) = match action {
            Ok(action) => (Ok(()), Some(action)),
            Err(problem) => (Err(problem), None),
        };
        let (slug, device) = (slug.get_untracked(), device.get_untracked());
        let call = async move {
            match action {
                Some(action) => test_action(slug, saved, action, device).await.map(Some),
                None => Ok(None),
            }
        };
        trying.run(check, call, move |run| answer.set(run));
    };
    let preview = move || {
        let new = rule.get_untracked();
        let (check, new) = match new {
            Ok(new) => (Ok(()), Some(new)),
            Err(problem) => (Err(problem), None),
        };
        let (slug, place) = (slug.get_untracked(), place.get_untracked());
        let call = async move {
            match new {
                Some(new) => preview_action(slug, Some(saved), new, place).await.map(Some),
                None => Ok(None),
            }
        };
        looking.run(check, call, move |text| body.set(text));
    };
    let to_device =
        move || form.kind.with(|kind| matches!(kind.as_str(), "command" | "property" | "publish"));
    let has_body =
        move || !form.kind.with(|kind| matches!(kind.as_str(), "mail" | "command" | "property" | "publish"));
    view! {
        <div class="rule-row">
            <Show when=to_device>
                <Field label="Try it for device" name=format!("try-{}", form.key) mono=true value=device error />
            </Show>
            <Button busy=trying.busy() on_click=test>
                "Test now"
            </Button>
            <Show when=has_body>
                <Button kind=ButtonKind::Ghost busy=looking.busy() on_click=preview>
                    "Show what is sent"
                </Button>
            </Show>
        </div>
        <Refusal attempt=trying />
        <Refusal attempt=looking />
        <Said attempt=trying />
        <Said attempt=looking />
        <div role="status">
            {move || answer.get().map(|run| view! {
                <p>
                    <StateMark state=run.state />
                    " "
                    {run.status.map(|status| format!("{status} "))}
                    {run.answer}
                    {run.took_ms.map(|ms| view! { <span class="quiet">{format!(" in {} ms", count(ms.into()))}</span> })}
                </p>
            })}
        </div>
        {move || body.get().map(|text| view! { <pre class="rule-body" tabindex="0" aria-label="What is sent">{text}</pre> })}
    }
    .into_any()
}

/// What fields of other places have wrong.
#[component]
fn Said(attempt: Attempt) -> impl IntoView {
    move || {
        let wrong = attempt.problem().get().filter(|p| !p.fields.is_empty());
        wrong.map(|p| {
            let text = p.fields.into_iter().map(|f| f.message).collect::<Vec<_>>().join(" ");
            view! { <p class="field-error">{text}</p> }
        })
    }
}

/// How a run stands.
#[component]
pub fn StateMark(state: RunState) -> impl IntoView {
    let bad = matches!(state, RunState::GivenUp | RunState::HeldBack);
    let dashed = state == RunState::Waiting;
    view! { <Tag bad dashed>{state.label()}</Tag> }.into_any()
}
