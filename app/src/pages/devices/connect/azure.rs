//! What a device needs that was written for Azure, and all of it as a QR code.

use super::Fact;
use super::key::DeviceKey;
use crate::ui::{Button, Card, Facts, Qr};
use leptos::prelude::*;
use model::device::Connection;
use serde_json::json;

/// The card.
#[component]
pub(super) fn Azure(connection: Connection, key: DeviceKey) -> impl IntoView {
    let Connection { scope, external_id, host, .. } = connection;
    let data = StoredValue::new((scope.clone(), external_id.clone(), host.clone()));
    let scanning = RwSignal::new(false);
    let text = Signal::derive(move || {
        let (scope, id, host) = data.get_value();
        code(&scope, &id, &host, key.shown.get().as_deref())
    });
    view! {
        <Card title=Signal::stored("A device written for Azure".to_owned()) span=12>
            <p class="hint">
                "It asks a provisioning service where to connect. Give it this host instead of Azure's, and trust the CA certificate; its code stays as it is."
            </p>
            <Facts>
                <Fact name="Provisioning host" value=host />
                <Fact name="ID scope" value=scope />
                <Fact name="Registration ID" value=external_id />
                <dt>"Symmetric key"</dt>
                <dd>"The key above. That of a device that has come by a group follows from the group's key and its id."</dd>
                <dt>"QR code"</dt>
                <dd>
                    <Button on_click=move || scanning.update(|scanning| *scanning = !*scanning)>
                        {move || if scanning.get() { "Hide the code" } else { "Show the code" }}
                    </Button>
                    <Show when=move || scanning.get()>
                        <p>
                            <Qr text label="The device's connection data as a QR code" />
                        </p>
                        <p class="hint">
                            {move || {
                                if key.shown.with(Option::is_some) {
                                    "It holds the key: show it to nobody who may not have it."
                                } else {
                                    "Without the key. Show the key above, and the code holds it."
                                }
                            }}
                        </p>
                    </Show>
                </dd>
            </Facts>
        </Card>
    }
    .into_any()
}

/// What the code says, in JSON.
fn code(scope: &str, id: &str, host: &str, key: Option<&str>) -> String {
    let mut data = json!({"id": id, "scopeId": scope, "host": host});
    if let Some(key) = key {
        data["key"] = key.into();
    }
    data.to_string()
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn the_key_is_in_it_only_while_it_is_shown() {
        let read = |key| serde_json::from_str::<serde_json::Value>(&code("0ne", "a", "h", key)).unwrap();
        assert_eq!(read(None), serde_json::json!({"host": "h", "id": "a", "scopeId": "0ne"}));
        let with_key = serde_json::json!({"host": "h", "id": "a", "key": "k=", "scopeId": "0ne"});
        assert_eq!(read(Some("k=")), with_key);
    }
}
