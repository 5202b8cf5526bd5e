//! A person's account as they see it: sessions, the second factor, passkeys.

use serde::{Deserialize, Serialize};

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebSession {
    /// What it is ended by. Not what the cookie holds.
    pub mark: String,
    /// When they signed in, in milliseconds since 1970.
    pub begun_ms: i64,
    /// When it was last used, to the minute.
    pub seen_ms: i64,
    /// What the browser says of itself.
    pub agent: String,
    /// The network address that signed in.
    pub address: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// How sign-ins of a person are secured beside the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoFactor {
    /// Whether an authenticator app's code is one.
    pub on: bool,
    /// Recovery codes that were not used yet.
    pub codes_left: i64,
    /// How many passkeys there are, each of which is a second factor too.
    #[serde(default)]
    pub passkeys: usize,
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Its number.
    pub id: i32,
    /// What they call it.
    pub name: String,
    /// When it was registered, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it was last used.
    pub used_ms: Option<i64>,
}

/// What an authenticator app needs, shown once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwoFactorSecret {
    /// To be typed: base32 in groups of four.
    pub secret: String,
    /// To be scanned: `otpauth://totp/…`.
    pub uri: String,
}

/// What a sign-in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entered {
    /// They are signed in.
    In,
    /// The password was right; a second factor is wanted next.
    CodeWanted,
}

/// A browser and its system in few words, from what it says of itself: “Firefox on Linux”.
pub fn agent_name(agent: &str) -> String {
    // The order matters: most say that they are several others too.
    const BROWSERS: [(&str, &str); 8] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Vivaldi", "Vivaldi"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 8] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Macintosh", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => match agent.split(['/', ' ']).next().filter(|word| !word.is_empty()) {
            Some(word) => word.chars().take(40).collect(),
            None => "Unknown".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_by_their_names() {
        let cases = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("", "Unknown"),
        ];
        for (agent, name) in cases {
            assert_eq!(agent_name(agent), name);
        }
    }
}
