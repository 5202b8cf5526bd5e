//! Web sessions in Postgres, so that any process may die and any other take over.
//!
//! The published stores don't fit this version of the database library. A session's id is an `i128`, which JSON
//! refuses: it is kept as text beside the data. What the data holds, `app::web_session` knows.

use async_trait::async_trait;
use model::sign_on::Visitor;
use serde_json::Value;
use std::fmt;
use store::Store;
use time::{Duration, OffsetDateTime};
use tokio_util::sync::CancellationToken;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

/// The cookie's name.
pub const COOKIE: &str = "homeport";
/// How long someone stays signed in.
const LASTING: Duration = Duration::days(30);
/// How often expired sessions are cleared away.
const SWEEP: std::time::Duration = std::time::Duration::from_secs(3600);

/// Sessions as the web layer asks for them.
#[derive(Clone)]
pub struct Sessions(Store);

impl Sessions {
    /// Sessions kept in this store.
    pub fn new(store: Store) -> Self {
        Sessions(store)
    }

    /// The layer that finds a request's session by its cookie. `secure`: the cookie goes over HTTPS only.
    pub fn layer(self, secure: bool) -> SessionManagerLayer<Sessions> {
        SessionManagerLayer::new(self)
            .with_name(COOKIE)
            .with_http_only(true)
            .with_same_site(SameSite::Lax)
            .with_secure(secure)
            .with_path("/")
            .with_expiry(Expiry::OnInactivity(LASTING))
    }

    /// Whether the session still stands for this visitor: signing out elsewhere ends it here.
    pub async fn still(&self, id: Option<Id>, visitor: Visitor) -> bool {
        let Some(id) = id else { return false };
        let Ok(Some(record)) = self.load(&id).await else { return false };
        app::web_session::is_of(&record.data, visitor)
    }

    /// Clears expired sessions away, hourly, until cancelled.
    pub async fn sweep(self, cancel: CancellationToken) {
        while cancel.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
            match self.0.sessions().delete_expired(OffsetDateTime::now_utc()).await {
                Ok(count) => tracing::debug!(count, "expired sessions cleared away"),
                Err(error) => tracing::warn!(causes = crate::error::chain(&error), "expired sessions stay"),
            }
        }
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self
            .0
            .sessions()
            .create(&text(&record.id), data(record)?, record.expiry_date)
            .await
            .map_err(backend)?
        {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.0.sessions().save(&text(&record.id), data(record)?, record.expiry_date).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self.0.sessions().load(&text(id), OffsetDateTime::now_utc()).await.map_err(backend)?;
        let Some((data, expiry_date)) = found else { return Ok(None) };
        let data = serde_json::from_value(data).map_err(|e| Error::Decode(e.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.sessions().delete(&text(id)).await.map_err(backend)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

fn text(id: &Id) -> String {
    id.0.to_string()
}

fn data(record: &Record) -> Result<Value> {
    serde_json::to_value(&record.data).map_err(|e| Error::Encode(e.to_string()))
}

fn backend(error: store::Error) -> Error {
    Error::Backend(crate::error::chain(&error))
}
