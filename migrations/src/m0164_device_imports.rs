//! Imports are of history or of devices.

use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            "ALTER TABLE imports ADD COLUMN kind text NOT NULL DEFAULT 'history' CHECK (kind IN ('history', 'devices'))",
        )
        .await
    }
}
