//! A small disk of its own for the data of a run, so that it can be filled without filling anybody else's.
//!
//! It is a file that is mounted: only root may, and not everywhere.

use crate::data_dir::DataDir;
use crate::error::{Error, Result};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the database takes without any message, with room for its log, in bytes.
const EMPTY: u64 = 800 << 20;
/// What a message takes with its share of the log, generously, in bytes.
const MESSAGE: u64 = 2000;
/// The smallest piece of the ballast, in bytes.
const LEAST: u64 = 4096;

/// The disk. Dropping it deletes all that is on it.
pub(super) struct Disk {
    dir: PathBuf,
    image: PathBuf,
    keep: bool,
}

/// The ballast. Dropping it gives the room back.
pub(super) struct Full(Vec<PathBuf>);

impl Disk {
    /// Mounts a new one at `dir`, with room for this many messages. With `keep` it stays when it is dropped.
    ///
    /// # Errors
    /// Why not, in words for whoever reads the report.
    pub(super) fn mount(dir: &Path, messages: u64, keep: bool) -> Result<Disk, String> {
        let image = dir.with_extension("disk");
        std::fs::create_dir_all(dir).map_err(|e| format!("{} can't be made: {e}", dir.display()))?;
        let sized = File::create(&image).and_then(|file| file.set_len(EMPTY + messages * MESSAGE));
        sized.map_err(|e| format!("{} can't be made: {e}", image.display()))?;
        let mut disk = Disk { dir: dir.to_owned(), image, keep: true };
        let mounted = run(Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0"]).arg(&disk.image))
            .and_then(|()| run(Command::new("mount").args(["-o", "loop"]).arg(&disk.image).arg(dir)));
        if let Err(why) = mounted {
            let _ = std::fs::remove_file(&disk.image);
            return Err(why);
        }
        disk.keep = keep;
        // Else the folder would look like somebody's.
        std::fs::remove_dir(dir.join("lost+found")).map_err(|e| e.to_string())?;
        let cluster = store::cluster::place(&dir.join("postgres")).map_err(|e| e.to_string())?;
        if !cluster.starts_with(dir) {
            return Err(format!("the account of Postgres can't reach {}", dir.display()));
        }
        Ok(disk)
    }

    /// Fills it to the last block.
    ///
    /// # Errors
    /// The ballast can't be made for another reason than that.
    pub(super) fn fill(&self) -> Result<Full> {
        let mut full = Full(Vec::new());
        let mut size = EMPTY;
        while size >= LEAST {
            let path = self.dir.join(format!("ballast-{}", full.0.len()));
            full.0.push(path.clone());
            let taken = run(Command::new("fallocate").args(["-l", &size.to_string()]).arg(&path));
            if taken.is_err() {
                size /= 2;
            }
        }
        let path = self.dir.join("ballast");
        full.0.push(path.clone());
        let mut last = File::create(&path).map_err(Error::file(&path))?;
        while last.write_all(&[b'x'; LEAST as usize]).is_ok() && last.sync_data().is_ok() {}
        Ok(full)
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        for path in &self.0 {
            // One that never came to be need not go.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        // Ends the database on it. The folder itself can't go while it is mounted.
        if let Err(error) = DataDir::wipe(&self.dir) {
            tracing::debug!(%error, "the disk is not empty");
        }
        if let Err(why) = run(Command::new("umount").arg(&self.dir)) {
            tracing::warn!(why, "the disk stays mounted");
            return;
        }
        let _ = std::fs::remove_file(&self.image);
        let _ = std::fs::remove_dir(&self.dir);
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{name}: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name}: {}", said.lines().last().unwrap_or("it failed").trim()))
}
