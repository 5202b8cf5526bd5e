//! How people come to a workspace: its provider of OpenID Connect, whom that knows, and what is demanded beside a password.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        for table in ["sign_on", "sign_on_identities"] {
            enable_rls(manager, table).await?;
        }
        run(manager, OWN).await
    }
}

const TABLES: &str = "
CREATE TABLE sign_on (
    workspace_id int4 PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    second_factor boolean NOT NULL DEFAULT false,
    -- Issuer, client, domains, groups; none: there is no provider.
    provider jsonb,
    -- Sealed.
    client_secret bytea,
    enforced boolean NOT NULL DEFAULT false,
    -- Who gets in with a password nevertheless.
    break_glass int4,
    -- When somebody has come by the provider as it is now.
    proved_at timestamptz,
    CONSTRAINT sign_on_whole CHECK (NOT enforced OR (provider IS NOT NULL AND break_glass IS NOT NULL)),
    CONSTRAINT sign_on_break_glass_fkey FOREIGN KEY (workspace_id, break_glass)
        REFERENCES memberships (workspace_id, person_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_on TO homeport_app;

-- Whom a provider knows. What it says of somebody counts in this workspace alone.
CREATE TABLE sign_on_identities (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    issuer text NOT NULL,
    subject text NOT NULL CHECK (octet_length(subject) BETWEEN 1 AND 255),
    person_id int4 NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (workspace_id, issuer, subject)
);
CREATE INDEX sign_on_identities_person ON sign_on_identities (person_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_on_identities TO homeport_app;
";

/// What a workspace demands is asked for before it is chosen.
const OWN: &str = "
CREATE POLICY own ON sign_on FOR SELECT TO homeport_app
    USING (workspace_id IN (SELECT m.workspace_id FROM memberships m
                            WHERE m.person_id = nullif(current_setting('app.person', true), '')::int4));
";
