//! What the demo remembers from one start to the next, in a file that only its owner can read.

use super::weather::Weather;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Memory {
    /// The password of the demo's person; empty: there is none yet.
    #[serde(default)]
    pub(super) password: String,
    /// The workspace's slug; empty: there is none yet.
    #[serde(default)]
    pub(super) workspace: String,
    /// The API token for scripts, as the whole header `Authorization`; empty: there is none yet.
    #[serde(default)]
    pub(super) api_token: String,
    /// By how many weeks the real readings are shifted. It stays, or the same hour would be told twice, differently.
    #[serde(default)]
    weeks: Option<i64>,
    /// Up to when the real readings were sent, milliseconds since 1970; 0: none was.
    #[serde(default)]
    pub(super) loaded_ms: i64,
    #[serde(skip)]
    path: PathBuf,
}

impl Memory {
    /// What an earlier start left; nothing, where this is the first.
    pub(super) fn load(dir: &Path) -> Result<Memory> {
        let path = dir.join("demo.json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => "{}".into(),
            Err(e) => return Err(Error::file(&path)(e)),
        };
        let read: Memory = serde_json::from_str(&text).map_err(|e| {
            Error::Demo(format!("{} can't be read ({e}); --fresh begins anew", path.display()))
        })?;
        Ok(Memory { path, ..read })
    }

    /// Writes it down, whole or not at all.
    pub(super) fn keep(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(|e| Error::Demo(e.to_string()))?;
        let next = self.path.with_extension("next");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(&next)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(Error::file(&next))?;
        std::fs::rename(&next, &self.path).map_err(Error::file(&self.path))
    }

    /// By how many weeks the readings are shifted: decided at the first start, so that they end in that week.
    pub(super) fn weeks(&mut self, weather: &Weather, now_ms: i64) -> i64 {
        *self.weeks.get_or_insert_with(|| weather.weeks_until(now_ms))
    }
}
