//! Device groups: what holds of the devices that are spoken of together. Who sees a group's organization sees the group.

use crate::m0171_organizations::by_organization;
use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        enable_rls(manager, "device_groups").await?;
        run(manager, &by_organization("device_groups", "organization_id")).await?;
        run(manager, OPENED).await
    }
}

const TABLE: &str = "
CREATE TABLE device_groups (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    organization_id int4 NOT NULL,
    -- A tree of conditions, as the model writes it.
    filter jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT device_groups_id_key PRIMARY KEY (workspace_id, id),
    CONSTRAINT device_groups_organization_fkey FOREIGN KEY (workspace_id, organization_id)
        REFERENCES organizations (workspace_id, id)
);
CREATE UNIQUE INDEX device_groups_name_key ON device_groups (workspace_id, organization_id, lower(name));
GRANT SELECT, INSERT, UPDATE, DELETE ON device_groups TO homeport_app;
";

/// The value that a device reports, whether it stands in an acknowledgement or not. One expression without settings, so
/// that it becomes a part of the statements that use it.
const OPENED: &str = "
CREATE FUNCTION twin_opened(reported jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN jsonb_typeof(reported -> 'ac') = 'number' AND reported -> 'value' IS NOT NULL
        THEN reported -> 'value' ELSE reported END
$$;
REVOKE EXECUTE ON FUNCTION twin_opened(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION twin_opened(jsonb) TO homeport_app;
";
