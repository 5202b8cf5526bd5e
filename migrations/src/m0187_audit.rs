//! The audit log of each workspace: who did what, when, from where, before and after. Rows are added and read; only
//! retention takes them away, and nothing changes one.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLE).await?;
        enable_rls(manager, "audit_entries").await?;
        run(manager, RETENTION).await
    }
}

const TABLE: &str = "
ALTER TABLE workspaces ADD COLUMN audit_days int4 NOT NULL DEFAULT 365 CHECK (audit_days BETWEEN 1 AND 36500);
COMMENT ON COLUMN workspaces.audit_days IS 'how long entries of the audit log are kept, in days';

CREATE TABLE audit_entries (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id int8 GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    -- person, token, operator: who acted, and how they were called then, since they may be gone.
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    subject_name text NOT NULL,
    -- What differed, without secrets; null: there was nothing before, or is nothing after.
    before jsonb,
    after jsonb,
    -- From where; null: from within.
    address text,
    agent text,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_entries_at ON audit_entries (workspace_id, at);
CREATE INDEX audit_entries_actor ON audit_entries (workspace_id, actor_kind, actor_id, id);
CREATE INDEX audit_entries_subject ON audit_entries (workspace_id, subject_kind, subject_id, id);
GRANT SELECT, INSERT ON audit_entries TO homeport_app;

-- Not even the owner of the table changes what was written.
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'entries of the audit log are never changed';
END
$$;
REVOKE EXECUTE ON FUNCTION refuse_change_of_audit() FROM PUBLIC;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();
";

/// The worker deletes what is older than its workspace keeps; of what it deletes it sees no more than how old it is.
const RETENTION: &str = "
GRANT SELECT (audit_days) ON workspaces TO homeport_lookup;
CREATE POLICY worker ON audit_entries TO homeport_worker USING (true) WITH CHECK (false);
GRANT DELETE, SELECT (workspace_id, at) ON audit_entries TO homeport_worker;

CREATE FUNCTION lookup_audit_retention() RETURNS TABLE (workspace_id int4, days int4)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT id, audit_days FROM workspaces
$$;
REVOKE EXECUTE ON FUNCTION lookup_audit_retention() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_audit_retention() TO homeport_worker;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_audit_retention() OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
