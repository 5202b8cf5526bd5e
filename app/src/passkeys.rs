//! The browser's side of passkeys: `navigator.credentials`, asked and answered in JSON.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Why the browser gave none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPasskey {
    /// It can't.
    Unable,
    /// Nobody confirmed in time, or they broke it off.
    Cancelled,
    /// The one at hand is registered already.
    Known,
    /// Something else.
    Failed,
}

impl NoPasskey {
    /// What people are told.
    pub fn sentence(&self) -> &'static str {
        match self {
            NoPasskey::Unable => {
                "This browser can't use passkeys here. They need HTTPS and a browser of today."
            }
            NoPasskey::Cancelled => "No passkey was given. Try again, or choose another way.",
            NoPasskey::Known => "This device holds a passkey of yours already.",
            NoPasskey::Failed => "The browser could not use a passkey.",
        }
    }
}

/// Makes a passkey as the server asks.
pub async fn create(options: &str) -> Result<String, NoPasskey> {
    ask("create", "parseCreationOptionsFromJSON", options).await
}

/// Shows a passkey as the server asks.
pub async fn get(options: &str) -> Result<String, NoPasskey> {
    ask("get", "parseRequestOptionsFromJSON", options).await
}

async fn ask(method: &str, reader: &str, options: &str) -> Result<String, NoPasskey> {
    let unable = |_: JsValue| NoPasskey::Unable;
    let member = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).map_err(unable);
    let function = |of: &JsValue, name: &str| -> Result<Function, NoPasskey> {
        member(of, name)?.dyn_into::<Function>().map_err(unable)
    };
    let window = JsValue::from(leptos::prelude::window());
    let kind = member(&window, "PublicKeyCredential")?;
    if kind.is_undefined() {
        return Err(NoPasskey::Unable);
    }
    let whole = JSON::parse(options).map_err(|_| NoPasskey::Failed)?;
    let asked = member(&whole, "publicKey")?;
    let asked = function(&kind, reader)?.call1(&kind, &asked).map_err(|_| NoPasskey::Failed)?;
    let wanted = Object::new();
    Reflect::set(&wanted, &"publicKey".into(), &asked).map_err(unable)?;
    let credentials = member(&member(&window, "navigator")?, "credentials")?;
    let promise =
        function(&credentials, method)?.call1(&credentials, &wanted).map_err(|_| NoPasskey::Failed)?;
    let promise = promise.dyn_into::<Promise>().map_err(unable)?;
    let given = wasm_bindgen_futures::JsFuture::from(promise).await.map_err(|error| {
        match member(&error, "name").ok().and_then(|name| name.as_string()).as_deref() {
            Some("NotAllowedError" | "AbortError") => NoPasskey::Cancelled,
            Some("InvalidStateError") => NoPasskey::Known,
            Some("NotSupportedError" | "SecurityError") => NoPasskey::Unable,
            _ => NoPasskey::Failed,
        }
    })?;
    Ok(JSON::stringify(&given).map_err(|_| NoPasskey::Failed)?.into())
}
