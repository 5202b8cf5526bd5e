//! Checks of input that the form makes while one types and the server makes again.
//!
//! A [`Check`] collects every problem, so that a person mends a form once.

use crate::problem::{Code, FieldProblem, Problem};

/// Shortest password accepted, in characters (NIST SP 800-63B asks for 8; we ask for more and for nothing else).
pub const PASSWORD_MIN: usize = 10;
/// Longest password accepted, in bytes: bounds the work of hashing.
pub const PASSWORD_MAX: usize = 256;
/// Longest display name, in characters.
pub const NAME_MAX: usize = 120;
/// Longest external device id, in bytes; the limit that devices of Azure IoT know.
pub const DEVICE_ID_MAX: usize = 128;

/// Gathers the problems of a form's fields.
#[derive(Default)]
pub struct Check {
    fields: Vec<FieldProblem>,
}

impl Check {
    /// Notes a problem unless `ok`.
    pub fn that(&mut self, ok: bool, field: &str, message: impl Into<String>) -> &mut Self {
        if !ok {
            self.fields.push(FieldProblem { field: field.into(), message: message.into() });
        }
        self
    }

    /// Notes what a check of a single value found.
    pub fn field<T>(&mut self, field: &str, result: Result<T, String>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(message) => {
                self.fields.push(FieldProblem { field: field.into(), message });
                None
            }
        }
    }

    /// All problems as one answer, or nothing to complain of.
    pub fn done(&mut self) -> Result<(), Problem> {
        if self.fields.is_empty() {
            return Ok(());
        }
        Err(Problem { code: Code::Invalid, detail: None, fields: std::mem::take(&mut self.fields) })
    }
}

/// A display name: trimmed, not empty, no control characters, at most [`NAME_MAX`] characters.
pub fn name(raw: &str) -> Result<String, String> {
    let name = raw.trim();
    if name.is_empty() {
        return Err("Give it a name.".into());
    }
    if name.chars().count() > NAME_MAX {
        return Err(format!("At most {NAME_MAX} characters; this has {}.", name.chars().count()));
    }
    if name.chars().any(char::is_control) {
        return Err("A name can't hold line breaks or other control characters.".into());
    }
    Ok(name.to_owned())
}

/// One line of text, trimmed, of at most so many characters; it may be empty.
pub fn line(raw: &str, max: usize) -> Result<String, String> {
    let line = raw.trim();
    if line.chars().any(char::is_control) || line.chars().count() > max {
        return Err(format!("One line of at most {max} characters."));
    }
    Ok(line.to_owned())
}

/// An e-mail address, trimmed and in lower case. Checks its shape only; whether it exists a message must show.
pub fn email(raw: &str) -> Result<String, String> {
    let email = raw.trim().to_lowercase();
    let shaped = email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
    if shaped { Ok(email) } else { Err("An e-mail address looks like name@example.com.".into()) }
}

/// A password that may be set.
pub fn password(raw: &str) -> Result<(), String> {
    if raw.chars().count() < PASSWORD_MIN {
        return Err(format!("At least {PASSWORD_MIN} characters. A short sentence is a good password."));
    }
    if raw.len() > PASSWORD_MAX {
        return Err(format!("At most {PASSWORD_MAX} bytes."));
    }
    Ok(())
}

/// What an id may hold besides letters and digits: what ids of Azure IoT may.
const DEVICE_ID_SIGNS: &str = "-:.+%_#*?!(),=@$'";

/// The id that a device connects with: letters, digits and what Azure IoT allows besides, at most [`DEVICE_ID_MAX`]
/// characters, case-sensitive. It stands in topics and addresses, where some of the signs are written otherwise
/// ([`crate::external_id`]); `/` and spaces can't be in it.
pub fn device_id(raw: &str) -> Result<String, String> {
    let id = raw.trim();
    if id.is_empty() {
        return Err("Give the id that the device will connect with.".into());
    }
    if id.len() > DEVICE_ID_MAX {
        return Err(format!("At most {DEVICE_ID_MAX} characters; this has {}.", id.chars().count()));
    }
    if let Some(bad) = id.chars().find(|c| !(c.is_ascii_alphanumeric() || DEVICE_ID_SIGNS.contains(*c))) {
        return Err(format!(
            "Letters, digits and - : . + % _ # * ? ! ( ) , = @ $ ' are allowed; “{bad}” is not."
        ));
    }
    if id.starts_with('.') {
        return Err("An id can't begin with a dot.".into());
    }
    Ok(id.to_owned())
}

/// The part of an address that names something: lower-case ASCII letters, digits and hyphens, made from a name.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            '\'' | '’' => {}
            _ if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(48);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_ids() {
        for good in ["a", "room-2.14", "AA:BB:CC", "urn=x@y", "_x", "a+b", "#", "100%?", "it's(*)!,$1"] {
            assert_eq!(device_id(good).as_deref(), Ok(good));
        }
        for bad in ["", " ", "a/b", "a~b", "a&b", "a\"b", "a\\b", "a;b", "a b", "é", ".hidden"] {
            assert!(device_id(bad).is_err(), "{bad:?}");
        }
        assert!(device_id(&"x".repeat(128)).is_ok());
        assert!(device_id(&"x".repeat(129)).is_err());
    }

    #[test]
    fn emails() {
        assert_eq!(email("  Ada@Example.COM "), Ok("ada@example.com".into()));
        for bad in ["", "ada", "@x", "a@", "a@b@c", "a b@c", "a@.b"] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn slugs() {
        assert_eq!(slug("Weather & buildings"), "weather-buildings");
        assert_eq!(slug("  Größe 7 — Süd "), "groesse-7-sued");
        assert_eq!(slug("日本"), "");
    }

    #[test]
    fn a_check_collects_all() {
        let mut check = Check::default();
        check.that(false, "a", "no").field("b", name(" "));
        let problem = check.done().unwrap_err();
        assert_eq!(problem.of_field("a"), Some("no"));
        assert!(problem.of_field("b").is_some());
        assert!(Check::default().done().is_ok());
    }
}
