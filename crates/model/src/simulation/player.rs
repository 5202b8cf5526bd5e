//! A device as the simulation plays it: what it sends, what it reports, what it answers.

use super::chance::{chance, hash};
use super::value::value;
use crate::dtdl::{Capability, Kind};
use crate::topic;
use crate::twin::acknowledgement;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An event is in one message of so many.
const EVENT_IN: u64 = 60;
/// What stands in a twin beside the properties.
const VERSION: &str = "$version";

/// One device.
#[derive(Clone, Debug)]
pub struct Player {
    capabilities: Vec<Capability>,
    seed: u64,
}

impl Player {
    /// One that can do this, with a seed that no other has.
    pub fn new(capabilities: Vec<Capability>, seed: u64) -> Player {
        Player { capabilities, seed }
    }

    /// What it sends at this time, milliseconds since 1970: the values of each component, the device's own first.
    pub fn telemetry(&self, at_ms: i64) -> Vec<(String, Map<String, Value>)> {
        let mut bodies = BTreeMap::<&str, Map<String, Value>>::new();
        for capability in self.of(Kind::Telemetry) {
            let rare =
                capability.semantic == "Event" && !hash(self.seed, at_ms / 1000).is_multiple_of(EVENT_IN);
            if !rare {
                let body = bodies.entry(&capability.component).or_default();
                body.insert(capability.name.clone(), value(capability, self.seed, seconds(at_ms)));
            }
        }
        bodies.into_iter().map(|(component, body)| (component.to_owned(), body)).collect()
    }

    /// What it reports when it begins: its first values, and an answer to what was wanted of it while it was away.
    /// Empty: all is said already.
    pub fn begins(
        &self,
        desired: &Map<String, Value>,
        reported: &Map<String, Value>,
        at_ms: i64,
    ) -> Map<String, Value> {
        let version = desired.get(VERSION).and_then(Value::as_i64).unwrap_or_default();
        let mut patch = Map::new();
        for capability in self.of(Kind::Property).filter(|capability| !capability.cloud) {
            let there = within(reported, capability);
            let wanted = within(desired, capability).filter(|_| capability.writable);
            let first = || {
                let initial = capability.initial.as_ref().map(|initial| initial.to_value());
                initial.unwrap_or_else(|| value(capability, self.seed, seconds(at_ms)))
            };
            let said = match (wanted, there) {
                (Some(wanted), Some(there)) if acknowledgement(there).is_some_and(|a| a.value == *wanted) => {
                    None
                }
                (Some(wanted), _) => Some(taken(capability, wanted, version)),
                (None, Some(_)) => None,
                (None, None) if capability.writable => {
                    Some(json!({"value": first(), "ac": 203, "av": 0, "ad": "As it began"}))
                }
                (None, None) => Some(first()),
            };
            if let Some(said) = said {
                put(&mut patch, &capability.component, &capability.name, said);
            }
        }
        patch
    }

    /// Its answer to a change of what is wanted of it. What was taken back it says nothing to.
    pub fn accepts(&self, desired: &Map<String, Value>) -> Map<String, Value> {
        let version = desired.get(VERSION).and_then(Value::as_i64).unwrap_or_default();
        let mut patch = Map::new();
        for (name, wanted) in desired.iter().filter(|(name, wanted)| *name != VERSION && !wanted.is_null()) {
            let component = wanted.as_object().filter(|fields| fields.contains_key("__t"));
            match component {
                Some(fields) => {
                    let fields = fields.iter().filter(|(field, wanted)| *field != "__t" && !wanted.is_null());
                    fields.for_each(|(field, wanted)| self.accept(&mut patch, name, field, wanted, version));
                }
                None => self.accept(&mut patch, "", name, wanted, version),
            }
        }
        patch
    }

    fn accept(
        &self,
        patch: &mut Map<String, Value>,
        component: &str,
        name: &str,
        wanted: &Value,
        version: i64,
    ) {
        let mut known = self.of(Kind::Property);
        let known = known.find(|known| known.component == component && known.name == name && known.writable);
        let said = match known {
            Some(known) => taken(known, wanted, version),
            None => {
                json!({"value": wanted, "ac": 404, "av": version, "ad": "The device knows no such property"})
            }
        };
        put(patch, component, name, said);
    }

    /// Its answer to a command, called `{component}*{command}` on its way: a status, and a body that may be nothing.
    pub fn answers(&self, called: &str, at_ms: i64) -> (u16, Option<Value>) {
        let mut commands = self.of(Kind::Command);
        let known = commands.find(|known| topic::whole_command(&known.component, &known.name) == called);
        let Some(known) = known else {
            return (404, Some(json!({"message": "The device knows no such command."})));
        };
        let response = known.response.as_ref().map(|response| {
            let name = response.name.clone();
            let part = Capability { name, schema: response.schema.clone(), ..Capability::default() };
            value(&part, self.seed, seconds(at_ms))
        });
        (200, response)
    }

    /// How long it thinks about a command that came at this time, in milliseconds.
    pub fn thinks_ms(&self, at_ms: i64) -> u64 {
        200 + hash(self.seed, at_ms) % 1000
    }

    /// A share of 0 to 1 that is its own: so that not all devices speak at once.
    pub fn share(&self) -> f64 {
        chance(self.seed, 0)
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Capability> {
        self.capabilities.iter().filter(move |capability| capability.kind == kind)
    }
}

/// What it says of a value that is wanted: taken, where it is one that may be.
fn taken(capability: &Capability, wanted: &Value, version: i64) -> Value {
    let number = wanted.as_f64();
    let beyond = capability.min.is_some_and(|min| number.is_some_and(|n| n < min))
        || capability.max.is_some_and(|max| number.is_some_and(|n| n > max));
    match capability.schema.check(wanted) {
        Err(why) => json!({"value": wanted, "ac": 400, "av": version, "ad": why}),
        Ok(()) if beyond => {
            json!({"value": wanted, "ac": 400, "av": version, "ad": "Beyond what the template allows"})
        }
        Ok(()) => json!({"value": wanted, "ac": 200, "av": version, "ad": "Taken by the simulation"}),
    }
}

fn within<'a>(section: &'a Map<String, Value>, capability: &Capability) -> Option<&'a Value> {
    let fields = match capability.component.as_str() {
        "" => section,
        component => section.get(component)?.as_object()?,
    };
    fields.get(&capability.name).filter(|value| !value.is_null())
}

fn put(patch: &mut Map<String, Value>, component: &str, name: &str, said: Value) {
    if component.is_empty() {
        patch.insert(name.to_owned(), said);
        return;
    }
    let part = patch.entry(component).or_insert_with(|| json!({"__t": "c"}));
    if let Some(fields) = part.as_object_mut() {
        fields.insert(name.to_owned(), said);
    }
}

fn seconds(at_ms: i64) -> f64 {
    at_ms as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtdl::{self, Document};

    const MODEL: &str = r#"[
      {"@context": ["dtmi:dtdl:context;2", "dtmi:iotcentral:context;2"], "@id": "dtmi:test:Pump;1", "@type": "Interface", "contents": [
        {"@type": "Telemetry", "name": "flow", "schema": "double"},
        {"@type": ["Telemetry", "Event"], "name": "bang", "schema": "string"},
        {"@type": ["Property", "Initialized"], "name": "target", "schema": "double", "writable": true, "initialValue": 21},
        {"@type": "Property", "name": "serial", "schema": "string"},
        {"@type": ["Property", "Cloud"], "name": "floor", "schema": "integer"},
        {"@type": "Command", "name": "reboot"},
        {"@type": "Component", "name": "motor", "schema": "dtmi:test:Motor;1"}]},
      {"@context": "dtmi:dtdl:context;2", "@id": "dtmi:test:Motor;1", "@type": "Interface", "contents": [
        {"@type": "Telemetry", "name": "rpm", "schema": "integer"},
        {"@type": "Property", "name": "speed", "schema": "integer", "writable": true},
        {"@type": "Command", "name": "spin", "response": {"name": "state", "schema": "boolean"}}]}
    ]"#;

    fn player() -> Player {
        Player::new(dtdl::capabilities(&Document::parse(MODEL).unwrap()), 3)
    }

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn it_sends_for_each_component_and_events_seldom() {
        let player = player();
        let mut events = 0;
        for second in 0..1200 {
            let sent = player.telemetry(second * 1000);
            let names: Vec<&str> = sent.iter().map(|(component, _)| component.as_str()).collect();
            assert_eq!(names, ["", "motor"]);
            assert!(sent[0].1["flow"].is_number() && sent[1].1["rpm"].is_i64(), "{sent:?}");
            events += i32::from(sent[0].1.contains_key("bang"));
        }
        assert!((1..100).contains(&events), "{events} events");
    }

    #[test]
    fn it_begins_with_its_first_values_and_says_nothing_twice() {
        let player = player();
        let first = player.begins(&map(json!({"$version": 1})), &map(json!({"$version": 1})), 0);
        assert_eq!(first["target"], json!({"value": 21, "ac": 203, "av": 0, "ad": "As it began"}));
        assert!(first["serial"].as_str().is_some_and(|text| text.starts_with("SIM-")), "{first:?}");
        assert_eq!((&first["motor"]["__t"], &first["motor"]["speed"]["ac"]), (&json!("c"), &json!(203)));
        assert!(!first.contains_key("floor"), "cloud properties are none of the device's");
        assert!(player.begins(&Map::new(), &first, 0).is_empty());

        // What was wanted while it was away is answered.
        let desired = map(json!({"target": 5, "motor": {"__t": "c", "speed": "x"}, "$version": 4}));
        let patch = player.begins(&desired, &first, 0);
        assert_eq!((&patch["target"]["ac"], &patch["target"]["av"]), (&json!(200), &json!(4)));
        assert_eq!(patch["motor"]["speed"]["ac"], 400);
    }

    #[test]
    fn it_takes_what_may_be_and_refuses_the_rest() {
        let desired = json!({"target": 7, "serial": "x", "gone": null, "motor": {"__t": "c", "speed": 9}, "$version": 2});
        let patch = player().accepts(&map(desired));
        let target = json!({"value": 7, "ac": 200, "av": 2, "ad": "Taken by the simulation"});
        assert_eq!(patch["target"], target);
        assert_eq!(patch["serial"]["ac"], 404);
        assert_eq!(patch["motor"]["speed"]["ac"], 200);
        assert_eq!(patch.len(), 3, "{patch:?}");
    }

    #[test]
    fn it_answers_by_the_schema() {
        let player = player();
        assert_eq!(player.answers("reboot", 0), (200, None));
        let (status, body) = player.answers("motor*spin", 0);
        assert!(status == 200 && body.is_some_and(|body| body.is_boolean()));
        assert_eq!(player.answers("dance", 0).0, 404);
    }
}
