//! What the ingestion asks of a device: whose it is, and the fields of the version that it lives by.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, LOOKUP).await
    }
}

const LOOKUP: &str = "
CREATE POLICY lookup ON template_versions FOR SELECT TO homeport_lookup USING (true);
GRANT SELECT (workspace_id, template_id, version, telemetry) ON template_versions TO homeport_lookup;
GRANT SELECT (template_version) ON devices TO homeport_lookup;

CREATE FUNCTION lookup_fields(wanted_scope text, wanted_external_id text)
RETURNS TABLE (workspace_id int4, device_id int4, telemetry jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.workspace_id, d.id, v.telemetry
    FROM workspaces w
    JOIN devices d ON d.workspace_id = w.id AND d.external_id = wanted_external_id
    LEFT JOIN template_versions v
        ON v.workspace_id = d.workspace_id AND v.template_id = d.template_id AND v.version = d.template_version
    WHERE w.scope = wanted_scope
$$;
REVOKE EXECUTE ON FUNCTION lookup_fields(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_fields(text, text) TO homeport_ingest;

-- A new owner must be able to create; it loses that again at once.
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_fields(text, text) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
