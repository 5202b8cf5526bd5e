//! Roles that workspaces make, and the organization that people and tokens belong to.
//!
//! The version before knows neither: whatever it writes belongs to the root.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, ROLES).await?;
        enable_rls(manager, "roles").await?;
        for step in [ORGANIZATIONS, BELONGING, ADMINISTRATOR, LOOKUP] {
            run(manager, step).await?;
        }
        Ok(())
    }
}

/// Roles beside the built-in ones. `whole`: it held everything there was when it was written.
const ROLES: &str = "
CREATE TABLE roles (
    workspace_id int4 NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    id text NOT NULL CONSTRAINT roles_id_free CHECK (id NOT IN ('administrator', 'builder', 'operator', 'viewer')),
    name text NOT NULL,
    description text NOT NULL,
    permissions text[] NOT NULL,
    whole bool NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT roles_id_key PRIMARY KEY (workspace_id, id),
    CONSTRAINT roles_name_key UNIQUE (workspace_id, name)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON roles TO homeport_app;
";

/// What programs know them by, and which ones lie below one.
const ORGANIZATIONS: &str = "
ALTER TABLE organizations ADD COLUMN key text NOT NULL DEFAULT 'root';
ALTER TABLE organizations ADD CONSTRAINT organizations_key_key UNIQUE (workspace_id, key);

CREATE FUNCTION organization_subtree(of_workspace int4, top int4) RETURNS int4[]
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE below AS (
        SELECT o.id FROM organizations o WHERE o.workspace_id = of_workspace AND o.id = top
        UNION
        SELECT o.id FROM organizations o JOIN below b ON o.parent_id = b.id WHERE o.workspace_id = of_workspace
    )
    SELECT array_agg(id) FROM below
$$;
CREATE INDEX organizations_parent ON organizations (workspace_id, parent_id);
";

/// The role's id stays a word in `role`; where it is none of the built-in ones, it refers to one that was made. A token
/// that was revoked keeps no role from being deleted.
const BELONGING: &str = "
CREATE FUNCTION to_the_root() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    NEW.organization_id := coalesce(NEW.organization_id, (
        SELECT id FROM organizations WHERE workspace_id = NEW.workspace_id AND parent_id IS NULL));
    RETURN NEW;
END $$;

ALTER TABLE memberships
    ADD COLUMN organization_id int4,
    ADD COLUMN made_role text GENERATED ALWAYS AS
        (CASE WHEN role IN ('administrator', 'builder', 'operator', 'viewer') THEN NULL ELSE role END) STORED,
    ADD CONSTRAINT memberships_role_fkey FOREIGN KEY (workspace_id, made_role) REFERENCES roles (workspace_id, id),
    ADD CONSTRAINT memberships_organization_fkey FOREIGN KEY (workspace_id, organization_id)
        REFERENCES organizations (workspace_id, id);
ALTER TABLE api_tokens
    ADD COLUMN organization_id int4,
    ADD COLUMN made_role text GENERATED ALWAYS AS
        (CASE WHEN revoked_at IS NOT NULL OR role IN ('administrator', 'builder', 'operator', 'viewer')
              THEN NULL ELSE role END) STORED,
    ADD CONSTRAINT api_tokens_role_fkey FOREIGN KEY (workspace_id, made_role) REFERENCES roles (workspace_id, id),
    ADD CONSTRAINT api_tokens_organization_fkey FOREIGN KEY (workspace_id, organization_id)
        REFERENCES organizations (workspace_id, id);

-- Those who are there belong to the root. Whoever runs this owns the tables, but is under their policies too.
ALTER TABLE organizations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships NO FORCE ROW LEVEL SECURITY;
ALTER TABLE api_tokens NO FORCE ROW LEVEL SECURITY;
UPDATE memberships m SET organization_id = o.id FROM organizations o
    WHERE o.workspace_id = m.workspace_id AND o.parent_id IS NULL;
UPDATE api_tokens t SET organization_id = o.id FROM organizations o
    WHERE o.workspace_id = t.workspace_id AND o.parent_id IS NULL;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE api_tokens FORCE ROW LEVEL SECURITY;

CREATE TRIGGER to_the_root BEFORE INSERT ON memberships FOR EACH ROW EXECUTE FUNCTION to_the_root();
CREATE TRIGGER to_the_root BEFORE INSERT ON api_tokens FOR EACH ROW EXECUTE FUNCTION to_the_root();
CREATE INDEX memberships_organization ON memberships (workspace_id, organization_id);
CREATE INDEX memberships_made_role ON memberships (workspace_id, made_role);
CREATE INDEX api_tokens_organization ON api_tokens (workspace_id, organization_id);
CREATE INDEX api_tokens_made_role ON api_tokens (workspace_id, made_role);
";

/// One administrator at the root stays, whoever goes. The workspace's row is locked before anybody is counted, so that of
/// two who leave at once the second finds the first gone.
const ADMINISTRATOR: &str = "
CREATE FUNCTION keep_an_administrator() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    before text := current_setting('app.workspace', true);
BEGIN
    -- A person may be deleted where no workspace is set.
    PERFORM set_config('app.workspace', OLD.workspace_id::text, true);
    PERFORM FROM workspaces WHERE id = OLD.workspace_id FOR NO KEY UPDATE;
    IF FOUND AND NOT EXISTS (
        SELECT FROM memberships m
        JOIN organizations o ON o.workspace_id = m.workspace_id AND o.id = m.organization_id AND o.parent_id IS NULL
        LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.made_role
        WHERE m.workspace_id = OLD.workspace_id AND (m.role = 'administrator' OR r.whole)
    ) THEN
        RAISE EXCEPTION 'the last administrator of workspace %', OLD.workspace_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'memberships_administrator';
    END IF;
    PERFORM set_config('app.workspace', coalesce(before, ''), true);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION keep_an_administrator() FROM PUBLIC;
CREATE TRIGGER keep_an_administrator AFTER DELETE OR UPDATE OF role, organization_id ON memberships
    FOR EACH ROW EXECUTE FUNCTION keep_an_administrator();
CREATE TRIGGER keep_an_administrator AFTER UPDATE OF whole ON roles
    FOR EACH ROW WHEN (OLD.whole AND NOT NEW.whole) EXECUTE FUNCTION keep_an_administrator();
";

/// What somebody is in a workspace, with all that a request needs to know of it, in one statement.
const LOOKUP: &str = "
CREATE POLICY lookup ON organizations FOR SELECT TO homeport_lookup USING (true);
CREATE POLICY lookup ON roles FOR SELECT TO homeport_lookup USING (true);
GRANT SELECT (workspace_id, id, parent_id, name, key) ON organizations TO homeport_lookup;
GRANT SELECT (workspace_id, id, name, description, permissions) ON roles TO homeport_lookup;
GRANT SELECT (role, organization_id) ON memberships TO homeport_lookup;
GRANT SELECT (organization_id) ON api_tokens TO homeport_lookup;
GRANT SELECT (organization_id) ON devices TO homeport_lookup;

-- A role and an organization of one workspace, in words; the subtree is nothing where it is everything.
CREATE FUNCTION lookup_standing(of_workspace int4, of_role text, of_organization int4)
RETURNS TABLE (role_id text, role_name text, role_description text, role_permissions text[],
               organization_id int4, organization_key text, organization_name text, subtree int4[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT of_role, r.name, r.description, r.permissions, o.id, o.key, o.name,
           CASE WHEN o.parent_id IS NULL THEN NULL ELSE organization_subtree(of_workspace, o.id) END
    FROM organizations o
    LEFT JOIN roles r ON r.workspace_id = o.workspace_id AND r.id = of_role
    WHERE o.workspace_id = of_workspace AND o.id = of_organization
$$;

DROP FUNCTION lookup_api_token(bytea);
CREATE FUNCTION lookup_api_token(wanted bytea)
RETURNS TABLE (workspace_id int4, number int4, id text, name text,
               expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz,
               role_id text, role_name text, role_description text, role_permissions text[],
               organization_id int4, organization_key text, organization_name text, subtree int4[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT t.workspace_id, t.number, t.id, t.name, t.expires_at, t.last_used_at, t.revoked_at,
           s.role_id, s.role_name, s.role_description, s.role_permissions,
           s.organization_id, s.organization_key, s.organization_name, s.subtree
    FROM api_tokens t
    CROSS JOIN LATERAL lookup_standing(t.workspace_id, t.role, t.organization_id) s
    WHERE t.hash = wanted
$$;

-- How many devices a person sees in each of their workspaces.
DROP FUNCTION lookup_device_counts(int4);
CREATE FUNCTION lookup_device_counts(of_person int4)
RETURNS TABLE (workspace_id int4, devices int8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT m.workspace_id, CASE WHEN o.parent_id IS NULL
        THEN (SELECT count(*) FROM devices d WHERE d.workspace_id = m.workspace_id)
        ELSE (SELECT count(*) FROM devices d WHERE d.workspace_id = m.workspace_id
              AND d.organization_id = ANY (organization_subtree(m.workspace_id, o.id)))
        END
    FROM memberships m
    JOIN organizations o ON o.workspace_id = m.workspace_id AND o.id = m.organization_id
    WHERE m.person_id = of_person
$$;

REVOKE EXECUTE ON FUNCTION lookup_standing(int4, text, int4), lookup_api_token(bytea), lookup_device_counts(int4),
    organization_subtree(int4, int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_standing(int4, text, int4), lookup_api_token(bytea), lookup_device_counts(int4) TO homeport_app;
GRANT EXECUTE ON FUNCTION organization_subtree(int4, int4) TO homeport_app, homeport_lookup;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_standing(int4, text, int4) OWNER TO homeport_lookup;
ALTER FUNCTION lookup_api_token(bytea) OWNER TO homeport_lookup;
ALTER FUNCTION lookup_device_counts(int4) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
