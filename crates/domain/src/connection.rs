//! What a device could send first: the example in the commands that people copy.

use model::dtdl::Schema;
use model::template::Telemetry;

/// So many fields stand in the example.
const FIELDS: usize = 3;

/// An example message that fits the template, as JSON in the template's order.
pub(crate) fn example(telemetry: &[Telemetry]) -> String {
    if telemetry.is_empty() {
        return format!(r#"{{"temperature":{}}}"#, Schema::Double.example());
    }
    // A component sends on a topic of its own.
    let own = telemetry.iter().filter(|field| !field.name.contains('.'));
    let fields: Vec<String> =
        own.take(FIELDS).map(|field| format!(r#""{}":{}"#, field.name, field.schema.example())).collect();
    format!("{{{}}}", fields.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_json_in_the_template_s_order() {
        let field = |name: &str, schema| Telemetry {
            name: name.into(),
            display_name: name.into(),
            schema,
            ..Telemetry::default()
        };
        let fields = [
            field("temperature", Schema::Double),
            field("on", Schema::Boolean),
            field("co2", Schema::Integer),
            field("mode", Schema::String),
        ];
        assert_eq!(example(&fields), r#"{"temperature":21.5,"on":true,"co2":42}"#);
        assert_eq!(example(&[]), r#"{"temperature":21.5}"#);
        let place = example(&[field("where", Schema::GeoPoint)]);
        assert!(serde_json::from_str::<serde_json::Value>(&place).is_ok(), "{place}");
    }
}
