//! Waking this browser: it is asked for leave, and says where messages for it go.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use model::notice::Subscription;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What receives the messages; served by us.
const WORKER: &str = "/push-worker.js";

/// How this browser stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can't be woken.
    Unable,
    /// It isn't asked to be.
    Off,
    /// It is woken, by this address.
    On(String),
}

/// How this browser stands.
pub async fn standing() -> Standing {
    match present().await {
        Ok(Some(subscription)) => Standing::On(subscription.endpoint),
        Ok(None) => Standing::Off,
        Err(_) => Standing::Unable,
    }
}

/// Asks for leave, and has this browser woken.
///
/// # Errors
/// Why it isn't, as a sentence.
pub async fn begin(key: &str) -> Result<Subscription, String> {
    let unable = |_: JsValue| "This browser can't be woken.".to_owned();
    let notification = get(&window(), "Notification").map_err(unable)?;
    let leave = called(&notification, "requestPermission", &[]).map_err(unable)?;
    if settled(leave).await.map_err(unable)?.as_string().as_deref() != Some("granted") {
        return Err(
            "This browser doesn't allow it. Allow notifications for this page in its settings.".into()
        );
    }
    let workers = workers().map_err(unable)?;
    settled(called(&workers, "register", &[WORKER.into()]).map_err(unable)?).await.map_err(unable)?;
    let registration = settled(get(&workers, "ready").map_err(unable)?).await.map_err(unable)?;
    let manager = get(&registration, "pushManager").map_err(unable)?;
    let options = Object::new();
    let set = |name: &str, value: JsValue| Reflect::set(&options, &name.into(), &value);
    set("userVisibleOnly", true.into()).map_err(unable)?;
    set("applicationServerKey", key.into()).map_err(unable)?;
    let made = called(&manager, "subscribe", &[options.into()]).map_err(unable)?;
    let made = settled(made).await.map_err(|_| "This browser's push service can't be reached.".to_owned())?;
    read(&made).map_err(unable)
}

/// This browser isn't woken any more.
///
/// # Errors
/// Why it is, as a sentence.
pub async fn end() -> Result<(), String> {
    let unable = |_: JsValue| "This browser can't be asked.".to_owned();
    if let Some(subscription) = subscription().await.map_err(unable)? {
        settled(called(&subscription, "unsubscribe", &[]).map_err(unable)?).await.map_err(unable)?;
    }
    Ok(())
}

async fn present() -> Result<Option<Subscription>, JsValue> {
    subscription().await?.map(|subscription| read(&subscription)).transpose()
}

async fn subscription() -> Result<Option<JsValue>, JsValue> {
    let registration = settled(called(&workers()?, "getRegistration", &[WORKER.into()])?).await?;
    if registration.is_undefined() {
        return Ok(None);
    }
    let manager = get(&registration, "pushManager")?;
    let found = settled(called(&manager, "getSubscription", &[])?).await?;
    Ok((!found.is_null()).then_some(found))
}

fn read(subscription: &JsValue) -> Result<Subscription, JsValue> {
    let plain = called(subscription, "toJSON", &[])?;
    let keys = get(&plain, "keys")?;
    let text = |of: &JsValue, name: &str| get(of, name)?.as_string().ok_or(JsValue::NULL);
    Ok(Subscription {
        endpoint: text(&plain, "endpoint")?,
        p256dh: text(&keys, "p256dh")?,
        auth: text(&keys, "auth")?,
    })
}

fn workers() -> Result<JsValue, JsValue> {
    get(&window().navigator(), "serviceWorker")
}

/// A member that is there.
fn get(of: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    let found = Reflect::get(of, &name.into())?;
    if found.is_undefined() { Err(found) } else { Ok(found) }
}

fn called(of: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = get(of, name)?.dyn_into()?;
    function.apply(of, &arguments.iter().cloned().collect::<Array>())
}

async fn settled(promise: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(promise.dyn_into::<Promise>()?).await
}
