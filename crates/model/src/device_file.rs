//! Files that devices upload: their names, where they stand, and what of them can be shown.

use crate::check::Check;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Longest name, in characters, as Azure has it for blobs.
pub const NAME_MAX: usize = 1024;
/// Most parts of a name, divided by `/`.
const PARTS_MAX: usize = 254;
/// Largest text that is shown, in bytes.
pub const SHOWN_MAX: i64 = 1 << 20;

/// Where a file stands; the word is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// The device was given an address, and has not sent it yet.
    Asked,
    /// It is here.
    Uploaded,
    /// The device said that it failed.
    Failed,
}

impl FileState {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            FileState::Asked => "asked",
            FileState::Uploaded => "uploaded",
            FileState::Failed => "failed",
        }
    }

    /// Reads [`FileState::as_str`] back.
    pub fn from_word(word: &str) -> Option<FileState> {
        [FileState::Asked, FileState::Uploaded, FileState::Failed].into_iter().find(|s| s.as_str() == word)
    }
}

/// A file of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFile {
    /// Its number in the workspace.
    pub id: i32,
    /// What the device calls it; may hold `/`.
    pub name: String,
    /// Its media type as the device said, or guessed by its name.
    pub content_type: String,
    /// Bytes; 0 until it is here.
    pub bytes: i64,
    /// Where it stands.
    pub state: FileState,
    /// When the device asked for an address, milliseconds since 1970.
    pub asked_ms: i64,
    /// When it was here, or failed, milliseconds since 1970.
    pub ended_ms: Option<i64>,
    /// Why it failed.
    pub why: Option<String>,
}

/// A workspace's bounds for files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLimits {
    /// Largest file, in bytes.
    pub file_bytes: i64,
    /// All files together, in bytes.
    pub all_bytes: i64,
    /// How long an address for an upload is good, in seconds.
    pub address_seconds: i32,
}

/// How a file can be shown in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preview {
    /// As a picture.
    Image,
    /// As text.
    Text,
}

impl DeviceFile {
    /// How it can be shown, where it is here and can be. Pictures that may carry scripts can't.
    pub fn preview(&self) -> Option<Preview> {
        if self.state != FileState::Uploaded {
            return None;
        }
        let kind = self.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" => Some(Preview::Image),
            "application/json" | "application/x-ndjson" | "application/xml" | "application/yaml" => {
                Some(Preview::Text)
            }
            kind if kind.starts_with("text/") => Some(Preview::Text),
            _ => None,
        }
    }
}

/// The name of a file that a device asks to upload.
///
/// # Errors
/// Field `name`: empty, too long, a control character, or a part that is `.` or `..` or empty.
pub fn checked_name(name: &str) -> Result<String, Problem> {
    let parts: Vec<&str> = name.split('/').collect();
    let mut check = Check::default();
    check
        .that(!name.is_empty(), "name", "Say what the file is called: {\"name\":\"log.txt\"}.")
        .that(name.chars().count() <= NAME_MAX, "name", format!("At most {NAME_MAX} characters."))
        .that(!name.chars().any(char::is_control), "name", "It holds a control character.")
        .that(parts.len() <= PARTS_MAX, "name", format!("At most {PARTS_MAX} parts between slashes."))
        .that(
            name.is_empty() || !parts.iter().any(|part| matches!(*part, "" | "." | "..")),
            "name",
            "No part between slashes is empty, “.” or “..”.",
        );
    check.done()?;
    Ok(name.to_owned())
}

/// The media type by a name's ending, where the device didn't say one.
pub fn type_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "txt" | "log" | "md" | "ini" | "cfg" | "conf" => "text/plain",
        "csv" => "text/csv",
        "json" => "application/json",
        "ndjson" | "jsonl" => "application/x-ndjson",
        "xml" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" | "tgz" => "application/gzip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for good in ["a", "a b.txt", "log/2026/11/a.txt", "ümläut.bin", "..a", "a..b"] {
            assert!(checked_name(good).is_ok(), "{good}");
        }
        let long = "x".repeat(NAME_MAX + 1);
        for bad in ["", "/a", "a/", "a//b", "../a", "a/../b", ".", "a\u{0}b", "a\nb", &long] {
            let problem = checked_name(bad).unwrap_err();
            assert_eq!(problem.fields[0].field, "name", "{bad:?}");
        }
    }

    #[test]
    fn only_what_can_do_no_harm_is_shown() {
        let file = |content_type: &str, state| DeviceFile {
            id: 1,
            name: "x".into(),
            content_type: content_type.into(),
            bytes: 1,
            state,
            asked_ms: 0,
            ended_ms: None,
            why: None,
        };
        for (kind, shown) in [
            ("image/png", Some(Preview::Image)),
            ("IMAGE/PNG; x=y", Some(Preview::Image)),
            ("image/svg+xml", None),
            ("text/plain; charset=utf-8", Some(Preview::Text)),
            ("text/html", Some(Preview::Text)),
            ("application/pdf", None),
        ] {
            assert_eq!(file(kind, FileState::Uploaded).preview(), shown, "{kind}");
            assert_eq!(file(kind, FileState::Asked).preview(), None, "{kind}");
        }
    }
}
