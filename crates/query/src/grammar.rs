//! The grammar: tokens in, a query out. A rule of the language is a rule here; `docs/query.md` shows them together.

use crate::ast::{Arithmetic, Comparison, Expr, From, Item, Name, Node, Order, Query, Spot, Top};
use crate::mistakes::Wrong;
use crate::nearest::nearest;
use crate::span::Span;
use crate::token::{KEYWORDS, Token, is_keyword};
use chumsky::error::{RichPattern, RichReason};
use chumsky::input::MappedInput;
use chumsky::prelude::*;
use std::collections::BTreeSet;

type Tokens<'a> = MappedInput<'a, Token, SimpleSpan, &'a [(Token, SimpleSpan)]>;
type Failure<'a> = extra::Err<Rich<'a, Token, SimpleSpan>>;
type Rule<'a, T> = Boxed<'a, 'a, Tokens<'a>, T, Failure<'a>>;

/// Reads a query; `end` is the length of its text.
pub(crate) fn parse(tokens: &[(Token, Span)], end: usize) -> Result<Query, Wrong> {
    let spanned: Vec<(Token, SimpleSpan)> =
        tokens.iter().map(|(token, span)| (token.clone(), SimpleSpan::from(span.start..span.end))).collect();
    let input = spanned.as_slice().split_token_span(SimpleSpan::from(end..end));
    query().parse(input).into_result().map_err(|failures| explain(failures.into_iter().next(), end))
}

fn query<'a>() -> Rule<'a, Query> {
    let expr = expr();
    let top = word("TOP").ignore_then(number()).or_not();
    let items = item(expr.clone()).separated_by(sign(",")).at_least(1).collect::<Vec<_>>();
    let filter = word("WHERE").ignore_then(expr.clone()).or_not();
    let group = word("GROUP")
        .ignore_then(word("BY"))
        .ignore_then(expr.clone().separated_by(sign(",")).at_least(1).collect::<Vec<_>>())
        .or_not();
    let direction = choice((word("ASC").to(false), word("DESC").to(true))).or_not();
    let order = expr.then(direction).map(|(by, down)| Order { by, descending: down.unwrap_or(false) });
    let order = word("ORDER")
        .ignore_then(word("BY"))
        .ignore_then(order.separated_by(sign(",")).at_least(1).collect::<Vec<_>>())
        .or_not();
    word("SELECT")
        .ignore_then(top)
        .then(items)
        .then(word("FROM").ignore_then(from()))
        .then(filter)
        .then(group)
        .then(order)
        .then_ignore(end())
        .map(|(((((top, items), from), filter), group), order)| Query {
            top,
            items,
            from,
            filter,
            group: group.unwrap_or_default(),
            order: order.unwrap_or_default(),
        })
        .boxed()
}

fn number<'a>() -> Rule<'a, Top> {
    select! { Token::Number(count) = e => Top { count, spot: spot(e.span()) } }
        .labelled("a number of rows")
        .boxed()
}

fn item<'a>(expr: Rule<'a, Expr>) -> Rule<'a, Item> {
    let all = sign("*").map_with(|(), e| Item::All(spot(e.span())));
    let alias = word("AS").ignore_then(name("a name")).or_not();
    all.or(expr.then(alias).map(|(expr, alias)| Item::Column(expr, alias))).boxed()
}

fn from<'a>() -> Rule<'a, From> {
    let text = select! { Token::Text(text) = e => Name { text, spot: spot(e.span()) } };
    let listed = text.labelled("a device's id between single quotes").separated_by(sign(",")).at_least(1);
    let devices = contextual("DEVICE").ignore_then(listed.collect()).map(From::Devices);
    let called = select! {
        Token::Word(text) = e if !is_keyword(&text) => Name { text, spot: spot(e.span()) },
        Token::Quoted(text) = e => Name { text, spot: spot(e.span()) },
        Token::Text(text) = e => Name { text, spot: spot(e.span()) },
    };
    let group = word("GROUP").ignore_then(called.labelled("a device group's name")).map(From::Group);
    let template = select! {
        Token::Word(text) = e if !is_keyword(&text) => (Name { text, spot: spot(e.span()) }, true),
        Token::Quoted(text) = e => (Name { text, spot: spot(e.span()) }, false),
        Token::Text(text) = e => (Name { text, spot: spot(e.span()) }, false),
        Token::Model(text) = e => (Name { text, spot: spot(e.span()) }, false),
    };
    let template = template.labelled("a template, `devices` for all, `DEVICE 'id'`, or `GROUP 'name'`");
    let templates = template.separated_by(sign(",")).at_least(1).collect::<Vec<_>>();
    let templates = templates.map(|names| match names.as_slice() {
        // A template of that name stands in quotes.
        [(only, true)] if only.text.eq_ignore_ascii_case("devices") => From::All,
        _ => From::Templates(names.into_iter().map(|(name, _)| name).collect()),
    });
    choice((devices, group, templates)).boxed()
}

fn expr<'a>() -> Rule<'a, Expr> {
    recursive(|expr| {
        let comparison = comparison(sum(primary(expr.boxed())));
        let negated = word("NOT").map_with(|(), e| spot(e.span())).repeated().foldr_with(
            comparison,
            |not: Spot, inner, _| {
                let span = not.0.to(inner.span());
                Expr { node: Node::Not(Box::new(inner)), spot: Spot(span) }
            },
        );
        let all = side_by_side(negated.boxed(), "AND", Node::All);
        side_by_side(all, "OR", Node::Any)
    })
    .labelled("a value")
    .boxed()
}

/// One, or several with this word between them.
fn side_by_side<'a>(part: Rule<'a, Expr>, by: &'static str, node: fn(Vec<Expr>) -> Node) -> Rule<'a, Expr> {
    part.separated_by(word(by))
        .at_least(1)
        .collect::<Vec<_>>()
        .map_with(move |mut parts, e| match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                Expr { node: node(parts), spot: spot(e.span()) }
            }
        })
        .boxed()
}

/// What may stand behind a value to make it true or false.
enum Tail {
    Compare(Comparison, Expr),
    In(Vec<Expr>, bool),
    IsNull(bool),
}

fn comparison<'a>(sum: Rule<'a, Expr>) -> Rule<'a, Expr> {
    use Comparison::{AtLeast, AtMost, Equal, Less, More, Unequal};
    let operator = select! {
        Token::Sign("=") => Equal,
        Token::Sign("!=") => Unequal,
        Token::Sign("<>") => Unequal,
        Token::Sign("<") => Less,
        Token::Sign("<=") => AtMost,
        Token::Sign(">") => More,
        Token::Sign(">=") => AtLeast,
    };
    let compare =
        operator.labelled("an operator").then(sum.clone()).map(|(op, right)| Tail::Compare(op, right));
    let list = sum.clone().separated_by(sign(",")).at_least(1).collect::<Vec<_>>();
    let within = word("NOT")
        .or_not()
        .then_ignore(word("IN"))
        .then(list.delimited_by(sign("("), sign(")")))
        .map(|(not, list)| Tail::In(list, not.is_some()));
    let what = choice((word("NULL").to(false), word("DEFINED").to(true)));
    let is = word("IS")
        .ignore_then(word("NOT").or_not())
        .then(what)
        // That it is not null and that it is defined are the same.
        .map(|(not, defined)| Tail::IsNull(not.is_some() != defined));
    sum.then(choice((compare, within, is)).or_not())
        .map_with(|(left, tail), e| {
            let left = Box::new(left);
            let node = match tail {
                None => return *left,
                Some(Tail::Compare(op, right)) => Node::Compare(left, op, Box::new(right)),
                Some(Tail::In(list, not)) => Node::In(left, list, not),
                Some(Tail::IsNull(not)) => Node::IsNull(left, not),
            };
            Expr { node, spot: spot(e.span()) }
        })
        .boxed()
}

fn sum<'a>(primary: Rule<'a, Expr>) -> Rule<'a, Expr> {
    use Arithmetic::{Add, Divide, Multiply, Remainder, Subtract};
    // Whoever is told that a value is missing need not hear of its sign.
    let minus = select! { Token::Sign("-") = e => spot(e.span()) }.labelled("a value");
    let unary = minus.repeated().foldr_with(primary, |minus: Spot, inner, _| {
        let span = minus.0.to(inner.span());
        Expr { node: Node::Negative(Box::new(inner)), spot: Spot(span) }
    });
    let times = select! {
        Token::Sign("*") => Multiply,
        Token::Sign("/") => Divide,
        Token::Sign("%") => Remainder,
    };
    let plus = select! { Token::Sign("+") => Add, Token::Sign("-") => Subtract };
    chain(chain(unary.boxed(), times.labelled("an operator").boxed()), plus.labelled("an operator").boxed())
}

fn chain<'a>(part: Rule<'a, Expr>, operator: Rule<'a, Arithmetic>) -> Rule<'a, Expr> {
    part.clone()
        .then(operator.then(part).repeated().collect::<Vec<_>>())
        .map_with(|(first, rest), e| match rest.is_empty() {
            true => first,
            false => Expr { node: Node::Chain(Box::new(first), rest), spot: spot(e.span()) },
        })
        .boxed()
}

fn primary<'a>(expr: Rule<'a, Expr>) -> Rule<'a, Expr> {
    let literal = select! {
        Token::Number(number) => Node::Number(number),
        Token::Text(text) => Node::Text(text),
        Token::System(name) => Node::System(name),
        Token::Word(w) if w.eq_ignore_ascii_case("TRUE") => Node::Bool(true),
        Token::Word(w) if w.eq_ignore_ascii_case("FALSE") => Node::Bool(false),
        Token::Word(w) if w.eq_ignore_ascii_case("NULL") => Node::Null,
    };
    let arguments = expr.clone().separated_by(sign(",")).collect::<Vec<_>>();
    let call = name("a name")
        .then(choice((sign("*").to(None), arguments.map(Some))).delimited_by(sign("("), sign(")")));
    let call = call.map(|(name, arguments)| match arguments {
        Some(arguments) => Node::Call(name, arguments),
        None => Node::CallAll(name),
    });
    // Behind a point, a keyword is a name like any other.
    let part = select! { Token::Word(text) => text, Token::Quoted(text) => text };
    let path = name("a name")
        .then(sign(".").ignore_then(part.labelled("a name")).repeated().collect::<Vec<_>>())
        .map(|(first, rest)| Node::Path(std::iter::once(first.text).chain(rest).collect()));
    let value = choice((literal, call, path)).map_with(|node, e| Expr { node, spot: spot(e.span()) });
    value.or(expr.delimited_by(sign("("), sign(")"))).labelled("a value").boxed()
}

fn name<'a>(label: &'static str) -> Rule<'a, Name> {
    select! {
        Token::Word(text) = e if !is_keyword(&text) => Name { text, spot: spot(e.span()) },
        Token::Quoted(text) = e => Name { text, spot: spot(e.span()) },
    }
    .labelled(label)
    .boxed()
}

fn word<'a>(keyword: &'static str) -> Rule<'a, ()> {
    select! { Token::Word(word) if word.eq_ignore_ascii_case(keyword) => () }.labelled(keyword).boxed()
}

/// A word that is a keyword here and a name elsewhere.
fn contextual<'a>(keyword: &'static str) -> Rule<'a, ()> {
    let next = select! { Token::Text(_) => () };
    word(keyword).then_ignore(next.rewind()).boxed()
}

fn sign<'a>(sign: &'static str) -> Rule<'a, ()> {
    select! { Token::Sign(s) if s == sign => () }.labelled(sign).boxed()
}

fn spot(span: SimpleSpan) -> Spot {
    Spot(Span::new(span.start, span.end))
}

/// What stands there, and what could.
fn explain(failure: Option<Rich<'_, Token, SimpleSpan>>, end: usize) -> Wrong {
    let Some(failure) = failure else { return Wrong::new(Span::new(end, end), "This is no query.") };
    let span = Span::new(failure.span().start, failure.span().end);
    let RichReason::ExpectedFound { expected, found } = failure.reason() else {
        return Wrong::new(span, failure.to_string());
    };
    let expected: BTreeSet<String> = expected.iter().map(wording).collect();
    let meant = match found.as_deref() {
        Some(Token::Word(word)) if !is_keyword(word) => {
            let could = KEYWORDS.into_iter().filter(|keyword| expected.contains(*keyword));
            nearest(word, could).map(|keyword| format!(" Did you mean {keyword}?"))
        }
        Some(Token::Word(word)) if expected.contains("a name") || expected.contains("a value") => Some(
            format!(" {} is a word of the language; as a name it stands in \"quotes\".", word.to_uppercase()),
        ),
        _ => None,
    };
    let found = found.as_deref().map_or_else(|| "the end of the query".to_owned(), ToString::to_string);
    let message = format!("{} is expected here, not {found}.{}", listed(expected), meant.unwrap_or_default());
    Wrong::new(span, message)
}

fn wording(pattern: &RichPattern<'_, Token>) -> String {
    match pattern {
        RichPattern::Label(label) if label.chars().all(|c| c.is_ascii_punctuation()) => format!("`{label}`"),
        RichPattern::Label(label) => label.to_string(),
        RichPattern::EndOfInput => "the end".into(),
        RichPattern::Token(token) => token.to_string(),
        _ => "something else".into(),
    }
}

/// `A, b or c`, with what is no keyword first.
fn listed(expected: BTreeSet<String>) -> String {
    let (keywords, mut rest): (Vec<_>, Vec<_>) =
        expected.into_iter().partition(|word| word.chars().all(|c| c.is_ascii_uppercase()));
    rest.sort_by_key(|word| word == "the end");
    let end = rest.pop_if(|word| word == "the end");
    rest.extend(keywords);
    rest.extend(end);
    let text = match rest.as_slice() {
        [] => "Something else".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    };
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
