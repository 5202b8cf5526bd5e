//! Messages to devices. The oldest that waits for a device is the only one that is sent to it: so their order holds,
//! whoever sends.

use super::imports::{from_json, json};
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::message::{DELIVERIES_MAX, Feedback, Message, MessageState, NewMessage};
use sea_orm::QueryResult;
use serde_json::Value;
use std::time::Duration;
use time::OffsetDateTime;

/// So many messages that have come to their end are kept of a device.
const KEPT: i64 = 200;
/// Most messages that are listed.
const LIST_MAX: i64 = 250;

/// The messages that a scope sees.
pub struct DeviceMessages<'a>(pub(crate) &'a WorkspaceTx);

/// A message whose turn it is.
#[derive(Clone, Debug)]
pub struct Due {
    /// Its number.
    pub id: i64,
    /// What the device knows it by.
    pub mid: String,
    /// The body.
    pub body: Vec<u8>,
    /// What the body is.
    pub content_type: Option<String>,
    /// Further properties.
    pub properties: Vec<(String, String)>,
}

/// A message that has come to its end.
#[derive(Clone, Debug)]
pub struct Ended {
    /// What the device knows it by.
    pub mid: String,
    /// What its sender wants to hear.
    pub ack: Feedback,
    /// How.
    pub state: MessageState,
}

impl DeviceMessages<'_> {
    /// The newest of a device, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, device: DeviceId) -> Result<Vec<Message>> {
        let text = format!(
            "SELECT *, octet_length(body) AS bytes FROM device_messages
             WHERE workspace_id = $1 AND device_id = $2 ORDER BY id DESC LIMIT {LIST_MAX}"
        );
        sql::all(&self.0.tx, &text, self.key(device)).await?.iter().map(noun).collect()
    }

    /// One; nothing where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, device: DeviceId, id: i64) -> Result<Option<Message>> {
        let [workspace, device] = self.key(device);
        let text = "SELECT *, octet_length(body) AS bytes FROM device_messages
            WHERE workspace_id = $1 AND device_id = $2 AND id = $3";
        sql::one(&self.0.tx, text, [workspace, device, id.into()]).await?.as_ref().map(noun).transpose()
    }

    /// How many wait for a device. Until the scope ends nobody else adds one.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting(&self, device: DeviceId) -> Result<i64> {
        // One row a device is there to be locked in any case: its own.
        let lock = "SELECT 1 FROM devices WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE";
        sql::one(&self.0.tx, lock, self.key(device)).await?;
        sql::scalar(
            &self.0.tx,
            "SELECT count(*) FROM device_messages
             WHERE workspace_id = $1 AND device_id = $2 AND state = 'waiting' AND expires_at > now()",
            self.key(device),
        )
        .await
    }

    /// Whether any waits for a device.
    ///
    /// # Errors
    /// The database's.
    pub async fn any(&self, device: DeviceId) -> Result<bool> {
        let text = "SELECT EXISTS (SELECT 1 FROM device_messages
            WHERE workspace_id = $1 AND device_id = $2 AND state = 'waiting')";
        sql::scalar(&self.0.tx, text, self.key(device)).await
    }

    /// Adds one behind all others; its number. An empty `mid` becomes that number.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, device: DeviceId, new: &NewMessage, by: &str, now_ms: i64) -> Result<i64> {
        let [workspace, device_id] = self.key(device);
        let expiry_s = new.expiry_s.unwrap_or(model::message::EXPIRY_S);
        let id: i64 = sql::scalar(
            &self.0.tx,
            "INSERT INTO device_messages (workspace_id, device_id, mid, body, content_type, properties, ack, by,
                 created_at, expires_at, try_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10), now())
             RETURNING id",
            [
                workspace.clone(),
                device_id.clone(),
                new.mid.as_str().into(),
                new.body.clone().into(),
                new.content_type.clone().into(),
                json(&new.properties)?.into(),
                new.ack.as_str().into(),
                by.into(),
                sql::at(now_ms).into(),
                f64::from(expiry_s).into(),
            ],
        )
        .await?;
        if new.mid.is_empty() {
            let text = "UPDATE device_messages SET mid = id::text WHERE workspace_id = $1 AND id = $2";
            sql::execute(&self.0.tx, text, [workspace.clone(), id.into()]).await?;
        }
        let forget = format!(
            "DELETE FROM device_messages WHERE workspace_id = $1 AND device_id = $2 AND state <> 'waiting' AND id <= (
                 SELECT id FROM device_messages WHERE workspace_id = $1 AND device_id = $2 AND state <> 'waiting'
                 ORDER BY id DESC OFFSET {KEPT} LIMIT 1)"
        );
        sql::execute(&self.0.tx, &forget, [workspace, device_id]).await?;
        Ok(id)
    }

    /// Ends those whose time is over, and those that were sent too often; not the one that somebody is at.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_overdue(&self, device: DeviceId) -> Result<Vec<Ended>> {
        let text = format!(
            "WITH ended AS (
                 UPDATE device_messages SET ended_at = now(), leased_until = NULL,
                     state = CASE WHEN expires_at <= now() THEN 'expired' ELSE 'given-up' END
                 WHERE workspace_id = $1 AND device_id = $2 AND state = 'waiting'
                     AND (leased_until IS NULL OR leased_until < now())
                     AND (expires_at <= now() OR deliveries >= {DELIVERIES_MAX})
                 RETURNING *
             ), runs AS ({FOLLOW})
             SELECT mid, ack, state FROM ended ORDER BY id"
        );
        sql::all(&self.0.tx, &text, self.key(device)).await?.iter().map(ended).collect()
    }

    /// Takes the one whose turn it is, for so long, and counts it as sent. Nothing where none waits, or somebody is at
    /// it.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self, device: DeviceId, lease: Duration) -> Result<Option<Due>> {
        let [workspace, device] = self.key(device);
        let row = sql::one(
            &self.0.tx,
            "UPDATE device_messages SET deliveries = deliveries + 1,
                 leased_until = now() + make_interval(secs => $3)
             WHERE workspace_id = $1 AND id = (
                 SELECT id FROM device_messages WHERE workspace_id = $1 AND device_id = $2 AND state = 'waiting'
                 ORDER BY id LIMIT 1 FOR UPDATE)
                 AND state = 'waiting' AND (leased_until IS NULL OR leased_until < now())
             RETURNING *",
            [workspace, device, lease.as_secs_f64().into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Due {
            id: row.try_get("", "id")?,
            mid: row.try_get("", "mid")?,
            body: row.try_get("", "body")?,
            content_type: row.try_get("", "content_type")?,
            properties: from_json(row.try_get::<Value>("", "properties")?)?,
        }))
    }

    /// Keeps the taken one for a while longer.
    ///
    /// # Errors
    /// The database's.
    pub async fn hold(&self, id: i64, lease: Duration) -> Result<()> {
        let text = "UPDATE device_messages SET leased_until = now() + make_interval(secs => $3)
            WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'";
        let values = [self.0.workspace.0.into(), id.into(), lease.as_secs_f64().into()];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// Gives the taken one back, to be tried again after this while, sooner the younger it is, or when the device comes. `sent`: whether it
    /// has reached a connection of the device; else it was not sent after all.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_back(&self, id: i64, sent: bool, pause: Duration) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "UPDATE device_messages SET leased_until = NULL, try_at = now() + least(make_interval(secs => $3),
                     greatest((now() - created_at) / 10, interval '2 seconds')),
                 deliveries = deliveries - $4
             WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'",
            [
                self.0.workspace.0.into(),
                id.into(),
                pause.as_secs_f64().into(),
                i32::from(!sent).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Ends one that waits; nothing where it has come to another end meanwhile.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, id: i64, state: MessageState) -> Result<Option<Ended>> {
        let text = format!(
            "WITH ended AS (
                 UPDATE device_messages SET state = $3, ended_at = now(), leased_until = NULL
                 WHERE workspace_id = $1 AND id = $2 AND state = 'waiting' RETURNING *
             ), runs AS ({FOLLOW})
             SELECT mid, ack, state FROM ended"
        );
        let values = [self.0.workspace.0.into(), id.into(), state.as_str().into()];
        sql::one(&self.0.tx, &text, values).await?.as_ref().map(ended).transpose()
    }

    /// Takes back all that wait for a device; how many there were. One that is on its way may arrive all the same.
    ///
    /// # Errors
    /// The database's.
    pub async fn purge(&self, device: DeviceId) -> Result<u64> {
        let text = format!(
            "WITH ended AS (
                 UPDATE device_messages SET state = 'removed', ended_at = now(), leased_until = NULL
                 WHERE workspace_id = $1 AND device_id = $2 AND state = 'waiting' RETURNING *
             ), runs AS ({FOLLOW})
             SELECT count(*) FROM ended"
        );
        let count: i64 = sql::scalar(&self.0.tx, &text, self.key(device)).await?;
        Ok(count.unsigned_abs())
    }

    fn key(&self, device: DeviceId) -> [sea_orm::Value; 2] {
        [self.0.workspace.0.into(), device.0.into()]
    }
}

/// A command that goes as a message ends like it.
const FOLLOW: &str = "UPDATE command_runs r SET state = ended.state FROM ended
    WHERE r.workspace_id = ended.workspace_id AND r.message_id = ended.id RETURNING r.id";

fn ended(row: &QueryResult) -> Result<Ended> {
    Ok(Ended { mid: row.try_get("", "mid")?, ack: feedback(row)?, state: state(row)? })
}

fn feedback(row: &QueryResult) -> Result<Feedback> {
    let word: String = row.try_get("", "ack")?;
    Feedback::from_word(&word).ok_or_else(|| Error::Unreadable(format!("feedback {word}")))
}

fn state(row: &QueryResult) -> Result<MessageState> {
    let word: String = row.try_get("", "state")?;
    MessageState::from_word(&word).ok_or_else(|| Error::Unreadable(format!("message {word}")))
}

fn noun(row: &QueryResult) -> Result<Message> {
    let at = |name: &str| -> Result<Option<i64>> {
        Ok(row.try_get::<Option<OffsetDateTime>>("", name)?.map(sql::millis))
    };
    let body: Vec<u8> = row.try_get("", "body")?;
    Ok(Message {
        id: row.try_get("", "id")?,
        mid: row.try_get("", "mid")?,
        body: String::from_utf8_lossy(&body).into_owned(),
        bytes: row.try_get("", "bytes")?,
        content_type: row.try_get("", "content_type")?,
        properties: from_json(row.try_get::<Value>("", "properties")?)?,
        ack: feedback(row)?,
        state: state(row)?,
        deliveries: row.try_get("", "deliveries")?,
        by: row.try_get("", "by")?,
        created_ms: at("created_at")?.unwrap_or_default(),
        expires_ms: at("expires_at")?.unwrap_or_default(),
        ended_ms: at("ended_at")?,
    })
}
