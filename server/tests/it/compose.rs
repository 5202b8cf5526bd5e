//! `docker-compose.yml` can be read, and says what the documentation promises of it.

use serde_norway::Value;
use std::path::Path;

fn compose() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker-compose.yml");
    let text = std::fs::read_to_string(&path).expect("docker-compose.yml stands beside Cargo.toml");
    serde_norway::from_str(&text).expect("docker-compose.yml is YAML")
}

#[test]
fn a_database_a_broker_and_the_server() {
    let compose = compose();
    let services = compose["services"].as_mapping().expect("services");
    let images: Vec<&str> = services.values().filter_map(|service| service["image"].as_str()).collect();
    assert!(images.iter().any(|image| image.starts_with("postgres:")), "{images:?}");
    assert!(images.iter().any(|image| image.starts_with("emqx")), "{images:?}");
    assert!(services.values().any(|service| !service["build"].is_null()), "the server is built from here");
    // A service that another one waits for is one.
    for service in services.values() {
        let needed: Vec<&str> = match &service["depends_on"] {
            Value::Sequence(names) => names.iter().filter_map(Value::as_str).collect(),
            Value::Mapping(names) => names.keys().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        for name in needed {
            assert!(services.contains_key(name), "{name} is not a service");
        }
    }
}

#[test]
fn the_broker_and_the_server_share_the_hook_s_secret() {
    let text = serde_norway::to_string(&compose()).unwrap();
    for word in ["HOMEPORT_HOOK_SECRET", "HOMEPORT_MQTT_URL", "DATABASE_URL", "/mqtt/authn", "/mqtt/acl"] {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn a_process_for_each_part() {
    let mut compose = compose();
    compose.apply_merge().expect("what processes have in common");
    let mut parts = Vec::new();
    for (name, service) in compose["services"].as_mapping().expect("services") {
        if service["profiles"][0].as_str() != Some("scale") {
            continue;
        }
        let role = service["environment"]["HOMEPORT_ROLE"].as_str().unwrap_or_default();
        assert_eq!(name.as_str(), Some(role), "a service is called like the part that it plays");
        let url = service["environment"]["HOMEPORT_MQTT_URL"].as_str();
        assert_eq!(url, matches!(role, "web" | "ingest").then_some("mqtt://edge:1883"), "{role}");
        for variable in ["DATABASE_URL", "HOMEPORT_MASTER_KEY"] {
            assert!(service["environment"][variable].is_string(), "{role} needs {variable}");
        }
        parts.push(role);
    }
    assert_eq!(parts, ["edge", "web", "ingest", "worker"]);
}
