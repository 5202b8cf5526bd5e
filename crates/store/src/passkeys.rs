//! Passkeys of people. Stands outside of workspaces.

use crate::accounts::replace_codes;
use crate::error::Result;
use crate::mails::{self, SealedMail};
use crate::sql;
use model::PersonId;
use model::account::Passkey;
use sea_orm::{DatabaseConnection, QueryResult, TransactionTrait};
use serde_json::Value;

/// Most passkeys of one person.
const PASSKEYS_MAX: i64 = 20;

/// The narrow handle for them.
pub struct Passkeys<'a>(pub(crate) &'a DatabaseConnection);

/// A passkey to keep.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// Whose.
    pub person: PersonId,
    /// What browsers know it by.
    pub credential_id: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// Its public key, as the library writes it.
    pub credential: Value,
}

/// A passkey that somebody shows.
#[derive(Clone, Debug)]
pub struct KnownPasskey {
    /// Its key in the database.
    pub id: i32,
    /// Whose.
    pub person: PersonId,
    /// As the library wrote it.
    pub credential: Value,
}

impl Passkeys<'_> {
    /// Those of a person as they see them, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, person: PersonId) -> Result<Vec<Passkey>> {
        let text = format!(
            "SELECT id, name, created_at, used_at FROM passkeys WHERE person_id = $1 ORDER BY id LIMIT {PASSKEYS_MAX}"
        );
        let rows = sql::all(self.0, &text, [person.0.into()]).await?;
        rows.iter()
            .map(|row| {
                let used: Option<time::OffsetDateTime> = row.try_get("", "used_at")?;
                Ok(Passkey {
                    id: row.try_get("", "id")?,
                    name: row.try_get("", "name")?,
                    created_ms: sql::millis(row.try_get("", "created_at")?),
                    used_ms: used.map(sql::millis),
                })
            })
            .collect()
    }

    /// Those of a person as they are checked.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_person(&self, person: PersonId) -> Result<Vec<KnownPasskey>> {
        let text = format!(
            "SELECT id, person_id, credential FROM passkeys WHERE person_id = $1 LIMIT {PASSKEYS_MAX}"
        );
        sql::all(self.0, &text, [person.0.into()]).await?.iter().map(known).collect()
    }

    /// The one that browsers know by this.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_credential(&self, credential_id: &[u8]) -> Result<Option<KnownPasskey>> {
        let text = "SELECT id, person_id, credential FROM passkeys WHERE credential_id = $1";
        sql::one(self.0, text, [credential_id.to_vec().into()]).await?.as_ref().map(known).transpose()
    }

    /// Keeps one; with `codes`, these become the person's recovery codes. One that is known violates
    /// `passkeys_credential_key`. False where they have too many.
    ///
    /// # Errors
    /// The database's.
    pub async fn add(&self, new: &NewPasskey, codes: Option<&[[u8; 32]]>, mail: &SealedMail) -> Result<bool> {
        let tx = self.0.begin().await?;
        sql::execute(&tx, "SELECT FROM people WHERE id = $1 FOR UPDATE", [new.person.0.into()]).await?;
        let count: i64 =
            sql::scalar(&tx, "SELECT count(*) FROM passkeys WHERE person_id = $1", [new.person.0.into()])
                .await?;
        if count >= PASSKEYS_MAX {
            return Ok(false);
        }
        sql::execute(
            &tx,
            "INSERT INTO passkeys (person_id, credential_id, name, credential, created_at)
             VALUES ($1, $2, $3, $4, $5)",
            [
                new.person.0.into(),
                new.credential_id.clone().into(),
                new.name.as_str().into(),
                new.credential.clone().into(),
                sql::at(mail.now_ms).into(),
            ],
        )
        .await?;
        if let Some(codes) = codes {
            replace_codes(&tx, new.person, codes).await?;
        }
        mails::queue(&tx, mail, None).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that one was used, and what it says of itself by now.
    ///
    /// # Errors
    /// The database's.
    pub async fn used(&self, id: i32, credential: &Value, now_ms: i64) -> Result<()> {
        let text = "UPDATE passkeys SET credential = $2, used_at = $3 WHERE id = $1";
        sql::execute(self.0, text, [id.into(), credential.clone().into(), sql::at(now_ms).into()]).await?;
        Ok(())
    }

    /// Takes one of a person's away, and tells whether there was one. With the last factor the recovery codes go.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove(&self, person: PersonId, id: i32, mail: &SealedMail) -> Result<bool> {
        let tx = self.0.begin().await?;
        let text = "DELETE FROM passkeys WHERE person_id = $1 AND id = $2";
        if sql::execute(&tx, text, [person.0.into(), id.into()]).await? == 0 {
            return Ok(false);
        }
        sql::execute(
            &tx,
            "DELETE FROM recovery_codes c WHERE c.person_id = $1
                 AND NOT EXISTS (SELECT FROM passkeys k WHERE k.person_id = c.person_id)
                 AND NOT EXISTS (SELECT FROM second_factors f
                                 WHERE f.person_id = c.person_id AND f.confirmed_at IS NOT NULL)",
            [person.0.into()],
        )
        .await?;
        mails::queue(&tx, mail, None).await?;
        tx.commit().await?;
        Ok(true)
    }
}

fn known(row: &QueryResult) -> Result<KnownPasskey> {
    Ok(KnownPasskey {
        id: row.try_get("", "id")?,
        person: PersonId(row.try_get("", "person_id")?),
        credential: row.try_get("", "credential")?,
    })
}
