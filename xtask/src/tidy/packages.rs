//! The audit of the lock file that needs no network: where packages come from, under which licence, how often.

use super::Finding;
use super::crates::Package;
use super::files::SourceFile;
use super::licence;
use std::collections::{BTreeMap, BTreeSet};

/// Libraries whose types cross our crates, or that are large: two versions of one would not fit together.
const ONCE: [&str; 19] = [
    "axum",
    "http",
    "hyper",
    "leptos",
    "leptos_router",
    "mqtt-protocol-core",
    "plotters",
    "reactive_graph",
    "reqwest",
    "rustls",
    "sea-orm",
    "serde",
    "serde_json",
    "sqlx",
    "time",
    "tokio",
    "tower-sessions-core",
    "tracing",
    "wasm-bindgen",
];

/// Where the reasons of dependencies stand.
pub(super) const REASONS: &str = "docs/dependencies.md";

/// Libraries that are there in two versions and must not be.
pub(super) fn duplicates(packages: &[Package]) -> Vec<Finding> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages.iter().filter(|p| ONCE.contains(&p.name.as_str())) {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    versions
        .into_iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, versions)| {
            let list: Vec<&str> = versions.into_iter().collect();
            Finding::new("Cargo.lock", format!("{name} is there as {}; one is enough", list.join(" and ")))
        })
        .collect()
}

/// Packages that come from somewhere else than the registry: nothing vouches that they stay as they are.
pub(super) fn sources(packages: &[Package]) -> Vec<Finding> {
    packages
        .iter()
        .filter_map(|p| p.source.as_ref().map(|source| (p, source)))
        .filter(|(_, source)| !source.starts_with("registry+"))
        .map(|(p, source)| Finding::new(&p.name, format!("comes from {source}; take it from the registry")))
        .collect()
}

/// Packages under a licence that nobody has agreed to.
pub(super) fn licences(packages: &[Package]) -> Vec<Finding> {
    packages
        .iter()
        .filter_map(|package| {
            let wrong = match &package.licence {
                None => "names no licence".to_owned(),
                Some(expression) => match licence::allowed(expression) {
                    Ok(true) => return None,
                    Ok(false) => format!("is under {expression}, which is not among the allowed"),
                    Err(why) => format!("has a licence that can't be read, {expression}: {why}"),
                },
            };
            Some(Finding::new(format!("{} {}", package.name, package.version), wrong))
        })
        .collect()
}

/// Direct dependencies without a line that says what for, and lines without a dependency.
pub(super) fn undocumented(packages: &[Package], files: &[SourceFile]) -> Vec<Finding> {
    let direct: BTreeSet<&str> = packages
        .iter()
        .filter(|p| p.source.is_none())
        .flat_map(|p| &p.dependencies)
        .filter(|d| !d.ours)
        .map(|d| d.name.as_str())
        .collect();
    let Some(reasons) = files.iter().find(|f| f.path == REASONS) else {
        return vec![Finding::new(REASONS, "is missing; each direct dependency has a line there")];
    };
    let said: BTreeSet<&str> = reasons
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let missing = direct.difference(&said).map(|name| format!("`{name}` has no line here: what is it for?"));
    let stale = said.difference(&direct).map(|name| format!("`{name}` is no dependency any more"));
    missing.chain(stale).map(|what| Finding::new(REASONS, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::crates::{library, ours};
    use super::*;

    #[test]
    fn two_versions_of_a_key_library_are_found() {
        let one = [library("axum", "0.8.9"), library("rand", "0.8.0"), library("rand", "0.9.0")];
        assert!(duplicates(&one).is_empty());
        let two = [library("axum", "0.7.0"), library("axum", "0.8.9")];
        assert_eq!(
            duplicates(&two)[0].to_string(),
            "Cargo.lock: axum is there as 0.7.0 and 0.8.9; one is enough"
        );
    }

    #[test]
    fn a_git_dependency_is_found() {
        let mut odd = library("odd", "1.0.0");
        odd.source = Some("git+https://example.com/odd".into());
        assert_eq!(sources(&[library("fine", "1.0.0"), odd]).len(), 1);
    }

    #[test]
    fn licences_are_asked_for() {
        let with =
            |licence: Option<&str>| Package { licence: licence.map(Into::into), ..library("x", "1.0.0") };
        assert!(licences(&[with(Some("MIT OR GPL-3.0"))]).is_empty());
        for bad in [None, Some("AGPL-3.0"), Some("MIT AND")] {
            assert_eq!(licences(&[with(bad)]).len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn each_dependency_needs_its_line_and_each_line_its_dependency() {
        let packages = [ours("app", &["leptos", "model"]), ours("store", &["sqlx"])];
        let file = SourceFile::new(REASONS, "| `leptos` | the interface |\n| `gone` | nothing |\n");
        let found: Vec<String> = undocumented(&packages, &[file]).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("`sqlx`") && found[1].contains("`gone`"), "{found:?}");
        assert_eq!(undocumented(&packages, &[]).len(), 1);
    }
}
