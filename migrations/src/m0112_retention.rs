//! How long each workspace keeps telemetry, for the worker that deletes what is older.

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
CREATE FUNCTION lookup_retention() RETURNS TABLE (workspace_id int4, days int4)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT id, retention_days FROM workspaces
$$;
REVOKE EXECUTE ON FUNCTION lookup_retention() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_retention() TO homeport_worker;
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_retention() OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
