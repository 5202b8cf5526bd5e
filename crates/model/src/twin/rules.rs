//! What may stand in a twin: the limits that devices of Azure know.

use super::Properties;
use serde_json::Value;

/// Levels of objects and lists, the section itself among them not.
pub const DEPTH_MAX: usize = 10;
/// Longest text, in bytes.
pub const TEXT_MAX: usize = 4 * 1024;
/// Longest key, in bytes.
pub const KEY_MAX: usize = 1024;
/// Largest section as JSON, in bytes.
pub const BYTES_MAX: usize = 32 * 1024;

/// Reads a patch as a device sends it.
///
/// # Errors
/// It is no JSON object, or breaks a rule; a sentence says so.
pub fn parse(body: &[u8]) -> Result<Properties, String> {
    let text =
        std::str::from_utf8(body).map_err(|e| format!("Not UTF-8: byte {} is wrong.", e.valid_up_to()))?;
    let read = serde_json::from_str::<Value>(text).map_err(|e| format!("Not JSON: {e}."))?;
    let Value::Object(patch) = read else {
        return Err("A patch of properties is a JSON object: {\"name\": value}.".into());
    };
    check(&patch)?;
    Ok(patch)
}

/// Whether a patch keeps to the rules for keys, texts and depth.
///
/// # Errors
/// A sentence that says where and what is allowed.
pub fn check(patch: &Properties) -> Result<(), String> {
    let mut path = Vec::new();
    object(patch, &mut path)
}

/// Whether a whole section is small enough.
///
/// # Errors
/// A sentence with both sizes.
pub fn check_size(section: &Properties) -> Result<(), String> {
    let bytes = serde_json::to_vec(section).map_or(usize::MAX, |json| json.len());
    if bytes > BYTES_MAX {
        return Err(format!(
            "The properties would have {bytes} bytes of JSON; at most {BYTES_MAX} are kept."
        ));
    }
    Ok(())
}

fn object<'a>(of: &'a Properties, path: &mut Vec<&'a str>) -> Result<(), String> {
    for (name, value) in of {
        key(name).map_err(|why| format!("{}: {why}", place(path, &shown(name))))?;
        path.push(name);
        one(value, path)?;
        path.pop();
    }
    Ok(())
}

fn one<'a>(value: &'a Value, path: &mut Vec<&'a str>) -> Result<(), String> {
    if path.len() > DEPTH_MAX {
        return Err(format!("{}: at most {DEPTH_MAX} levels are allowed.", place(path, "")));
    }
    match value {
        Value::String(text) if text.len() > TEXT_MAX => {
            Err(format!("{}: a text has at most {TEXT_MAX} bytes; this has {}.", place(path, ""), text.len()))
        }
        Value::String(text) if text.contains('\0') => {
            Err(format!("{}: a text can't hold the character U+0000.", place(path, "")))
        }
        Value::Array(items) => {
            for item in items {
                path.push("[]");
                one(item, path)?;
                path.pop();
            }
            Ok(())
        }
        Value::Object(inner) => object(inner, path),
        _ => Ok(()),
    }
}

fn key(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("a name can't be empty.".into());
    }
    if name.len() > KEY_MAX {
        return Err(format!("a name has at most {KEY_MAX} bytes; this has {}.", name.len()));
    }
    match name.chars().find(|c| c.is_control() || matches!(c, '.' | '$' | ' ')) {
        Some('$') => Err("a name can't hold “$”: what begins with it is the server's.".into()),
        Some(c) => Err(format!("a name can't hold {c:?}.")),
        None => Ok(()),
    }
}

fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn place(path: &[&str], last: &str) -> String {
    let mut words: Vec<String> = path.iter().map(|word| shown(word)).collect();
    if !last.is_empty() {
        words.push(last.to_owned());
    }
    // Deep ones are told by their beginning.
    let more = words.len() > 6;
    words.truncate(6);
    let text = words.join("/");
    if more { format!("{text}/…") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn said(patch: Value) -> String {
        parse(patch.to_string().as_bytes()).unwrap_err()
    }

    #[test]
    fn good_patches() {
        for good in ["{}", r#"{"a":null}"#, r#"{"a":{"__t":"c","b":[1,{"c":2}]},"ä-1_x":"y"}"#] {
            assert!(parse(good.as_bytes()).is_ok(), "{good}");
        }
        let mut deep = json!(1);
        for _ in 0..DEPTH_MAX {
            deep = json!({ "a": deep });
        }
        assert!(parse(deep.to_string().as_bytes()).is_ok());
        assert!(said(json!({ "a": deep })).contains("at most 10 levels"));
    }

    #[test]
    fn bad_patches_say_where() {
        assert!(parse(b"").unwrap_err().starts_with("Not JSON"));
        assert!(parse(b"\xff").unwrap_err().starts_with("Not UTF-8"));
        assert!(parse(b"[1]").unwrap_err().contains("JSON object"));
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert_eq!(
            said(json!({"a": {"$version": 1}})),
            "a/$version: a name can't hold “$”: what begins with it is the server's."
        );
        assert_eq!(said(json!({"a b": 1})), "a b: a name can't hold ' '.");
        assert!(said(json!({"a.b": 1})).contains("can't hold '.'"));
        assert!(said(json!({"a\u{7}": 1})).contains("can't hold '\\u{7}'"));
        assert!(said(json!({"": 1})).contains("empty"));
        assert!(said(json!({"x".repeat(KEY_MAX + 1): 1})).contains("at most 1024 bytes"));
        assert!(said(json!({"a": ["x".repeat(TEXT_MAX + 1)]})).starts_with("a/[]: a text has at most 4096"));
        assert!(said(json!({"a": "\0"})).contains("U+0000"));
        assert!(parse(json!({"a": "x".repeat(TEXT_MAX)}).to_string().as_bytes()).is_ok());
    }

    #[test]
    fn sections_have_a_size() {
        let large: Properties = (0..9).map(|i| (format!("k{i}"), Value::from("x".repeat(4000)))).collect();
        assert!(check(&large).is_ok());
        assert!(check_size(&large).unwrap_err().contains("at most 32768"));
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(patch) = parse(&body) {
                prop_assert!(check(&patch).is_ok());
            }
        }
    }
}
