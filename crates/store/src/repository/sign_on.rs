//! How people come to a workspace: its provider, whom that knows, and what is demanded.

use crate::error::{Error, Result};
use crate::people::{self, NewPerson};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::PersonId;
use model::person::Person;
use model::sign_on::{Provider, SignOn};

/// What a scope sees of it.
pub struct SignOnRules<'a>(pub(crate) &'a WorkspaceTx);

impl SignOnRules<'_> {
    /// How it is set.
    ///
    /// # Errors
    /// The database's; what is kept can't be read.
    pub async fn get(&self) -> Result<SignOn> {
        Ok(self.with_secret().await?.0)
    }

    /// The same with the provider's sealed secret.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn with_secret(&self) -> Result<(SignOn, Option<Vec<u8>>)> {
        let row = sql::one(
            &self.0.tx,
            "SELECT provider, client_secret, enforced, break_glass, proved_at IS NOT NULL AS proved, second_factor
             FROM sign_on WHERE workspace_id = $1",
            [self.0.workspace.0.into()],
        )
        .await?;
        let Some(row) = row else { return Ok((SignOn::default(), None)) };
        let provider: Option<serde_json::Value> = row.try_get("", "provider")?;
        let provider: Option<Provider> = provider
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| Error::Unreadable(format!("a provider of single sign-on: {error}")))?;
        let secret: Option<Vec<u8>> = row.try_get("", "client_secret")?;
        let break_glass: Option<i32> = row.try_get("", "break_glass")?;
        let rules = SignOn {
            provider,
            has_secret: secret.is_some(),
            enforced: row.try_get("", "enforced")?,
            break_glass: break_glass.map(PersonId),
            proved: row.try_get("", "proved")?,
            second_factor: row.try_get("", "second_factor")?,
        };
        Ok((rules, secret))
    }

    /// Keeps a provider with its sealed secret; none: people come by it no more, and those whom it knew are forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_provider(&self, provider: Option<&Provider>, secret: Option<Vec<u8>>) -> Result<()> {
        let value = provider
            .map(serde_json::to_value)
            .transpose()
            .map_err(|error| Error::Unreadable(format!("a provider of single sign-on: {error}")))?;
        sql::execute(
            &self.0.tx,
            "INSERT INTO sign_on (workspace_id, provider, client_secret) VALUES ($1, $2, $3)
             ON CONFLICT (workspace_id) DO UPDATE SET provider = excluded.provider,
                 client_secret = excluded.client_secret, proved_at = NULL,
                 enforced = sign_on.enforced AND excluded.provider IS NOT NULL",
            [self.0.workspace.0.into(), value.into(), secret.into()],
        )
        .await?;
        if provider.is_none() {
            let text = "DELETE FROM sign_on_identities WHERE workspace_id = $1";
            sql::execute(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        }
        self.0.access_changed().await
    }

    /// Says whether people come by the provider alone, and who gets in nevertheless. Somebody who doesn't belong to the
    /// workspace violates `sign_on_break_glass_fkey`.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_enforced(&self, enforced: bool, break_glass: Option<PersonId>) -> Result<()> {
        let values = [self.0.workspace.0.into(), enforced.into(), break_glass.map(|person| person.0).into()];
        let text = "UPDATE sign_on SET enforced = $2, break_glass = $3 WHERE workspace_id = $1";
        sql::execute(&self.0.tx, text, values).await?;
        self.0.access_changed().await
    }

    /// Says whether a second factor is demanded.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_second_factor(&self, demanded: bool) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO sign_on (workspace_id, second_factor) VALUES ($1, $2)
             ON CONFLICT (workspace_id) DO UPDATE SET second_factor = excluded.second_factor",
            [self.0.workspace.0.into(), demanded.into()],
        )
        .await?;
        self.0.access_changed().await
    }

    /// Whom the provider knows by this subject. Of two who come at once, the later one waits for the first.
    ///
    /// # Errors
    /// The database's.
    pub async fn known(&self, issuer: &str, subject: &str) -> Result<Option<PersonId>> {
        // One at a time, so that nobody is made twice.
        let lock = "SELECT FROM sign_on WHERE workspace_id = $1 FOR UPDATE";
        sql::execute(&self.0.tx, lock, [self.0.workspace.0.into()]).await?;
        let row = sql::one(
            &self.0.tx,
            "SELECT person_id FROM sign_on_identities WHERE workspace_id = $1 AND issuer = $2 AND subject = $3",
            [self.0.workspace.0.into(), issuer.into(), subject.into()],
        )
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(PersonId(row.try_get_by_index(0)?)))
    }

    /// The provider knows this person by this subject from now on.
    ///
    /// # Errors
    /// The database's.
    pub async fn knows(&self, issuer: &str, subject: &str, person: PersonId) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO sign_on_identities (workspace_id, issuer, subject, person_id) VALUES ($1, $2, $3, $4)",
            [self.0.workspace.0.into(), issuer.into(), subject.into(), person.0.into()],
        )
        .await?;
        Ok(())
    }

    /// Somebody has come by the provider as it is.
    ///
    /// # Errors
    /// The database's.
    pub async fn proved(&self, now_ms: i64) -> Result<()> {
        let text = "UPDATE sign_on SET proved_at = $2 WHERE workspace_id = $1 AND proved_at IS NULL";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), sql::at(now_ms).into()]).await?;
        Ok(())
    }

    /// Makes the person whom a provider vouches for. A taken address violates `people_email_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn make_person(&self, person: NewPerson) -> Result<Person> {
        people::insert(&self.0.tx, person, false).await
    }
}
