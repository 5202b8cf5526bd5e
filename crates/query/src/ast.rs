//! A query as it was written. What is the same up to places is equal: see [`Spot`].

use crate::span::Span;

/// A whole query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// `TOP n`.
    pub top: Option<Top>,
    /// What is selected, in order.
    pub items: Vec<Item>,
    /// Whose data.
    pub from: From,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// `GROUP BY`.
    pub group: Vec<Expr>,
    /// `ORDER BY`.
    pub order: Vec<Order>,
}

/// Where something was written. All are equal, so that two queries are where they say the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spot(pub Span);

impl PartialEq for Spot {
    fn eq(&self, _: &Spot) -> bool {
        true
    }
}

/// `TOP n`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Top {
    /// How many rows; not checked yet.
    pub count: f64,
    /// Where the number stands.
    pub spot: Spot,
}

/// One of what is selected.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `*`: id, time, and all that the templates name.
    All(Spot),
    /// An expression, and the name of its column where it was given one.
    Column(Expr, Option<Name>),
}

/// A name, without its quotes.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its place.
    pub spot: Spot,
}

/// Whose data.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// `devices`: all of the workspace.
    All,
    /// Devices of these templates, by identifier or name.
    Templates(Vec<Name>),
    /// `DEVICE 'a', 'b'`: these.
    Devices(Vec<Name>),
    /// `GROUP "name"`: those of a device group, by its name or id.
    Group(Name),
}

/// An order of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// By what.
    pub by: Expr,
    /// The largest first.
    pub descending: bool,
}

/// An expression and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Its place.
    pub spot: Spot,
}

/// What an expression is. Chains of one kind of operator lie side by side, so that a long one is not deep.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// `NULL`.
    Null,
    /// `$id`, `$ts`, …, with the sign.
    System(String),
    /// A field: `temperature`, `motor.speed`.
    Path(Vec<String>),
    /// `AVG(temperature)`, `WINDOW(PT10M)`.
    Call(Name, Vec<Expr>),
    /// `COUNT(*)`.
    CallAll(Name),
    /// `NOT`.
    Not(Box<Expr>),
    /// A minus sign.
    Negative(Box<Expr>),
    /// `AND`, two or more.
    All(Vec<Expr>),
    /// `OR`, two or more.
    Any(Vec<Expr>),
    /// `a + b - c`, or `a * b / c`.
    Chain(Box<Expr>, Vec<(Arithmetic, Expr)>),
    /// A comparison.
    Compare(Box<Expr>, Comparison, Box<Expr>),
    /// `IN (…)`; true: `NOT IN`.
    In(Box<Expr>, Vec<Expr>, bool),
    /// `IS NULL`; true: `IS NOT NULL`, which is `IS DEFINED`.
    IsNull(Box<Expr>, bool),
}

/// An operator between numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`: the rest of a division, with the sign of what is divided.
    Remainder,
}

/// An operator between two values of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=` or `<>`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Expr {
    /// Where it stands.
    pub fn span(&self) -> Span {
        self.spot.0
    }

    /// The expressions that it is made of.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.node {
            Node::Call(_, parts) | Node::All(parts) | Node::Any(parts) => parts.iter().collect(),
            Node::Not(part) | Node::Negative(part) | Node::IsNull(part, _) => vec![part],
            Node::Chain(first, rest) => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, part)| part)).collect()
            }
            Node::Compare(left, _, right) => vec![left, right],
            Node::In(value, list, _) => std::iter::once(&**value).chain(list).collect(),
            Node::Number(_)
            | Node::Text(_)
            | Node::Bool(_)
            | Node::Null
            | Node::System(_)
            | Node::Path(_)
            | Node::CallAll(_) => Vec::new(),
        }
    }

    /// Calls `look` for it and for all beneath it.
    pub fn walk<'a>(&'a self, look: &mut impl FnMut(&'a Expr)) {
        look(self);
        for part in self.parts() {
            part.walk(look);
        }
    }
}

impl Query {
    /// The paths of all fields that it names, each once.
    pub fn paths(&self) -> Vec<String> {
        let mut found = std::collections::BTreeSet::new();
        let items = self.items.iter().filter_map(|item| match item {
            Item::Column(expr, _) => Some(expr),
            Item::All(_) => None,
        });
        for expr in items.chain(&self.filter).chain(&self.group).chain(self.order.iter().map(|o| &o.by)) {
            expr.walk(&mut |expr| {
                if let Node::Path(parts) = &expr.node {
                    found.insert(parts.join("."));
                }
            });
        }
        found.into_iter().collect()
    }
}
