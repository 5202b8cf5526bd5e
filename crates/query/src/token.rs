//! A query's text as words, signs, texts and numbers.

use crate::TEXT_MAX;
use crate::mistakes::Wrong;
use crate::span::Span;
use std::fmt;

/// How deep brackets may lie in each other, and how many NOTs and minuses may follow each other.
const DEPTH_MAX: usize = 32;

/// A piece of a query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A keyword or a name.
    Word(String),
    /// A name between double quotes, backquotes or square brackets.
    Quoted(String),
    /// `$id`, with its sign.
    System(String),
    /// A text between single quotes.
    Text(String),
    Number(f64),
    /// `dtmi:…` or `urn:…`.
    Model(String),
    /// `(`, `<=`, …
    Sign(&'static str),
}

/// Longer ones first.
const SIGNS: [&str; 16] =
    ["<=", ">=", "!=", "<>", "(", ")", ",", "*", "+", "-", "/", "%", "=", "<", ">", "."];

/// Words that can't be names unless they are quoted.
pub(crate) const KEYWORDS: [&str; 19] = [
    "SELECT", "TOP", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "IS", "NULL", "DEFINED", "GROUP", "ORDER",
    "BY", "ASC", "DESC", "AS", "TRUE", "FALSE",
];

pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(word) if is_keyword(word) => write!(f, "{}", word.to_uppercase()),
            Token::Word(word) | Token::System(word) | Token::Model(word) => write!(f, "`{}`", short(word)),
            Token::Quoted(name) => write!(f, "the name \"{}\"", short(name)),
            Token::Text(text) => write!(f, "the text '{}'", short(text)),
            Token::Number(number) => write!(f, "the number {number}"),
            Token::Sign(sign) => write!(f, "`{sign}`"),
        }
    }
}

/// No more of what somebody wrote than helps to find it.
fn short(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// All of them, with their places.
pub(crate) fn tokens(text: &str) -> Result<Vec<(Token, Span)>, Wrong> {
    if text.len() > TEXT_MAX {
        let message = format!("A query has at most {TEXT_MAX} bytes; this has {}.", text.len());
        return Err(Wrong::new(Span::new(TEXT_MAX, text.len()), message));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        if text[at..].starts_with("--") {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
            continue;
        }
        let (token, length) = one(&text[at..], c)
            .map_err(|(length, message)| Wrong::new(Span::new(at, at + length), message))?;
        found.push((token, Span::new(at, at + length)));
        at += length;
    }
    shallow(&found)?;
    Ok(found)
}

type Unread = (usize, String);

/// The token at the beginning of this text, and its length in bytes.
fn one(text: &str, first: char) -> Result<(Token, usize), Unread> {
    match first {
        '\'' => quoted(text, '\'', '\'').map(|(text, length)| (Token::Text(text), length)),
        '"' | '`' | '[' => {
            let close = if first == '[' { ']' } else { first };
            let (name, length) = quoted(text, first, close)?;
            match name.is_empty() {
                true => Err((length, "A name is empty here.".into())),
                false => Ok((Token::Quoted(name), length)),
            }
        }
        '$' => {
            let length = 1 + word(&text[1..]);
            match length {
                1 => Err((1, "A `$` begins a name of the product's, such as `$id` or `$ts`.".into())),
                _ => Ok((Token::System(text[..length].into()), length)),
            }
        }
        c if c.is_alphabetic() || c == '_' => {
            let model = ["dtmi:", "urn:"]
                .iter()
                .any(|begin| text.get(..begin.len()).is_some_and(|said| said.eq_ignore_ascii_case(begin)));
            if model {
                let more = |c: char| !(c.is_alphanumeric() || "_:;-.".contains(c));
                let length = text.find(more).unwrap_or(text.len());
                return Ok((Token::Model(text[..length].into()), length));
            }
            let length = word(text);
            Ok((Token::Word(text[..length].into()), length))
        }
        c if c.is_ascii_digit() => number(text),
        '.' if text[1..].starts_with(|c: char| c.is_ascii_digit()) => number(text),
        c => match SIGNS.iter().find(|sign| text.starts_with(**sign)) {
            Some(sign) => Ok((Token::Sign(sign), sign.len())),
            None if c == ';' => Err((1, "One query at a time: leave the `;` out.".into())),
            None => Err((c.len_utf8(), format!("`{}` has no meaning here.", c.escape_debug()))),
        },
    }
}

fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// What stands between quotes; a doubled closing one is one of its letters.
fn quoted(text: &str, open: char, close: char) -> Result<(String, usize), Unread> {
    let mut said = String::new();
    let mut rest = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = rest.next() {
        if c != close {
            said.push(c);
            continue;
        }
        if rest.next_if(|(_, next)| *next == close).is_none() {
            return Ok((said, at + close.len_utf8()));
        }
        said.push(c);
    }
    Err((text.len(), format!("This {open} is never closed: there is no {close} behind it.")))
}

fn number(text: &str) -> Result<(Token, usize), Unread> {
    let digits = |from: usize| {
        text[from..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |length| from + length)
    };
    let mut end = digits(0);
    if text[end..].starts_with('.') {
        end = digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    let glued = word(&text[end..]);
    if glued > 0 {
        let said = short(&text[..end + glued]);
        let message =
            format!("`{said}` is neither a number nor a name; a name that begins so stands in \"quotes\".");
        return Err((end + glued, message));
    }
    match text[..end].parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((Token::Number(number), end)),
        _ => Err((end, "This number is larger than a double can hold.".into())),
    }
}

/// Refuses what lies deeper than anybody writes: reading it takes a piece of the stack a level.
fn shallow(tokens: &[(Token, Span)]) -> Result<(), Wrong> {
    let (mut brackets, mut prefixes) = (0usize, 0usize);
    for (token, span) in tokens {
        match token {
            Token::Sign("(") => brackets += 1,
            Token::Sign(")") => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        let prefix = matches!(token, Token::Sign("-"))
            || matches!(token, Token::Word(w) if w.eq_ignore_ascii_case("not"));
        prefixes = if prefix { prefixes + 1 } else { 0 };
        if brackets.max(prefixes) > DEPTH_MAX {
            return Err(Wrong::new(*span, format!("This lies more than {DEPTH_MAX} levels deep.")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Token> {
        tokens(text).unwrap().into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn every_kind_of_token() {
        assert_eq!(
            read("SELECT $id, a.\"b \"\"c\", [x y] -- no\nFROM dtmi:a:b_c;1 'it''s' 1.5e-3 .5 >= <>"),
            [
                Token::Word("SELECT".into()),
                Token::System("$id".into()),
                Token::Sign(","),
                Token::Word("a".into()),
                Token::Sign("."),
                Token::Quoted("b \"c".into()),
                Token::Sign(","),
                Token::Quoted("x y".into()),
                Token::Word("FROM".into()),
                Token::Model("dtmi:a:b_c;1".into()),
                Token::Text("it's".into()),
                Token::Number(0.0015),
                Token::Number(0.5),
                Token::Sign(">="),
                Token::Sign("<>"),
            ]
        );
    }

    #[test]
    fn what_is_no_token_is_pointed_at() {
        for (text, start, end, said) in [
            ("SELECT 'a", 7, 9, "never closed"),
            ("SELECT a;", 8, 9, "One query at a time"),
            ("SELECT 12ab", 7, 11, "`12ab` is neither"),
            ("SELECT 1e999", 7, 12, "larger than a double"),
            ("SELECT $ ", 7, 8, "`$id`"),
            ("SELECT \"\"", 7, 9, "empty"),
            ("a # b", 2, 3, "`#` has no meaning"),
        ] {
            let wrong = tokens(text).unwrap_err();
            assert_eq!(wrong.span, Span::new(start, end), "{text}");
            assert!(wrong.message.contains(said), "{text}: {}", wrong.message);
        }
        assert!(tokens(&"(".repeat(33)).unwrap_err().message.contains("32 levels"));
        assert!(tokens(&"not ".repeat(33)).unwrap_err().message.contains("32 levels"));
        assert!(tokens(&" ".repeat(TEXT_MAX + 1)).unwrap_err().message.contains("65536 bytes"));
    }
}
