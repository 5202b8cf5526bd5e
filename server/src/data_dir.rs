//! The data folder: made if missing, marked as ours, used by one process at a time.

use crate::error::{Error, Result};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Says that the folder is ours, so that `--fresh` may delete it.
const MARK: &str = "homeport.txt";
const MARK_TEXT: &str =
    "This folder was made by Homeport: keys, certificates, and the database where it is the embedded one.\n";

/// A data folder, held by this process.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Takes the folder, making it where there is none.
    ///
    /// # Errors
    /// When it can't be made, or another process has it.
    pub fn open(path: &Path) -> Result<DataDir> {
        let path = std::path::absolute(path).map_err(Error::file(path))?;
        let new = !path.exists();
        std::fs::create_dir_all(&path).map_err(Error::file(&path))?;
        if new || is_empty(&path)? {
            std::fs::write(path.join(MARK), MARK_TEXT).map_err(Error::file(&path))?;
        }
        let lock = path.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(Error::file(&lock))?;
        match file.try_lock() {
            Ok(()) => Ok(DataDir { path, _lock: file }),
            Err(TryLockError::WouldBlock) => Err(Error::DataInUse(path)),
            Err(TryLockError::Error(source)) => Err(Error::File { path: lock, source }),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Deletes the folder and the embedded cluster in it, if it is ours and nobody uses it.
    ///
    /// # Errors
    /// When it isn't ours, is in use, or can't be deleted.
    pub fn wipe(path: &Path) -> Result<()> {
        let path = std::path::absolute(path).map_err(Error::file(path))?;
        if !path.exists() || is_empty(&path)? {
            return Ok(());
        }
        if !path.join(MARK).exists() {
            return Err(Error::NotOurs(path));
        }
        let _held = DataDir::open(&path)?;
        let postgres = path.join("postgres");
        // Under root the cluster may lie elsewhere; only it knows.
        if store::cluster::place(&postgres).is_ok_and(|place| place.exists()) {
            store::cluster::remove(&postgres).map_err(store::Error::from)?;
        }
        std::fs::remove_dir_all(&path).map_err(Error::file(&path))
    }
}

fn is_empty(path: &Path) -> Result<bool> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(Error::file(path)(e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_and_only_ours_is_wiped() {
        let parent = tempfile::tempdir().unwrap();
        let ours = parent.path().join("a/data");
        let held = DataDir::open(&ours).unwrap();
        assert!(matches!(DataDir::open(&ours), Err(Error::DataInUse(_))));
        assert!(matches!(DataDir::wipe(&ours), Err(Error::DataInUse(_))));
        drop(held);
        DataDir::wipe(&ours).unwrap();
        assert!(!ours.exists());
        DataDir::wipe(&ours).unwrap();

        let theirs = parent.path().join("theirs");
        std::fs::create_dir(&theirs).unwrap();
        std::fs::write(theirs.join("thesis.txt"), "years of work").unwrap();
        assert!(matches!(DataDir::wipe(&theirs), Err(Error::NotOurs(_))));
        assert!(theirs.join("thesis.txt").exists());
    }
}
