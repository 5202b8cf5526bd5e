//! Every form of the contract, every way to be none of them, and arbitrary bytes.

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// 2026-05-01T12:00:00Z.
const NOW: i64 = 1_777_636_800_000;

fn properties(pairs: &[(&str, &str)]) -> Properties {
    Properties::sort(None, pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(), false)
}

fn decoded(body: &str, pairs: &[(&str, &str)]) -> Vec<Entry> {
    decode(body.as_bytes(), &properties(pairs), NOW)
}

/// An entry on one line: time, id, fields, or the reason.
fn line(entry: &Entry) -> String {
    match entry {
        Entry::Refused(refusal) => format!("refused: {}", refusal.reason),
        Entry::Message(m) => {
            let fields: serde_json::Map<String, Value> = m.fields.iter().cloned().collect();
            let ts = m.own_ts.map_or("arrival".into(), |ts| ts.to_string());
            let id = m.id.as_ref().map(|id| format!(" id={id}")).unwrap_or_default();
            let beside = if m.properties.is_empty() { String::new() } else { format!(" {:?}", m.properties) };
            format!("{ts}{id} {}{beside}", Value::Object(fields))
        }
    }
}

fn lines(body: &str, pairs: &[(&str, &str)]) -> String {
    decoded(body, pairs).iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_form_of_the_contract() {
    type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);
    let cases: &[Case] = &[
        (r#"{"temperature":21.5,"on":true}"#, &[], r#"arrival {"temperature":21.5,"on":true}"#),
        (r#"{"where":{"lat":1,"lon":2}}"#, &[], r#"arrival {"where":{"lat":1,"lon":2}}"#),
        (r#"{"ts":1777636800000,"values":{"a":1}}"#, &[], r#"1777636800000 {"a":1}"#),
        (r#"{"ts":"2026-05-01T14:00:00.5+02:00","values":{"a":1}}"#, &[], r#"1777636800500 {"a":1}"#),
        (r#"{"ts":946684800000,"values":{"a":1}}"#, &[], r#"946684800000 {"a":1}"#),
        (r#"{"ts":1777723200000,"values":{"a":1}}"#, &[], r#"1777723200000 {"a":1}"#),
        (r#"{"ts":1777636800000.0,"values":{"a":1}}"#, &[], r#"1777636800000 {"a":1}"#),
        (r#"{"id":"m1","ts":1777636800000,"values":{"a":1}}"#, &[], r#"1777636800000 id=m1 {"a":1}"#),
        (r#"{"id":7,"ts":1777636800000,"values":{"a":1}}"#, &[], r#"1777636800000 id=7 {"a":1}"#),
        // Only `ts` beside `values` marks the form.
        (r#"{"ts":5,"a":1}"#, &[], r#"arrival {"ts":5,"a":1}"#),
        (r#"{"values":{"a":1}}"#, &[], r#"arrival {"values":{"a":1}}"#),
        (r#"{"id":"x","values":{"a":1}}"#, &[], r#"arrival {"id":"x","values":{"a":1}}"#),
        // What else stands beside the values is kept.
        (
            r#"{"ts":1777636800000,"values":{"a":1},"room":"2.14","n":[1]}"#,
            &[],
            r#"1777636800000 {"a":1} {"n": "[1]", "room": "2.14"}"#,
        ),
        (
            r#"[{"a":1},{"ts":1777636800000,"values":{"b":2}},{"a":3}]"#,
            &[],
            "arrival {\"a\":1}\n1777636800000 {\"b\":2}\narrival {\"a\":3}",
        ),
        // From outside, and what the body says goes first.
        (r#"{"a":1}"#, &[("ts", "1777636800000"), ("id", "m")], r#"1777636800000 id=m {"a":1}"#),
        (r#"{"a":1}"#, &[("ts", "2026-05-01T12:00:00Z")], r#"1777636800000 {"a":1}"#),
        (r#"{"ts":1777636800000,"values":{"a":1}}"#, &[("ts", "1")], r#"1777636800000 {"a":1}"#),
        (r#"{"a":1}"#, &[("room", "x"), ("hp-uid", "forged")], r#"arrival {"a":1} {"room": "x"}"#),
        ("\u{feff}{\"a\":1}", &[], r#"arrival {"a":1}"#),
        (r#"{"a":null,"b":9007199254740993}"#, &[], r#"arrival {"a":null,"b":9007199254740993}"#),
    ];
    for (body, pairs, expected) in cases {
        // Maps may keep the order of their keys or sort them: both sides are read again.
        assert_eq!(sorted(&lines(body, pairs)), sorted(expected), "{body}");
    }
}

/// Characters in order: alike for texts that differ in the order of keys only, distinct enough for tables.
fn sorted(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    chars
}

#[test]
fn what_is_refused_says_why_and_where() {
    let cases: &[(&str, &str)] = &[
        ("", "The message is empty; send a JSON object such as {\"temperature\":21.5}."),
        (" \n", "The message is empty; send a JSON object such as {\"temperature\":21.5}."),
        ("hello", "Not JSON: expected value (line 1, column 1)."),
        ("{\"a\":1,}", "Not JSON: trailing comma (line 1, column 8)."),
        ("{\n\"a\" 1}", "Not JSON: expected `:` (line 2, column 5)."),
        ("{\"a\":", "Not JSON: it ends too early, EOF while parsing a value (line 1, column 5)."),
        (
            "{\"a\":NaN}",
            "Not JSON: NaN is no number there; leave the field out or send null (line 1, column 6).",
        ),
        (
            "{\"a\":-Infinity}",
            "Not JSON: -Infinity is no number there; leave the field out or send null (line 1, column 7).",
        ),
        (
            "{\"a\":1e999}",
            "A number is larger than a 64-bit floating-point number can be (line 1, column 10).",
        ),
        ("21.5", "A message is a JSON object of fields, such as {\"temperature\":21.5}; this is a number."),
        ("{}", "There are no values in it."),
        ("[]", "The list is empty: a batch holds at least one message."),
        (r#"{"":1}"#, "The name of a field has 0 characters; 1 to 128 are accepted."),
        (r#"{"ts":1777636800000,"values":[1]}"#, "“values” is a list; it holds an object of fields."),
        (r#"{"ts":1777636800000,"values":{}}"#, "There are no values in it."),
        (
            r#"{"ts":true,"values":{"a":1}}"#,
            "“ts” is true: it is milliseconds since 1970, or a time such as \"2026-05-01T12:00:00Z\".",
        ),
        (
            r#"{"ts":"yesterday","values":{"a":1}}"#,
            "“ts” is \"yesterday\": it is milliseconds since 1970, or a time such as \"2026-05-01T12:00:00Z\".",
        ),
        (
            r#"{"ts":1777636800,"values":{"a":1}}"#,
            "The time 1970-01-21T13:47:16.8Z lies before 2000-01-01, the earliest that is accepted. \
             It looks like seconds; milliseconds are expected.",
        ),
        (
            r#"{"ts":946684799999,"values":{"a":1}}"#,
            "The time 1999-12-31T23:59:59.999Z lies before 2000-01-01, the earliest that is accepted.",
        ),
        (
            r#"{"ts":1777723200001,"values":{"a":1}}"#,
            "The time 2026-05-02T12:00:00.001Z lies more than 24 hours ahead.",
        ),
        (
            r#"{"ts":"2100-01-01T00:00:00Z","values":{"a":1}}"#,
            "The time 2100-01-01T00:00:00Z lies more than 24 hours ahead.",
        ),
        (r#"{"id":{},"ts":1777636800000,"values":{"a":1}}"#, "“id” is text of up to 128 characters."),
    ];
    for (body, reason) in cases {
        assert_eq!(lines(body, &[]), format!("refused: {reason}"), "{body}");
        let Entry::Refused(refusal) = &decoded(body, &[])[0] else { panic!("{body}") };
        assert_eq!(refusal.body, body.as_bytes(), "the body is kept as it came");
    }
}

#[test]
fn bytes_and_sizes_that_are_refused() {
    let reason = |body: &[u8]| line(&decode(body, &Properties::default(), NOW)[0]);
    assert_eq!(reason(b"{\"a\":\"\xff\"}"), "refused: Not UTF-8: the bytes from number 7 on are no text.");
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    assert!(reason(deep.as_bytes()).starts_with("refused: Nested too deeply"), "{}", reason(deep.as_bytes()));
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(BODY_MAX));
    assert_eq!(reason(large.as_bytes()), "refused: The body has 262152 bytes; at most 262144 are accepted.");
    let many = format!("[{}]", vec!["{\"a\":1}"; 10_001].join(","));
    assert_eq!(
        reason(many.as_bytes()),
        "refused: A batch of 10001 messages: at most 10000 are accepted at once."
    );
    let wide: serde_json::Map<String, Value> = (0..1_001).map(|i| (i.to_string(), json!(i))).collect();
    assert_eq!(
        reason(json!(wide).to_string().as_bytes()),
        "refused: 1001 fields; at most 1000 are accepted."
    );
    let id = format!(r#"{{"id":"{}","ts":{NOW},"values":{{"a":1}}}}"#, "i".repeat(129));
    assert_eq!(
        reason(id.as_bytes()),
        "refused: The message id has 129 characters; at most 128 are accepted."
    );
}

#[test]
fn one_bad_entry_of_a_batch_disturbs_no_other() {
    let entries = decoded(r#"[{"a":1},5,{"ts":1,"values":{"a":2}},{"a":3}]"#, &[]);
    let refused: Vec<bool> = entries.iter().map(|e| matches!(e, Entry::Refused(_))).collect();
    assert_eq!(refused, [false, true, true, false]);
    let Entry::Refused(time) = &entries[2] else { panic!() };
    assert_eq!(serde_json::from_slice::<Value>(&time.body).unwrap(), json!({"ts": 1, "values": {"a": 2}}));
}

#[test]
fn the_content_type_is_honoured() {
    let of = |content_type: &str| {
        let properties = Properties { content_type: Some(content_type.into()), ..Properties::default() };
        matches!(decode(b"{\"a\":1}", &properties, NOW)[0], Entry::Message(_))
    };
    for good in
        ["application/json", "Application/JSON; charset=UTF-8", "application/senml+json", "", "text/json"]
    {
        assert!(of(good), "{good}");
    }
    for bad in ["application/cbor", "text/plain", "application/json;charset=latin1"] {
        assert!(!of(bad), "{bad}");
    }
}

#[test]
fn the_character_0_is_shown_as_its_picture() {
    let entries =
        decoded(r#"{"a\u0000":1,"b":"x\u0000y","c":{"d\u0000":["\u0000"]},"e":2}"#, &[("p\0", "q\0")]);
    let [Entry::Message(message)] = entries.as_slice() else { panic!("{entries:?}") };
    let fields: serde_json::Map<String, Value> = message.fields.iter().cloned().collect();
    assert_eq!(Value::Object(fields), json!({"a␀": 1, "b": "x␀y", "c": {"d␀": ["␀"]}, "e": 2}));
    assert_eq!(message.problems.keys().collect::<Vec<_>>(), ["a␀", "b", "c"]);
    assert_eq!(message.properties["p␀"], "q␀");
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[^\0]{0,20}".prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-z][a-z0-9_]{0,10}", scalar(), 1..8)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

proptest! {
    #[test]
    fn any_bytes_become_something(body in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(!decode(&body, &Properties::default(), NOW).is_empty());
    }

    #[test]
    fn what_looks_like_json_becomes_something(body in r#"[\[\]{}:,"a-z0-9.\-+eE \\un]{0,80}"#) {
        prop_assert!(!decode(body.as_bytes(), &Properties::default(), NOW).is_empty());
    }

    #[test]
    fn a_batch_keeps_every_value(
        batch in prop::collection::vec((values(), prop::option::of(model::telemetry::EARLIEST_MS..NOW)), 1..10)
    ) {
        let body: Vec<Value> = batch
            .iter()
            .map(|(values, ts)| ts.map_or_else(|| values.clone(), |ts| json!({"ts": ts, "values": values})))
            .collect();
        let body = Value::Array(body).to_string();
        let entries = decode(body.as_bytes(), &Properties::default(), NOW);
        prop_assert_eq!(entries.len(), batch.len());
        let mut size = 0;
        for (entry, (values, ts)) in entries.iter().zip(&batch) {
            let Entry::Message(message) = entry else { return Err(TestCaseError::fail(format!("{entry:?}"))) };
            // A plain object may hold `ts` beside `values` by chance; the generator's names don't.
            prop_assert_eq!(message.own_ts, *ts);
            let expected: Value = serde_json::from_str(&values.to_string()).unwrap();
            prop_assert_eq!(Value::Object(message.fields.iter().cloned().collect()), expected);
            size += message.size as usize;
        }
        prop_assert_eq!(size, body.len());
    }
}
