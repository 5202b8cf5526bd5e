//! Passwords: argon2id, off the async threads, and never more at once than there are processors.
//!
//! One hashing takes some 20 MB and 30 ms on purpose; a thousand sign-ins at once must wait, not fill the memory.

use crate::error::{Error, Result};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::Arc;
use tokio::sync::{OnceCell, Semaphore};

/// Hashes and verifies.
pub(crate) struct Hasher {
    turns: Arc<Semaphore>,
    /// A hash of nobody's password: verifying against it takes as long as against somebody's.
    nobody: OnceCell<String>,
}

impl Hasher {
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Hasher { turns: Arc::new(Semaphore::new(processors)), nobody: OnceCell::new() }
    }

    /// The hash to keep, with its salt and its parameters in it.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.work(move || hash(&password)).await
    }

    /// Whether the password is the one of this hash. Without a hash (nobody has this e-mail address) it takes the
    /// same time, and the answer is no.
    pub(crate) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash.to_owned(),
            None => self.nobody.get_or_try_init(|| self.hash("nobody's password")).await?.clone(),
        };
        let password = password.to_owned();
        let right = self.work(move || verify(&password, &hash)).await?;
        Ok(known && right)
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|e| Error::Hash(e.to_string()))?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            job()
        })
        .await
        .map_err(|e| Error::Hash(e.to_string()))?
    }
}

fn hash(password: &str) -> Result<String> {
    let hash: PasswordHash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|e| Error::Hash(e.to_string()))?;
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|e| Error::Hash(e.to_string()))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let hasher = Hasher::new();
        let hash = hasher.hash("a short sentence").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(hasher.verify("a short sentence", Some(&hash)).await.unwrap());
        assert!(!hasher.verify("another sentence", Some(&hash)).await.unwrap());
        assert!(!hasher.verify("nobody's password", None).await.unwrap());
        assert!(hasher.verify("x", Some("not a hash")).await.is_err());
    }
}
