//! Web sessions, kept in Postgres so that any process may die.

use crate::entity::web_session;
use crate::error::Result;
use crate::sql;
use model::PersonId;
use model::account::WebSession;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::Value;
use time::OffsetDateTime;

/// Most sessions of one person that are listed.
const LISTED_MAX: i32 = 200;
/// What people know a session by: its id is worth a sign-in and never leaves the cookie.
const MARK: &str = "substr(encode(sha256(convert_to(id, 'UTF8')), 'hex'), 1, 32)";

/// The narrow handle for them.
pub struct Sessions<'a>(pub(crate) &'a DatabaseConnection);

impl Sessions<'_> {
    /// Makes a session; false where the id is taken and nothing was done.
    ///
    /// # Errors
    /// The database's.
    pub async fn create(&self, id: &str, data: Value, expires: OffsetDateTime) -> Result<bool> {
        let made = web_session::Entity::insert(row(id, data, expires))
            .on_conflict(OnConflict::column(web_session::Column::Id).do_nothing().to_owned())
            .exec_without_returning(self.0)
            .await?;
        Ok(made > 0)
    }

    /// A session that has not expired, with its time of expiry.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(&self, id: &str, now: OffsetDateTime) -> Result<Option<(Value, OffsetDateTime)>> {
        let found = web_session::Entity::find_by_id(id)
            .filter(web_session::Column::ExpiresAt.gt(now))
            .one(self.0)
            .await?;
        Ok(found.map(|s| (s.data, s.expires_at)))
    }

    /// Keeps a session, whether it exists or not.
    ///
    /// # Errors
    /// The database's.
    pub async fn save(&self, id: &str, data: Value, expires: OffsetDateTime) -> Result<()> {
        web_session::Entity::insert(row(id, data, expires))
            .on_conflict(
                OnConflict::column(web_session::Column::Id)
                    .update_columns([web_session::Column::Data, web_session::Column::ExpiresAt])
                    .to_owned(),
            )
            .exec_without_returning(self.0)
            .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: &str) -> Result<()> {
        web_session::Entity::delete_by_id(id).exec(self.0).await?;
        Ok(())
    }

    /// Ends the sessions of a person (their `person` in the data), but this one; tells how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_others(&self, person: PersonId, keep: &str) -> Result<u64> {
        sql::execute(
            self.0,
            "DELETE FROM web_sessions WHERE data ->> 'person' = $1 AND id <> $2",
            [person.to_string().into(), keep.into()],
        )
        .await
    }

    /// Notes which browser, at which network address, a session is of.
    ///
    /// # Errors
    /// The database's.
    pub async fn describe(&self, id: &str, agent: &str, address: &str) -> Result<()> {
        sql::execute(
            self.0,
            "UPDATE web_sessions SET agent = $2, address = $3, begun_at = now(), seen_at = now() WHERE id = $1",
            [id.into(), agent.into(), address.into()],
        )
        .await?;
        Ok(())
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// The database's.
    pub async fn seen(&self, id: &str, now: OffsetDateTime) -> Result<()> {
        sql::execute(
            self.0,
            "UPDATE web_sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
            [id.into(), now.into()],
        )
        .await?;
        Ok(())
    }

    /// The sessions of a person that have not expired, the last used first; `current` is the id of the one that asks.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_person(
        &self,
        person: PersonId,
        current: &str,
        now: OffsetDateTime,
    ) -> Result<Vec<WebSession>> {
        let text = format!(
            "SELECT {MARK} AS mark, begun_at, seen_at, agent, address, id = $2 AS current
             FROM web_sessions WHERE data ->> 'person' = $1 AND expires_at > $3
             ORDER BY id = $2 DESC, seen_at DESC, id LIMIT {LISTED_MAX}"
        );
        let values = [person.to_string().into(), current.into(), now.into()];
        let rows = sql::all(self.0, &text, values).await?;
        rows.iter()
            .map(|row| {
                Ok(WebSession {
                    mark: row.try_get("", "mark")?,
                    begun_ms: sql::millis(row.try_get("", "begun_at")?),
                    seen_ms: sql::millis(row.try_get("", "seen_at")?),
                    agent: row.try_get("", "agent")?,
                    address: row.try_get("", "address")?,
                    current: row.try_get("", "current")?,
                })
            })
            .collect()
    }

    /// Ends the session of this mark, where it is the person's; tells whether it was.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, person: PersonId, mark: &str) -> Result<bool> {
        let text = format!("DELETE FROM web_sessions WHERE data ->> 'person' = $1 AND {MARK} = $2");
        Ok(sql::execute(self.0, &text, [person.to_string().into(), mark.into()]).await? > 0)
    }

    /// Clears away what has expired; tells how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_expired(&self, now: OffsetDateTime) -> Result<u64> {
        let gone = web_session::Entity::delete_many()
            .filter(web_session::Column::ExpiresAt.lte(now))
            .exec(self.0)
            .await?;
        Ok(gone.rows_affected)
    }
}

fn row(id: &str, data: Value, expires: OffsetDateTime) -> web_session::ActiveModel {
    web_session::ActiveModel { id: Set(id.to_owned()), data: Set(data), expires_at: Set(expires) }
}
