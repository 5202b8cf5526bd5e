//! The batch log says which batches were imported: what follows live messages, such as meters and rules, passes over them.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "SET LOCAL ROLE homeport_worker;").await?;
        run(manager, "ALTER TABLE tm_batch ADD COLUMN imported bool NOT NULL DEFAULT false;").await?;
        run(manager, "RESET ROLE;").await
    }
}
