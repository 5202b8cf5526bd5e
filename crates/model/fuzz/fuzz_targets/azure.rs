//! User names, topics and property bags from a stranger: whatever they are, they are read or refused, and what is taken
//! stays under the device's own prefix.
#![no_main]

use model::azure::{UserName, bag, dps, hub};
use model::{check, external_id, topic};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = UserName::read(text, ["localhost"]);
    let _ = dps::ask(text);
    let _ = dps::payload(text.as_bytes(), "d");
    let _ = hub::down("d", text, text, text.as_bytes(), Some(text), &[(text, text)]);
    let pairs = bag::read(text);
    assert_eq!(bag::read(&bag::write(pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())))), pairs);
    if let Ok(up) = hub::up("d", text, |_| Some(text.to_owned())) {
        let native = format!("s/d/{}", up.rest);
        assert!(topic::may_publish("s", "d", &native));
    }
    let _ = hub::filter("d", text);
    // Ids and native topics.
    if let Some(id) = external_id::of_level(text) {
        assert_eq!(external_id::level(&id), text);
    }
    let _ = external_id::of_address(text);
    if let Ok(id) = check::device_id(text) {
        assert_eq!(external_id::of_address(&external_id::in_address(&id)), id);
        let prefix = topic::prefix("s", &id);
        assert!(topic::may_publish("s", &id, &format!("{prefix}telemetry")));
        assert!(!topic::may_subscribe("s", "another device", &format!("{prefix}#")));
    }
    for whose in ["d", "+", "#", "%"] {
        if topic::may_publish("s", whose, text) || topic::may_subscribe("s", whose, text) {
            assert!(text.starts_with(&topic::prefix("s", whose)), "{whose}");
        }
    }
});
