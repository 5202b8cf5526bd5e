//! The dialog that makes a destination, or changes one.

use crate::api::data_exports::{create_data_destination, update_data_destination};
use crate::pages::attempt::{Attempt, Refusal};
use crate::session::use_slug;
use crate::ui::{Button, ButtonKind, Dialog, Field, Form, FormActions, Select, TextArea, use_toasts};
use leptos::prelude::*;
use model::data_export::{Destination, NewDestination, Shape, Where};

/// Makes one, or changes the one that is given.
#[component]
pub(super) fn DestinationDialog(
    open: RwSignal<bool>,
    editing: RwSignal<Option<Destination>>,
    on_saved: Callback<()>,
) -> impl IntoView {
    let title = Signal::derive(move || match editing.get() {
        Some(one) => format!("Change “{}”", one.name),
        None => "New destination".to_owned(),
    });
    view! {
        <Dialog open title wide=true>
            <DestinationForm open was=editing.get_untracked() on_saved />
        </Dialog>
    }
    .into_any()
}

/// What is written into the form. Fields of the same meaning are shared by the kinds.
#[derive(Clone, Copy)]
struct Written {
    name: RwSignal<String>,
    kind: RwSignal<String>,
    url: RwSignal<String>,
    headers: RwSignal<String>,
    topic: RwSignal<String>,
    username: RwSignal<String>,
    bucket: RwSignal<String>,
    region: RwSignal<String>,
    endpoint: RwSignal<String>,
    id: RwSignal<String>,
    prefix: RwSignal<String>,
    shape: RwSignal<String>,
    every: RwSignal<String>,
    host: RwSignal<String>,
    port: RwSignal<String>,
    database: RwSignal<String>,
    table: RwSignal<String>,
    secret: RwSignal<String>,
}

impl Written {
    fn of(was: Option<&Destination>) -> Written {
        let empty = || RwSignal::new(String::new());
        let some = |text: &str| RwSignal::new(text.to_owned());
        let written = Written {
            name: RwSignal::new(was.map(|one| one.name.clone()).unwrap_or_default()),
            kind: some(was.map_or("webhook", |one| one.to.word())),
            url: empty(),
            headers: empty(),
            topic: some("export/{messageSource}/{deviceId}"),
            username: empty(),
            bucket: empty(),
            region: some("eu-central-1"),
            endpoint: empty(),
            id: empty(),
            prefix: empty(),
            shape: some("json-lines"),
            every: some("60"),
            host: empty(),
            port: some("5432"),
            database: empty(),
            table: some("homeport_export"),
            secret: empty(),
        };
        let files = |prefix: &str, shape: Shape, every: i32| {
            written.prefix.set(prefix.to_owned());
            written.shape.set(if shape == Shape::Csv { "csv".into() } else { "json-lines".into() });
            written.every.set(every.to_string());
        };
        match was.map(|one| one.to.clone()) {
            Some(Where::Webhook { url, headers }) => {
                written.url.set(url);
                let lines: Vec<String> =
                    headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                written.headers.set(lines.join("\n"));
            }
            Some(Where::Mqtt { url, topic, username }) => {
                written.url.set(url);
                written.topic.set(topic);
                written.username.set(username);
            }
            Some(Where::S3 { bucket, region, endpoint, access_key_id, prefix, shape, every_seconds }) => {
                written.bucket.set(bucket);
                written.region.set(region);
                written.endpoint.set(endpoint);
                written.id.set(access_key_id);
                files(&prefix, shape, every_seconds);
            }
            Some(Where::AzureBlob { account, container, endpoint, prefix, shape, every_seconds }) => {
                written.id.set(account);
                written.bucket.set(container);
                written.endpoint.set(endpoint);
                files(&prefix, shape, every_seconds);
            }
            Some(Where::Postgres { host, port, database, username, table }) => {
                written.host.set(host);
                written.port.set(port.to_string());
                written.database.set(database);
                written.username.set(username);
                written.table.set(table);
            }
            None => {}
        }
        written
    }

    fn read(self, was_secret: bool) -> NewDestination {
        let text = |signal: RwSignal<String>| signal.get_untracked();
        let shape = if text(self.shape) == "csv" { Shape::Csv } else { Shape::JsonLines };
        let every_seconds = text(self.every).trim().parse().unwrap_or(0);
        let to = match text(self.kind).as_str() {
            "mqtt" => {
                Where::Mqtt { url: text(self.url), topic: text(self.topic), username: text(self.username) }
            }
            "s3" => Where::S3 {
                bucket: text(self.bucket),
                region: text(self.region),
                endpoint: text(self.endpoint),
                access_key_id: text(self.id),
                prefix: text(self.prefix),
                shape,
                every_seconds,
            },
            "azure-blob" => Where::AzureBlob {
                account: text(self.id),
                container: text(self.bucket),
                endpoint: text(self.endpoint),
                prefix: text(self.prefix),
                shape,
                every_seconds,
            },
            "postgres" => Where::Postgres {
                host: text(self.host),
                port: text(self.port).trim().parse().unwrap_or(0),
                database: text(self.database),
                username: text(self.username),
                table: text(self.table),
            },
            _ => {
                let lines = text(self.headers);
                let pair = |line: &str| {
                    let (name, value) = line.split_once(':').unwrap_or((line, ""));
                    (name.trim().to_owned(), value.trim().to_owned())
                };
                let headers = lines.lines().filter(|line| !line.trim().is_empty()).map(pair).collect();
                Where::Webhook { url: text(self.url), headers }
            }
        };
        let secret = text(self.secret);
        // An empty field leaves what is there.
        let secret = (!secret.is_empty() || !was_secret).then_some(secret);
        NewDestination { name: text(self.name), to, secret }
    }
}

#[component]
fn DestinationForm(open: RwSignal<bool>, was: Option<Destination>, on_saved: Callback<()>) -> impl IntoView {
    let (slug, toasts) = (use_slug(), use_toasts());
    let attempt = Attempt::new();
    let w = Written::of(was.as_ref());
    let (id, had_secret) = (was.as_ref().map(|one| one.id), was.is_some_and(|one| one.has_secret));
    let submit = move || {
        let new = w.read(had_secret);
        let slug = slug.get_untracked();
        let check = new.clone().checked().map(|_| ());
        let save = async move {
            match id {
                Some(id) => update_data_destination(slug, id, new).await,
                None => create_data_destination(slug, new).await,
            }
        };
        attempt.run(check, save, move |saved: Destination| {
            open.set(false);
            toasts.ok(format!("Saved “{}”", saved.name));
            on_saved.run(());
        });
    };
    let kinds = [
        ("webhook", "Webhook"),
        ("mqtt", "MQTT broker"),
        ("s3", "S3 storage"),
        ("azure-blob", "Azure Blob storage"),
        ("postgres", "Postgres"),
    ];
    let kinds: Vec<(String, String)> = kinds.map(|(word, label)| (word.to_owned(), label.to_owned())).into();
    let secret_hint =
        if had_secret { "There is one. Leave this empty to keep it." } else { "It is never shown again." };
    let fields = move || {
        let error = |field, value| attempt.error(field, value);
        match w.kind.get().as_str() {
            "mqtt" => view! {
                <Field label="Address" name="url" value=w.url error=error("url", w.url) placeholder="mqtts://broker.example.com:8883" mono=true />
                <Field label="Topic" name="topic" value=w.topic error=error("topic", w.topic) mono=true hint="{deviceId} and {messageSource} stand for what the message says." />
                <Field label="User name" name="username" value=w.username error=error("username", w.username) />
                <Field label="Password" name="secret" kind="password" autocomplete="new-password" value=w.secret error=error("secret", w.secret) hint=secret_hint />
            }
            .into_any(),
            "s3" => view! {
                <Field label="Bucket" name="bucket" value=w.bucket error=error("bucket", w.bucket) mono=true />
                <Field label="Region" name="region" value=w.region error=error("region", w.region) mono=true />
                <Field label="Endpoint" name="endpoint" value=w.endpoint error=error("endpoint", w.endpoint) mono=true hint="Only of a storage that is not Amazon's." />
                <Field label="Access key id" name="accessKeyId" value=w.id error=error("accessKeyId", w.id) mono=true />
                <Field label="Secret access key" name="secret" kind="password" autocomplete="new-password" value=w.secret error=error("secret", w.secret) hint=secret_hint />
                <FileFields w attempt />
            }
            .into_any(),
            "azure-blob" => view! {
                <Field label="Storage account" name="account" value=w.id error=error("account", w.id) mono=true />
                <Field label="Container" name="container" value=w.bucket error=error("container", w.bucket) mono=true />
                <Field label="Endpoint" name="endpoint" value=w.endpoint error=error("endpoint", w.endpoint) mono=true hint="Only where it is another than the account's own." />
                <Field label="Account key" name="secret" kind="password" autocomplete="new-password" value=w.secret error=error("secret", w.secret) hint=secret_hint />
                <FileFields w attempt />
            }
            .into_any(),
            "postgres" => view! {
                <Field label="Host" name="host" value=w.host error=error("host", w.host) mono=true />
                <Field label="Port" name="port" value=w.port mono=true />
                <Field label="Database" name="database" value=w.database error=error("database", w.database) mono=true />
                <Field label="User name" name="username" value=w.username error=error("username", w.username) mono=true />
                <Field label="Password" name="secret" kind="password" autocomplete="new-password" value=w.secret error=error("secret", w.secret) hint=secret_hint />
                <Field label="Table" name="table" value=w.table error=error("table", w.table) mono=true hint="It is made where there is none." />
            }
            .into_any(),
            _ => view! {
                <Field label="Address" name="url" value=w.url error=error("url", w.url) placeholder="https://example.com/in" mono=true />
                <Field label="Authorization" name="secret" kind="password" autocomplete="new-password" value=w.secret error=error("secret", w.secret) hint=secret_hint placeholder="Bearer …" />
                <TextArea label="Headers" name="headers" value=w.headers error=error("headers", w.headers) rows=2 mono=true hint="One a line: Name: value" />
            }
            .into_any(),
        }
    };
    view! {
        <Form on_submit=submit label="Destination">
            <Field label="Name" name="name" value=w.name error=attempt.error("name", w.name) autofocus=true />
            <Select label="Kind" name="kind" value=w.kind options=Signal::stored(kinds) />
            {fields}
            <Refusal attempt />
            <FormActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=attempt.busy()>"Save"</Button>
            </FormActions>
        </Form>
    }
    .into_any()
}

#[component]
fn FileFields(w: Written, attempt: Attempt) -> impl IntoView {
    let shapes = [("json-lines", "JSON lines"), ("csv", "CSV")];
    let shapes: Vec<(String, String)> =
        shapes.map(|(word, label)| (word.to_owned(), label.to_owned())).into();
    view! {
        <Field label="Prefix" name="prefix" value=w.prefix error=attempt.error("prefix", w.prefix) mono=true hint="Before the names of all files." />
        <Select label="Files are" name="shape" value=w.shape options=Signal::stored(shapes) />
        <Field label="A file every so many seconds" name="everySeconds" value=w.every error=attempt.error("everySeconds", w.every) />
    }
    .into_any()
}
