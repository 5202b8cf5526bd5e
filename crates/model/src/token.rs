//! API tokens: what a program shows to act in a workspace. The secret is shown once, to whoever makes the token.

use crate::check::{self, Check};
use crate::id::OrganizationId;
use crate::organization::OrganizationName;
use crate::problem::Problem;
use crate::role::{RoleId, RoleName};
use serde::{Deserialize, Serialize};

/// What every secret begins with, so that one that lies about is known for what it is.
pub const SECRET_PREFIX: &str = "hp_";
/// Longest id of a token, in characters.
pub const TOKEN_ID_MAX: usize = 128;
/// Most tokens of a workspace that have not been revoked.
pub const TOKENS_MAX: i64 = 200;
/// How long a token lives when nobody says otherwise, in milliseconds: a year.
pub const TOKEN_LIFE_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Unique among those of its workspace that are not revoked; never changes.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: RoleName,
    /// Below which it sees.
    pub organization: OrganizationName,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// Who made it, in words.
    pub created_by: String,
    /// From when on it is worth nothing; none: it lives until it is revoked.
    pub expires_ms: Option<i64>,
    /// When it was last used, to the minute.
    pub last_used_ms: Option<i64>,
}

/// What is needed to make one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewApiToken {
    /// Its id; empty: one is made up.
    #[serde(default)]
    pub id: String,
    /// What people call it; empty: the id.
    pub name: String,
    /// What it may do.
    pub role: RoleId,
    /// Below which it sees; none: the maker's own.
    #[serde(default)]
    pub organization: Option<OrganizationId>,
    /// From when on it is worth nothing, in milliseconds since 1970; none: never.
    pub expires_ms: Option<i64>,
}

impl NewApiToken {
    /// With its texts trimmed; the id may be empty still. `now_ms` decides what has run out already.
    ///
    /// # Errors
    /// Every problem, by field.
    pub fn checked(&self, now_ms: i64) -> Result<NewApiToken, Problem> {
        let mut check = Check::default();
        let id = self.id.trim().to_owned();
        let shaped = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        check.that(
            shaped && id.len() <= TOKEN_ID_MAX,
            "id",
            format!("Letters, digits, - and _, at most {TOKEN_ID_MAX}."),
        );
        let name = if self.name.trim().is_empty() && !id.is_empty() {
            Ok(id.chars().take(check::NAME_MAX).collect())
        } else {
            check::name(&self.name)
        };
        let name = check.field("name", name).unwrap_or_default();
        check.that(self.expires_ms.is_none_or(|at| at > now_ms), "expires", "That time is past.");
        check.done()?;
        Ok(NewApiToken { id, name, ..self.clone() })
    }
}

/// A token that was just made, with its secret: nobody can be shown it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FreshApiToken {
    /// The token.
    pub token: ApiToken,
    /// For `Authorization: Bearer …`.
    pub secret: String,
    /// The same for programs that were written for IoT Central: the whole value of the header `Authorization`.
    pub signature: String,
}

/// The secret in the shape of IoT Central's tokens. Without an end, its `se` is the last moment of the year 9999.
pub fn signature(workspace_slug: &str, token: &ApiToken, secret: &str) -> String {
    let end = token.expires_ms.unwrap_or(253_402_300_799_999);
    format!("SharedAccessSignature sr={workspace_slug}&sig={secret}&skn={}&se={end}", token.id)
}

/// The secret in what stands in the header `Authorization`: `Bearer hp_…`, the whole of [`signature`] (also behind
/// `Bearer`), or the bare secret. Nothing where there is none; whether it is worth anything, the database knows.
pub fn secret_of(header: &str) -> Option<&str> {
    let text = header.trim();
    let text = after_word(text, "bearer").unwrap_or(text);
    let secret = match after_word(text, "sharedaccesssignature") {
        Some(parts) => parts.split('&').find_map(|part| part.trim().strip_prefix("sig="))?,
        None => text,
    };
    let shaped = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (secret.starts_with(SECRET_PREFIX) && secret.len() <= 100 && secret.chars().all(shaped)).then_some(secret)
}

/// What follows this first word, in any case.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_once(' ')?;
    first.eq_ignore_ascii_case(word).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::BuiltIn;

    fn new(id: &str, name: &str, expires_ms: Option<i64>) -> NewApiToken {
        NewApiToken {
            id: id.into(),
            name: name.into(),
            role: BuiltIn::Viewer.into(),
            organization: None,
            expires_ms,
        }
    }

    #[test]
    fn every_form_of_the_header_gives_the_secret() {
        let token = ApiToken {
            id: "ci".into(),
            name: "CI".into(),
            role: BuiltIn::Viewer.role().named(),
            organization: OrganizationName {
                id: OrganizationId(1),
                key: "root".into(),
                name: "Plant".into(),
            },
            created_ms: 0,
            created_by: String::new(),
            expires_ms: Some(7),
            last_used_ms: None,
        };
        let whole = signature("plant", &token, "hp_a-b_1");
        assert_eq!(whole, "SharedAccessSignature sr=plant&sig=hp_a-b_1&skn=ci&se=7");
        let behind = format!("Bearer {whole}");
        for header in [&*whole, &behind, "Bearer hp_a-b_1", "bearer  hp_a-b_1 ", "hp_a-b_1"] {
            assert_eq!(secret_of(header), Some("hp_a-b_1"), "{header}");
        }
        let long = format!("hp_{}", "a".repeat(200));
        for header in
            ["", "Bearer", "Bearer x", "Basic hp_", "SharedAccessSignature sr=a&skn=b", "Bearer hp_é", &long]
        {
            assert_eq!(secret_of(header), None, "{header}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_field() {
        assert_eq!(new(" ci ", "", None).checked(0).map(|t| (t.id, t.name)), Ok(("ci".into(), "ci".into())));
        assert!(new("", "CI", Some(2)).checked(1).is_ok());
        for (bad, field) in
            [(new("a b", "x", None), "id"), (new("", "", None), "name"), (new("a", "", Some(1)), "expires")]
        {
            assert!(bad.checked(1).unwrap_err().of_field(field).is_some(), "{field}");
        }
    }
}
