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

/// Which of those that were asked for, counted from 1; workspace, device, and the fields of its template's version.
type Found = (i64, i32, i32, Option<Json<Vec<Telemetry>>>);

impl Writer {
    /// The device that connects with these names; none: there is no such device.
    ///
    /// # Errors
    /// The database failed.
    pub async fn device(&self, scope: &str, external_id: &str) -> Result<Option<Route>> {
        Ok(self.devices(&[(scope, external_id)]).await?.pop().flatten())
    }

    /// The devices of these names, scope and external id, in their order; none: there is no such device.
    ///
    /// # Errors
    /// The database failed.
    pub async fn devices(&self, names: &[(&str, &str)]) -> Result<Vec<Option<Route>>> {
        let (scopes, ids): (Vec<&str>, Vec<&str>) = names.iter().copied().unzip();
        let found: Vec<Found> = sqlx::query_as(
            "SELECT w.place, f.workspace_id, f.device_id, f.telemetry
             FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (scope, external_id, place),
                  LATERAL lookup_fields(w.scope, w.external_id) AS f",
        )
        .bind(scopes)
        .bind(ids)
        .fetch_all(&self.pool)
        .await?;
        let mut routes: Vec<Option<Route>> = names.iter().map(|_| None).collect();
        for (place, workspace, device, telemetry) in found {
            let fields = |t: Vec<Telemetry>| t.into_iter().map(|field| (field.name, field.schema)).collect();
            routes[place as usize - 1] = Some(Route {
                workspace: WorkspaceId(workspace),
                device: DeviceId(device),
                schemas: telemetry.map(|Json(t)| fields(t)),
            });
        }
        Ok(routes)
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
