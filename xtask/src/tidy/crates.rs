//! What cargo knows of the workspace: its packages, what they depend on, and what a browser build takes in.

use super::Error;
use cargo_metadata::{DependencyKind, MetadataCommand};
use std::path::Path;
use std::process::Command;

/// A package, ours or another's.
#[derive(Clone, Debug, Default)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// Where it comes from; none: a folder of ours.
    pub(super) source: Option<String>,
    /// The expression in its manifest.
    pub(super) licence: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
}

/// A direct dependency.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Whether it is in the product, not only in its tests.
    pub(super) in_product: bool,
    /// Whether it is a package of this workspace.
    pub(super) ours: bool,
}

/// Everything that cargo told.
pub(super) struct Graph {
    /// The packages of the lock file that the workspace uses on any target.
    pub(super) packages: Vec<Package>,
    /// The names of all that is compiled into the browser's wasm, at any depth.
    pub(super) browser: Vec<String>,
}

/// Asks cargo, without the network.
pub(super) fn read(root: &Path) -> Result<Graph, Error> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .other_options(["--offline".to_owned(), format!("--filter-platform={}", host())])
        .exec()?;
    let packages = metadata
        .packages
        .iter()
        .map(|package| Package {
            name: package.name.to_string(),
            version: package.version.to_string(),
            source: package.source.as_ref().map(|s| s.repr.clone()),
            licence: package.license.clone(),
            dependencies: package
                .dependencies
                .iter()
                .map(|d| Dependency {
                    name: d.name.clone(),
                    in_product: d.kind != DependencyKind::Development,
                    ours: d.path.is_some(),
                })
                .collect(),
        })
        .collect();
    Ok(Graph { packages, browser: browser(root)? })
}

/// The target that this was compiled for: its crates are downloaded, those of other systems need not be.
fn host() -> &'static str {
    match (std::env::consts::ARCH, std::env::consts::OS) {
        ("x86_64", "linux") => "x86_64-unknown-linux-gnu",
        ("aarch64", "linux") => "aarch64-unknown-linux-gnu",
        ("aarch64", "macos") => "aarch64-apple-darwin",
        _ => "x86_64-apple-darwin",
    }
}

/// `cargo metadata` unites the features of all members, so it would show the server's half of `app` too.
fn browser(root: &Path) -> Result<Vec<String>, Error> {
    let told = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--offline", "--package", "frontend", "--target", "wasm32-unknown-unknown"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}", "--no-dedupe"])
        .current_dir(root)
        .output()
        .map_err(|e| Error::Tree(e.to_string()))?;
    if !told.status.success() {
        return Err(Error::Tree(String::from_utf8_lossy(&told.stderr).trim().to_owned()));
    }
    let mut names: Vec<String> = String::from_utf8_lossy(&told.stdout)
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// A package of ours with these product dependencies, for tests of the checks.
#[cfg(test)]
pub(super) fn ours(name: &str, dependencies: &[&str]) -> Package {
    let ours =
        ["app", "domain", "store", "model", "broker", "ingest", "migrations", "homeport", "test-support"];
    Package {
        name: name.into(),
        version: "0.1.0".into(),
        licence: Some("Apache-2.0".into()),
        source: None,
        dependencies: dependencies
            .iter()
            .map(|d| Dependency { name: (*d).into(), in_product: true, ours: ours.contains(d) })
            .collect(),
    }
}

/// A package of the registry, for tests of the checks.
#[cfg(test)]
pub(super) fn library(name: &str, version: &str) -> Package {
    Package {
        name: name.into(),
        version: version.into(),
        licence: Some("MIT".into()),
        source: Some("registry+https://example.com/index".into()),
        dependencies: Vec::new(),
    }
}
