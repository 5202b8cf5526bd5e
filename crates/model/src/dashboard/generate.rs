//! Dashboards that nobody has drawn: made of what templates say.

use super::layout;
use super::tile::{Aggregate, Capability, Configuration, Kind, Source, Split, Tile};
use super::{Content, RANGE};
use crate::dtdl::Schema;
use crate::template::Telemetry;

/// Most templates of a generated dashboard.
const TEMPLATES_MAX: usize = 6;
/// Most key figures of a template, and most charts.
const FIGURES_MAX: usize = 2;
const CHARTS_MAX: usize = 2;
/// Up to so many devices have each a line of their own.
const APART_MAX: i64 = 12;

/// A dashboard of a workspace's devices. `templates` are identifiers without versions, names, telemetry and how many
/// devices each has, those with most devices first.
pub fn generated(templates: &[(String, String, Vec<Telemetry>, i64)]) -> Content {
    let mut tiles = Vec::new();
    let count = Configuration { kind: Kind::Count, ..Configuration::default() };
    add(&mut tiles, "Devices", count);
    let shown = || templates.iter().filter(|(.., devices)| *devices > 0).take(TEMPLATES_MAX);
    for (dtmi, name, fields, _) in shown() {
        for field in numbers(fields).take(FIGURES_MAX) {
            let title = format!("{} · {}", name, field.display_name);
            add(&mut tiles, &title, of(Kind::Kpi, Source::Template(dtmi.clone()), [field]));
        }
    }
    for (dtmi, name, fields, devices) in shown() {
        for field in numbers(fields).take(CHARTS_MAX) {
            let mut chart = of(Kind::Line, Source::Template(dtmi.clone()), [field]);
            chart.split = if *devices <= APART_MAX { Split::Device } else { Split::Together };
            add(&mut tiles, &format!("{} · {}", name, field.display_name), chart);
        }
    }
    for (dtmi, name, fields, _) in shown().filter(|(.., fields, _)| fields.iter().any(Telemetry::is_place)) {
        let values = numbers(fields).take(1);
        add(&mut tiles, &format!("{name} · Where"), of(Kind::Map, Source::Template(dtmi.clone()), values));
    }
    for (dtmi, name, fields, _) in shown() {
        let table = of(Kind::Table, Source::Template(dtmi.clone()), fields.iter().filter(plain).take(4));
        if !table.capabilities.is_empty() {
            add(&mut tiles, name, table);
        }
    }
    if tiles.len() == 1 {
        let text = "Nothing has been drawn here yet. As soon as devices send, choose **Edit** and add tiles, or make a new \
                    dashboard: it begins with what your devices send.";
        let text = Configuration { kind: Kind::Text, text: text.into(), ..Configuration::default() };
        add(&mut tiles, "Welcome", text);
    }
    layout::settle(&mut tiles);
    Content { tiles, range: RANGE.into(), refresh_s: 0 }
}

/// What a device of these fields shows first: a figure a value, and a chart for each number.
pub fn overview(device: &str, fields: &[Telemetry]) -> Content {
    let source = || Source::Devices(vec![device.to_owned()]);
    let mut tiles = Vec::new();
    for field in fields.iter().filter(plain).take(8) {
        let kind = match (is_number(field), field.shown.min.zip(field.shown.max)) {
            (true, Some(_)) => Kind::Gauge,
            _ => Kind::Last,
        };
        let mut figure = of(kind, source(), [field]);
        figure.capabilities.iter_mut().for_each(|c| c.aggregate_function = Aggregate::Last);
        add(&mut tiles, &field.display_name, figure);
    }
    for field in numbers(fields).take(8) {
        add(&mut tiles, &field.display_name, of(Kind::Line, source(), [field]));
    }
    layout::settle(&mut tiles);
    Content { tiles, range: RANGE.into(), refresh_s: 0 }
}

fn numbers(fields: &[Telemetry]) -> impl Iterator<Item = &Telemetry> {
    fields.iter().filter(|field| is_number(field))
}

fn is_number(field: &Telemetry) -> bool {
    matches!(field.schema, Schema::Double | Schema::Float | Schema::Integer | Schema::Long)
}

/// Whether it can stand in a line of text.
fn plain(field: &&Telemetry) -> bool {
    is_number(field) || matches!(field.schema, Schema::String | Schema::Boolean | Schema::Enum(_))
}

fn of<'a>(kind: Kind, source: Source, fields: impl IntoIterator<Item = &'a Telemetry>) -> Configuration {
    let capability =
        |field: &Telemetry| Capability { capability: field.name.clone(), ..Capability::default() };
    let capabilities = fields.into_iter().map(capability).collect();
    Configuration { kind, source, capabilities, ..Configuration::default() }
}

fn add(tiles: &mut Vec<Tile>, title: &str, configuration: Configuration) {
    let (width, height) = configuration.kind.size();
    let (x, y) = layout::place_for(tiles, width, height);
    let id = format!("t{}", tiles.len() + 1);
    tiles.push(Tile { id, display_name: title.to_owned(), x, y, width, height, configuration });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, schema: Schema) -> Telemetry {
        Telemetry { name: name.into(), display_name: name.into(), schema, ..Telemetry::default() }
    }

    #[test]
    fn what_is_generated_holds_what_there_is() {
        let room = vec![field("t", Schema::Double), field("state", Schema::String)];
        let rooms = ("dtmi:a:room".to_owned(), "Room".to_owned(), room.clone(), 40);
        let content = generated(&[rooms, ("dtmi:a:none".into(), "None".into(), room, 0)]);
        assert_eq!(content.checked(), Ok(content.clone()));
        let kinds: Vec<Kind> = content.tiles.iter().map(|t| t.configuration.kind).collect();
        assert_eq!(kinds, [Kind::Count, Kind::Kpi, Kind::Line, Kind::Table]);
        assert_eq!(content.tiles[2].configuration.split, Split::Together);
    }

    #[test]
    fn what_tells_where_it_is_has_a_map() {
        let fields = vec![field("at", Schema::GeoPoint), field("speed", Schema::Double)];
        let content = generated(&[("dtmi:a:van".into(), "Van".into(), fields, 3)]);
        let map = content.tiles.iter().find(|tile| tile.configuration.kind == Kind::Map).unwrap();
        assert_eq!(map.configuration.capabilities[0].capability, "speed");
        assert_eq!(content.checked(), Ok(content));
    }

    #[test]
    fn without_devices_it_says_what_to_do() {
        let content = generated(&[]);
        assert_eq!(content.tiles.len(), 2);
        assert_eq!(content.checked(), Ok(content));
    }

    #[test]
    fn a_device_has_figures_and_charts() {
        let content = overview("pump", &[field("t", Schema::Double), field("on", Schema::Boolean)]);
        let kinds: Vec<Kind> = content.tiles.iter().map(|t| t.configuration.kind).collect();
        assert_eq!(kinds, [Kind::Last, Kind::Last, Kind::Line]);
        assert_eq!(content.checked(), Ok(content));
    }
}
