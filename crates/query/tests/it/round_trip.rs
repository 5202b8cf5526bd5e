//! What is printed is read again as the same, and no text breaks the reader.

use proptest::prelude::*;
use query::ast::{Arithmetic, Comparison, Expr, From, Item, Name, Node, Order, Query, Spot, Top};
use query::{fuzzing, parse};

fn expr(node: Node) -> Expr {
    Expr { node, spot: Spot::default() }
}

fn name(text: String) -> Name {
    Name { text, spot: Spot::default() }
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_][a-z0-9_]{0,6}", Just("select".to_owned()), Just("Top".to_owned()), "[^\0]{1,8}"]
}

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        (0.0..1e20f64).prop_map(Node::Number),
        (0u32..1000).prop_map(|n| Node::Number(n.into())),
        ".{0,8}".prop_map(Node::Text),
        any::<bool>().prop_map(Node::Bool),
        Just(Node::Null),
        "\\$[a-z]{1,5}".prop_map(Node::System),
        prop::collection::vec(names(), 1..3).prop_map(Node::Path),
        names().prop_map(|n| Node::CallAll(name(n))),
    ]
    .prop_map(expr)
}

fn arithmetic() -> impl Strategy<Value = Vec<Arithmetic>> {
    use Arithmetic::{Add, Divide, Multiply, Remainder, Subtract};
    prop_oneof![
        prop::collection::vec(prop::sample::select(vec![Add, Subtract]), 1..3),
        prop::collection::vec(prop::sample::select(vec![Multiply, Divide, Remainder]), 1..3),
    ]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{AtLeast, AtMost, Equal, Less, More, Unequal};
    prop::sample::select(vec![Equal, Unequal, Less, AtMost, More, AtLeast])
}

fn exprs() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        let some = || prop::collection::vec(inner.clone(), 2..4);
        let one = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (names(), prop::collection::vec(inner.clone(), 0..3))
                .prop_map(|(n, args)| Node::Call(name(n), args)),
            one().prop_map(Node::Not),
            one().prop_map(Node::Negative),
            some().prop_map(Node::All),
            some().prop_map(Node::Any),
            (one(), arithmetic(), some()).prop_map(|(first, ops, parts)| {
                let rest: Vec<_> = ops.into_iter().zip(parts).collect();
                Node::Chain(first, rest)
            }),
            (one(), comparison(), one()).prop_map(|(a, op, b)| Node::Compare(a, op, b)),
            (one(), some(), any::<bool>()).prop_map(|(a, list, not)| Node::In(a, list, not)),
            (one(), any::<bool>()).prop_map(|(a, not)| Node::IsNull(a, not)),
        ]
        .prop_map(expr)
    })
}

fn from() -> impl Strategy<Value = From> {
    let some = || prop::collection::vec(names().prop_map(name), 1..3);
    prop_oneof![
        Just(From::All),
        some().prop_map(From::Templates),
        some().prop_map(From::Devices),
        names().prop_map(|text| From::Group(name(text))),
    ]
}

fn queries() -> impl Strategy<Value = Query> {
    let item = prop_oneof![
        1 => Just(Item::All(Spot::default())),
        5 => (exprs(), prop::option::of(names().prop_map(name))).prop_map(|(e, alias)| Item::Column(e, alias)),
    ];
    let order = (exprs(), any::<bool>()).prop_map(|(by, descending)| Order { by, descending });
    (
        prop::option::of(1u32..100),
        prop::collection::vec(item, 1..4),
        from(),
        prop::option::of(exprs()),
        prop::collection::vec(exprs(), 0..3),
        prop::collection::vec(order, 0..3),
    )
        .prop_map(|(top, items, from, filter, group, order)| Query {
            top: top.map(|n| Top { count: n.into(), spot: Spot::default() }),
            items,
            from,
            filter,
            group,
            order,
        })
}

/// Texts that nearly are queries.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "SELECT",
        "TOP",
        "10",
        "*",
        ",",
        "FROM",
        "devices",
        "DEVICE",
        "'a'",
        "Pump",
        "\"Room sensor\"",
        "WHERE",
        "flow",
        "temperature",
        "mode",
        "place",
        ".",
        "lat",
        ">",
        "=",
        "'on'",
        "AND",
        "OR",
        "NOT",
        "IN",
        "(",
        ")",
        "IS",
        "NULL",
        "DEFINED",
        "GROUP",
        "BY",
        "ORDER",
        "DESC",
        "AS",
        "WINDOW",
        "PT10M",
        "WITHIN_WINDOW",
        "P1D",
        "AVG",
        "COUNT",
        "$id",
        "$ts",
        "+",
        "-",
        "é",
        "\n",
        "dtmi:plant:pump;2",
        "TRUE",
    ]);
    prop::collection::vec(word, 0..30).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same(query in queries()) {
        let text = query.to_string();
        match parse(&text) {
            Ok(read) => prop_assert_eq!(read, query, "{}", text),
            Err(mistake) => prop_assert!(false, "{}\n{}", mistake.message, mistake.pointer),
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in ".{0,200}") {
        fuzzing::any_text(&text);
    }

    #[test]
    fn words_of_the_language_in_any_order_are_read_or_refused_with_a_place(text in words()) {
        fuzzing::any_text(&text);
        fuzzing::any_text(&format!("SELECT flow FROM Pump WHERE {text}"));
        fuzzing::any_text(&format!("SELECT {text} FROM Pump"));
    }
}

#[test]
fn the_deepest_that_is_taken_fits_the_stack() {
    for (open, close) in [("(", ")"), ("NOT (", ")"), ("AVG(", ")")] {
        let text = format!("SELECT {}flow{} FROM Pump", open.repeat(30), close.repeat(30));
        fuzzing::any_text(&text);
    }
    let long = format!("SELECT flow FROM Pump WHERE {}flow > 1", "flow > 1 AND ".repeat(4000));
    fuzzing::any_text(&long);
    let long = format!("SELECT flow FROM Pump WHERE 0 < {}1", "1 + ".repeat(10_000));
    fuzzing::any_text(&long);
}
