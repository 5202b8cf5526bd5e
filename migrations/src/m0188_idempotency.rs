//! Answers to requests that a program may send twice: the second time it is given the first answer.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        enable_rls(manager, "api_answers").await
    }
}

const TABLE: &str = "
CREATE TABLE api_answers (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- Whose request it was: the id of an API token.
    token text NOT NULL,
    -- As the program calls it.
    key text NOT NULL,
    -- SHA-256 of the request.
    request bytea NOT NULL CHECK (octet_length(request) = 32),
    at timestamptz NOT NULL,
    -- Null: it is still being answered.
    status int4,
    content_type text,
    -- Sealed: an answer may hold a secret.
    body bytea,
    PRIMARY KEY (workspace_id, token, key)
);
CREATE INDEX api_answers_at ON api_answers (workspace_id, at);
GRANT SELECT, INSERT, UPDATE, DELETE ON api_answers TO homeport_app;
";
