//! Names, display names, descriptions and comments.

use super::{Rules, Walk};
use crate::dtdl::Dialect;
use crate::dtdl::dialect::{DISPLAY_NAME_MAX, ID_MAX, TEXT_MAX};
use crate::dtdl::dtmi;
use crate::dtdl::json::{Json, join};

/// Whether this is a programming name: it begins with a letter, and holds letters, digits and underscores, not one at its
/// end.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub fn check_name(name: &str, dialect: Dialect) -> Result<(), String> {
    if name.is_empty() {
        return Err("Give it a name, such as temperature.".into());
    }
    if name.chars().count() > dialect.name_max() {
        return Err(format!(
            "A name has at most {} characters; this has {}.",
            dialect.name_max(),
            name.chars().count()
        ));
    }
    let shaped = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.ends_with('_');
    if !shaped {
        return Err(format!(
            "A name begins with a letter; then come letters, digits and underscores, not at the end. “{name}” doesn't."
        ));
    }
    Ok(())
}

impl Walk<'_> {
    /// The programming name; nothing where there is none that can be compared.
    pub(super) fn name<'j>(&mut self, at: &str, json: &'j Json, rules: Rules) -> Option<&'j str> {
        let path = join(at, "name");
        match json.key("name") {
            None => self.error(path, "A name is missing here, such as temperature."),
            Some(Json::String(name)) => {
                if let Err(why) = check_name(name, rules.dialect) {
                    self.error(path, why);
                }
                return Some(name);
            }
            Some(_) => self.error(path, "A name is a text."),
        }
        None
    }

    /// Display name, description, comment and identifier, which nearly everything may have.
    pub(super) fn texts(&mut self, at: &str, json: &Json) {
        self.localized(&join(at, "displayName"), json.key("displayName"), DISPLAY_NAME_MAX);
        self.localized(&join(at, "description"), json.key("description"), TEXT_MAX);
        match json.key("comment") {
            Some(Json::String(text)) => self.length(&join(at, "comment"), text, TEXT_MAX),
            None => {}
            Some(_) => self.error(join(at, "comment"), "A comment is a text."),
        }
        match json.key("@id") {
            None => {}
            Some(Json::String(id)) => {
                if let Err(why) = dtmi::check(id) {
                    self.error(join(at, "@id"), why);
                }
                self.length(&join(at, "@id"), id, ID_MAX);
            }
            Some(_) => {
                self.error(join(at, "@id"), "An identifier is a text such as dtmi:com:example:Thermostat;1.")
            }
        }
    }

    fn localized(&mut self, path: &str, text: Option<&Json>, max: usize) {
        match text {
            None => {}
            Some(Json::String(text)) => self.length(path, text, max),
            Some(languages @ Json::Object(pairs)) => {
                for (language, text) in pairs {
                    let at = join(path, language);
                    match text.as_str() {
                        Some(text) => self.length(&at, text, max),
                        None => self.error(at, "The text of a language is a text."),
                    }
                }
                if languages.pairs().is_empty() {
                    self.note(path, "No language has a text here.");
                }
            }
            Some(_) => self.error(
                path,
                "This is a text, or an object with one text a language: {\"en\": \"Temperature\"}.",
            ),
        }
    }

    fn length(&mut self, path: &str, text: &str, max: usize) {
        let length = text.chars().count();
        if length > max {
            self.error(path, format!("At most {max} characters; this has {length}."));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "temperature", "CO2_level", "a1"] {
            assert_eq!(check_name(good, Dialect::V2), Ok(()), "{good}");
        }
        for bad in ["", "1a", "_a", "a_", "a b", "a-b", "a.b", "ä"] {
            assert!(check_name(bad, Dialect::V2).is_err(), "{bad}");
        }
        let long = "x".repeat(65);
        assert!(check_name(&long, Dialect::V2).is_err() && check_name(&long, Dialect::V3).is_ok());
    }
}
