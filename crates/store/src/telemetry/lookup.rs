//! What the ingestion asks before it writes: whose a topic is, and the numbers of names.

use super::Writer;
use crate::error::Result;
use model::dtdl::Schema;
use model::template::Telemetry;
use model::{DeviceId, MetricId, WorkspaceId};
use sqlx::PgPool;
use sqlx::types::Json;
use std::collections::HashMap;

/// Where a device's messages go, and what its template says of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of which device.
    pub device: DeviceId,
    /// The types of the fields of its template, of the version that it lives by; none: it has no template, so anything fits.
    pub schemas: Option<HashMap<String, Schema>>,
}

/// Workspace, device, and the fields of its template's version.
type Found = (i32, i32, Option<Json<Vec<Telemetry>>>);

impl Writer {
    /// The device that connects with these names; none: there is no such device.
    ///
    /// # Errors
    /// The database failed.
    pub async fn device(&self, scope: &str, external_id: &str) -> Result<Option<Route>> {
        let found: Option<Found> =
            sqlx::query_as("SELECT workspace_id, device_id, telemetry FROM lookup_fields($1, $2)")
                .bind(scope)
                .bind(external_id)
                .fetch_optional(&self.pool)
                .await?;
        Ok(found.map(|(workspace, device, telemetry)| Route {
            workspace: WorkspaceId(workspace),
            device: DeviceId(device),
            schemas: telemetry.map(|Json(t)| t.into_iter().map(|field| (field.name, field.schema)).collect()),
        }))
    }

    /// The numbers of these names in the workspace; names that have none yet get one. A name is missing in the
    /// answer where the workspace has too many of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn metric_ids(
        &self,
        workspace: WorkspaceId,
        names: &[String],
    ) -> Result<HashMap<String, MetricId>> {
        metric_ids(&self.pool, workspace, names).await
    }
}

/// The same, as any role that may ask.
pub(super) async fn metric_ids(
    pool: &PgPool,
    workspace: WorkspaceId,
    names: &[String],
) -> Result<HashMap<String, MetricId>> {
    let ids: Vec<(String, i32)> = sqlx::query_as("SELECT metric_name, metric_id FROM intern_metrics($1, $2)")
        .bind(workspace.0)
        .bind(names)
        .fetch_all(pool)
        .await?;
    Ok(ids.into_iter().map(|(name, id)| (name, MetricId(id))).collect())
}
