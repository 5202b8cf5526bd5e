//! The arrows of the house: which crate may know which, and which libraries belong to whom.

use super::Finding;
use super::crates::Package;

/// What each of our crates may know of the others, in the product. Tests may know more.
const ARROWS: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("migrations", &[]),
    ("store", &["model"]),
    ("query", &["model"]),
    ("report", &["model"]),
    ("domain", &["model", "query", "report", "store"]),
    ("broker", &["model"]),
    ("ingest", &["model", "store"]),
    ("app", &["domain", "model"]),
    ("frontend", &["app"]),
    ("homeport", &["app", "broker", "domain", "ingest", "migrations", "model", "query", "store"]),
    ("test-support", &["homeport", "migrations", "model", "store"]),
    ("e2e", &[]),
    ("xtask", &[]),
];

/// Libraries that only these crates may use.
const RESERVED: [(&[&str], &[&str], &str); 4] = [
    (
        &["sea-orm", "sea-orm-migration", "sea-query", "sqlx", "tokio-postgres", "postgres"],
        &["store", "migrations"],
        "only store and migrations speak SQL",
    ),
    (&["mqtt-protocol-core"], &["broker"], "only the broker speaks MQTT as a server"),
    (
        &["rumqttc"],
        &["ingest", "homeport", "test-support"],
        "only ingestion and what plays a device are MQTT clients",
    ),
    (
        &["axum", "leptos_axum", "tower-http", "tower-sessions"],
        &["app", "homeport", "test-support"],
        "only the interface and the server know HTTP",
    ),
];

/// All that the model may use: nothing that reads, writes, waits or looks at a clock.
const FOR_MODEL: [&str; 8] = ["base64", "hmac", "jiff", "serde", "serde_json", "sha2", "thiserror", "time"];

/// What can have no business in a browser.
const NOT_IN_BROWSERS: [&str; 14] = [
    "argon2",
    "axum",
    "broker",
    "domain",
    "homeport",
    "ingest",
    "leptos_axum",
    "migrations",
    "mio",
    "rustls",
    "sea-orm",
    "sqlx",
    "store",
    "tokio",
];

/// Dependencies between our crates that the design doesn't have.
pub(super) fn between_crates(packages: &[Package]) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in packages.iter().filter(|p| p.source.is_none()) {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
            found.push(Finding::new(
                &package.name,
                "a new crate: say in xtask/src/tidy/arrows.rs what it may know",
            ));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|d| d.ours && d.in_product) {
            if !allowed.contains(&dependency.name.as_str()) {
                let known = if allowed.is_empty() { "none of our crates".into() } else { allowed.join(", ") };
                found.push(Finding::new(
                    &package.name,
                    format!("depends on {}; it may know {known}", dependency.name),
                ));
            }
        }
    }
    found
}

/// Libraries in crates where they don't belong.
pub(super) fn to_libraries(packages: &[Package]) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in packages.iter().filter(|p| p.source.is_none()) {
        for dependency in package.dependencies.iter().filter(|d| !d.ours && d.in_product) {
            let name = dependency.name.as_str();
            for (libraries, owners, why) in RESERVED {
                if libraries.contains(&name) && !owners.contains(&package.name.as_str()) {
                    found.push(Finding::new(&package.name, format!("depends on {name}; {why}")));
                }
            }
            if package.name == "domain" && name.starts_with("leptos") {
                found.push(Finding::new("domain", format!("depends on {name}; use-cases know no interface")));
            }
            if package.name == "model" && !FOR_MODEL.contains(&name) {
                let allowed = FOR_MODEL.join(", ");
                found.push(Finding::new("model", format!("depends on {name}; it makes do with {allowed}")));
            }
        }
    }
    found
}

/// What a browser would download and must not.
pub(super) fn in_the_browser(names: &[String]) -> Vec<Finding> {
    names
        .iter()
        .filter(|name| NOT_IN_BROWSERS.contains(&name.as_str()))
        .map(|name| Finding::new("frontend", format!("takes {name} into the browser's wasm")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::crates::ours;
    use super::*;

    #[test]
    fn an_arrow_that_the_design_lacks_is_found() {
        for (from, to) in [
            ("model", "store"),
            ("store", "domain"),
            ("broker", "store"),
            ("app", "homeport"),
            ("app", "store"),
            ("frontend", "model"),
            ("ingest", "domain"),
        ] {
            let found = between_crates(&[ours(from, &[to])]);
            assert_eq!(found.len(), 1, "{from} → {to}");
            assert!(found[0].to_string().contains(to), "{}", found[0]);
        }
        assert!(between_crates(&[ours("homeport", &["app", "broker", "store"])]).is_empty());
    }

    #[test]
    fn a_test_may_know_more_than_the_product() {
        let mut store = ours("store", &["test-support"]);
        assert_eq!(between_crates(std::slice::from_ref(&store)).len(), 1);
        store.dependencies[0].in_product = false;
        assert!(between_crates(&[store]).is_empty());
    }

    #[test]
    fn a_crate_that_nobody_placed_is_found() {
        assert_eq!(between_crates(&[ours("stuff", &[])]).len(), 1);
    }

    #[test]
    fn a_library_in_the_wrong_crate_is_found() {
        for (from, library) in [
            ("domain", "sea-orm"),
            ("homeport", "sqlx"),
            ("test-support", "sqlx"),
            ("domain", "axum"),
            ("domain", "leptos"),
            ("domain", "rumqttc"),
            ("store", "axum"),
            ("ingest", "mqtt-protocol-core"),
            ("model", "tokio"),
            ("model", "leptos"),
        ] {
            assert_eq!(to_libraries(&[ours(from, &[library])]).len(), 1, "{from} → {library}");
        }
        assert!(to_libraries(&[ours("store", &["sea-orm"]), ours("model", &["serde"])]).is_empty());
    }

    #[test]
    fn the_server_in_the_browser_is_found() {
        let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(in_the_browser(&names(&["app", "store", "tokio"])).len(), 2);
        assert!(in_the_browser(&names(&["app", "leptos", "model"])).is_empty());
    }
}
