//! Workspaces that whoever runs the server has shut: their devices are known still, but let in no more.

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

/// The ingestion goes on finding devices of a disabled workspace, so that what was accepted before is kept.
const TABLES: &str = "
ALTER TABLE workspaces ADD COLUMN disabled_at timestamptz;
GRANT SELECT (slug, disabled_at) ON workspaces TO homeport_lookup;

-- Another column of the answer makes another function.
DROP FUNCTION lookup_device(text, text);
CREATE FUNCTION lookup_device(wanted_scope text, wanted_external_id text)
RETURNS TABLE (workspace_id int4, device_id int4, blocked bool, key_encrypted bytea, dtdl jsonb, retention int4,
               disabled bool)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.workspace_id, d.id, d.blocked, d.key_encrypted, t.dtdl, w.retention_days, w.disabled_at IS NOT NULL
    FROM workspaces w
    JOIN devices d ON d.workspace_id = w.id AND d.external_id = wanted_external_id
    LEFT JOIN templates t ON t.workspace_id = d.workspace_id AND t.id = d.template_id
    WHERE w.scope = wanted_scope
$$;

-- A workspace by its slug, for whoever runs the server.
CREATE FUNCTION lookup_workspace(wanted_slug text) RETURNS int4
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT w.id FROM workspaces w WHERE w.slug = wanted_slug
$$;

REVOKE EXECUTE ON FUNCTION lookup_device(text, text), lookup_workspace(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_device(text, text) TO homeport_app, homeport_ingest;
GRANT EXECUTE ON FUNCTION lookup_workspace(text) TO homeport_app;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_device(text, text) OWNER TO homeport_lookup;
ALTER FUNCTION lookup_workspace(text) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
