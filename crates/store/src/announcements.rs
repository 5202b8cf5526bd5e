//! Announcements: made by the console, read by everybody who is signed in, until they have put them away.

use crate::console::{Console, Link};
use crate::error::Result;
use crate::people::People;
use crate::sql;
use model::PersonId;
use model::announcement::{Announcement, Level, NewAnnouncement};
use sea_orm::QueryResult;
use time::OffsetDateTime;

/// Most that are listed.
const LISTED: i64 = 200;

impl<C: Link> Console<'_, C> {
    /// All, those first that end last.
    ///
    /// # Errors
    /// The database's.
    pub async fn announcements(&self) -> Result<Vec<Announcement>> {
        let text = format!("SELECT * FROM announcements ORDER BY to_at DESC, id DESC LIMIT {LISTED}");
        sql::all(self.0, &text, []).await?.iter().map(noun).collect()
    }

    /// Makes one; tells its key.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_announcement(&self, new: &NewAnnouncement, by: &str) -> Result<i32> {
        let text = "INSERT INTO announcements (text, level, from_at, to_at, created_by)
                    VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let values = [
            new.text.as_str().into(),
            new.level.as_str().into(),
            sql::at(new.from_ms).into(),
            sql::at(new.to_ms).into(),
            by.into(),
        ];
        sql::scalar(self.0, text, values).await
    }

    /// Takes one back; false where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_announcement(&self, id: i32) -> Result<bool> {
        Ok(sql::execute(self.0, "DELETE FROM announcements WHERE id = $1", [id.into()]).await? > 0)
    }
}

impl People<'_> {
    /// What is to be shown to a person at this time, milliseconds since 1970.
    ///
    /// # Errors
    /// The database's.
    pub async fn announcements(&self, person: PersonId, now_ms: i64) -> Result<Vec<Announcement>> {
        let text = format!(
            "SELECT a.* FROM announcements a WHERE a.from_at <= $2 AND a.to_at > $2 AND NOT EXISTS (
                 SELECT FROM announcements_read r WHERE r.person_id = $1 AND r.announcement_id = a.id)
             ORDER BY a.from_at DESC, a.id DESC LIMIT {LISTED}"
        );
        sql::all(self.0, &text, [person.0.into(), sql::at(now_ms).into()]).await?.iter().map(noun).collect()
    }

    /// A person has read one.
    ///
    /// # Errors
    /// The database's.
    pub async fn put_away(&self, person: PersonId, announcement: i32) -> Result<()> {
        let text = "INSERT INTO announcements_read (person_id, announcement_id)
                    SELECT $1, id FROM announcements WHERE id = $2 ON CONFLICT DO NOTHING";
        sql::execute(self.0, text, [person.0.into(), announcement.into()]).await?;
        Ok(())
    }
}

fn noun(row: &QueryResult) -> Result<Announcement> {
    let at = |column: &str| row.try_get::<OffsetDateTime>("", column);
    Ok(Announcement {
        id: row.try_get("", "id")?,
        text: row.try_get("", "text")?,
        level: Level::from_word(&row.try_get::<String>("", "level")?),
        from_ms: sql::millis(at("from_at")?),
        to_ms: sql::millis(at("to_at")?),
        created_by: row.try_get("", "created_by")?,
    })
}
