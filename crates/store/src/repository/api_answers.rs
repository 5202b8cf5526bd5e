//! Answers that were given to requests which may come again.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;

/// For how long an answer is kept, in milliseconds: a day.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// The answers that a scope sees.
pub struct ApiAnswers<'a>(pub(crate) &'a WorkspaceTx);

/// What is known of a request that has come before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRequest {
    /// SHA-256 of the request.
    pub request: Vec<u8>,
    /// Its answer; none: it is not over.
    pub answer: Option<KeptAnswer>,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP's status.
    pub status: u16,
    /// What the body is; none: there is none.
    pub content_type: Option<String>,
    /// Sealed.
    pub body: Vec<u8>,
}

impl ApiAnswers<'_> {
    /// Notes that a request has come under this key; nothing where it is the first, else what is known of the one before.
    /// Forgets what is older than a day.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(
        &self,
        token: &str,
        key: &str,
        request: &[u8],
        now_ms: i64,
    ) -> Result<Option<KnownRequest>> {
        let old = "DELETE FROM api_answers WHERE workspace_id = $1 AND at < $2";
        sql::execute(&self.0.tx, old, [self.0.workspace.0.into(), sql::at(now_ms - KEPT_MS).into()]).await?;
        let made = sql::execute(
            &self.0.tx,
            "INSERT INTO api_answers (workspace_id, token, key, request, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            [
                self.0.workspace.0.into(),
                token.into(),
                key.into(),
                request.to_vec().into(),
                sql::at(now_ms).into(),
            ],
        )
        .await?;
        if made > 0 {
            return Ok(None);
        }
        let text = "SELECT request, status, content_type, body FROM api_answers
                    WHERE workspace_id = $1 AND token = $2 AND key = $3";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), token.into(), key.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let status: Option<i32> = row.try_get("", "status")?;
        let answer = match status.and_then(|status| u16::try_from(status).ok()) {
            None => None,
            Some(status) => Some(KeptAnswer {
                status,
                content_type: row.try_get("", "content_type")?,
                body: row.try_get::<Option<Vec<u8>>>("", "body")?.unwrap_or_default(),
            }),
        };
        Ok(Some(KnownRequest { request: row.try_get("", "request")?, answer }))
    }

    /// Keeps the answer to the request under this key.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep(&self, token: &str, key: &str, answer: &KeptAnswer) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "UPDATE api_answers SET status = $4, content_type = $5, body = $6
             WHERE workspace_id = $1 AND token = $2 AND key = $3",
            [
                self.0.workspace.0.into(),
                token.into(),
                key.into(),
                i32::from(answer.status).into(),
                answer.content_type.clone().into(),
                answer.body.clone().into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Forgets the request under this key: it changed nothing, and may be tried again.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget(&self, token: &str, key: &str) -> Result<()> {
        let text = "DELETE FROM api_answers WHERE workspace_id = $1 AND token = $2 AND key = $3";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), token.into(), key.into()]).await?;
        Ok(())
    }
}
