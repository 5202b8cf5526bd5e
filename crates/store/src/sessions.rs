//! Web sessions, kept in Postgres so that any process may die.

use crate::entity::web_session;
use crate::error::Result;
use crate::sql;
use model::PersonId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::Value;
use time::OffsetDateTime;

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
