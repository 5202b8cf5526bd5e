//! Interfaces that are put together: a component is an interface that is a part of the device, and an interface that is
//! extended is inherited.
//!
//! What is taken from another document is written into the place where it is used, as IoT Central does it; where the document
//! has it already, by its identifier.

use super::document::{Document, Interface, contents, extended, has_type, reference};
use super::dtmi;
use super::json::{Json, join};

/// How deep interfaces within interfaces are taken along.
const DEPTH_MAX: usize = 10;

/// The interface that is to be a part.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A new one, which has nothing yet and is called like the component.
    Fresh,
    /// The main interface of another document, with what that one needs.
    Of(Box<Document>),
}

/// Adds a component to the device; tells where it stands, or nothing where the document has no main interface.
///
/// # Errors
/// A sentence: it has this part already.
pub fn add_component(
    document: &mut Document,
    name: &str,
    display_name: &str,
    part: &Part,
) -> Result<Option<String>, String> {
    let Some(main) = document.main() else { return Ok(None) };
    let (main_at, main_id) = (main.at.clone(), main.id.to_owned());
    if contents(&main_at, main.json).iter().any(|(_, c)| c.key("name").and_then(Json::as_str) == Some(name)) {
        return Err(format!("The template has something called “{name}” already."));
    }
    let schema = match part {
        Part::Of(other) => taken(document, other).ok_or("That document has no interface.")?,
        Part::Fresh => {
            let id = (1..).map(|n| fresh_id(&main_id, name, n)).find(|id| document.interface(id).is_none());
            Json::object([
                ("@id", Json::from(id.unwrap_or_default().as_str())),
                ("@type", "Interface".into()),
                ("displayName", if display_name.is_empty() { name } else { display_name }.into()),
                ("contents", Json::Array(Vec::new())),
            ])
        }
    };
    let mut component = Json::object([("@type", Json::from("Component")), ("name", Json::from(name))]);
    if !display_name.is_empty() && display_name != name {
        component.set("displayName", display_name);
    }
    component.set("schema", schema);
    Ok(append(document, &main_at, "contents", component))
}

/// Lets the device inherit what another document's main interface has.
///
/// # Errors
/// A sentence: it inherits that already, or is that.
pub fn inherit(document: &mut Document, other: &Document) -> Result<Option<String>, String> {
    let Some(main) = document.main() else { return Ok(None) };
    let (main_at, main_id) = (main.at.clone(), main.id.to_owned());
    let id = other.id().to_owned();
    if dtmi::family(&id) == dtmi::family(&main_id) {
        return Err("An interface can't inherit from itself.".into());
    }
    if extended(&main_at, main.json).iter().any(|(_, parent)| reference(parent) == Some(id.as_str())) {
        return Err(format!("The template inherits from {id} already."));
    }
    let parent = taken(document, other).ok_or("That document has no interface.")?;
    Ok(append(document, &main_at, "extends", parent))
}

/// Ends that the device inherits from this interface; tells whether it did.
pub fn disinherit(document: &mut Document, id: &str) -> bool {
    let Some(at) = document.main().map(|main| main.at) else { return false };
    let Some(main) = document.json_mut().at_mut(&at) else { return false };
    let left = match main.key("extends") {
        Some(Json::Array(parents)) => {
            let left: Vec<Json> = parents.iter().filter(|p| reference(p) != Some(id)).cloned().collect();
            if left.len() == parents.len() {
                return false;
            }
            (!left.is_empty()).then_some(Json::Array(left))
        }
        Some(only) if reference(only) == Some(id) => None,
        _ => return false,
    };
    main.set_or_remove("extends", left);
    true
}

/// The identifiers of what an interface extends itself.
pub fn parents(interface: &Interface<'_>) -> Vec<String> {
    let parents = extended(&interface.at, interface.json);
    parents.into_iter().filter_map(|(_, parent)| reference(parent).map(str::to_owned)).collect()
}

/// `dtmi:shop:Pump:motor;1` for the component `motor` of `dtmi:shop:Pump;3`.
fn fresh_id(main: &str, name: &str, attempt: u32) -> String {
    let name = name.trim_matches('_');
    let more = if attempt > 1 { attempt.to_string() } else { String::new() };
    format!("{}:{name}{more};1", dtmi::family(main))
}

/// The main interface of another document as it is written into this one.
fn taken(document: &Document, other: &Document) -> Option<Json> {
    let main = other.main()?;
    if document.interface(main.id).is_some() {
        return Some(main.id.into());
    }
    let mut json = whole(other, main.json, &mut Vec::new(), document, 0);
    // Where the context stands around it, as in an export of IoT Central, it is said once more.
    if json.key("@context").is_none()
        && let Some(context) = other.json().key("@context")
    {
        json.set("@context", context.clone());
    }
    Some(json)
}

/// An interface in which others that its document has elsewhere stand themselves, each where it is needed first.
fn whole(other: &Document, json: &Json, met: &mut Vec<String>, into: &Document, depth: usize) -> Json {
    let mut json = json.clone();
    if depth >= DEPTH_MAX {
        return json;
    }
    let places: Vec<String> = extended("", &json)
        .into_iter()
        .map(|(at, _)| at)
        .chain(
            contents("", &json)
                .into_iter()
                .filter(|(_, content)| has_type(content, "Component"))
                .map(|(at, _)| join(&at, "schema")),
        )
        .collect();
    for at in places {
        let Some(id) = json.at(&at).and_then(Json::as_str).map(str::to_owned) else { continue };
        let Some(interface) = other.interface(&id).filter(|_| into.interface(&id).is_none()) else {
            continue;
        };
        if met.contains(&id) {
            continue;
        }
        met.push(id);
        let inner = whole(other, interface.json, met, into, depth + 1);
        if let Some(place) = json.at_mut(&at) {
            *place = inner;
        }
    }
    json
}

/// Appends to a set of JSON-LD, which may be one thing alone or not there; tells where it stands now.
fn append(document: &mut Document, at: &str, key: &str, item: Json) -> Option<String> {
    let holder = document.json_mut().at_mut(at).filter(|json| json.is_object())?;
    let mut items = match holder.key(key) {
        None => Vec::new(),
        Some(Json::Array(items)) => items.clone(),
        Some(only) => vec![only.clone()],
    };
    let place = join(&join(at, key), items.len());
    items.push(item);
    holder.set(key, Json::Array(items));
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtdl::{capabilities, components, errors, new_document, validate};

    const CONTROLLER: &str = include_str!("models/controller.json");
    const THERMOSTAT: &str = include_str!("models/thermostat.json");

    fn parse(text: &str) -> Document {
        Document::parse(text).unwrap()
    }

    fn sound(document: &Document) {
        let found = errors(&validate(document)).count();
        assert_eq!(found, 0, "{:?}\n{}", validate(document), document.to_text());
    }

    #[test]
    fn components_are_added_and_hold_what_their_interface_has() {
        let mut document = new_document("dtmi:shop:Pump;3", "Pump", &[]);
        let at = add_component(&mut document, "motor", "The motor", &Part::Fresh).unwrap();
        assert_eq!(at.as_deref(), Some("/contents/0"));
        let other = Part::Of(Box::new(parse(THERMOSTAT)));
        for name in ["inside", "outside"] {
            add_component(&mut document, name, "", &other).unwrap();
        }
        sound(&document);
        let found = components(&document);
        let names: Vec<_> = found.iter().map(|c| (c.name.as_str(), c.display_name.as_str())).collect();
        assert_eq!(names, [("motor", "The motor"), ("inside", "inside"), ("outside", "outside")]);
        assert_eq!(found[0].interface, "dtmi:shop:Pump:motor;1");
        assert!(found.iter().all(|component| component.interface_at.is_some()), "{found:?}");
        let own = |name: &str| capabilities(&document).iter().filter(|c| c.component == name).count();
        assert!(own("inside") > 0 && own("inside") == own("outside"));
        let again = add_component(&mut document, "motor", "", &Part::Fresh);
        assert!(again.unwrap_err().contains("“motor”"));
        // The second of one interface names it only.
        assert!(document.json().at("/contents/2/schema").unwrap().as_str().is_some());
    }

    #[test]
    fn what_is_inherited_comes_with_what_it_needs_and_goes_again() {
        let mut document = new_document("dtmi:shop:Pump;1", "Pump", &[]);
        let before = document.clone();
        let other = parse(CONTROLLER);
        let at = inherit(&mut document, &other).unwrap();
        assert_eq!(at.as_deref(), Some("/extends/0"));
        sound(&document);
        let names = |document: &Document| -> Vec<String> {
            capabilities(document).into_iter().map(|c| c.name).collect()
        };
        assert_eq!(names(&document), names(&other), "{}", document.to_text());
        assert!(inherit(&mut document, &other).unwrap_err().contains("already"));
        let itself = document.clone();
        assert!(inherit(&mut document, &itself).unwrap_err().contains("itself"));
        assert!(disinherit(&mut document, other.id()) && !disinherit(&mut document, other.id()));
        assert_eq!(document, before);
    }
}
