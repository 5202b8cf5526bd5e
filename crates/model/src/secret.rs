//! A secret that somebody writes and nobody reads: shown only by what tells whether it is the same one.

use crate::check::Check;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest secret, in bytes.
pub const SECRET_MAX: usize = 4096;

/// A secret on its way in, at rest, or as it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Secret {
    /// As somebody types it.
    New(String),
    /// The one that is there already: shown so, and sent back so, where it stays.
    Kept {
        /// What tells it from others.
        kept: String,
    },
    /// Sealed with the master key, as it is kept.
    Sealed {
        /// In base64.
        sealed: String,
        /// What tells it from others.
        id: String,
    },
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Secret::New(_) => "Secret(new)",
            Secret::Kept { .. } => "Secret(kept)",
            Secret::Sealed { .. } => "Secret(sealed)",
        })
    }
}

impl Secret {
    /// What may be shown of it.
    #[must_use]
    pub fn shown(&self) -> Secret {
        match self {
            Secret::New(_) => Secret::Kept { kept: String::new() },
            Secret::Sealed { id, .. } => Secret::Kept { kept: id.clone() },
            kept => kept.clone(),
        }
    }

    /// Notes what is wrong with it.
    pub fn check(&self, field: &str, check: &mut Check) {
        match self {
            Secret::New(text) => {
                let good =
                    !text.is_empty() && text.len() <= SECRET_MAX && !text.chars().any(char::is_control);
                check.that(good, field, format!("One line of 1 to {SECRET_MAX} bytes."));
            }
            Secret::Kept { .. } => {}
            Secret::Sealed { .. } => {
                check.that(false, field, "Give it as a text.");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_written_as_a_text_and_shown_as_none() {
        let new: Secret = serde_json::from_value(json!("s3cret")).unwrap();
        assert_eq!(new, Secret::New("s3cret".into()));
        assert!(!format!("{new:?}").contains("s3cret"));
        let sealed = Secret::Sealed { sealed: "AAAA".into(), id: "1f".into() };
        assert_eq!(serde_json::to_value(sealed.shown()).unwrap(), json!({"kept": "1f"}));
        let mut check = Check::default();
        sealed.check("secret", &mut check);
        assert!(check.done().is_err(), "nobody sends one in that is sealed");
    }
}
