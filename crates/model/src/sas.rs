//! Shared access signatures: how a device proves that it has a key without telling it.
//!
//! `SharedAccessSignature sr={resource}&sig={signature}&se={expiry}[&skn={policy}]`: the signature is the HMAC-SHA256,
//! under the key, of the resource *as it stands in the token* and the expiry. No clock here: whoever asks says when.

use crate::percent;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What every token begins with.
pub const PREFIX: &str = "SharedAccessSignature ";
/// Longest token that is read, in bytes.
const TOKEN_MAX: usize = 4096;

/// A token, read and not yet believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is for, decoded: `{host}/devices/{id}`, `{scope}/registrations/{id}`.
    pub resource: String,
    /// When it runs out, in seconds since 1970.
    pub expires_s: u64,
    /// The name of the policy whose key has signed, where one is named.
    pub policy: Option<String>,
    /// The resource and the expiry as they came: what is signed.
    signed: String,
    signature: Vec<u8>,
}

/// Why a token proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SasError {
    /// It is no token, or lacks something.
    #[error("The token can't be read: {0}")]
    Malformed(&'static str),
    /// Another key has signed it, or none.
    #[error("The token's signature is of another key")]
    WrongKey,
    /// Its time is over.
    #[error("The token ran out {ago_s} seconds ago")]
    Expired {
        /// How long ago, in seconds.
        ago_s: u64,
    },
}

impl std::fmt::Debug for Token {
    /// Without the signature, which is as good as a password until it runs out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("resource", &self.resource)
            .field("expires_s", &self.expires_s)
            .finish_non_exhaustive()
    }
}

impl Token {
    /// Whether this password wants to be a token.
    pub fn is_meant(password: &[u8]) -> bool {
        password.starts_with(PREFIX.trim_end().as_bytes())
    }

    /// Reads a token.
    ///
    /// # Errors
    /// Which part is missing or can't be read.
    pub fn parse(text: &str) -> Result<Token, SasError> {
        if text.len() > TOKEN_MAX {
            return Err(SasError::Malformed("it is longer than 4096 bytes."));
        }
        let fields = text
            .trim()
            .strip_prefix(PREFIX)
            .ok_or(SasError::Malformed("it begins with “SharedAccessSignature ”."))?;
        let (mut sr, mut sig, mut se, mut skn) = (None, None, None, None);
        for field in fields.trim().split('&') {
            let (key, value) =
                field.split_once('=').ok_or(SasError::Malformed("its parts are key=value."))?;
            let place = match key {
                "sr" => &mut sr,
                "sig" => &mut sig,
                "se" => &mut se,
                "skn" => &mut skn,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(SasError::Malformed("a part stands in it twice."));
            }
        }
        let sr = sr.filter(|sr| !sr.is_empty()).ok_or(SasError::Malformed("sr is missing."))?;
        let sig = sig.ok_or(SasError::Malformed("sig is missing."))?;
        let se = se.ok_or(SasError::Malformed("se is missing."))?;
        let signature = percent::decode(sig).and_then(|sig| STANDARD.decode(sig).ok());
        Ok(Token {
            // A percent sign of an id that is not encoded stands for itself.
            resource: percent::decode_or_keep(sr),
            expires_s: se
                .parse()
                .map_err(|_| SasError::Malformed("se is a number of seconds since 1970."))?,
            policy: skn.filter(|skn| !skn.is_empty()).map(percent::decode_or_keep),
            signed: format!("{sr}\n{se}"),
            signature: signature.ok_or(SasError::Malformed("sig is not percent-encoded base64."))?,
        })
    }

    /// Whether this key, in bytes, has signed it, and it still holds at `now_s`, in seconds since 1970. The signature is
    /// compared in constant time, and first: who has not the key hears nothing of the time.
    ///
    /// # Errors
    /// Why not.
    pub fn verify(&self, key: &[u8], now_s: u64) -> Result<(), SasError> {
        mac(key, &self.signed).verify_slice(&self.signature).map_err(|_| SasError::WrongKey)?;
        match now_s.checked_sub(self.expires_s) {
            Some(ago_s) => Err(SasError::Expired { ago_s }),
            None => Ok(()),
        }
    }

    /// Whether it is for this resource of a hub's device: `{host}/devices/{id}`, where host is one of `hosts`, in any
    /// case. The id is compared to the letter.
    pub fn is_for_device<'a>(&self, hosts: impl IntoIterator<Item = &'a str>, device: &str) -> bool {
        // One SDK leaves it unencoded: then an id with a percent sign is meant as it stands.
        let as_it_came = self.signed.split('\n').next().unwrap_or_default();
        let named = |resource: &'_ str| {
            let (host, rest) = resource.trim_end_matches('/').split_once('/')?;
            (rest.strip_prefix("devices/")? == device).then(|| host.to_owned())
        };
        let Some(host) = named(&self.resource).or_else(|| named(as_it_came)) else { return false };
        hosts.into_iter().any(|known| known.eq_ignore_ascii_case(&host))
    }

    /// Whether it is for this registration: `{scope}/registrations/{id}`, under the policy that belongs to it or none.
    pub fn is_for_registration(&self, scope: &str, registration: &str) -> bool {
        let policy = self.policy.as_deref().is_none_or(|policy| policy == "registration");
        policy && self.resource.trim_end_matches('/') == format!("{scope}/registrations/{registration}")
    }
}

/// The key of a device in a group, from the group's key, both as base64.
///
/// # Errors
/// Where the group's key is no base64.
pub fn derive(group_key: &str, registration_id: &str) -> Result<String, SasError> {
    let key = key_bytes(group_key)?;
    Ok(STANDARD.encode(mac(&key, registration_id).finalize().into_bytes()))
}

/// The bytes of a key that is written as base64.
///
/// # Errors
/// Where it is none.
pub fn key_bytes(key: &str) -> Result<Vec<u8>, SasError> {
    STANDARD.decode(key.trim()).map_err(|_| SasError::Malformed("the key is not base64."))
}

/// A token for a resource, which is written percent-encoded, until a time in seconds since 1970.
pub fn sign(key: &[u8], resource: &str, expires_s: u64) -> String {
    let sr = percent::encode(resource);
    let signature = STANDARD.encode(mac(key, &format!("{sr}\n{expires_s}")).finalize().into_bytes());
    format!("{PREFIX}sr={sr}&sig={}&se={expires_s}", percent::encode(&signature))
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A signature of this resource exactly as it is written here.
    fn written(key: &[u8], sr: &str, expires_s: u64) -> String {
        let signature = STANDARD.encode(mac(key, &format!("{sr}\n{expires_s}")).finalize().into_bytes());
        format!("{PREFIX}sig={}&se={expires_s}&skn=registration&sr={sr}", percent::encode(&signature))
    }

    #[test]
    fn the_published_key_is_derived() {
        let group =
            "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==";
        let derived = derive(group, "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6");
        assert_eq!(derived.as_deref(), Ok("Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc="));
        assert!(derive("no base64!", "x").is_err());
    }

    #[test]
    fn the_resource_is_signed_as_it_came() {
        for sr in ["h.example%2Fdevices%2Fd", "h.example%2fdevices%2fd", "h.example/devices/d"] {
            let token = Token::parse(&written(b"key", sr, 1000)).unwrap();
            assert_eq!(token.resource, "h.example/devices/d");
            assert_eq!(token.verify(b"key", 999), Ok(()));
            assert_eq!(token.verify(b"key", 1000), Err(SasError::Expired { ago_s: 0 }));
            assert_eq!(token.verify(b"kez", 2000), Err(SasError::WrongKey));
        }
    }

    #[test]
    fn a_token_is_for_one_device_of_whole_segments() {
        let is_for = |resource: &str, device| {
            Token::parse(&sign(b"k", resource, 1)).unwrap().is_for_device(["h.example", "localhost"], device)
        };
        assert!(is_for("h.example/devices/d", "d") && is_for("LOCALHOST/devices/d/", "d"));
        for (resource, device) in [
            ("h.example/devices/d1", "d"),
            ("h.example/devices/d", "d1"),
            ("h.example/devices/a+b", "a b"),
            ("h.example/devices/D", "d"),
            ("h.example/devices", "d"),
            ("h.example", "d"),
            ("other/devices/d", "d"),
            ("h.example/devices/d/modules/m", "d"),
            ("h.example/modules/d", "d"),
        ] {
            assert!(!is_for(resource, device), "{resource} {device}");
        }
        for (sr, device) in [
            ("h.example/devices/100%", "100%"),
            ("h.example/devices/%41", "%41"),
            ("h.example%2Fdevices%2Fa%23%2B%3F", "a#+?"),
            ("h.example/devices/a#+?=1", "a#+?=1"),
        ] {
            let token = Token::parse(&written(b"k", sr, 1)).unwrap();
            assert!(token.is_for_device(["h.example"], device), "{sr}");
            assert_eq!(token.verify(b"k", 0), Ok(()), "{sr}");
        }
        let registration = |text: &str| Token::parse(text).unwrap().is_for_registration("0NE", "r");
        assert!(registration(&sign(b"k", "0NE/registrations/r", 1)));
        assert!(registration(&written(b"k", "0NE%2fregistrations%2fr", 1)));
        assert!(!registration(&sign(b"k", "0NE/registrations/q", 1)));
        assert!(!registration(&format!("{}&skn=owner", sign(b"k", "0NE/registrations/r", 1))));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for bad in [
            "",
            "SharedAccessSignature",
            "SharedAccessSignature ",
            "SharedAccessSignature sr=a&sig=YQ%3D%3D",
            "SharedAccessSignature sr=a&se=1",
            "SharedAccessSignature sig=YQ%3D%3D&se=1",
            "SharedAccessSignature sr=&sig=YQ%3D%3D&se=1",
            "SharedAccessSignature sr=a&sig=YQ%3D%3D&se=soon",
            "SharedAccessSignature sr=a&sig=YQ%3D%3D&se=-1",
            "SharedAccessSignature sr=a&sig=!&se=1",
            "SharedAccessSignature sr=a&sr=b&sig=YQ%3D%3D&se=1",
            "sr=a&sig=YQ%3D%3D&se=1",
        ] {
            assert!(matches!(Token::parse(bad), Err(SasError::Malformed(_))), "{bad}");
        }
        assert!(Token::parse(&format!("{PREFIX}{}", "x".repeat(5000))).is_err());
        let text = format!("{:?}", Token::parse(&sign(b"k", "a", 1)).unwrap());
        assert!(!text.contains("sig"), "{text}");
    }

    proptest! {
        #[test]
        fn what_is_signed_is_verified_and_nothing_else(
            key in any::<Vec<u8>>(),
            other in any::<Vec<u8>>(),
            resource in ".{1,200}",
            expires_s in 1..u64::MAX,
        ) {
            let token = Token::parse(&sign(&key, &resource, expires_s)).unwrap();
            prop_assert_eq!(&token.resource, &resource);
            prop_assert_eq!(token.verify(&key, expires_s - 1), Ok(()));
            // HMAC fills short keys up with zeros.
            let trimmed = |key: &[u8]| key.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
            if key[..trimmed(&key)] != other[..trimmed(&other)] {
                prop_assert_eq!(token.verify(&other, 0), Err(SasError::WrongKey));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), fields in "[srigekn=&%2Fa1+/]{0,60}") {
            let _ = Token::parse(&text);
            if let Ok(token) = Token::parse(&format!("{PREFIX}{fields}")) {
                prop_assert!(token.verify(b"key", 0).is_err());
            }
        }
    }
}
