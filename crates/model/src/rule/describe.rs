//! Conditions as people read them.

use super::Node;
use super::condition::{Aggregate, Condition, WindowKind};
use super::test::{Fence, Operand, Test};
use super::value::{plain, span, text};

/// The condition as a sentence without its full stop: `temperature is above 30`.
pub fn condition(condition: &Condition) -> String {
    match condition {
        Condition::Telemetry { metric, test: of, .. } => format!("{metric} {}", test(of)),
        Condition::Aggregate { metric, of, window, width_ms, test: what, .. } => {
            let over = match window {
                WindowKind::Sliding => format!("over the last {}", span(*width_ms)),
                WindowKind::Tumbling => format!("of each {}", span(*width_ms)),
            };
            let of =
                if *of == Aggregate::Count { "count of values".to_owned() } else { of.label().to_owned() };
            format!("{of} of {metric} {over} {}", test(what))
        }
        Condition::Property { property, cloud, test: of } => {
            let word = if *cloud { "cloud property" } else { "property" };
            format!("{word} {property} {}", test(of))
        }
        Condition::Silent { for_ms } => format!("nothing was received for {}", span(*for_ms)),
        Condition::Disconnected { for_ms: 0 } => "it is not connected".to_owned(),
        Condition::Disconnected { for_ms } => format!("it is not connected for {}", span(*for_ms)),
        Condition::CommandFailed { command: Some(command) } => format!("the command {command} fails"),
        Condition::CommandFailed { command: None } => "a command fails".to_owned(),
        Condition::Event { event } => format!("it sends the event {event}"),
    }
}

/// All of it: `temperature is above 30, and humidity is below 20`.
pub fn node(of: &Node) -> String {
    let (nodes, word) = match of {
        Node::All { all } => (all, " and "),
        Node::Any { any } => (any, " or "),
        Node::Is(one) => return condition(one),
    };
    let part = |one: &Node| match one {
        Node::Is(one) => condition(one),
        group => format!("({})", node(group)),
    };
    nodes.iter().map(part).collect::<Vec<_>>().join(word)
}

fn operand(of: &Operand) -> String {
    match of {
        Operand::Value(value) => text(value),
        Operand::Property { property } => format!("its property {property}"),
        Operand::CloudProperty { cloud_property } => format!("its cloud property {cloud_property}"),
    }
}

fn test(of: &Test) -> String {
    match of {
        Test::Above { value } => format!("is above {}", operand(value)),
        Test::AtLeast { value } => format!("is at least {}", operand(value)),
        Test::Below { value } => format!("is below {}", operand(value)),
        Test::AtMost { value } => format!("is at most {}", operand(value)),
        Test::Equals { value } => format!("is {}", operand(value)),
        Test::Differs { value } => format!("is not {}", operand(value)),
        Test::Between { low, high } => format!("is from {} to {}", plain(*low), plain(*high)),
        Test::Outside { low, high } => format!("is not from {} to {}", plain(*low), plain(*high)),
        Test::In { values } => {
            format!("is one of {}", values.iter().map(text).collect::<Vec<_>>().join(", "))
        }
        Test::Changed => "has changed".to_owned(),
        Test::RisesFaster { by, per_ms } => format!("rises by more than {} in {}", plain(*by), span(*per_ms)),
        Test::FallsFaster { by, per_ms } => format!("falls by more than {} in {}", plain(*by), span(*per_ms)),
        Test::Within { fence } => format!("lies within {}", area(fence)),
        Test::Beyond { fence } => format!("does not lie within {}", area(fence)),
    }
}

fn area(fence: &Fence) -> String {
    match fence {
        Fence::Circle { lat, lon, radius } => {
            format!("{} m around {}, {}", plain(*radius), plain(*lat), plain(*lon))
        }
        Fence::Polygon { corners } => format!("an area of {} corners", corners.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_read_like_sentences() {
        let text = |of: serde_json::Value| node(&serde_json::from_value(of).unwrap());
        let when = json!({"any": [
            {"kind": "telemetry", "metric": "t", "test": {"is": "above", "value": 30.5}},
            {"all": [
                {"kind": "silent", "forMs": 300_000},
                {"kind": "property", "property": "mode", "test": {"is": "equals", "value": "eco"}},
            ]},
        ]});
        insta::assert_snapshot!(text(when), @"t is above 30.5 or (nothing was received for 5 minutes and property mode is “eco”)");
        let when = json!({"kind": "aggregate", "metric": "t", "of": "average", "window": "sliding", "widthMs": 600_000,
            "test": {"is": "outside", "low": 1.0, "high": 2.0}});
        insta::assert_snapshot!(text(when), @"average of t over the last 10 minutes is not from 1 to 2");
    }
}
