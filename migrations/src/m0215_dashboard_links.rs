//! Links by which a dashboard is seen without signing in. A link is signed and names its row; without the row it is worth
//! nothing. It goes with its dashboard, and with the membership of whoever made it.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        enable_rls(manager, "dashboard_links").await
    }
}

const TABLE: &str = "
CREATE TABLE dashboard_links (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL,
    dashboard_id text NOT NULL,
    name text NOT NULL,
    -- Who made it: the link shows what they see.
    person_id int4 NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, dashboard_id) REFERENCES dashboards (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, person_id) REFERENCES memberships (workspace_id, person_id) ON DELETE CASCADE
);
CREATE INDEX dashboard_links_dashboard ON dashboard_links (workspace_id, dashboard_id);
CREATE INDEX dashboard_links_person ON dashboard_links (workspace_id, person_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON dashboard_links TO homeport_app;
";
