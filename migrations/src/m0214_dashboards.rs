//! Dashboards: of an organization, or of one person; and which ones somebody has marked.
//!
//! A transaction says in `app.viewer` who asks; where it says nobody, nobody's own are seen.

use crate::m0171_organizations::restrictive;
use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        enable_rls(manager, "dashboards").await?;
        enable_rls(manager, "dashboard_favourites").await?;
        run(
            manager,
            &restrictive("dashboards", &format!("coalesce({HERE}, owner_id = {PERSON}, false)"), None),
        )
        .await?;
        run(manager, &own("dashboards", &format!("owner_id IS NULL OR owner_id = {PERSON}"))).await?;
        run(manager, &own("dashboard_favourites", &format!("person_id = {PERSON}"))).await
    }
}

/// Who asks; asked once a statement.
const PERSON: &str = "(SELECT nullif(current_setting('app.viewer', true), '')::int4)";
/// Whether it belongs to what the transaction sees; nothing where it belongs to no organization.
const HERE: &str = "organization_id = ANY (coalesce(
    (SELECT nullif(nullif(current_setting('app.organizations', true), ''), '*')::int4[]), '{}'))";

fn own(table: &str, seen: &str) -> String {
    format!("CREATE POLICY own ON {table} AS RESTRICTIVE TO homeport_app USING ({seen}) WITH CHECK ({seen});")
}

const TABLES: &str = "
CREATE TABLE dashboards (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    -- Where it belongs; null: to its owner, whose alone it is.
    organization_id int4,
    owner_id int4 REFERENCES people (id) ON DELETE CASCADE,
    -- Tiles, range and the rest, as the model writes them.
    content jsonb NOT NULL,
    revision int4 NOT NULL DEFAULT 1,
    is_default bool NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL,
    CONSTRAINT dashboards_id_key PRIMARY KEY (workspace_id, id),
    CONSTRAINT dashboards_whose CHECK ((organization_id IS NULL) <> (owner_id IS NULL)),
    CONSTRAINT dashboards_default_shared CHECK (NOT is_default OR owner_id IS NULL),
    CONSTRAINT dashboards_organization_fkey FOREIGN KEY (workspace_id, organization_id)
        REFERENCES organizations (workspace_id, id)
);
CREATE UNIQUE INDEX dashboards_default ON dashboards (workspace_id, organization_id) WHERE is_default;
CREATE INDEX dashboards_organization ON dashboards (workspace_id, organization_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON dashboards TO homeport_app;

CREATE TABLE dashboard_favourites (
    workspace_id int4 NOT NULL,
    dashboard_id text NOT NULL,
    person_id int4 NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (workspace_id, person_id, dashboard_id),
    FOREIGN KEY (workspace_id, dashboard_id) REFERENCES dashboards (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX dashboard_favourites_dashboard ON dashboard_favourites (workspace_id, dashboard_id);
GRANT SELECT, INSERT, DELETE ON dashboard_favourites TO homeport_app;
";
