//! Variables: what a dashboard lets one choose above its tiles, and which devices its tiles are about then.

use crate::check::{self, Check, NAME_MAX};
use crate::group::{GroupId, PATH_MAX, Place};
use crate::twin::Part;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most variables of a dashboard.
pub const VARIABLES_MAX: usize = 8;
/// Most values that are offered for one.
pub const OFFERED_MAX: usize = 500;
/// Longest value, in characters.
const VALUE_MAX: usize = 256;
/// Longest id, in characters: it stands in addresses.
const ID_MAX: usize = 24;

/// What one can choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Variable {
    /// Unique on its dashboard; the address says `var-id=value`.
    pub id: String,
    /// What people read; empty: the kind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// What is chosen.
    #[serde(rename = "type")]
    pub kind: VariableKind,
    /// Of which property a value is chosen, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Place>,
    /// The value with which the dashboard opens; empty: all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub default: String,
}

/// What is chosen by a variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum VariableKind {
    /// A device, by what it connects with.
    #[default]
    Device,
    /// A device group, by its id.
    Group,
    /// An organization with all below it, by its key.
    Organization,
    /// A value of a property.
    Property,
}

impl VariableKind {
    /// All, in the order in which they are offered.
    pub const ALL: [VariableKind; 4] =
        [VariableKind::Device, VariableKind::Group, VariableKind::Organization, VariableKind::Property];

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            VariableKind::Device => "device",
            VariableKind::Group => "group",
            VariableKind::Organization => "organization",
            VariableKind::Property => "property",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            VariableKind::Device => "Device",
            VariableKind::Group => "Device group",
            VariableKind::Organization => "Organization",
            VariableKind::Property => "Value of a property",
        }
    }

    /// Reads [`VariableKind::as_str`] back.
    pub fn from_word(word: &str) -> Option<VariableKind> {
        VariableKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// To which devices tiles are narrowed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Only {
    /// The one that connects with this.
    Device(String),
    /// Those of a group.
    Group(GroupId),
    /// Those of the organization of this key, and of all below it.
    Organization(String),
    /// Those whose property has this value, as a text.
    Property(Place, String),
}

impl Variable {
    /// What people read.
    pub fn label(&self) -> &str {
        match (self.display_name.as_str(), &self.property) {
            ("", Some(place)) => &place.path,
            ("", None) => self.kind.label(),
            (own, _) => own,
        }
    }

    /// The key of the address's parameter.
    pub fn parameter(&self) -> String {
        format!("var-{}", self.id)
    }

    /// To which devices this value narrows; nothing where all are meant.
    pub fn only(&self, value: &str) -> Option<Only> {
        if value.is_empty() || value.chars().count() > VALUE_MAX || value.contains('\0') {
            return None;
        }
        let value = value.to_owned();
        Some(match self.kind {
            VariableKind::Device => Only::Device(value),
            VariableKind::Group => Only::Group(GroupId(value)),
            VariableKind::Organization => Only::Organization(value),
            VariableKind::Property => Only::Property(self.property.clone()?, value),
        })
    }

    /// Of which property a value is chosen, for a form: `reported:building`.
    pub fn property_text(&self) -> String {
        self.property.as_ref().map_or_else(String::new, |p| format!("{}:{}", p.part.as_str(), p.path))
    }

    /// Reads [`Variable::property_text`] back; without a part, what the cloud keeps of a device is meant.
    pub fn property_of(text: &str) -> Option<Place> {
        let (part, path) = text.split_once(':').unwrap_or(("cloud", text));
        let path = path.trim();
        let place = Place { part: Part::from_word(part.trim())?, path: path.to_owned() };
        (!path.is_empty()).then_some(place)
    }
}

/// Trims the texts of variables, and notes what is wrong with them.
pub(super) fn check(variables: &mut [Variable], check: &mut Check) {
    check.that(
        variables.len() <= VARIABLES_MAX,
        "/variables",
        format!("At most {VARIABLES_MAX} variables; these are {}.", variables.len()),
    );
    let mut ids = BTreeSet::new();
    for (i, variable) in variables.iter_mut().enumerate() {
        let at = |name: &str| format!("/variables/{i}/{name}");
        let short = variable.id.len() <= ID_MAX && super::id(&variable.id).is_ok();
        let said = format!("Letters, digits, - . and _, at most {ID_MAX}.");
        check.that(short, &at("id"), said);
        check.that(ids.insert(variable.id.clone()), &at("id"), "Another variable has this id.");
        let name = check.field(&at("displayName"), check::line(&variable.display_name, NAME_MAX));
        variable.display_name = name.unwrap_or_default();
        let sound =
            |p: &Place| !p.path.is_empty() && p.path.split('.').count() <= PATH_MAX && p.path.len() <= 512;
        let property = match variable.kind {
            VariableKind::Property => variable.property.as_ref().is_some_and(sound),
            _ => variable.property.is_none(),
        };
        check.that(
            property,
            &at("property"),
            "The property whose values are chosen, of such a variable only.",
        );
        let default = variable.default.is_empty() || variable.only(&variable.default).is_some();
        check.that(default || !property, &at("default"), format!("At most {VALUE_MAX} characters."));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::Content;

    fn of(kind: VariableKind) -> Variable {
        let (id, property) = ("a".to_owned(), Variable::property_of("reported:site.hall"));
        let property = property.filter(|_| kind == VariableKind::Property);
        Variable { id, display_name: String::new(), kind, property, default: String::new() }
    }

    #[test]
    fn a_value_narrows_and_none_does_not() {
        for kind in VariableKind::ALL {
            assert_eq!(VariableKind::from_word(kind.as_str()), Some(kind));
            assert_eq!(of(kind).only(""), None);
            assert!(of(kind).only("x").is_some(), "{kind:?}");
        }
        assert_eq!(of(VariableKind::Property).label(), "site.hall");
        assert_eq!(of(VariableKind::Property).property_text(), "reported:site.hall");
        assert_eq!(Variable::property_of("moon:x"), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let told = |variables: Vec<Variable>| {
            let problem = Content { variables, ..Content::default() }.checked().unwrap_err();
            problem.fields.into_iter().map(|field| field.field).collect::<Vec<_>>()
        };
        let good = of(VariableKind::Group);
        assert_eq!(told(vec![good.clone(), good.clone()]), ["/variables/1/id"]);
        assert_eq!(told(vec![Variable { id: "a b".into(), ..good.clone() }]), ["/variables/0/id"]);
        let none = Variable { kind: VariableKind::Property, ..good.clone() };
        assert_eq!(told(vec![none]), ["/variables/0/property"]);
        assert_eq!(told(vec![Variable { default: "x".repeat(300), ..good }]), ["/variables/0/default"]);
    }

    #[test]
    fn a_file_keeps_them() {
        let content = Content { variables: vec![of(VariableKind::Property)], ..Content::default() };
        assert_eq!(Content::parse(&content.to_text()), Ok(content));
    }
}
