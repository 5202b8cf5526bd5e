//! Digital twin model identifiers: `dtmi:com:example:Thermostat;1`.

use crate::check;

/// Whether this is an identifier: segments that begin with a letter, and a version of one to nine digits.
///
/// # Errors
/// A sentence that says what is wrong and what is allowed.
pub fn check(dtmi: &str) -> Result<(), String> {
    let shape = "An identifier looks like dtmi:com:example:Thermostat;1";
    let Some(rest) = dtmi.strip_prefix("dtmi:") else {
        return Err(format!("{shape}; this doesn't begin with “dtmi:”."));
    };
    let Some((path, version)) = rest.split_once(';') else {
        return Err(format!("{shape}; this has no version behind a semicolon."));
    };
    let counts = !version.starts_with('0') && (1..=9).contains(&version.len());
    if !counts || !version.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("{shape}; the version is a whole number from 1 to 999999999, not “{version}”."));
    }
    for segment in path.split(':') {
        let begins = segment.trim_start_matches('_').starts_with(|c: char| c.is_ascii_alphabetic());
        let shaped =
            segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !segment.ends_with('_');
        if !begins || !shaped {
            return Err(format!(
                "{shape}; the part “{segment}” must begin with a letter, and hold letters, digits and underscores, not \
                 at its end."
            ));
        }
    }
    Ok(())
}

/// The version behind the semicolon.
pub fn version_of(dtmi: &str) -> Option<u32> {
    dtmi.rsplit_once(';')?.1.parse().ok()
}

/// The identifier without its version: what versions have in common.
pub fn family(dtmi: &str) -> &str {
    dtmi.rsplit_once(';').map_or(dtmi, |(family, _)| family)
}

/// The same identifier, a version later.
pub fn next_version(dtmi: &str) -> String {
    format!("{};{}", family(dtmi), version_of(dtmi).unwrap_or(0).saturating_add(1))
}

/// An identifier made from names: `dtmi:{workspace}:{template};1`; `attempt` tells apart what comes to the same.
pub fn dtmi_for(workspace_slug: &str, name: &str, attempt: u32) -> String {
    let mut segment = part(name);
    if attempt > 1 {
        segment.push_str(&format!("_{attempt}"));
    }
    format!("dtmi:{}:{};1", part(workspace_slug), segment)
}

/// A segment: begins with a letter, then letters, digits, underscores; not one at the end.
fn part(name: &str) -> String {
    let slug = check::slug(name).replace('-', "_");
    match slug.chars().next() {
        None => "t".into(),
        Some(c) if c.is_ascii_digit() => format!("t{slug}"),
        Some(_) => slug,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for good in ["dtmi:a;1", "dtmi:com:example:Thermostat;1", "dtmi:__a:b_c:D9;999999999"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "a;1",
            "dtmi:;1",
            "dtmi:a",
            "dtmi:a;0",
            "dtmi:a;01",
            "dtmi:a;1234567890",
            "dtmi:a;x",
            "dtmi:1a;1",
            "dtmi:a_;1",
            "dtmi:a b;1",
            "dtmi:a::b;1",
            "dtmi:a;1;2",
            "dtmi:ä;1",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_follow_each_other() {
        assert_eq!(next_version("dtmi:a:b;1"), "dtmi:a:b;2");
        assert_eq!((family("dtmi:a:b;12"), version_of("dtmi:a:b;12")), ("dtmi:a:b", Some(12)));
    }

    #[test]
    fn names_become_identifiers() {
        assert_eq!(dtmi_for("weather-buildings", "Room sensor", 1), "dtmi:weather_buildings:room_sensor;1");
        assert_eq!(dtmi_for("1st", "日本", 2), "dtmi:t1st:t_2;1");
        for name in ["Room", "---", "9 lives", "ÄÖ"] {
            assert_eq!(check(&dtmi_for("w", name, 3)), Ok(()), "{name}");
        }
    }
}
