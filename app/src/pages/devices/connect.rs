//! The Connect tab: what a device needs, commands to paste, and the first value as it arrives.

mod azure;
mod certificates;
mod first_value;
mod key;
mod snippets;

use super::commands::{Transport, offered};
use super::here::Here;
use crate::ui::{Card, CopyButton, Facts, Glyph, Grid, LinkButton};
use azure::Azure;
use certificates::Certificates;
use first_value::FirstValue;
pub(super) use key::JUST_MADE;
use key::{DeviceKey, KeyRow};
use leptos::prelude::*;
use model::device::Connection;
use snippets::Snippets;

/// Everything to connect the device with.
#[component]
pub(super) fn Connect(here: Here, connection: Connection) -> impl IntoView {
    let key = DeviceKey::new(here);
    let (copied, azure) = (connection.clone(), connection.clone());
    let certificates = connection.tls_port.is_some().then(|| connection.certificates.clone());
    view! {
        <Grid>
            <Card title=Signal::stored("Connection".to_owned()) span=6>
                <ConnectionFacts connection key />
            </Card>
            <Card title=Signal::stored("Send the first value".to_owned()) span=6>
                <Snippets connection=copied key />
                <FirstValue here />
            </Card>
            <Azure connection=azure key />
            {certificates.map(|certificates| view! { <Certificates here certificates /> })}
        </Grid>
    }
    .into_any()
}

#[component]
fn ConnectionFacts(connection: Connection, key: DeviceKey) -> impl IntoView {
    let user_name = format!("{}/{}", connection.scope, connection.external_id);
    let topic = format!("{}telemetry", model::topic::prefix(&connection.scope, &connection.external_id));
    let brokers: Vec<(String, &str)> = offered(&connection)
        .into_iter()
        .filter_map(|transport| {
            let note = if transport == Transport::Tls { "encrypted" } else { "not encrypted" };
            transport.address(&connection).map(|address| (address, note))
        })
        .collect();
    let has_ca = connection.tls_port.is_some() && !connection.ca_pem.trim().is_empty();
    view! {
        <Facts>
            <Fact name="ID scope" value=connection.scope />
            <Fact name="Device ID" value=connection.external_id />
            <Fact name="User name" value=user_name />
            <KeyRow key />
            <dt>"Broker"</dt>
            <dd>
                {brokers
                    .into_iter()
                    .map(|(address, note)| {
                        let copy = Signal::stored(address.clone());
                        view! {
                            <span class="fact-line">
                                <code class="mono">{address}</code>
                                <span class="quiet">{note}</span>
                                <CopyButton text=copy />
                            </span>
                        }
                    })
                    .collect_view()}
            </dd>
            <Fact name="Topic" value=topic />
            <dt>"Protocol"</dt>
            <dd>"MQTT 3.1.1 or 5; the key is the password, unless a certificate stands for it"</dd>
            {has_ca
                .then(|| {
                    view! {
                        <dt>"CA certificate"</dt>
                        <dd>
                            <LinkButton href="/ca.pem" icon=Glyph::Download download=true>
                                "Download ca.pem"
                            </LinkButton>
                        </dd>
                    }
                })}
        </Facts>
    }
    .into_any()
}

/// A name and a value to copy.
#[component]
fn Fact(name: &'static str, value: String) -> impl IntoView {
    let copy = Signal::stored(value.clone());
    view! {
        <dt>{name}</dt>
        <dd>
            <span class="fact-line">
                <code class="mono">{value}</code>
                <CopyButton text=copy />
            </span>
        </dd>
    }
    .into_any()
}
