//! How workspaces look, and the host names that they are reached by.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        enable_rls(manager, "branding").await?;
        run(manager, GRANTS).await
    }
}

/// A host is unique among those that are confirmed: who merely asks for one keeps nobody from it.
const TABLES: &str = "
CREATE TABLE branding (
    workspace_id int4 PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    name text NOT NULL DEFAULT '',
    colour text NOT NULL DEFAULT '',
    links jsonb NOT NULL DEFAULT '[]',
    -- A PNG that we have drawn ourselves, and what it is asked for by: the beginning of its SHA-256.
    logo bytea,
    logo_hash text,
    host text NOT NULL DEFAULT '',
    host_confirmed bool NOT NULL DEFAULT false,
    CHECK ((logo IS NULL) = (logo_hash IS NULL)),
    CHECK (host <> '' OR NOT host_confirmed)
);
CREATE UNIQUE INDEX branding_host_key ON branding (host) WHERE host_confirmed;
CREATE INDEX branding_logo ON branding (logo_hash) WHERE logo_hash IS NOT NULL;
";

/// The application changes how a workspace looks, and which host it asks for; that a host is the workspace's, only the
/// console says. Whoever comes by a host, or asks for a logo, has not signed in: two narrow functions answer.
const GRANTS: &str = "
GRANT SELECT, INSERT (workspace_id, name, colour, links, logo, logo_hash, host),
    UPDATE (name, colour, links, logo, logo_hash, host) ON branding TO homeport_app;
CREATE POLICY own ON branding FOR SELECT TO homeport_app
    USING (workspace_id IN (SELECT m.workspace_id FROM memberships m
                            WHERE m.person_id = nullif(current_setting('app.person', true), '')::int4)
        OR workspace_id IN (SELECT s.workspace_id FROM support_accesses s
                            WHERE s.person_id = nullif(current_setting('app.person', true), '')::int4
                              AND s.ended_at IS NULL AND s.to_at > now()));
CREATE POLICY console ON branding TO homeport_console USING (true) WITH CHECK (true);
GRANT SELECT (workspace_id, host, host_confirmed), UPDATE (host_confirmed) ON branding TO homeport_console;
CREATE POLICY lookup ON branding FOR SELECT TO homeport_lookup USING (true);
GRANT SELECT ON branding TO homeport_lookup;
GRANT SELECT (id, slug, disabled_at) ON workspaces TO homeport_lookup;

-- Another host than the confirmed one is confirmed anew.
CREATE FUNCTION branding_host_changes() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.host IS DISTINCT FROM OLD.host THEN
        NEW.host_confirmed := false;
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION branding_host_changes() FROM PUBLIC;
CREATE TRIGGER branding_host_changes BEFORE UPDATE ON branding
    FOR EACH ROW EXECUTE FUNCTION branding_host_changes();

CREATE FUNCTION lookup_host(wanted text)
RETURNS TABLE (slug text, name text, colour text, links jsonb, logo_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.slug, b.name, b.colour, b.links, b.logo_hash FROM branding b JOIN workspaces w ON w.id = b.workspace_id
    WHERE b.host = wanted AND b.host_confirmed
$$;
CREATE FUNCTION lookup_logo(wanted text) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.logo FROM branding b WHERE b.logo_hash = wanted LIMIT 1
$$;
REVOKE EXECUTE ON FUNCTION lookup_host(text), lookup_logo(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_host(text), lookup_logo(text) TO homeport_app;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_host(text) OWNER TO homeport_lookup;
ALTER FUNCTION lookup_logo(text) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
