//! `docker-compose.yml` and `Dockerfile`, read and held against what the server and the scripts really know.
//!
//! No container is started here: the machines that run the tests have no engine.

use serde_norway::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&full).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn compose() -> Value {
    serde_norway::from_str(&read("docker-compose.yml")).unwrap()
}

/// The variables that the server reads, out of its own source.
fn known_variables() -> BTreeSet<String> {
    let config = read("server/src/config.rs");
    config.split("env = \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_mapping().unwrap().keys().map(|k| k.as_str().unwrap().to_owned()).collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_sequence().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_services_are_there_watched_and_keep_their_data() {
    let compose = compose();
    // Without a profile come three; with `scale`, a process for each role.
    let (roles, services): (BTreeSet<_>, BTreeSet<_>) = keys(&compose["services"])
        .into_iter()
        .partition(|name| compose["services"][name].get("<<").is_some());
    assert_eq!(services, ["emqx", "postgres", "server"].map(String::from).into());
    assert_eq!(roles, ["edge", "ingest", "web", "worker"].map(String::from).into());
    let volumes = keys(&compose["volumes"]);
    for (name, image) in [("postgres", "postgres:17"), ("emqx", "emqx/emqx:5.8")] {
        assert_eq!(compose["services"][name]["image"], image, "{name}");
    }
    for name in ["emqx", "postgres", "server"] {
        let service = &compose["services"][name];
        assert!(!texts(&service["healthcheck"]["test"]).is_empty(), "{name} is watched");
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        for mount in texts(&service["volumes"]) {
            assert!(volumes.contains(mount.split(':').next().unwrap()), "{name}: {mount} is a named volume");
        }
    }
    assert!(compose["services"]["postgres"]["ports"].is_null(), "the database is not open to the outside");
}

#[test]
fn each_service_waits_for_what_it_needs() {
    let services = &compose()["services"];
    assert_eq!(services["server"]["depends_on"]["postgres"]["condition"], "service_healthy");
    assert_eq!(services["emqx"]["depends_on"]["server"]["condition"], "service_healthy");
}

#[test]
fn the_server_is_told_what_it_knows_and_no_more() {
    let compose = compose();
    let known = known_variables();
    let given = keys(&compose["services"]["server"]["environment"]);
    let unknown: Vec<_> = given.difference(&known).collect();
    assert!(unknown.is_empty(), "the server reads none of {unknown:?}; it knows {known:?}");
    for needed in ["DATABASE_URL", "HOMEPORT_MASTER_KEY", "HOMEPORT_MQTT_URL", "HOMEPORT_HOOK_SECRET"] {
        assert!(given.contains(needed), "{needed}");
    }
    assert_eq!(texts(&compose["services"]["server"]["ports"]), ["8080:8080"]);
    assert_eq!(texts(&compose["services"]["emqx"]["ports"]), ["1883:1883"]);
}

#[test]
fn every_secret_stands_in_the_example_file() {
    let text = read("docker-compose.yml");
    // `$${…}` is EMQX's own.
    let asked: BTreeSet<String> = text
        .replace("$${", "")
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split(['}', ':']).next())
        .map(str::to_owned)
        .collect();
    let example = read("docs/operations/compose.env");
    let given: BTreeSet<String> = example
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.to_owned())
        .collect();
    assert_eq!(asked, given);
    for secret in
        ["POSTGRES_PASSWORD", "HOMEPORT_MASTER_KEY", "HOMEPORT_SERVICE_PASSWORD", "HOMEPORT_HOOK_SECRET"]
    {
        assert!(text.contains(&format!("${{{secret}:?")), "{secret} has no default");
    }
}

#[test]
fn the_broker_asks_the_servers_hook_and_denies_the_rest() {
    let compose = compose();
    let config = compose["configs"]["emqx"]["content"].as_str().unwrap();
    let routes = read("server/src/routes.rs");
    for path in ["/mqtt/authn", "/mqtt/acl"] {
        assert!(config.contains(&format!("url = \"http://server:8080{path}\"")), "{path}");
        assert!(routes.contains(&format!("\"{path}\"")), "the server answers at {path}");
    }
    let hook = read("server/src/hook.rs");
    for field in ["username", "password", "topic", "action"] {
        assert!(config.contains(&format!("{field} = \"$${{{field}}}\"")), "{field} is sent");
        assert!(hook.contains(&format!("\"{field}\"")), "{field} is read");
    }
    assert_eq!(config.matches("\"x-homeport-secret\" = \"${HOMEPORT_HOOK_SECRET}\"").count(), 2);
    assert!(hook.contains("x-homeport-secret"));
    for line in ["no_match = deny", "deny_action = disconnect"] {
        assert!(config.contains(line), "{line}");
    }
}

#[test]
fn the_image_builds_as_the_entry_script_does_and_runs_as_nobody_special() {
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains("./homeport build"));
    let known = known_variables();
    for name in ["HOMEPORT_SITE", "HOMEPORT_DATA_DIR"] {
        assert!(dockerfile.contains(&format!("{name}=/")) && known.contains(name), "{name}");
    }
    let user = dockerfile.find("\nUSER homeport\n").expect("not root");
    assert!(user < dockerfile.find("ENTRYPOINT [\"homeport\"]").expect("the product is what runs"));
    for made in ["target", ".git", ".homeport", ".env"] {
        assert!(read(".dockerignore").lines().any(|line| line == made), "{made} stays outside");
    }
}
