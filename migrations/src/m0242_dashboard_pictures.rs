//! Pictures that stand on dashboards: plans of floors, photographs. They belong to their dashboard, and go with it.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        enable_rls(manager, "dashboard_pictures").await?;
        run(manager, SEEN).await
    }
}

const TABLE: &str = "
CREATE TABLE dashboard_pictures (
    workspace_id int4 NOT NULL,
    dashboard_id text NOT NULL,
    -- The beginning of the SHA-256 of its content.
    id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('image/png', 'image/jpeg')),
    -- Drawn anew by us: pixels, and nothing else that came along.
    content bytea NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, dashboard_id, id),
    CONSTRAINT dashboard_pictures_dashboard_fkey FOREIGN KEY (workspace_id, dashboard_id)
        REFERENCES dashboards (workspace_id, id) ON DELETE CASCADE
);
GRANT SELECT, INSERT, DELETE ON dashboard_pictures TO homeport_app;
";

/// Who sees a dashboard sees its pictures, and nobody else: what hides the dashboard hides them.
const SEEN: &str = "
CREATE POLICY seen ON dashboard_pictures AS RESTRICTIVE TO homeport_app
    USING (EXISTS (SELECT FROM dashboards d WHERE d.workspace_id = dashboard_pictures.workspace_id
                   AND d.id = dashboard_pictures.dashboard_id))
    WITH CHECK (EXISTS (SELECT FROM dashboards d WHERE d.workspace_id = dashboard_pictures.workspace_id
                   AND d.id = dashboard_pictures.dashboard_id));
";
