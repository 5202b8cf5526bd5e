//! Rules about files: their length, their names, and what must not stand in them.

use super::{Error, Finding};
use std::path::{Path, PathBuf};

/// A text file of the project.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    /// From the workspace's folder, with slashes.
    pub(super) path: String,
    pub(super) text: String,
}

impl SourceFile {
    #[cfg(test)]
    pub(super) fn new(path: &str, text: &str) -> Self {
        SourceFile { path: path.into(), text: text.into() }
    }

    /// Whether the name ends so.
    pub(super) fn is(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }
}

/// Most lines that a file of code has.
const LINES_MAX: usize = 600;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = ["common", "helper", "helpers", "manager", "misc", "util", "utils", "stuff"];
/// Folders of what is made, not written.
const MADE: [&str; 5] = [".git", ".homeport", "node_modules", "target", "images"];
/// Marks of work that was left undone; put together here so that this file doesn't hold them.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("#[ig", "nore"),
];

/// Every text file of the project.
pub(super) fn read(root: &Path) -> Result<Vec<SourceFile>, Error> {
    let mut files = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(at) = waiting.pop() {
        let here = root.join(&at);
        let wrong = |source| Error::File { path: here.clone(), source };
        for entry in std::fs::read_dir(&here).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let name = entry.file_name();
            let path = at.join(&name);
            if entry.path().is_dir() {
                if !MADE.iter().any(|made| name == *made) {
                    waiting.push(path);
                }
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                // What is not text has no lines to complain of.
                files.push(SourceFile { path: path.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Files that should be several.
pub(super) fn lengths(files: &[SourceFile]) -> Vec<Finding> {
    files
        .iter()
        .filter(|f| f.is(&[".rs", ".css", ".sh", ".js"]) || f.path == "homeport")
        .map(|f| (f, f.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(f, lines)| {
            Finding::new(&f.path, format!("{lines} lines; split it by subject ({LINES_MAX} at most)"))
        })
        .collect()
}

/// Files and folders of code whose names say nothing.
pub(super) fn names(files: &[SourceFile]) -> Vec<Finding> {
    files
        .iter()
        .filter(|f| f.is(&[".rs", ".css", ".sh", ".js"]))
        .filter(|f| {
            f.path.split('/').any(|part| EMPTY_NAMES.contains(&part.split('.').next().unwrap_or(part)))
        })
        .map(|f| Finding::new(&f.path, "name it after its subject"))
        .collect()
}

/// Marks of work that was left undone, and tests that are switched off.
pub(super) fn unfinished(files: &[SourceFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in
        files.iter().filter(|f| f.is(&[".rs", ".css", ".sh", ".md", ".toml", ".yml"]) || f.path == "homeport")
    {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(mark) = UNFINISHED.iter().find(|mark| line.contains(**mark)) {
                found.push(Finding::new(
                    format!("{}:{}", file.path, number + 1),
                    format!("“{mark}”: finish it"),
                ));
            }
        }
    }
    found
}

/// Fixed styles in the markup: they belong into style sheets. Computed ones (`style:left=…`) are fine.
pub(super) fn inline_styles(files: &[SourceFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|f| f.path.starts_with("app/src/") && f.is(&[".rs"])) {
        for (number, line) in file.text.lines().enumerate() {
            let fixed = line.contains(" style=\"") || line.trim_start().starts_with("style=\"");
            if fixed && !line.trim_start().starts_with("//") {
                let at = format!("{}:{}", file.path, number + 1);
                found.push(Finding::new(at, "a fixed inline style: it belongs into style/components"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found() {
        let long = |path: &str, lines| SourceFile::new(path, &"line\n".repeat(lines));
        assert!(lengths(&[long("a.rs", 600), long("data.csv", 9000), long("Cargo.lock", 9000)]).is_empty());
        assert_eq!(lengths(&[long("a.rs", 601), long("b.css", 601), long("homeport", 601)]).len(), 3);
    }

    #[test]
    fn an_empty_name_is_found() {
        for bad in
            ["crates/store/src/utils.rs", "crates/common/src/lib.rs", "style/helpers.css", "a/manager/mod.rs"]
        {
            assert_eq!(names(&[SourceFile::new(bad, "")]).len(), 1, "{bad}");
        }
        for good in ["crates/store/src/cluster.rs", "app/src/command.rs", "docs/utils.md"] {
            assert!(names(&[SourceFile::new(good, "")]).is_empty(), "{good}");
        }
    }

    #[test]
    fn what_was_left_undone_is_found() {
        for mark in UNFINISHED {
            let found =
                unfinished(&[SourceFile::new("a.rs", &format!("fn a() {{\n    // {mark} later\n}}"))]);
            assert_eq!(found.len(), 1, "{mark}");
            assert!(found[0].to_string().starts_with("a.rs:2"), "{}", found[0]);
        }
        assert!(unfinished(&[SourceFile::new("a.rs", "#[test]\nfn a() {}")]).is_empty());
    }

    #[test]
    fn a_fixed_inline_style_is_found() {
        let page = |line: &str| vec![SourceFile::new("app/src/pages/a.rs", line)];
        for bad in ["<p style=\"color: red\">", "    style=\"width:10px\""] {
            assert_eq!(inline_styles(&page(bad)).len(), 1, "{bad}");
        }
        for good in ["<p style:left=move || x()>", "<p class=\"a\" style=move || top()>", "// style=\"x\""] {
            assert!(inline_styles(&page(good)).is_empty(), "{good}");
        }
        assert!(inline_styles(&[SourceFile::new("xtask/src/a.rs", "<p style=\"\">")]).is_empty());
    }
}
