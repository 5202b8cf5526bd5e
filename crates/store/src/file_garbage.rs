//! Folders of the file storage that nothing refers to any more: noted by the database where a file's row goes.

use crate::error::Result;
use crate::sql;
use sea_orm::DatabaseConnection;

/// The narrow handle for them. It sees no file, only which folders may go.
pub struct FileGarbage<'a>(pub(crate) &'a DatabaseConnection);

impl FileGarbage<'_> {
    /// Up to so many of them, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn some(&self, most: i64) -> Result<Vec<String>> {
        let rows = sql::all(self.0, "SELECT folder FROM file_garbage ORDER BY since LIMIT $1", [most.into()])
            .await?;
        rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
    }

    /// Notes that a folder is gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn gone(&self, folder: &str) -> Result<()> {
        sql::execute(self.0, "DELETE FROM file_garbage WHERE folder = $1", [folder.into()]).await?;
        Ok(())
    }
}
