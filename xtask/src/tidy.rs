//! The rules of the house that a machine can check: invariants are absences, and someone must look for them.
//!
//! Each check takes what was read and gives what it found; none reads anything itself, so each is tested on bad
//! input made up for it.

mod arrows;
mod crates;
mod documents;
mod files;
mod licence;
mod packages;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong before anything is checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file or folder can't be read.
    #[error("{path}", path = path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Cargo can't tell what depends on what.
    #[error("cargo metadata failed")]
    Metadata(#[from] cargo_metadata::Error),
    /// Cargo can't tell what a build for the browser takes in.
    #[error("cargo tree failed: {0}")]
    Tree(String),
}

/// Something to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// A file with its line, or a package.
    at: String,
    /// What is wrong there, and what is right.
    what: String,
}

impl Finding {
    fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Finding { at: at.into(), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Everything that is wrong in the workspace of this folder.
///
/// # Errors
/// What can't be read.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>, Error> {
    let files = files::read(root)?;
    let graph = crates::read(root)?;
    let mut findings = Vec::new();
    findings.extend(arrows::between_crates(&graph.packages));
    findings.extend(arrows::to_libraries(&graph.packages));
    findings.extend(arrows::in_the_browser(&graph.browser));
    findings.extend(packages::duplicates(&graph.packages));
    findings.extend(packages::sources(&graph.packages));
    findings.extend(packages::licences(&graph.packages));
    findings.extend(packages::undocumented(&graph.packages, &files));
    findings.extend(files::lengths(&files));
    findings.extend(files::names(&files));
    findings.extend(files::unfinished(&files));
    findings.extend(files::inline_styles(&files));
    findings.extend(documents::links(&files));
    findings.extend(documents::decisions(&files));
    findings.extend(documents::invariants(&files));
    findings.extend(documents::proofs(&files));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    /// The house is in order: the same as `./homeport check` says, for who runs the tests alone.
    #[test]
    fn the_workspace_is_tidy() {
        let findings = super::check(&crate::root()).unwrap();
        let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "\n{}", list.join("\n"));
    }
}
