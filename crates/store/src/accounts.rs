//! What accounts are secured by: passwords, links in mails, second factors. Stands outside of workspaces.
//!
//! Whatever changes an account tells its owner by a mail in the same transaction.

use crate::error::Result;
use crate::mails::{self, SealedMail};
use crate::sql;
use model::PersonId;
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};

/// The narrow handle for it.
pub struct Accounts<'a>(pub(crate) &'a DatabaseConnection);

/// What a link in a mail is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Setting a password without knowing the present one.
    Reset,
    /// Proving that somebody reads their new address.
    Email,
}

/// A link to be mailed.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// SHA-256 of what stands in it.
    pub hash: [u8; 32],
    /// Whose account it opens.
    pub person: PersonId,
    /// The new address; none: it is for a password.
    pub email: Option<String>,
    /// Until when it works, in milliseconds since 1970.
    pub expires_ms: i64,
}

/// A link that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLink {
    /// Whose account it opens.
    pub person: PersonId,
    /// The new address, where that is its purpose.
    pub email: Option<String>,
}

/// The second factor of a person.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// Sealed.
    pub secret: Vec<u8>,
    /// Whether it counts.
    pub confirmed: bool,
    /// Recovery codes that are left.
    pub codes_left: i64,
}

impl LinkPurpose {
    fn as_str(self) -> &'static str {
        match self {
            LinkPurpose::Reset => "reset",
            LinkPurpose::Email => "email",
        }
    }
}

impl Accounts<'_> {
    /// Keeps a link in the place of the person's earlier one of its kind, and queues the mail that carries it.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_link(&self, link: &NewLink, mail: &SealedMail) -> Result<()> {
        let purpose = if link.email.is_some() { LinkPurpose::Email } else { LinkPurpose::Reset };
        let tx = self.0.begin().await?;
        // Two at once: the later one waits, and replaces the earlier.
        sql::execute(&tx, "SELECT FROM people WHERE id = $1 FOR UPDATE", [link.person.0.into()]).await?;
        sql::execute(
            &tx,
            "DELETE FROM person_links WHERE (person_id = $1 AND purpose = $2) OR expires_at < $3",
            [link.person.0.into(), purpose.as_str().into(), sql::at(mail.now_ms).into()],
        )
        .await?;
        sql::execute(
            &tx,
            "INSERT INTO person_links (hash, person_id, purpose, email, expires_at) VALUES ($1, $2, $3, $4, $5)",
            [
                link.hash.to_vec().into(),
                link.person.0.into(),
                purpose.as_str().into(),
                link.email.clone().into(),
                sql::at(link.expires_ms).into(),
            ],
        )
        .await?;
        mails::queue(&tx, mail, None).await?;
        Ok(tx.commit().await?)
    }

    /// The link of this hash, where it still works.
    ///
    /// # Errors
    /// The database's.
    pub async fn link(&self, hash: [u8; 32], purpose: LinkPurpose, now_ms: i64) -> Result<Option<KnownLink>> {
        let row = sql::one(
            self.0,
            "SELECT person_id, email FROM person_links WHERE hash = $1 AND purpose = $2 AND expires_at > $3",
            [hash.to_vec().into(), purpose.as_str().into(), sql::at(now_ms).into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(KnownLink {
            person: PersonId(row.try_get("", "person_id")?),
            email: row.try_get("", "email")?,
        }))
    }

    /// Sets a password by a link, which is used up by it, and ends all sessions of the person; tells whether the link
    /// still worked.
    ///
    /// # Errors
    /// The database's.
    pub async fn reset(&self, link: [u8; 32], password_hash: &str, mail: &SealedMail) -> Result<bool> {
        let tx = self.0.begin().await?;
        let Some((person, _)) = used(&tx, link, LinkPurpose::Reset, mail.now_ms).await? else {
            return Ok(false);
        };
        let values = [person.0.into(), password_hash.into()];
        sql::execute(&tx, "UPDATE people SET password_hash = $2 WHERE id = $1", values).await?;
        let of_person = [person.to_string().into()];
        sql::execute(&tx, "DELETE FROM web_sessions WHERE data ->> 'person' = $1", of_person).await?;
        sql::execute(&tx, "DELETE FROM person_links WHERE person_id = $1", [person.0.into()]).await?;
        mails::queue(&tx, mail, None).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives the person of this link its address, and tells whether the link still worked. An address that somebody else has
    /// taken meanwhile violates `people_email_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn change_email(&self, link: [u8; 32], mail: &SealedMail) -> Result<bool> {
        let tx = self.0.begin().await?;
        let used = used(&tx, link, LinkPurpose::Email, mail.now_ms).await?;
        let Some((person, Some(email))) = used else { return Ok(false) };
        let values = [person.0.into(), email.into()];
        sql::execute(&tx, "UPDATE people SET email = $2 WHERE id = $1", values).await?;
        // What was mailed to the old address opens nothing any more.
        sql::execute(&tx, "DELETE FROM person_links WHERE person_id = $1", [person.0.into()]).await?;
        mails::queue(&tx, mail, None).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The second factor of a person, if they ever began to set one up.
    ///
    /// # Errors
    /// The database's.
    pub async fn second_factor(&self, person: PersonId) -> Result<Option<SecondFactor>> {
        let row = sql::one(
            self.0,
            "SELECT secret, confirmed_at IS NOT NULL AS confirmed,
                 (SELECT count(*) FROM recovery_codes c WHERE c.person_id = f.person_id) AS codes_left
             FROM second_factors f WHERE person_id = $1",
            [person.0.into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SecondFactor {
            secret: row.try_get("", "secret")?,
            confirmed: row.try_get("", "confirmed")?,
            codes_left: row.try_get("", "codes_left")?,
        }))
    }

    /// Keeps a secret that counts for nothing yet; tells whether it did: not where one counts already.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_second_factor(&self, person: PersonId, secret: &[u8]) -> Result<bool> {
        let touched = sql::execute(
            self.0,
            "INSERT INTO second_factors (person_id, secret) VALUES ($1, $2)
             ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, last_step = 0
                 WHERE second_factors.confirmed_at IS NULL",
            [person.0.into(), secret.to_vec().into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Makes the secret count from now on, with these recovery codes, the code of `step` being used up; tells whether it
    /// did.
    ///
    /// # Errors
    /// The database's.
    pub async fn confirm_second_factor(
        &self,
        person: PersonId,
        step: i64,
        codes: &[[u8; 32]],
        mail: &SealedMail,
    ) -> Result<bool> {
        let tx = self.0.begin().await?;
        let touched = sql::execute(
            &tx,
            "UPDATE second_factors SET confirmed_at = $3, last_step = $2
             WHERE person_id = $1 AND confirmed_at IS NULL",
            [person.0.into(), step.into(), sql::at(mail.now_ms).into()],
        )
        .await?;
        if touched == 0 {
            return Ok(false);
        }
        replace_codes(&tx, person, codes).await?;
        mails::queue(&tx, mail, None).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Uses the code of this step up; false where it, or a later one, was used before.
    ///
    /// # Errors
    /// The database's.
    pub async fn use_step(&self, person: PersonId, step: i64) -> Result<bool> {
        let touched = sql::execute(
            self.0,
            "UPDATE second_factors SET last_step = $2
             WHERE person_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL",
            [person.0.into(), step.into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Uses a recovery code up; false where it is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn use_code(&self, person: PersonId, hash: [u8; 32]) -> Result<bool> {
        let values = [person.0.into(), hash.to_vec().into()];
        let gone =
            sql::execute(self.0, "DELETE FROM recovery_codes WHERE person_id = $1 AND hash = $2", values)
                .await?;
        Ok(gone > 0)
    }

    /// Gives a person other recovery codes; the old ones are worth nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn new_codes(&self, person: PersonId, codes: &[[u8; 32]], mail: &SealedMail) -> Result<()> {
        let tx = self.0.begin().await?;
        replace_codes(&tx, person, codes).await?;
        mails::queue(&tx, mail, None).await?;
        Ok(tx.commit().await?)
    }

    /// How many recovery codes are left to a person.
    ///
    /// # Errors
    /// The database's.
    pub async fn codes_left(&self, person: PersonId) -> Result<i64> {
        let text = "SELECT count(*) FROM recovery_codes WHERE person_id = $1";
        sql::scalar(self.0, text, [person.0.into()]).await
    }

    /// Takes the authenticator app away; its codes too, unless they stand for passkeys.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_second_factor(&self, person: PersonId, mail: &SealedMail) -> Result<()> {
        let tx = self.0.begin().await?;
        sql::execute(&tx, "DELETE FROM second_factors WHERE person_id = $1", [person.0.into()]).await?;
        let codes = "DELETE FROM recovery_codes c WHERE c.person_id = $1
                         AND NOT EXISTS (SELECT FROM passkeys k WHERE k.person_id = c.person_id)";
        sql::execute(&tx, codes, [person.0.into()]).await?;
        mails::queue(&tx, mail, None).await?;
        Ok(tx.commit().await?)
    }
}

/// Sets a person's password.
pub(crate) async fn set_password(
    tx: &DatabaseTransaction,
    person: PersonId,
    hash: &str,
    mail: &SealedMail,
) -> Result<()> {
    let values = [person.0.into(), hash.into()];
    sql::execute(tx, "UPDATE people SET password_hash = $2 WHERE id = $1", values).await?;
    // A link that somebody asked for before must not undo it.
    sql::execute(tx, "DELETE FROM person_links WHERE person_id = $1", [person.0.into()]).await?;
    mails::queue(tx, mail, None).await
}

/// Uses a link up.
async fn used(
    tx: &DatabaseTransaction,
    hash: [u8; 32],
    purpose: LinkPurpose,
    now_ms: i64,
) -> Result<Option<(PersonId, Option<String>)>> {
    let row = sql::one(
        tx,
        "DELETE FROM person_links WHERE hash = $1 AND purpose = $2 AND expires_at > $3
         RETURNING person_id, email",
        [hash.to_vec().into(), purpose.as_str().into(), sql::at(now_ms).into()],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((PersonId(row.try_get("", "person_id")?), row.try_get("", "email")?)))
}

pub(crate) async fn replace_codes(
    tx: &DatabaseTransaction,
    person: PersonId,
    codes: &[[u8; 32]],
) -> Result<()> {
    sql::execute(tx, "DELETE FROM recovery_codes WHERE person_id = $1", [person.0.into()]).await?;
    for code in codes {
        let values = [person.0.into(), code.to_vec().into()];
        sql::execute(tx, "INSERT INTO recovery_codes (person_id, hash) VALUES ($1, $2)", values).await?;
    }
    Ok(())
}
