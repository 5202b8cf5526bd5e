//! Web sessions and failures of signing in: both stand outside of workspaces.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE web_sessions (
    id text PRIMARY KEY,
    data jsonb NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX web_sessions_expires ON web_sessions (expires_at);
CREATE INDEX web_sessions_person ON web_sessions ((data ->> 'person'));
GRANT SELECT, INSERT, UPDATE, DELETE ON web_sessions TO homeport_app;

CREATE TABLE sign_in_failures (
    key text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_key ON sign_in_failures (key, at);
CREATE INDEX sign_in_failures_at ON sign_in_failures (at);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failures TO homeport_app;
";
