//! What the console needs beside the list: a log of what is done in it, how people come by themselves, and what counts
//! against the limits of people and e-mails.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, LOG).await?;
        run(manager, SIGN_UP).await?;
        run(manager, TAKEN).await
    }
}

/// Names rather than keys: whom an entry names may be gone when somebody reads it. Nothing changes one.
const LOG: &str = "
CREATE TABLE platform_entries (
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_id text NOT NULL,
    actor_name text NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    subject_name text NOT NULL,
    before jsonb,
    after jsonb,
    address text,
    agent text
);
GRANT SELECT, INSERT ON platform_entries TO homeport_console;
CREATE TRIGGER platform_entries_stay BEFORE UPDATE OR DELETE ON platform_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();
";

/// Nobody comes by themselves unless somebody says so.
const SIGN_UP: &str = "
ALTER TABLE platform
    ADD COLUMN sign_up bool NOT NULL DEFAULT false,
    ADD COLUMN trial_plan int4 REFERENCES plans (id),
    ADD COLUMN trial_days int4 NOT NULL DEFAULT 30 CHECK (trial_days BETWEEN 1 AND 365);
COMMENT ON COLUMN platform.sign_up IS 'whether anybody may make an account and a workspace by themselves';
COMMENT ON COLUMN platform.trial_plan IS 'of workspaces that come so; null: the default plan';
ALTER TABLE tenants ADD COLUMN trial_ends_at timestamptz;
COMMENT ON COLUMN tenants.trial_ends_at IS 'then it is suspended, unless it is given a plan before';
CREATE INDEX tenants_trial ON tenants (trial_ends_at) WHERE trial_ends_at IS NOT NULL;

-- Addresses whose owners have yet to show that they read them; nobody and nothing is made before.
CREATE TABLE sign_ups (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    email text NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_ups_expires ON sign_ups (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_ups TO homeport_app;

-- Puts the workspace that is being made on trial, while people come by themselves; false where its owner has one on
-- trial already. What the application can't change of a tenant, it changes by this alone.
CREATE FUNCTION begin_trial(of_owner text) RETURNS bool
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here int4 := nullif(current_setting('app.workspace', true), '')::int4;
BEGIN
    IF NOT (SELECT sign_up FROM platform) THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('trial of ' || of_owner));
    IF EXISTS (SELECT FROM tenants WHERE owner = of_owner AND trial_ends_at IS NOT NULL) THEN
        RETURN false;
    END IF;
    UPDATE tenants t SET owner = of_owner, plan_id = coalesce(p.trial_plan, p.default_plan),
        trial_ends_at = now() + make_interval(days => p.trial_days)
    FROM platform p WHERE t.workspace_id = here AND t.created_at > now() - interval '1 minute';
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION begin_trial(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_trial(text) TO homeport_app;
GRANT CREATE ON SCHEMA public TO homeport_console;
ALTER FUNCTION begin_trial(text) OWNER TO homeport_console;
REVOKE CREATE ON SCHEMA public FROM homeport_console;
";

/// Whatever part of the workspace who asks may see. Who is invited counts as one of the people until the invitation is
/// too old.
const TAKEN: &str = "
CREATE INDEX mails_of_workspace ON mails (of_workspace, created_at) WHERE of_workspace IS NOT NULL;
CREATE FUNCTION taken_people() RETURNS int8
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT count(*) FROM memberships m WHERE m.workspace_id = w.id)
         + (SELECT count(*) FROM invitations i WHERE i.workspace_id = w.id AND i.expires_at > now())
    FROM (SELECT nullif(current_setting('app.workspace', true), '')::int4 AS id) w
$$;
REVOKE EXECUTE ON FUNCTION taken_people() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION taken_people() TO homeport_app;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION taken_people() OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
