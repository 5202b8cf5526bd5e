//! The master key: the one secret from which all others come, and what it seals.
//!
//! Device keys must be read back to check signatures, so they are encrypted, not hashed. The passwords of the
//! database's roles, and of our own processes at the broker, follow from it too, so that nothing else has to be kept.

use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// First byte of what [`MasterKey::seal`] gives, so that another way can follow.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// 32 random bytes that must not be lost: without them no device key can be read.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A new one from the system's random source.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(MasterKey(bytes))
    }

    /// Reads the key from this file, or makes one and keeps it there, readable by its owner only (0600).
    ///
    /// # Errors
    /// When the file can't be read or made, or holds something else.
    pub fn load_or_create(path: &Path) -> io::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => MasterKey::from_base64(&text).ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{} holds no key of 32 bytes in base64", path.display()),
                )
            }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let key = MasterKey::random()?;
                match write_secret(path, &STANDARD.encode(key.0)) {
                    // Another process was quicker: its key counts.
                    Err(e) if e.kind() == io::ErrorKind::AlreadyExists => MasterKey::load_or_create(path),
                    Err(e) => Err(e),
                    Ok(()) => Ok(key),
                }
            }
            Err(e) => Err(e),
        }
    }

    /// Reads 32 bytes in base64; nothing where it is something else.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text.trim()).ok()?.try_into().ok().map(MasterKey)
    }

    /// Encrypts. `aad` is what the text belongs to, such as the ids of its row: opening it elsewhere fails.
    #[expect(clippy::expect_used, reason = "no randomness, or more than 256 GB: neither can be gone on from")]
    pub fn seal(&self, plain: &[u8], aad: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).expect("the system gives random bytes");
        let sealed = self
            .cipher()
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad })
            .expect("the text is short enough to encrypt");
        [&[VERSION][..], &nonce, &sealed].concat()
    }

    /// Reads back what [`MasterKey::seal`] gave for the same `aad`; nothing where either was changed.
    pub fn open(&self, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        let (&version, rest) = sealed.split_first()?;
        if version != VERSION || rest.len() < NONCE {
            return None;
        }
        let (nonce, msg) = rest.split_at(NONCE);
        self.cipher().decrypt(XNonce::from_slice(nonce), Payload { msg, aad }).ok()
    }

    /// The password of a role of the database: 64 hexadecimal digits.
    pub fn role_password(&self, role: &str) -> String {
        hexadecimal(self.derive(&format!("role:{role}")))
    }

    /// The password of our own processes at the embedded broker: 64 hexadecimal digits.
    pub fn service_password(&self) -> String {
        hexadecimal(self.derive("service"))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(Key::from_slice(&self.derive("seal")))
    }

    /// The signature of a text for one purpose: 64 hexadecimal digits.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        hexadecimal(self.signing(purpose, text).finalize().into_bytes().into())
    }

    /// Whether this is [`MasterKey::sign`]'s signature; takes the same time for all wrong ones.
    pub fn is_signed(&self, purpose: &str, text: &str, signature: &str) -> bool {
        let byte = |at: usize| u8::from_str_radix(signature.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..signature.len()).step_by(2).map(byte).collect();
        bytes.is_some_and(|bytes| self.signing(purpose, text).verify_slice(&bytes).is_ok())
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn signing(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        let key = self.derive(&format!("sign:{purpose}"));
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key).expect("a key of any length");
        mac.update(text.as_bytes());
        mac
    }

    /// A key for one purpose, so that no two uses share one.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(b"homeport:");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

fn hexadecimal(bytes: [u8; 32]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Never shows the key.
impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Makes a file that only its owner can read, whole or not at all.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let own = Path::new(&name);
    let _ = std::fs::remove_file(own);
    let mut file = options.open(own)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // A hard link fails where the name exists: nobody ever reads half a key, and none is overwritten.
    let linked = std::fs::hard_link(own, path);
    std::fs::remove_file(own)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_where_it_belongs() {
        let key = MasterKey::random().unwrap();
        let sealed = key.seal(b"device key", b"1/7");
        assert_eq!(key.open(&sealed, b"1/7").as_deref(), Some(&b"device key"[..]));
        assert_eq!(key.open(&sealed, b"1/8"), None);
        assert_eq!(MasterKey::random().unwrap().open(&sealed, b"1/7"), None);
        assert_ne!(sealed, key.seal(b"device key", b"1/7"));
        for cut in 0..sealed.len() {
            assert_eq!(key.open(&sealed[..cut], b"1/7"), None);
        }
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert_eq!(key.open(&bent, b"1/7"), None);
    }

    #[test]
    fn the_file_is_made_once_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let first = MasterKey::load_or_create(&path).unwrap();
        let second = MasterKey::load_or_create(&path).unwrap();
        assert_eq!(first.role_password("homeport_app"), second.role_password("homeport_app"));
        assert_ne!(first.role_password("homeport_app"), first.role_password("homeport_ingest"));
        assert_eq!(first.service_password(), second.service_password());
        assert_ne!(first.service_password(), first.role_password("service"));
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap()) & 0o777, 0o600);
        std::fs::write(&path, "not a key").unwrap();
        assert!(MasterKey::load_or_create(&path).is_err());
    }

    #[test]
    fn nothing_shows_the_key() {
        assert_eq!(format!("{:?}", MasterKey::random().unwrap()), "MasterKey(…)");
        assert!(MasterKey::from_base64("AAAA").is_none());
        assert!(MasterKey::from_base64(&STANDARD.encode([7; 32])).is_some());
    }
}
