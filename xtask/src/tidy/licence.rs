//! Reads the licence expressions of packages: `MIT OR (Apache-2.0 AND BSD-3-Clause)`.

/// Licences that let us ship what we build, with no more asked than notices.
const ALLOWED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Whether one may choose among the licences so that all are allowed.
///
/// # Errors
/// What is not an expression, with the reason.
pub(super) fn allowed(expression: &str) -> Result<bool, String> {
    // The slash is how manifests wrote OR before there was a standard.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = words.as_slice();
    let answer = either(&mut words)?;
    match words {
        [] => Ok(answer),
        [word, ..] => Err(format!("“{word}” was not expected")),
    }
}

fn either(words: &mut &[&str]) -> Result<bool, String> {
    let mut answer = both(words)?;
    while take(words, "OR") {
        answer |= both(words)?;
    }
    Ok(answer)
}

fn both(words: &mut &[&str]) -> Result<bool, String> {
    let mut answer = one(words)?;
    while take(words, "AND") {
        answer &= one(words)?;
    }
    Ok(answer)
}

fn one(words: &mut &[&str]) -> Result<bool, String> {
    if take(words, "(") {
        let answer = either(words)?;
        return if take(words, ")") { Ok(answer) } else { Err("a bracket is not closed".into()) };
    }
    let [name, rest @ ..] = *words else { return Err("it ends too early".into()) };
    *words = rest;
    let mut name = (*name).to_owned();
    if take(words, "WITH") {
        let [exception, rest @ ..] = *words else { return Err("WITH what?".into()) };
        name = format!("{name} WITH {exception}");
        *words = rest;
    }
    Ok(ALLOWED.contains(&name.as_str()))
}

fn take(words: &mut &[&str], wanted: &str) -> bool {
    match *words {
        [first, rest @ ..] if *first == wanted => {
            *words = rest;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for (expression, expected) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0-only", false),
            ("GPL-3.0-only OR MIT", true),
            ("MIT AND GPL-3.0-only", false),
            ("(MIT OR GPL-2.0-only) AND Unicode-3.0", true),
            ("Apache-2.0 WITH LLVM-exception OR AGPL-3.0", true),
            ("Apache-2.0 WITH Some-exception", false),
        ] {
            assert_eq!(allowed(expression), Ok(expected), "{expression}");
        }
        for bad in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "Apache-2.0 WITH"] {
            assert!(allowed(bad).is_err(), "{bad:?}");
        }
    }
}
