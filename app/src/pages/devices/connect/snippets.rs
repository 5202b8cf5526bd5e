//! The commands to paste, for the client and the transport that one chooses.

use super::key::DeviceKey;
use crate::pages::devices::commands::{Client, Transport, command, offered};
use crate::ui::{Banner, BannerKind, Code, Segmented};
use leptos::prelude::*;
use model::device::Connection;

/// A choice of client and transport, and the command for both.
#[component]
pub(super) fn Snippets(connection: Connection, key: DeviceKey) -> impl IntoView {
    let transports = offered(&connection);
    let Some(first) = transports.first().copied() else {
        return view! {
            <Banner kind=BannerKind::Warning>
                "This Homeport's broker has no port open for devices. Whoever runs it can open one."
            </Banner>
        }
        .into_any();
    };
    let client = RwSignal::new(Client::Mosquitto.as_str().to_owned());
    let transport = RwSignal::new(first.as_str().to_owned());
    let origin = RwSignal::new(String::new());
    Effect::new(move |_| origin.set(window().location().origin().unwrap_or_default()));
    let several = transports.len() > 1;
    let text = Signal::derive(move || {
        let client = client.with(|word| Client::from_word(word));
        let transport = transport.with(|word| Transport::from_word(word));
        let shown = key.shown.get();
        command(&connection, client, transport, shown.as_deref(), &origin.get()).unwrap_or_default()
    });
    let clients: Vec<(String, String)> =
        Client::ALL.into_iter().map(|c| (c.as_str().to_owned(), c.label().to_owned())).collect();
    let security: Vec<(String, String)> = transports
        .into_iter()
        .map(|t| (t.as_str().to_owned(), if t == Transport::Tls { "TLS" } else { "Plain" }.to_owned()))
        .collect();
    view! {
        <div class="snippet-choice">
            <Segmented value=client options=clients label="Client" />
            {several.then(|| view! { <Segmented value=transport options=security label="Encryption" /> })}
        </div>
        <Code text />
        <p class="hint snippet-note">
            {move || client.with(|word| Client::from_word(word)).needs()}
            {move || {
                key.shown
                    .with(Option::is_none)
                    .then_some(" The first line takes the key; show it, and it stands in the command.")
            }}
        </p>
    }
    .into_any()
}
