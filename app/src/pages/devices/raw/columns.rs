//! How a message becomes a row: a column for each modelled field, a list for the rest.

use model::telemetry::RawMessage;
use model::template::Telemetry;
use serde_json::{Map, Value};

/// Most columns; further modelled fields stand in the list with the others.
const COLUMNS_MAX: usize = 5;

/// A field of a message, with what there is to say of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    /// The field's path.
    pub name: String,
    /// The value, if the message has one.
    pub value: Option<Value>,
    /// The sign of its unit.
    pub unit: String,
    /// Why it breaks the template.
    pub problem: Option<String>,
    /// Whether the template doesn't know it.
    pub unmodelled: bool,
}

/// The modelled fields that get a column of their own: those that the messages have, in the template's order.
pub(super) fn columns<'a>(
    template: &[Telemetry],
    messages: impl Iterator<Item = &'a RawMessage> + Clone,
) -> Vec<Telemetry> {
    let heard = |field: &&Telemetry| messages.clone().any(|m| m.fields.contains_key(&field.name));
    template.iter().filter(heard).take(COLUMNS_MAX).cloned().collect()
}

/// The cells under the columns, in their order.
pub(super) fn cells(columns: &[Telemetry], message: &RawMessage) -> Vec<Cell> {
    columns.iter().map(|field| cell(&field.name, Some(field), true, message)).collect()
}

/// The fields without a column. Where there is no template, nothing is marked: there is nothing to break.
pub(super) fn others(
    template: Option<&[Telemetry]>,
    columns: &[Telemetry],
    message: &RawMessage,
) -> Vec<Cell> {
    message
        .fields
        .keys()
        .filter(|name| !columns.iter().any(|c| c.name == **name))
        .map(|name| {
            let field = template.and_then(|t| t.iter().find(|f| f.name == *name));
            cell(name, field, template.is_none(), message)
        })
        .collect()
}

fn cell(name: &str, field: Option<&Telemetry>, unchecked: bool, message: &RawMessage) -> Cell {
    Cell {
        name: name.to_owned(),
        value: message.fields.get(name).cloned(),
        unit: field.map(|f| f.unit.clone()).unwrap_or_default(),
        problem: message.problems.get(name).cloned(),
        unmodelled: field.is_none() && !unchecked,
    }
}

/// The whole message as indented JSON, as near to what was sent as was kept.
pub(super) fn full_json(message: &RawMessage) -> String {
    let mut whole = Map::new();
    if let Some(id) = &message.id {
        whole.insert("id".into(), id.as_str().into());
    }
    if let Some(component) = &message.component {
        whole.insert("component".into(), component.as_str().into());
    }
    whole.insert("ts".into(), message.ts.into());
    whole.insert("values".into(), message.fields.clone().into_iter().collect::<Map<_, _>>().into());
    if !message.properties.is_empty() {
        let properties = message.properties.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str())));
        whole.insert("properties".into(), properties.collect::<Map<_, _>>().into());
    }
    serde_json::to_string_pretty(&Value::Object(whole)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field(name: &str, unit: &str) -> Telemetry {
        Telemetry { name: name.into(), display_name: name.into(), unit: unit.into(), ..Telemetry::default() }
    }

    fn message(fields: Value) -> RawMessage {
        RawMessage {
            ts: 5,
            arrived_ms: Some(6),
            id: None,
            component: None,
            fields: serde_json::from_value(fields).unwrap(),
            problems: Default::default(),
            properties: Default::default(),
            refused: None,
        }
    }

    #[test]
    fn modelled_fields_get_columns_and_the_rest_is_marked() {
        let template = [field("temperature", "°C"), field("never", ""), field("co2", "ppm")];
        let mut one = message(json!({"co2": 600, "temperature": "warm", "door": true}));
        one.problems.insert("temperature".into(), "expected a number".into());
        let columns = columns(&template, std::iter::once(&one));
        assert_eq!(columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["temperature", "co2"]);
        let cells = cells(&columns, &one);
        assert_eq!(cells[0].problem.as_deref(), Some("expected a number"));
        assert_eq!((cells[1].unit.as_str(), cells[1].unmodelled), ("ppm", false));
        let others = others(Some(&template), &columns, &one);
        assert_eq!((others.len(), others[0].name.as_str(), others[0].unmodelled), (1, "door", true));
    }

    #[test]
    fn without_a_template_nothing_is_marked() {
        let others = others(None, &[], &message(json!({"a": 1, "b": 2})));
        assert_eq!(others.len(), 2);
        assert!(others.iter().all(|c| !c.unmodelled));
    }

    #[test]
    fn the_whole_message_is_json() {
        let mut one = message(json!({"a": 1}));
        one.id = Some("m1".into());
        one.properties.insert("level".into(), "high".into());
        let whole: Value = serde_json::from_str(&full_json(&one)).unwrap();
        assert_eq!(whole, json!({"id": "m1", "ts": 5, "values": {"a": 1}, "properties": {"level": "high"}}));
    }
}
