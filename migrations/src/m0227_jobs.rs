//! Jobs, what became of each device in them, and when they begin by themselves.

use crate::m0171_organizations::{by_organization, of_device, restrictive};
use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        for table in ["job_schedules", "jobs", "job_turns"] {
            enable_rls(manager, table).await?;
        }
        for table in ["job_schedules", "jobs"] {
            run(manager, &by_organization(table, "organization_id")).await?;
        }
        run(manager, &restrictive("job_turns", &of_device("job_turns"), None)).await?;
        run(manager, LOOKUP).await
    }
}

const TABLES: &str = "
CREATE TABLE job_schedules (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    organization_id int4 NOT NULL,
    -- What is done to whom, and when, as the model writes it.
    work jsonb NOT NULL,
    schedule jsonb NOT NULL,
    enabled bool NOT NULL,
    made_by text NOT NULL,
    -- Milliseconds since 1970: they come out of calendars, which Postgres need not know.
    next_ms int8,
    last_ms int8,
    begun int4 NOT NULL DEFAULT 0,
    why text,
    created_at timestamptz NOT NULL,
    CONSTRAINT job_schedules_id_key PRIMARY KEY (workspace_id, id),
    CONSTRAINT job_schedules_organization_fkey FOREIGN KEY (workspace_id, organization_id)
        REFERENCES organizations (workspace_id, id)
);
CREATE INDEX job_schedules_next ON job_schedules (next_ms) WHERE enabled AND next_ms IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON job_schedules TO homeport_app;

CREATE TABLE jobs (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    organization_id int4 NOT NULL,
    work jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'running', 'approval', 'stopping', 'stopped', 'done')),
    -- The batch under way, and how many there are.
    batch int4 NOT NULL DEFAULT 1,
    batches int4 NOT NULL,
    -- Failures that somebody has let it go on after.
    forgiven int8 NOT NULL DEFAULT 0,
    why text,
    schedule_id text,
    rerun_of text,
    made_by text NOT NULL,
    -- Who is at it, and until when nobody else may be.
    worker text,
    leased_until timestamptz,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT jobs_id_key PRIMARY KEY (workspace_id, id),
    CONSTRAINT jobs_organization_fkey FOREIGN KEY (workspace_id, organization_id)
        REFERENCES organizations (workspace_id, id)
);
CREATE INDEX jobs_unfinished ON jobs (leased_until) WHERE state IN ('pending', 'running', 'stopping');
CREATE INDEX jobs_created ON jobs (workspace_id, created_at DESC);
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO homeport_app;

CREATE TABLE job_turns (
    workspace_id int4 NOT NULL,
    job_id text NOT NULL,
    device_id int4 NOT NULL,
    -- In the order of their names.
    place int4 NOT NULL,
    batch int4 NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'skipped')),
    -- The command that was run; it is in the transaction that began it, so that none is run twice.
    run_id int8,
    why text,
    started_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (workspace_id, job_id, device_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, device_id) REFERENCES devices (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX job_turns_place ON job_turns (workspace_id, job_id, place);
CREATE INDEX job_turns_next ON job_turns (workspace_id, job_id, batch, place) WHERE state IN ('waiting', 'running');
CREATE INDEX job_turns_device ON job_turns (workspace_id, device_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON job_turns TO homeport_app;
";

/// Which jobs want a worker, and which schedules are due, in whatever workspace: their ids and nothing else. Of each
/// workspace a few, so that none waits behind another's.
const LOOKUP: &str = "
CREATE POLICY lookup ON jobs FOR SELECT TO homeport_lookup USING (true);
CREATE POLICY lookup ON job_schedules FOR SELECT TO homeport_lookup USING (true);
GRANT SELECT (workspace_id, id, state, leased_until, created_at) ON jobs TO homeport_lookup;
GRANT SELECT (workspace_id, id, enabled, next_ms) ON job_schedules TO homeport_lookup;

CREATE FUNCTION lookup_jobs(until_ms int8) RETURNS TABLE (workspace_id int4, job_id text, scheduled bool)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    (SELECT s.workspace_id, s.id, true FROM job_schedules s
     WHERE s.enabled AND s.next_ms <= until_ms ORDER BY s.next_ms LIMIT 100)
    UNION ALL
    (SELECT w.workspace_id, w.id, false FROM (
        SELECT j.workspace_id, j.id, j.created_at,
            row_number() OVER (PARTITION BY j.workspace_id ORDER BY j.created_at, j.id) AS place
        FROM jobs j WHERE j.state IN ('pending', 'running', 'stopping') AND (j.leased_until IS NULL OR j.leased_until < now())
     ) AS w WHERE w.place <= 5 ORDER BY w.place, w.created_at LIMIT 100)
$$;
REVOKE EXECUTE ON FUNCTION lookup_jobs(int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_jobs(int8) TO homeport_app;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_jobs(int8) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
