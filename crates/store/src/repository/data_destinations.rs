//! Where exported data goes.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::data_export::{Destination, NewDestination};
use sea_orm::QueryResult;
use serde_json::Value as Json;

/// Most destinations that are listed.
const LIST_MAX: i64 = 1000;

/// The destinations of a scope.
pub struct DataDestinations<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT d.id, d.name, d.place, d.secret IS NOT NULL AS has_secret,
        (SELECT count(*) FROM data_exports e WHERE e.workspace_id = d.workspace_id AND e.destination_id = d.id) AS exports
    FROM data_destinations d WHERE d.workspace_id = $1";

impl DataDestinations<'_> {
    /// All, by their names.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Destination>> {
        let text = format!("{SELECT} ORDER BY d.name COLLATE by_name, d.id LIMIT {LIST_MAX}");
        sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?.iter().map(noun).collect()
    }

    /// One; nothing where there is none of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i32) -> Result<Option<Destination>> {
        let text = format!("{SELECT} AND d.id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// What is secret of it, sealed.
    ///
    /// # Errors
    /// The database's.
    pub async fn secret(&self, id: i32) -> Result<Option<Vec<u8>>> {
        let text = "SELECT secret FROM data_destinations WHERE workspace_id = $1 AND id = $2";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.flatten())
    }

    /// Makes one without a secret; its number. A taken name violates `data_destinations_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, new: &NewDestination) -> Result<i32> {
        let text =
            "INSERT INTO data_destinations (workspace_id, name, place) VALUES ($1, $2, $3) RETURNING id";
        let values = [self.0.workspace.0.into(), new.name.as_str().into(), json(new)?.into()];
        sql::scalar(&self.0.tx, text, values).await
    }

    /// Makes it another one; its secret stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: i32, new: &NewDestination) -> Result<()> {
        let text = "UPDATE data_destinations SET name = $3, place = $4 WHERE workspace_id = $1 AND id = $2";
        let values = [self.0.workspace.0.into(), id.into(), new.name.as_str().into(), json(new)?.into()];
        sql::execute(&self.0.tx, text, values).await?;
        // What failed there may do now.
        let text = "UPDATE data_exports SET next_ms = 0 WHERE workspace_id = $1 AND destination_id = $2";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await?;
        Ok(())
    }

    /// Keeps what is secret of it, sealed; none: there is none any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_secret(&self, id: i32, sealed: Option<Vec<u8>>) -> Result<()> {
        let text = "UPDATE data_destinations SET secret = $3 WHERE workspace_id = $1 AND id = $2";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into(), sealed.into()]).await?;
        Ok(())
    }

    /// Deletes one. Exports that go there violate `data_exports_destination_fkey`.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: i32) -> Result<bool> {
        let text = "DELETE FROM data_destinations WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await? > 0)
    }
}

fn json(new: &NewDestination) -> Result<Json> {
    serde_json::to_value(&new.to).map_err(|error| Error::Unreadable(error.to_string()))
}

fn noun(row: &QueryResult) -> Result<Destination> {
    let place: Json = row.try_get("", "place")?;
    Ok(Destination {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        to: serde_json::from_value(place)
            .map_err(|_| Error::Unreadable("the place of a destination".into()))?,
        has_secret: row.try_get("", "has_secret")?,
        exports: row.try_get("", "exports")?,
    })
}
