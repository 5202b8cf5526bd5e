//! Whether a wish fits the device's template, and to which section each property of it belongs.

use super::Wish;
use crate::error::{Error, Result};
use model::check::Check;
use model::dtdl::{Capability, Component};
use model::twin::{self, COMPONENT_MARK, Properties, Section, Twin};
use model::{Code, Problem};
use serde_json::Value;

/// A wish as patches of the two sections that people change.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sorted {
    pub(super) desired: Properties,
    pub(super) cloud: Properties,
}

/// A patch that breaks the rules of twins.
pub(super) fn broken(sentence: String) -> Error {
    Problem::with_detail(Code::Invalid, sentence).into()
}

/// The patches that a wish comes to.
///
/// # Errors
/// [`Code::Invalid`]: a component that the template doesn't have, a property that only the device may set, a name or value
/// that no twin can hold.
pub(super) fn sorted(
    wish: &Wish,
    capabilities: &[Capability],
    components: &[Component],
    before: &Twin,
) -> Result<Sorted> {
    let mut values = wish.values.clone();
    values.remove(COMPONENT_MARK);
    twin::check(&values).map_err(broken)?;
    let known = |component: &str, name: &str| {
        capabilities.iter().find(|c| c.component == component && c.name == name)
    };
    let is_component = |name: &str| components.iter().any(|component| component.name == name);
    if !wish.component.is_empty() && !components.is_empty() && !is_component(&wish.component) {
        return Err(Error::not_found());
    }
    let mut check = Check::default();
    let mut sorted = Sorted::default();
    let read_only = "Only the device sets this property: its template doesn't call it writable.";
    for (name, value) in values {
        if !wish.component.is_empty() {
            let may = known(&wish.component, &name).is_none_or(|c| c.writable);
            check.that(may, &format!("{}.{name}", wish.component), read_only);
            sorted.desired.insert(name, value);
        } else if let (true, Value::Object(mut inner)) = (is_component(&name), value.clone()) {
            for inner_name in inner.keys() {
                let may = known(&name, inner_name).is_none_or(|c| c.writable);
                check.that(may, &format!("{name}.{inner_name}"), read_only);
            }
            inner.insert(COMPONENT_MARK.into(), "c".into());
            sorted.desired.insert(name, Value::Object(inner));
        } else {
            match known("", &name) {
                Some(capability) if capability.cloud => drop(sorted.cloud.insert(name, value)),
                capability => {
                    check.that(capability.is_none_or(|c| c.writable), &name, read_only);
                    sorted.desired.insert(name, value);
                }
            }
        }
    }
    check.done()?;
    if !wish.component.is_empty() {
        // What a component never had needs no patch that takes it away.
        if !sorted.desired.is_empty() || wish.replace {
            sorted.desired = twin::within(&wish.component, sorted.desired);
        }
    }
    if wish.replace {
        sorted.desired = replacing(&before.desired, sorted.desired, &wish.component);
        if wish.component.is_empty() {
            sorted.cloud = replacing(&before.cloud, sorted.cloud, "");
        }
    }
    Ok(sorted)
}

fn replacing(before: &Section, wanted: Properties, component: &str) -> Properties {
    if component.is_empty() {
        return twin::replacing(&before.values, &wanted);
    }
    let only = |of: &Properties| -> Properties {
        of.iter()
            .filter(|(name, _)| *name == component)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    twin::replacing(&only(&before.values), &wanted)
}

/// Whether what a patch has touched fits the template now.
///
/// # Errors
/// [`Code::Invalid`] by property.
pub(super) fn fits(after: &Section, patch: &Properties, capabilities: &[Capability]) -> Result<()> {
    let mut check = Check::default();
    for capability in capabilities {
        let touched = match capability.component.as_str() {
            "" => patch.contains_key(&capability.name),
            component => patch.get(component).is_some_and(|inner| inner.get(&capability.name).is_some()),
        };
        let value = after.get(&capability.component, &capability.name);
        if let (true, Some(value)) = (touched, value)
            && let Err(why) = capability.schema.check(value)
        {
            let place = match capability.component.as_str() {
                "" => capability.name.clone(),
                component => format!("{component}.{}", capability.name),
            };
            check.that(false, &place, sentence(&why));
        }
    }
    Ok(check.done()?)
}

/// `expected a number, got …` as a sentence.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::dtdl::Schema;
    use serde_json::json;

    fn capability(component: &str, name: &str, writable: bool, cloud: bool) -> Capability {
        Capability {
            component: component.into(),
            name: name.into(),
            schema: Schema::Double,
            writable,
            cloud,
            ..Capability::default()
        }
    }

    fn scene() -> (Vec<Capability>, Vec<Component>) {
        let capabilities = vec![
            capability("", "target", true, false),
            capability("", "serial", false, false),
            capability("", "floor", false, true),
            capability("motor", "speed", true, false),
            capability("motor", "made", false, false),
        ];
        let motor = Component {
            at: String::new(),
            name: "motor".into(),
            display_name: "Motor".into(),
            interface: "dtmi:a:Motor;1".into(),
            interface_at: None,
        };
        (capabilities, vec![motor])
    }

    fn wish(component: &str, values: Value, replace: bool) -> Result<Sorted> {
        let (capabilities, components) = scene();
        let values = values.as_object().unwrap().clone();
        let wish = Wish { component: component.into(), values, replace, made_by: None };
        let mut before = Twin::default();
        let present = json!({"target": 1, "motor": {"__t": "c", "speed": 1, "more": 2}});
        before.desired = before.desired.patched(present.as_object().unwrap(), "t").unwrap();
        before.cloud = before.cloud.patched(json!({"floor": 1}).as_object().unwrap(), "t").unwrap();
        sorted(&wish, &capabilities, &components, &before)
    }

    fn said(result: Result<Sorted>) -> Problem {
        result.unwrap_err().problem()
    }

    #[test]
    fn each_goes_where_it_belongs() {
        let all = wish("", json!({"target": 2, "floor": 3, "motor": {"speed": 4}, "unknown": true}), false);
        let all = all.unwrap();
        let desired = json!({"target": 2, "motor": {"__t": "c", "speed": 4}, "unknown": true});
        assert_eq!((Value::Object(all.desired), Value::Object(all.cloud)), (desired, json!({"floor": 3})));
        let one = wish("motor", json!({"speed": null}), false).unwrap();
        assert_eq!(Value::Object(one.desired), json!({"motor": {"__t": "c", "speed": null}}));
    }

    #[test]
    fn what_is_replaced_is_deleted_where_it_is_not_mentioned() {
        let all = wish("", json!({"target": 2}), true).unwrap();
        assert_eq!(Value::Object(all.desired), json!({"target": 2, "motor": null}));
        assert_eq!(Value::Object(all.cloud), json!({"floor": null}));
        let one = wish("motor", json!({"speed": 2}), true).unwrap();
        assert_eq!(Value::Object(one.desired), json!({"motor": {"__t": "c", "speed": 2, "more": null}}));
        assert!(one.cloud.is_empty());
    }

    #[test]
    fn what_only_the_device_sets_is_refused() {
        assert!(said(wish("", json!({"serial": 2}), false)).of_field("serial").is_some());
        assert!(said(wish("", json!({"motor": {"made": 2}}), false)).of_field("motor.made").is_some());
        assert!(said(wish("motor", json!({"made": 2}), false)).of_field("motor.made").is_some());
        assert_eq!(said(wish("pump", json!({"a": 1}), false)).code, Code::NotFound);
        assert!(said(wish("", json!({"$a": 2}), false)).sentence().contains("“$”"));
    }

    #[test]
    fn values_are_of_their_type() {
        let (capabilities, _) = scene();
        let patch = json!({"target": "warm", "motor": {"speed": true}});
        let patch = patch.as_object().unwrap();
        let after = Section::default().patched(patch, "t").unwrap();
        let problem = fits(&after, patch, &capabilities).unwrap_err().problem();
        assert_eq!(problem.of_field("target"), Some("Expected a number, got the text “warm”."));
        assert!(problem.of_field("motor.speed").is_some());
        assert!(fits(&after, json!({"x": 1}).as_object().unwrap(), &capabilities).is_ok());
    }
}
