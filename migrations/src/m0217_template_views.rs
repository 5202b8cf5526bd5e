//! Views of templates: dashboards that stand on the pages of a template's devices. They go with the template, and whoever
//! sees the template sees them, wherever they were made.

use crate::m0171_organizations::restrictive;
use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, COLUMN).await?;
        run(manager, "DROP POLICY organization ON dashboards;").await?;
        let own = format!("coalesce({HERE}, owner_id = {PERSON}, false)");
        let seen = format!("template_id IS NOT NULL OR {own}");
        run(manager, &restrictive("dashboards", &seen, Some(&own))).await
    }
}

/// Who asks; asked once a statement.
const PERSON: &str = "(SELECT nullif(current_setting('app.viewer', true), '')::int4)";
/// Whether it belongs to what the transaction sees; nothing where it belongs to no organization.
const HERE: &str = "organization_id = ANY (coalesce(
    (SELECT nullif(nullif(current_setting('app.organizations', true), ''), '*')::int4[]), '{}'))";

const COLUMN: &str = "
ALTER TABLE dashboards ADD COLUMN template_id int4;
ALTER TABLE dashboards
    ADD CONSTRAINT dashboards_template_fkey FOREIGN KEY (workspace_id, template_id)
        REFERENCES templates (workspace_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT dashboards_view_shared CHECK (template_id IS NULL OR (owner_id IS NULL AND NOT is_default));
CREATE INDEX dashboards_template ON dashboards (workspace_id, template_id);
";
