//! Sessions of devices at the embedded broker, kept so that a broker may be started anew.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use serde_json::Value;

/// The sessions that a scope sees.
pub struct DeviceSessions<'a>(pub(crate) &'a WorkspaceTx);

/// A session of one client id.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceSession {
    /// What it has subscribed to, as the broker wrote it.
    pub subscriptions: Value,
    /// How long it is kept once its connection has ended, in seconds.
    pub expiry_s: u32,
    /// When its connection ended, in milliseconds since 1970; none: it is connected, or its broker ended without a word.
    pub ended_ms: Option<i64>,
    /// The start of the broker that wrote it.
    pub broker: String,
}

impl DeviceSessions<'_> {
    /// The session of this client id, if there is one; one that has run out too.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, device: DeviceId, client_id: &str) -> Result<Option<DeviceSession>> {
        let row = sql::one(
            &self.0.tx,
            "SELECT subscriptions, expiry_seconds, ended_at, broker FROM device_sessions
             WHERE workspace_id = $1 AND device_id = $2 AND client_id = $3",
            [self.0.workspace.0.into(), device.0.into(), client_id.into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        let ended: Option<time::OffsetDateTime> = row.try_get("", "ended_at")?;
        Ok(Some(DeviceSession {
            subscriptions: row.try_get("", "subscriptions")?,
            expiry_s: u32::try_from(row.try_get::<i64>("", "expiry_seconds")?).unwrap_or(u32::MAX),
            ended_ms: ended.map(sql::millis),
            broker: row.try_get("", "broker")?,
        }))
    }

    /// Keeps a session in the place of what was there, and clears away those of the device that have run out. A device
    /// that is gone violates a foreign key.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&self, device: DeviceId, client_id: &str, session: &DeviceSession) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "DELETE FROM device_sessions WHERE workspace_id = $1 AND device_id = $2
             AND ended_at + make_interval(secs => expiry_seconds) <= now()",
            [self.0.workspace.0.into(), device.0.into()],
        )
        .await?;
        sql::execute(
            &self.0.tx,
            "INSERT INTO device_sessions (workspace_id, device_id, client_id, subscriptions, expiry_seconds, ended_at, broker)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (workspace_id, device_id, client_id) DO UPDATE SET subscriptions = excluded.subscriptions,
                 expiry_seconds = excluded.expiry_seconds, ended_at = excluded.ended_at, broker = excluded.broker",
            [
                self.0.workspace.0.into(),
                device.0.into(),
                client_id.into(),
                session.subscriptions.clone().into(),
                i64::from(session.expiry_s).into(),
                session.ended_ms.map(sql::at).into(),
                session.broker.as_str().into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Forgets a session.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, device: DeviceId, client_id: &str) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "DELETE FROM device_sessions WHERE workspace_id = $1 AND device_id = $2 AND client_id = $3",
            [self.0.workspace.0.into(), device.0.into(), client_id.into()],
        )
        .await?;
        Ok(())
    }

    /// How many sessions of a device have not run out.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self, device: DeviceId) -> Result<i64> {
        sql::scalar(
            &self.0.tx,
            "SELECT count(*) FROM device_sessions WHERE workspace_id = $1 AND device_id = $2
             AND (ended_at IS NULL OR ended_at + make_interval(secs => expiry_seconds) > now())",
            [self.0.workspace.0.into(), device.0.into()],
        )
        .await
    }
}
