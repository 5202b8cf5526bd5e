//! Web push: browsers that somebody has asked to be woken. Messages are encrypted for each of them (RFC 8291, `aes128gcm`), and
//! signed with a key of ours (VAPID, RFC 8292), so that nobody on the way reads or makes them.

use crate::access::ViewDevices;
use crate::audit::Act;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::homeport::Homeport;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::audit::{Action, Subject};
use model::call::Call;
use model::notice::Subscription;
use model::{Code, Problem};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

/// What the sealed key is bound to.
const BELONGS_TO: &[u8] = b"the key of web push";
/// For how long the service of the browser keeps a message for a browser that is away, in seconds.
const TTL_S: u32 = 24 * 3600;
/// How long a signature holds, in seconds.
const HOLDS_S: i64 = 12 * 3600;
/// The size of a record, in bytes; a message is one.
const RECORD: u32 = 4096;
/// Browsers of a person in a workspace.
const BROWSERS_MAX: i64 = 20;

/// Our key, with what browsers know it by.
pub(crate) struct PushKey {
    pair: EcdsaKeyPair,
    public: String,
}

/// What browsers know our key by, in base64url.
///
/// # Errors
/// [`Code::NotAllowed`].
pub async fn public_key(context: &Context) -> Result<String> {
    context.grant::<ViewDevices>()?;
    Ok(key(&context.homeport).await?.public)
}

/// A browser of whoever asks is to be woken.
///
/// # Errors
/// [`Code::Invalid`] where it is no subscription; [`Code::TooMany`]; [`Code::NotAllowed`], also for programs.
pub async fn subscribe(context: &Context, subscription: Subscription) -> Result<()> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let person = context.actor.person().ok_or_else(|| Problem::new(Code::NotAllowed))?;
    let decoded = (decoded(&subscription.p256dh), decoded(&subscription.auth));
    let good = matches!(&decoded, (Some(public), Some(auth)) if public.len() == 65 && auth.len() == 16);
    let endpoint = &subscription.endpoint;
    let reachable = endpoint.starts_with("http") && endpoint.len() <= 2000;
    if !good || !reachable || endpoint.chars().any(char::is_control) {
        return Err(Problem::with_detail(Code::Invalid, "This is no subscription of a browser.").into());
    }
    let browsers = scope.push_subscriptions();
    if browsers.count(person).await? >= BROWSERS_MAX {
        let text = format!("{BROWSERS_MAX} browsers of yours are woken already.");
        return Err(Problem::with_detail(Code::TooMany, text).into());
    }
    browsers.insert(person, &subscription).await?;
    let act = Act::new(Action::Update, Subject::Person, person, context.actor.to_string());
    context
        .audited(&scope, act.after(json!({"wakes a browser by": service(&subscription.endpoint)})))
        .await?;
    Ok(scope.commit().await?)
}

/// A browser of whoever asks is not to be woken any more.
///
/// # Errors
/// [`Code::NotAllowed`], also for programs.
pub async fn unsubscribe(context: &Context, endpoint: &str) -> Result<()> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let person = context.actor.person().ok_or_else(|| Problem::new(Code::NotAllowed))?;
    if scope.push_subscriptions().delete_of(person, endpoint).await? {
        let act = Act::new(Action::Update, Subject::Person, person, context.actor.to_string());
        context.audited(&scope, act.before(json!({"wakes a browser by": service(endpoint)}))).await?;
    }
    Ok(scope.commit().await?)
}

/// The service of a browser, without what stands behind it: that is a secret.
fn service(endpoint: &str) -> String {
    endpoint.split('/').take(3).collect::<Vec<_>>().join("/")
}

/// Our key; made where there is none yet.
pub(crate) async fn key(homeport: &Homeport) -> Result<PushKey> {
    let (store, random) = (homeport.store(), SystemRandom::new());
    let broken = |what: &str| Error::Broken(format!("the key of web push {what}"));
    let sealed = match store.push_key(None).await? {
        Some(sealed) => sealed,
        None => {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
            let made = made.map_err(|_| broken("can't be made"))?;
            let sealed = store.key().seal(made.as_ref(), BELONGS_TO);
            store.push_key(Some(sealed)).await?.ok_or_else(|| broken("isn't kept"))?
        }
    };
    let opened =
        store.key().open(&sealed, BELONGS_TO).ok_or_else(|| broken("was sealed with another master key"))?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &opened, &random);
    let pair = pair.map_err(|_| broken("is broken"))?;
    let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    Ok(PushKey { pair, public })
}

/// The request that wakes a browser with this text, of at most 3,000 bytes.
///
/// # Errors
/// The subscription's keys are none, or the system gives no randomness.
pub(crate) fn call(
    key: &PushKey,
    to: &Subscription,
    text: &str,
    topic: &str,
    (origin, now_ms): (&str, i64),
) -> Result<Call> {
    let body =
        encrypted(to, text.as_bytes()).ok_or_else(|| Error::Broken("a browser's keys are none".into()))?;
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let subject = if origin.starts_with("https:") { origin } else { "mailto:homeport@localhost" };
    let claims = json!({"aud": service(&to.endpoint), "exp": now_ms / 1000 + HOLDS_S, "sub": subject});
    let token = format!("{}.{}", part(json!({"typ": "JWT", "alg": "ES256"})), part(claims));
    let signature = key.pair.sign(&SystemRandom::new(), token.as_bytes());
    let signature = signature.map_err(|_| Error::Broken("web push can't be signed".into()))?;
    let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
    Ok(Call {
        method: "POST",
        url: to.endpoint.clone(),
        headers: vec![
            ("content-type".into(), "application/octet-stream".into()),
            ("content-encoding".into(), "aes128gcm".into()),
            ("ttl".into(), TTL_S.to_string()),
            ("urgency".into(), "high".into()),
            // What comes again replaces what a browser has not got yet.
            ("topic".into(), topic.chars().take(32).collect()),
            ("authorization".into(), format!("vapid t={token}.{signature}, k={}", key.public)),
        ],
        body,
    })
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expanded<const N: usize>(prk: &Prk, info: &[&[u8]]) -> Option<[u8; N]> {
    let mut out = [0; N];
    prk.expand(info, Length(N)).ok()?.fill(&mut out).ok()?;
    Some(out)
}

/// The body of RFC 8188 with the keys of RFC 8291.
fn encrypted(to: &Subscription, text: &[u8]) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    let (theirs, auth) = (decoded(&to.p256dh)?, decoded(&to.auth)?);
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &random).ok()?;
    let ours = own.compute_public_key().ok()?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, &theirs);
    let secret = agree_ephemeral(own, &peer, |shared| {
        let prk = Salt::new(HKDF_SHA256, &auth).extract(shared);
        expanded::<32>(&prk, &[b"WebPush: info\0", &theirs, ours.as_ref()])
    })
    .ok()??;
    let mut salt = [0; 16];
    random.fill(&mut salt).ok()?;
    let prk = Salt::new(HKDF_SHA256, &salt).extract(&secret);
    let content = expanded::<16>(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = expanded::<12>(&prk, &[b"Content-Encoding: nonce\0"])?;
    let mut record = text.to_vec();
    record.push(2);
    let content = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content).ok()?);
    content.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record).ok()?;
    let mut body = salt.to_vec();
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(u8::try_from(ours.as_ref().len()).ok()?);
    body.extend_from_slice(ours.as_ref());
    body.extend_from_slice(&record);
    Some(body)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
