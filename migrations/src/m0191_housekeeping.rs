//! The console sees how the housekeeping of telemetry stands: slots and failures, nothing of what they hold.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "SET LOCAL ROLE homeport_worker;").await?;
        run(manager, "GRANT SELECT ON tm_slot, tm_trouble TO homeport_console;").await?;
        run(manager, "RESET ROLE;").await
    }
}
