//! Simulations and relationships are seen by whoever sees their devices.

use crate::m0171_organizations::{of_device, restrictive};
use crate::row_security::run;
use sea_orm_migration::prelude::*;

/// See above.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &restrictive("simulations", &of_device("simulations"), None)).await?;
        run(manager, &restrictive("device_relationships", BOTH, None)).await
    }
}

/// Who sees only one of the two doesn't see what is between them.
const BOTH: &str = "
    EXISTS (SELECT FROM devices d WHERE d.workspace_id = device_relationships.workspace_id
            AND d.id = device_relationships.parent_id)
    AND EXISTS (SELECT FROM devices d WHERE d.workspace_id = device_relationships.workspace_id
            AND d.id = device_relationships.child_id)";
