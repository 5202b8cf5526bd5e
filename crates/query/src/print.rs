//! A query as text again: keywords in capitals, brackets where they are needed, names quoted where they must be.

use crate::ast::{Arithmetic, Comparison, Expr, From, Item, Name, Node, Order, Query};
use crate::token::is_keyword;
use std::fmt::{Display, Formatter, Result, Write};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("SELECT ")?;
        if let Some(top) = self.top {
            write!(f, "TOP {} ", top.count)?;
        }
        list(f, &self.items)?;
        write!(f, " FROM {}", self.from)?;
        if let Some(filter) = &self.filter {
            write!(f, " WHERE {filter}")?;
        }
        if !self.group.is_empty() {
            f.write_str(" GROUP BY ")?;
            list(f, &self.group)?;
        }
        if !self.order.is_empty() {
            f.write_str(" ORDER BY ")?;
            list(f, &self.order)?;
        }
        Ok(())
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Item::All(_) => f.write_char('*'),
            Item::Column(expr, None) => expr.fmt(f),
            Item::Column(expr, Some(alias)) => write!(f, "{expr} AS {alias}"),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        name(f, &self.text, true)
    }
}

impl Display for From {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            From::All => f.write_str("devices"),
            // One that is called like all of them, or like the word before ids, must not be read as these.
            From::Templates(names) => {
                list(f, &names.iter().map(|n| Quoted(&n.text, '"')).collect::<Vec<_>>())
            }
            From::Devices(names) => {
                f.write_str("DEVICE ")?;
                list(f, &names.iter().map(|n| Quoted(&n.text, '\'')).collect::<Vec<_>>())
            }
            From::Group(name) => write!(f, "GROUP {}", Quoted(&name.text, '"')),
        }
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}{}", self.by, if self.descending { " DESC" } else { "" })
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.node {
            Node::Number(number) => number.fmt(f),
            Node::Text(text) => Quoted(text, '\'').fmt(f),
            Node::Bool(true) => f.write_str("TRUE"),
            Node::Bool(false) => f.write_str("FALSE"),
            Node::Null => f.write_str("NULL"),
            Node::System(name) => f.write_str(name),
            Node::Path(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    if i > 0 {
                        f.write_char('.')?;
                    }
                    name(f, part, i == 0)?;
                }
                Ok(())
            }
            Node::Call(name, arguments) => {
                write!(f, "{name}(")?;
                list(f, arguments)?;
                f.write_char(')')
            }
            Node::CallAll(name) => write!(f, "{name}(*)"),
            Node::Not(inner) => write!(f, "NOT {}", Within(inner, NOT)),
            Node::Negative(inner) => write!(f, "- {}", Within(inner, NEGATIVE)),
            Node::All(parts) => between(f, parts, " AND ", NOT),
            Node::Any(parts) => between(f, parts, " OR ", ALL),
            Node::Chain(first, rest) => {
                let level = level(self) + 1;
                write!(f, "{}", Within(first, level))?;
                rest.iter().try_for_each(|(op, part)| write!(f, " {op} {}", Within(part, level)))
            }
            Node::Compare(left, op, right) => write!(f, "{} {op} {}", Within(left, SUM), Within(right, SUM)),
            Node::In(value, list, not) => {
                write!(f, "{} {}IN (", Within(value, SUM), if *not { "NOT " } else { "" })?;
                self::list(f, &list.iter().map(|part| Within(part, SUM)).collect::<Vec<_>>())?;
                f.write_char(')')
            }
            Node::IsNull(value, not) => {
                write!(f, "{} IS {}NULL", Within(value, SUM), if *not { "NOT " } else { "" })
            }
        }
    }
}

// How tightly things hold together; what holds looser than its place allows stands in brackets.
const ANY: u8 = 0;
const ALL: u8 = 1;
const NOT: u8 = 2;
const COMPARED: u8 = 3;
const SUM: u8 = 4;
const PRODUCT: u8 = 5;
const NEGATIVE: u8 = 6;
const SINGLE: u8 = 7;

fn level(expr: &Expr) -> u8 {
    match &expr.node {
        Node::Any(_) => ANY,
        Node::All(_) => ALL,
        Node::Not(_) => NOT,
        Node::Compare(..) | Node::In(..) | Node::IsNull(..) => COMPARED,
        Node::Chain(_, rest) => match rest.first() {
            Some((Arithmetic::Add | Arithmetic::Subtract, _)) => SUM,
            _ => PRODUCT,
        },
        Node::Negative(_) => NEGATIVE,
        _ => SINGLE,
    }
}

struct Within<'a>(&'a Expr, u8);

impl Display for Within<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if level(self.0) >= self.1 { self.0.fmt(f) } else { write!(f, "({})", self.0) }
    }
}

impl Display for Arithmetic {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Remainder => "%",
        })
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Comparison::Equal => "=",
            Comparison::Unequal => "!=",
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::More => ">",
            Comparison::AtLeast => ">=",
        })
    }
}

/// Between quotes, those within it doubled.
struct Quoted<'a>(&'a str, char);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Quoted(text, quote) = *self;
        f.write_char(quote)?;
        for c in text.chars() {
            f.write_char(c)?;
            if c == quote {
                f.write_char(c)?;
            }
        }
        f.write_char(quote)
    }
}

fn name(f: &mut Formatter<'_>, text: &str, first: bool) -> Result {
    let plain = text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !(first && is_keyword(text));
    if plain { f.write_str(text) } else { Quoted(text, '"').fmt(f) }
}

fn list(f: &mut Formatter<'_>, parts: &[impl Display]) -> Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        part.fmt(f)?;
    }
    Ok(())
}

fn between(f: &mut Formatter<'_>, parts: &[Expr], word: &str, at_least: u8) -> Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(word)?;
        }
        Within(part, at_least).fmt(f)?;
    }
    Ok(())
}
