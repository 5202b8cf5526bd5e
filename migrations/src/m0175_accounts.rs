//! What accounts need beside a password: links that mails carry, sessions that people can tell apart, when somebody was
//! last in a workspace.

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
ALTER TABLE web_sessions
    ADD COLUMN begun_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN agent text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '';

ALTER TABLE memberships ADD COLUMN seen_at timestamptz;

-- Links in mails by which somebody shows that they read an address. Each works once.
CREATE TABLE person_links (
    -- SHA-256 of what stands in the link.
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    person_id int4 NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('reset', 'email')),
    -- The new address, where it is to be changed.
    email text,
    expires_at timestamptz NOT NULL,
    CHECK ((purpose = 'email') = (email IS NOT NULL))
);
CREATE UNIQUE INDEX person_links_of_person ON person_links (person_id, purpose);
CREATE INDEX person_links_expires ON person_links (expires_at);
GRANT SELECT, INSERT, DELETE ON person_links TO homeport_app;

CREATE TABLE second_factors (
    person_id int4 PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    -- Sealed: codes are computed from it.
    secret bytea NOT NULL,
    -- Until then it counts for nothing.
    confirmed_at timestamptz,
    -- The newest step whose code was used: no code is taken twice.
    last_step int8 NOT NULL DEFAULT 0
);
GRANT SELECT, INSERT, UPDATE, DELETE ON second_factors TO homeport_app;

CREATE TABLE recovery_codes (
    person_id int4 NOT NULL REFERENCES second_factors (person_id) ON DELETE CASCADE,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (person_id, hash)
);
GRANT SELECT, INSERT, DELETE ON recovery_codes TO homeport_app;
";
