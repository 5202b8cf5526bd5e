//! Alarms that are kept quiet, raised while somebody works there, told to further people, or worse than they were.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, COLUMNS).await?;
        run(manager, DUE).await
    }
}

// Times are milliseconds since 1970, as those of alarms are.
const COLUMNS: &str = "
ALTER TABLE alarms
    -- Until when nobody is told of it; null: nobody said so.
    ADD COLUMN quiet_until_ms int8,
    -- What was done there when it was raised; null: nothing.
    ADD COLUMN maintenance text,
    -- When further people are to be told; null: never, or they were.
    ADD COLUMN escalate_ms int8,
    -- Whether they were.
    ADD COLUMN escalated bool NOT NULL DEFAULT false;
CREATE INDEX alarms_escalate ON alarms (workspace_id, escalate_ms)
    WHERE escalate_ms IS NOT NULL AND cleared_ms IS NULL AND acknowledged_ms IS NULL;
ALTER TABLE alarm_entries DROP CONSTRAINT alarm_entries_kind_check;
ALTER TABLE alarm_entries ADD CONSTRAINT alarm_entries_kind_check CHECK (kind IN ('raised', 'acknowledged', 'assigned',
    'comment', 'cleared', 'mailed', 'quiet', 'level', 'escalated'));
";

/// Workspaces with an alarm that nobody has acknowledged in time. Beside the function that says where else rules have to look.
const DUE: &str = "
GRANT SELECT (escalate_ms, cleared_ms, acknowledged_ms) ON alarms TO homeport_lookup;
CREATE FUNCTION lookup_escalations_due(until_ms int8) RETURNS TABLE (workspace_id int4)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT a.workspace_id FROM alarms a
    WHERE a.escalate_ms <= until_ms AND a.cleared_ms IS NULL AND a.acknowledged_ms IS NULL
    LIMIT 1000
$$;
REVOKE EXECUTE ON FUNCTION lookup_escalations_due(int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_escalations_due(int8) TO homeport_app;
-- A new owner must be able to create; it loses that again at once.
GRANT CREATE ON SCHEMA public TO homeport_lookup;
ALTER FUNCTION lookup_escalations_due(int8) OWNER TO homeport_lookup;
REVOKE CREATE ON SCHEMA public FROM homeport_lookup;
";
