//! The language in which somebody writes the body of a request: text with `{{ values }}`, `{% for %}` and `{% if %}`, and
//! nothing by which it could grow, loop or reach anything: what it costs is bounded by its length and by what it tells of.

use serde_json::Value;

/// Largest text that comes of one, in bytes.
pub const OUTPUT_MAX: usize = 256 * 1024;
/// So deep at most stand blocks in blocks.
const DEPTH_MAX: usize = 5;
/// Pieces that are written at most.
const STEPS_MAX: usize = 100_000;

/// A template that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyTemplate(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Value(Vec<String>, Form),
    For { name: String, of: Vec<String>, body: Vec<Piece> },
    If { path: Vec<String>, then: Vec<Piece>, otherwise: Vec<Piece> },
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    /// As it may stand within a text of JSON.
    Within,
    /// As JSON.
    Json,
    /// As it is.
    Raw,
}

enum Token<'a> {
    Text(&'a str),
    Value(&'a str),
    Tag(&'a str),
}

impl BodyTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong, as a sentence with its line.
    pub fn read(text: &str) -> Result<BodyTemplate, String> {
        let mut tokens = tokens(text)?.into_iter();
        let (pieces, end) = block(&mut tokens, 0)?;
        match end {
            None => Ok(BodyTemplate(pieces)),
            Some(end) => Err(format!("“{end}” closes nothing.")),
        }
    }

    /// The text that comes of it, where values are taken from there. What isn't there is empty.
    ///
    /// # Errors
    /// It becomes too long.
    pub fn write(&self, values: &Value) -> Result<String, String> {
        let mut writer = Writer { out: String::new(), steps: 0 };
        writer.block(&self.0, &[("", values)])?;
        Ok(writer.out)
    }
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let (mut found, mut rest) = (Vec::new(), text);
    let line = |rest: &str| text[..text.len() - rest.len()].matches('\n').count() + 1;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let (before, tail) = rest.split_at(at);
        found.push(Token::Text(before));
        let is_value = tail.starts_with("{{");
        let close = if is_value { "}}" } else { "%}" };
        let (_, inside) = tail.split_at(2);
        let (inner, after) =
            inside.split_once(close).ok_or_else(|| format!("Line {}: “{close}” is missing.", line(tail)))?;
        let inner = inner.trim();
        found.push(if is_value { Token::Value(inner) } else { Token::Tag(inner) });
        rest = after;
    }
    found.push(Token::Text(rest));
    Ok(found)
}

/// The pieces up to a tag that ends the block, and that tag.
fn block<'a>(
    tokens: &mut impl Iterator<Item = Token<'a>>,
    depth: usize,
) -> Result<(Vec<Piece>, Option<&'a str>), String> {
    if depth > DEPTH_MAX {
        return Err(format!("At most {DEPTH_MAX} blocks stand in each other."));
    }
    let mut pieces = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            Token::Text("") => {}
            Token::Text(text) => pieces.push(Piece::Text(text.to_owned())),
            Token::Value(inner) => pieces.push(value(inner)?),
            Token::Tag(inner) => {
                let words: Vec<&str> = inner.split_whitespace().collect();
                match words.as_slice() {
                    ["for", name, "in", of] => {
                        let (body, end) = block(tokens, depth + 1)?;
                        if end != Some("endfor") {
                            return Err(format!("“for {name} in {of}” isn't closed by “endfor”."));
                        }
                        let name = path(name)?.join(".");
                        pieces.push(Piece::For { name, of: path(of)?, body });
                    }
                    ["if", of] => {
                        let (then, mut end) = block(tokens, depth + 1)?;
                        let mut otherwise = Vec::new();
                        if end == Some("else") {
                            (otherwise, end) = block(tokens, depth + 1)?;
                        }
                        if end != Some("endif") {
                            return Err(format!("“if {of}” isn't closed by “endif”."));
                        }
                        pieces.push(Piece::If { path: path(of)?, then, otherwise });
                    }
                    ["endfor" | "endif" | "else"] => return Ok((pieces, Some(inner))),
                    _ => return Err(format!("“{inner}” is not known: there are for … in …, if …, else.")),
                }
            }
        }
    }
    Ok((pieces, None))
}

fn value(inner: &str) -> Result<Piece, String> {
    let (of, form) = inner.split_once('|').unwrap_or((inner, ""));
    let form = match form.trim() {
        "" => Form::Within,
        "json" => Form::Json,
        "raw" => Form::Raw,
        other => return Err(format!("“{other}” is not known: there are json and raw.")),
    };
    Ok(Piece::Value(path(of.trim())?, form))
}

fn path(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split('.').map(str::to_owned).collect();
    let good = |name: &String| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-' || c == '$')
    };
    match names.iter().all(good) {
        true => Ok(names),
        false => Err(format!("“{text}” names no value: one looks like device.id.")),
    }
}

struct Writer {
    out: String,
    steps: usize,
}

impl Writer {
    fn block(&mut self, pieces: &[Piece], known: &[(&str, &Value)]) -> Result<(), String> {
        for piece in pieces {
            self.steps += 1;
            if self.out.len() > OUTPUT_MAX || self.steps > STEPS_MAX {
                return Err(format!("What comes of it is longer than {} KB.", OUTPUT_MAX / 1024));
            }
            match piece {
                Piece::Text(text) => self.out.push_str(text),
                Piece::Value(path, form) => self.value(found(path, known), *form),
                Piece::For { name, of, body } => {
                    for item in found(of, known).as_array().into_iter().flatten() {
                        let mut inner = known.to_vec();
                        inner.push((name, item));
                        self.block(body, &inner)?;
                    }
                }
                Piece::If { path, then, otherwise } => {
                    let is = match found(path, known) {
                        Value::Null | Value::Bool(false) => false,
                        Value::String(text) => !text.is_empty(),
                        Value::Array(items) => !items.is_empty(),
                        Value::Object(map) => !map.is_empty(),
                        Value::Number(number) => number.as_f64() != Some(0.0),
                        Value::Bool(true) => true,
                    };
                    self.block(if is { then } else { otherwise }, known)?;
                }
            }
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, form: Form) {
        match (value, form) {
            (value, Form::Json) => self.out.push_str(&value.to_string()),
            (Value::Null, _) => {}
            (Value::String(text), Form::Raw) => self.out.push_str(text),
            (Value::String(_), Form::Within) => {
                let quoted = value.to_string();
                self.out.push_str(&quoted[1..quoted.len() - 1]);
            }
            (value, _) => self.out.push_str(&value.to_string()),
        }
    }
}

/// The value at this path: of the innermost that is called so, else of all that there is.
fn found<'a>(path: &[String], known: &[(&str, &'a Value)]) -> &'a Value {
    let (first, rest) = path.split_first().map_or(("", path), |(first, rest)| (first.as_str(), rest));
    let named = known.iter().rev().find(|(name, _)| *name == first).map(|(_, value)| *value);
    let begin = named.or_else(|| known.first()?.1.get(first)).unwrap_or(&Value::Null);
    let step = |value: &'a Value, name: &String| {
        value.get(name).or_else(|| value.get(name.parse::<usize>().ok()?)).unwrap_or(&Value::Null)
    };
    rest.iter().fold(begin, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn written(text: &str) -> String {
        let values = json!({"rule": {"name": "Too \"warm\""}, "count": 2, "none": [],
            "alarms": [{"device": "a", "n": 1.5}, {"device": "b", "n": null}]});
        BodyTemplate::read(text).unwrap().write(&values).unwrap()
    }

    #[test]
    fn values_stand_in_json_as_they_must() {
        assert_eq!(
            written(r#"{"text": "{{ rule.name }}", "n": {{count}}}"#),
            r#"{"text": "Too \"warm\"", "n": 2}"#
        );
        assert_eq!(written("{{ rule.name|json }} {{ rule.name|raw }}"), r#""Too \"warm\"" Too "warm""#);
        assert_eq!(written("[{{ nothing }}][{{ nothing|json }}][{{ alarms.1.device }}]"), "[][null][b]");
        assert_eq!(
            written(
                "{% for a in alarms %}{{ a.device }}{% if a.n %}={{ a.n }}{% else %}?{% endif %};{% endfor %}"
            ),
            "a=1.5;b?;"
        );
        assert_eq!(written("{% if none %}x{% endif %}."), ".");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("{{ a", "}}"),
            ("{% for a in b %}", "endfor"),
            ("{% endif %}", "closes nothing"),
            ("{% set a = 1 %}", "not known"),
            ("{{ a + b }}", "names no value"),
            ("{{ a|upper }}", "not known"),
        ] {
            let why = BodyTemplate::read(text).unwrap_err();
            assert!(why.contains(said), "{text}: {why}");
        }
        let deep = "{% if a %}".repeat(7) + &"{% endif %}".repeat(7);
        assert!(BodyTemplate::read(&deep).is_err());
    }

    #[test]
    fn it_can_t_grow_without_bound() {
        let loops = "{% for a in all %}{% for b in all %}{% for c in all %}x{{ a }}{% endfor %}{% endfor %}{% endfor %}";
        let all: Vec<i32> = (0..1000).collect();
        let template = BodyTemplate::read(loops).unwrap();
        assert!(template.write(&json!({ "all": all })).is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_breaks_it(text in "[{}%a-z .|\\n]{0,60}") {
            if let Ok(template) = BodyTemplate::read(&text) {
                let _ = template.write(&json!({"a": [1, 2], "b": "x"}));
            }
        }
    }
}
