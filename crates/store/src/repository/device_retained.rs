//! Retained messages to devices, kept so that a broker may be started anew.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;

/// The retained messages that a scope sees.
pub struct DeviceRetained<'a>(pub(crate) &'a WorkspaceTx);

/// The last message of one topic of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetainedMessage {
    /// Its topic behind the device's prefix.
    pub topic: String,
    /// Its body.
    pub payload: Vec<u8>,
    /// Its properties, as the broker wrote them.
    pub properties: Vec<u8>,
    /// Whether of QoS 1; else of QoS 0.
    pub qos1: bool,
    /// When it runs out, in milliseconds since 1970; none: never.
    pub expires_ms: Option<i64>,
    /// What it counts for against the limit of its workspace.
    pub bytes: i64,
}

/// What else is retained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Other messages of the device.
    pub of_device: i64,
    /// Bytes of all other messages of the workspace.
    pub bytes_of_workspace: i64,
}

impl DeviceRetained<'_> {
    /// What is retained for a device and has not run out. The broker bounds how many there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, device: DeviceId) -> Result<Vec<RetainedMessage>> {
        let rows = sql::all(
            &self.0.tx,
            "SELECT topic, payload, properties, qos, expires_at, bytes FROM device_retained
             WHERE workspace_id = $1 AND device_id = $2 AND (expires_at IS NULL OR expires_at > now())
             ORDER BY topic",
            [self.0.workspace.0.into(), device.0.into()],
        )
        .await?;
        rows.iter()
            .map(|row| {
                let expires: Option<time::OffsetDateTime> = row.try_get("", "expires_at")?;
                Ok(RetainedMessage {
                    topic: row.try_get("", "topic")?,
                    payload: row.try_get("", "payload")?,
                    properties: row.try_get("", "properties")?,
                    qos1: row.try_get::<i16>("", "qos")? > 0,
                    expires_ms: expires.map(sql::millis),
                    bytes: row.try_get("", "bytes")?,
                })
            })
            .collect()
    }

    /// What is retained beside this topic of the device, after what has run out was cleared away. Until the scope
    /// ends nobody else changes what the workspace has retained, so that a limit on it holds.
    ///
    /// # Errors
    /// The database's.
    pub async fn beside(&self, device: DeviceId, topic: &str) -> Result<Beside> {
        let workspace = self.0.workspace.0;
        sql::execute(
            &self.0.tx,
            "SELECT pg_advisory_xact_lock(hashtext('device_retained'), $1)",
            [workspace.into()],
        )
        .await?;
        sql::execute(
            &self.0.tx,
            "DELETE FROM device_retained WHERE workspace_id = $1 AND expires_at <= now()",
            [workspace.into()],
        )
        .await?;
        let row = sql::one(
            &self.0.tx,
            "SELECT count(*) FILTER (WHERE device_id = $2) AS of_device, coalesce(sum(bytes), 0)::int8 AS bytes
             FROM device_retained WHERE workspace_id = $1 AND NOT (device_id = $2 AND topic = $3)",
            [workspace.into(), device.0.into(), topic.into()],
        )
        .await?;
        let none = Beside { of_device: 0, bytes_of_workspace: 0 };
        let Some(row) = row else { return Ok(none) };
        Ok(Beside { of_device: row.try_get("", "of_device")?, bytes_of_workspace: row.try_get("", "bytes")? })
    }

    /// Keeps a message in the place of the last one of its topic. A device that is gone violates a foreign key.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&self, device: DeviceId, message: &RetainedMessage) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO device_retained
                 (workspace_id, device_id, topic, payload, properties, qos, expires_at, bytes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (workspace_id, device_id, topic) DO UPDATE SET payload = excluded.payload,
                 properties = excluded.properties, qos = excluded.qos, expires_at = excluded.expires_at,
                 bytes = excluded.bytes",
            [
                self.0.workspace.0.into(),
                device.0.into(),
                message.topic.as_str().into(),
                message.payload.clone().into(),
                message.properties.clone().into(),
                i16::from(message.qos1).into(),
                message.expires_ms.map(sql::at).into(),
                message.bytes.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Forgets the message of a topic.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, device: DeviceId, topic: &str) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "DELETE FROM device_retained WHERE workspace_id = $1 AND device_id = $2 AND topic = $3",
            [self.0.workspace.0.into(), device.0.into(), topic.into()],
        )
        .await?;
        Ok(())
    }
}
