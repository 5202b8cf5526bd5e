//! Simulated devices: which are played, how, and by which process. Processes say that they live; a device whose process
//! does not any more is another one's.

use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        enable_rls(manager, "simulations").await?;
        run(manager, LOOKUP).await
    }
}

const TABLES: &str = "
CREATE TABLE simulations (
    workspace_id int4 NOT NULL,
    device_id int4 NOT NULL,
    running bool NOT NULL DEFAULT true,
    every_ms int4 NOT NULL CHECK (every_ms BETWEEN 1000 AND 86400000),
    -- The process that plays it, while that lives.
    player text,
    PRIMARY KEY (workspace_id, device_id),
    FOREIGN KEY (workspace_id, device_id) REFERENCES devices (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX simulations_player ON simulations (player) WHERE running;
GRANT SELECT, INSERT, UPDATE, DELETE ON simulations TO homeport_app;

-- Processes that play devices; of no workspace. One that has not been heard until then is gone.
CREATE TABLE simulation_players (
    name text PRIMARY KEY,
    lives_until timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON simulation_players TO homeport_app;
";

/// Which simulations want a player, and which a player has, in whatever workspace: their numbers, and a word that
/// changes with what they are played by.
const LOOKUP: &str = "
CREATE POLICY lookup ON simulations FOR SELECT TO homeport_lookup USING (true);
GRANT SELECT ON simulations, simulation_players TO homeport_lookup;
GRANT SELECT (template_version) ON devices TO homeport_lookup;
GRANT SELECT (disabled_at) ON workspaces TO homeport_lookup;

CREATE FUNCTION lookup_simulations_waiting() RETURNS TABLE (workspace_id int4)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT s.workspace_id FROM simulations s
    JOIN devices d ON d.workspace_id = s.workspace_id AND d.id = s.device_id
    JOIN workspaces w ON w.id = s.workspace_id
    WHERE s.running AND d.approved AND NOT d.blocked AND w.disabled_at IS NULL
      AND (s.player IS NULL OR NOT EXISTS (
          SELECT FROM simulation_players p WHERE p.name = s.player AND p.lives_until > now()))
    LIMIT 100
$$;

CREATE FUNCTION lookup_simulations_of(wanted text) RETURNS TABLE (workspace_id int4, device_id int4, played_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT s.workspace_id, s.device_id, concat_ws('/', s.every_ms, d.template_id, d.template_version)
    FROM simulations s
    JOIN devices d ON d.workspace_id = s.workspace_id AND d.id = s.device_id
    JOIN workspaces w ON w.id = s.workspace_id
    WHERE s.player = wanted AND s.running AND d.approved AND NOT d.blocked AND w.disabled_at IS NULL
$$;

REVOKE EXECUTE ON FUNCTION lookup_simulations_waiting(), lookup_simulations_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_simulations_waiting(), lookup_simulations_of(text) TO homeport_app;
-- A new owner must be able to create; it loses that again at once.
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_simulations_waiting() OWNER TO homeport_lookup;
ALTER FUNCTION lookup_simulations_of(text) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
