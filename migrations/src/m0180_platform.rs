//! Platform administrators, and the role under which their console reaches all workspaces: just these tables.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, ADMINISTRATORS).await?;
        run(manager, CONSOLE).await
    }
}

/// Whoever did the set-up is one: that was the first person.
const ADMINISTRATORS: &str = "
ALTER TABLE people ADD COLUMN administrator bool NOT NULL DEFAULT false;
COMMENT ON COLUMN people.administrator IS 'of the platform: sees the console; nothing inside of workspaces';
UPDATE people SET administrator = true WHERE id = (SELECT min(id) FROM people);
";

/// Never telemetry, twins, keys, or what else a workspace holds.
const CONSOLE: &str = "
GRANT SELECT (id, email, name, created_at, administrator), UPDATE (administrator) ON people TO homeport_console;

CREATE POLICY console ON workspaces TO homeport_console USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON workspaces TO homeport_console;
GRANT USAGE ON SEQUENCE workspaces_id_seq TO homeport_console;
CREATE POLICY console ON organizations TO homeport_console USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON organizations TO homeport_console;
CREATE POLICY console ON memberships FOR SELECT TO homeport_console USING (true);
GRANT SELECT ON memberships TO homeport_console;
CREATE INDEX workspaces_by_name ON workspaces (name COLLATE by_name, id);
";
