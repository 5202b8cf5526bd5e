//! What the gate asks before it knows a workspace: a device with all that may prove it, and which workspaces are meant.

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
CREATE POLICY lookup ON enrolment_groups FOR SELECT TO homeport_lookup USING (true);
GRANT SELECT (workspace_id, number, id, enabled, primary_key, secondary_key) ON enrolment_groups TO homeport_lookup;
GRANT SELECT (approved, attestation, secondary_key_encrypted, enrolment_group, registered_at)
    ON devices TO homeport_lookup;
CREATE INDEX workspaces_scope_folded ON workspaces (lower(scope));

-- A device with its keys, and those of the group by which it has come while that is enabled.
CREATE FUNCTION lookup_gate(wanted_scope text, wanted_external_id text)
RETURNS TABLE (workspace_id int4, device_id int4, blocked bool, disabled bool, approved bool, attestation text, enrolled bool,
               key_encrypted bytea, secondary_key_encrypted bytea,
               group_id text, group_primary_key bytea, group_secondary_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.workspace_id, d.id, d.blocked, w.disabled_at IS NOT NULL, d.approved, d.attestation, d.enrolment_group IS NOT NULL,
           d.key_encrypted, d.secondary_key_encrypted, g.id, g.primary_key, g.secondary_key
    FROM workspaces w
    JOIN devices d ON d.workspace_id = w.id AND d.external_id = wanted_external_id
    LEFT JOIN enrolment_groups g
        ON g.workspace_id = d.workspace_id AND g.number = d.enrolment_group AND g.enabled
    WHERE w.scope = wanted_scope
$$;

-- The ID scopes of workspaces that have a device of this id, those first that came by themselves.
CREATE FUNCTION lookup_scopes_of_device(wanted_external_id text) RETURNS TABLE (scope text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT w.scope FROM devices d JOIN workspaces w ON w.id = d.workspace_id
    WHERE d.external_id = wanted_external_id
    ORDER BY d.registered_at DESC NULLS LAST, d.id LIMIT 16
$$;

-- The workspace of an ID scope, also as it stands in the name of a host, which knows no upper case.
CREATE FUNCTION lookup_scope(wanted text) RETURNS TABLE (workspace_id int4, scope text, disabled bool)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT w.id, w.scope, w.disabled_at IS NOT NULL FROM workspaces w WHERE lower(w.scope) = lower(wanted) LIMIT 1
$$;

REVOKE EXECUTE ON FUNCTION lookup_gate(text, text), lookup_scopes_of_device(text), lookup_scope(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_gate(text, text), lookup_scopes_of_device(text), lookup_scope(text) TO homeport_app;
-- A new owner must be able to create; it loses that again at once.
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_gate(text, text) OWNER TO homeport_lookup;
ALTER FUNCTION lookup_scopes_of_device(text) OWNER TO homeport_lookup;
ALTER FUNCTION lookup_scope(text) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
