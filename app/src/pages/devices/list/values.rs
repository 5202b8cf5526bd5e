//! Which of a device's values the list shows, and under which heading.

use crate::pages::devices::here::words;
use model::device::DeviceRow;
use model::id::TemplateId;
use model::telemetry::Latest;
use model::template::{Telemetry, Template};

/// Values of a row at most.
const SHOWN: usize = 2;

/// The columns of values, where all rows are of one template: the first of its fields that anyone has sent.
/// None where the rows differ: then each row names its values itself.
pub(super) fn columns(rows: &[DeviceRow], templates: &[Template]) -> Option<Vec<Telemetry>> {
    let template = of(rows.first()?)?;
    if rows.iter().any(|row| of(row) != Some(template)) {
        return None;
    }
    let fields = &templates.iter().find(|t| t.id == template)?.telemetry;
    let heard = |field: &&Telemetry| rows.iter().any(|row| row.latest.iter().any(|l| l.name == field.name));
    let columns: Vec<Telemetry> = fields.iter().filter(heard).take(SHOWN).cloned().collect();
    (!columns.is_empty()).then_some(columns)
}

/// The fields of a row's template.
pub(super) fn fields(row: &DeviceRow, templates: &[Template]) -> Vec<Telemetry> {
    let template = of(row).and_then(|id| templates.iter().find(|t| t.id == id));
    template.map(|t| t.telemetry.clone()).unwrap_or_default()
}

/// Name, unit and value of what a row shows when it names its values itself.
pub(super) fn named(fields: &[Telemetry], latest: &[Latest]) -> Vec<(String, String, Latest)> {
    let name = |value: &Latest| {
        let (name, unit) = words(fields, &value.name);
        (name, unit, value.clone())
    };
    latest.iter().take(SHOWN).map(name).collect()
}

/// Takes over what just arrived. A row goes on showing the values that it has, and fills up to two with new ones.
pub(super) fn take_over(shown: &mut Vec<Latest>, arrived: &[Latest]) {
    for point in arrived {
        match shown.iter().position(|l| l.name == point.name) {
            Some(at) if shown[at].ts <= point.ts => shown[at] = point.clone(),
            None if shown.len() < SHOWN => shown.push(point.clone()),
            _ => {}
        }
    }
}

fn of(row: &DeviceRow) -> Option<TemplateId> {
    row.device.template.as_ref().map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::device::Device;
    use model::id::{DeviceId, OrganizationId};
    use model::organization::OrganizationName;
    use serde_json::json;

    fn latest(name: &str, ts: i64) -> Latest {
        Latest { name: name.into(), value: json!(ts), ts }
    }

    fn row(template: Option<i32>, names: &[&str]) -> DeviceRow {
        let device = Device {
            id: DeviceId(1),
            external_id: "a".into(),
            name: "A".into(),
            template: template.map(|id| (TemplateId(id), "T".into())),
            template_version: template.map(|_| 1),
            organization: OrganizationName {
                id: OrganizationId(1),
                key: "root".into(),
                name: "Plant".into(),
            },
            moved_away_ms: None,
            simulated: false,
            blocked: false,
            approved: true,
            registered_ms: None,
            group: None,
            created_ms: 0,
            last_seen_ms: None,
        };
        DeviceRow { device, latest: names.iter().map(|n| latest(n, 1)).collect() }
    }

    fn template(id: i32, names: &[&str]) -> Template {
        let field = |name: &&str| Telemetry {
            name: name.to_string(),
            display_name: name.to_uppercase(),
            unit: "°C".into(),
            ..Telemetry::default()
        };
        Template {
            id: TemplateId(id),
            dtmi: String::new(),
            name: "T".into(),
            version: Some(1),
            has_draft: false,
            telemetry: names.iter().map(field).collect(),
            devices: 0,
            updated_ms: 0,
        }
    }

    #[test]
    fn rows_of_one_template_share_their_columns() {
        let templates = [template(1, &["x", "t", "u", "v"])];
        let columns = columns(&[row(Some(1), &["t"]), row(Some(1), &["u", "v"])], &templates).unwrap();
        assert_eq!(columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["t", "u"]);
    }

    #[test]
    fn rows_of_different_templates_name_their_values() {
        let templates = [template(1, &["t"]), template(2, &["t"])];
        assert_eq!(columns(&[row(Some(1), &["t"]), row(Some(2), &["t"])], &templates), None);
        assert_eq!(columns(&[row(None, &["t"])], &templates), None);
        assert_eq!(columns(&[row(Some(1), &[])], &templates), None);
        let named = named(&templates[0].telemetry, &[latest("t", 1), latest("other", 1)]);
        assert_eq!((named[0].0.as_str(), named[0].1.as_str()), ("T", "°C"));
        assert_eq!((named[1].0.as_str(), named[1].1.as_str()), ("other", ""));
    }

    #[test]
    fn newer_values_replace_older_ones() {
        let mut shown = vec![latest("t", 5)];
        take_over(&mut shown, &[latest("t", 4), latest("u", 6), latest("t", 7), latest("w", 7)]);
        assert_eq!(shown, [latest("t", 7), latest("u", 6)]);
    }
}
