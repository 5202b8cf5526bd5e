//! The two questions that are asked before a workspace is known, each by a narrow function.
//!
//! They belong to `homeport_lookup`, a role that nobody can sign in as and that may read these columns and no others.

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
CREATE POLICY lookup ON workspaces FOR SELECT TO homeport_lookup USING (true);
CREATE POLICY lookup ON memberships FOR SELECT TO homeport_lookup USING (true);
CREATE POLICY lookup ON templates FOR SELECT TO homeport_lookup USING (true);
CREATE POLICY lookup ON devices FOR SELECT TO homeport_lookup USING (true);
GRANT SELECT (id, scope, retention_days) ON workspaces TO homeport_lookup;
GRANT SELECT (workspace_id, person_id) ON memberships TO homeport_lookup;
GRANT SELECT (workspace_id, id, dtdl) ON templates TO homeport_lookup;
GRANT SELECT (workspace_id, id, external_id, template_id, blocked, key_encrypted) ON devices TO homeport_lookup;

-- A device by what it connects with: for the gate, and for the ingestion.
CREATE FUNCTION lookup_device(wanted_scope text, wanted_external_id text)
RETURNS TABLE (workspace_id int4, device_id int4, blocked bool, key_encrypted bytea, dtdl jsonb, retention int4)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.workspace_id, d.id, d.blocked, d.key_encrypted, t.dtdl, w.retention_days
    FROM workspaces w
    JOIN devices d ON d.workspace_id = w.id AND d.external_id = wanted_external_id
    LEFT JOIN templates t ON t.workspace_id = d.workspace_id AND t.id = d.template_id
    WHERE w.scope = wanted_scope
$$;

-- How many devices each workspace of a person has: for the list from which they choose one.
CREATE FUNCTION lookup_device_counts(of_person int4)
RETURNS TABLE (workspace_id int4, devices int8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT m.workspace_id, (SELECT count(*) FROM devices d WHERE d.workspace_id = m.workspace_id)
    FROM memberships m WHERE m.person_id = of_person
$$;

REVOKE EXECUTE ON FUNCTION lookup_device(text, text), lookup_device_counts(int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_device(text, text) TO homeport_app, homeport_ingest;
GRANT EXECUTE ON FUNCTION lookup_device_counts(int4) TO homeport_app;

-- A new owner must be able to create; it loses that again at once.
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_device(text, text) OWNER TO homeport_lookup;
ALTER FUNCTION lookup_device_counts(int4) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
