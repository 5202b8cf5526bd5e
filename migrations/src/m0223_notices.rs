//! Notices within the product: which alarms somebody wants to be told of, and which they have read.

use crate::m0171_organizations::restrictive;
use crate::row_security::{enable_rls, run};
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        for table in ["notice_settings", "notice_reads"] {
            enable_rls(manager, table).await?;
        }
        let of_alarm = "EXISTS (SELECT FROM alarms a WHERE a.workspace_id = notice_reads.workspace_id
            AND a.id = notice_reads.alarm_id)";
        run(manager, &restrictive("notice_reads", of_alarm, None)).await
    }
}

const TABLES: &str = "
CREATE TABLE notice_settings (
    workspace_id int4 NOT NULL,
    person_id int4 NOT NULL,
    -- Null: of none.
    at_least text CHECK (at_least IN ('information', 'warning', 'major', 'critical')),
    -- Minutes of the person's day.
    quiet_from int4,
    quiet_to int4,
    -- What was raised until then, they have read; milliseconds since 1970.
    read_ms int8 NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, person_id),
    FOREIGN KEY (workspace_id, person_id) REFERENCES memberships (workspace_id, person_id) ON DELETE CASCADE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_settings TO homeport_app;

CREATE TABLE notice_reads (
    workspace_id int4 NOT NULL,
    person_id int4 NOT NULL,
    alarm_id int8 NOT NULL,
    PRIMARY KEY (workspace_id, person_id, alarm_id),
    FOREIGN KEY (workspace_id, person_id) REFERENCES memberships (workspace_id, person_id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, alarm_id) REFERENCES alarms (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX notice_reads_alarm ON notice_reads (workspace_id, alarm_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_reads TO homeport_app;
";
