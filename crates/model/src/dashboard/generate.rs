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
    let count = Configuration { kind: Kind::Count, ..Configuration::default() };
    let mut figures = vec![("Devices".to_owned(), count)];
    let mut charts = Vec::new();
    let shown = || templates.iter().filter(|(.., devices)| *devices > 0).take(TEMPLATES_MAX);
    for (dtmi, name, fields, _) in shown() {
        for field in numbers(fields).take(FIGURES_MAX) {
            let title = format!("{} · {}", name, field.display_name);
            figures.push((title, of(Kind::Kpi, Source::Template(dtmi.clone()), [field])));
        }
    }
    for (dtmi, name, fields, devices) in shown() {
        for field in numbers(fields).take(CHARTS_MAX) {
            let mut chart = of(Kind::Line, Source::Template(dtmi.clone()), [field]);
            chart.split = if *devices <= APART_MAX { Split::Device } else { Split::Together };
            charts.push((format!("{} · {}", name, field.display_name), chart));
        }
    }
    for (dtmi, name, fields, _) in shown().filter(|(.., fields, _)| fields.iter().any(Telemetry::is_place)) {
        let values = numbers(fields).take(1);
        charts.push((format!("{name} · Where"), of(Kind::Map, Source::Template(dtmi.clone()), values)));
    }
    for (dtmi, name, fields, _) in shown() {
        let table = of(Kind::Table, Source::Template(dtmi.clone()), fields.iter().filter(plain).take(4));
        if !table.capabilities.is_empty() {
            charts.push((name.clone(), table));
        }
    }
    if figures.len() == 1 && charts.is_empty() {
        let text = "Nothing has been drawn here yet. As soon as devices send, choose **Edit** and add tiles, or make a new \
                    dashboard: it begins with what your devices send.";
        let text = Configuration { kind: Kind::Text, text: text.into(), ..Configuration::default() };
        figures.push(("Welcome".to_owned(), text));
    }
    laid_out(figures, charts)
}

/// What a device of these fields shows first: a figure a value, and a chart for each number.
pub fn overview(device: &str, fields: &[Telemetry]) -> Content {
    of_devices(Source::Devices(vec![device.to_owned()]), fields)
}

/// The same for the pages of all devices of a template, by its identifier without the version.
pub fn view(family: &str, fields: &[Telemetry]) -> Content {
    of_devices(Source::Template(family.to_owned()), fields)
}

fn of_devices(whose: Source, fields: &[Telemetry]) -> Content {
    let source = || whose.clone();
    let figure = |field: &Telemetry| {
        let kind = match (is_number(field), field.shown.min.zip(field.shown.max)) {
            (true, Some(_)) => Kind::Gauge,
            _ => Kind::Last,
        };
        let mut figure = of(kind, source(), [field]);
        figure.capabilities.iter_mut().for_each(|c| c.aggregate_function = Aggregate::Last);
        (field.display_name.clone(), figure)
    };
    let figures = fields.iter().filter(plain).take(8).map(figure).collect();
    let chart = |field: &Telemetry| (field.display_name.clone(), of(Kind::Line, source(), [field]));
    let mut charts: Vec<_> = numbers(fields).take(8).map(chart).collect();
    let states = fields.iter().filter(|field| plain(field) && !is_number(field)).take(4);
    charts.extend(states.map(|field| (field.display_name.clone(), of(Kind::States, source(), [field]))));
    laid_out(figures, charts)
}

/// Figures in rows of four at most, larger tiles in pairs beneath; each row is as wide as the grid, so that nothing is left
/// empty beside a tile.
fn laid_out(figures: Vec<(String, Configuration)>, charts: Vec<(String, Configuration)>) -> Content {
    let mut tiles = Vec::new();
    rows(&mut tiles, figures, 4);
    rows(&mut tiles, charts, 2);
    Content { tiles, range: RANGE.into(), ..Content::default() }
}

fn rows(tiles: &mut Vec<Tile>, all: Vec<(String, Configuration)>, most: usize) {
    let count = all.len().div_ceil(most).max(1);
    let mut left = all.into_iter();
    for row in (1..=count).rev() {
        let share = left.len().div_ceil(row);
        let here: Vec<_> = left.by_ref().take(share).collect();
        let width = layout::COLUMNS / u16::try_from(here.len().max(1)).unwrap_or(1);
        let height = here.iter().map(|(_, one)| one.kind.size().1).max().unwrap_or(1);
        let y = layout::rows(tiles);
        for (place, (title, configuration)) in (0_u16..).zip(here) {
            let id = format!("t{}", tiles.len() + 1);
            tiles.push(Tile { id, display_name: title, x: place * width, y, width, height, configuration });
        }
    }
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
    fn no_row_leaves_a_place_empty() {
        let fields: Vec<Telemetry> = ["a", "b", "c"].iter().map(|name| field(name, Schema::Double)).collect();
        for templates in 1..=6 {
            let of = |i: usize| (format!("dtmi:a:m{i}"), format!("M{i}"), fields.clone(), 3);
            let content = generated(&(0..templates).map(of).collect::<Vec<_>>());
            assert_eq!(content.checked(), Ok(content.clone()));
            let area: u32 = content.tiles.iter().map(|t| u32::from(t.width) * u32::from(t.height)).sum();
            let whole = u32::from(layout::rows(&content.tiles)) * u32::from(layout::COLUMNS);
            assert_eq!(area, whole, "{templates} templates");
        }
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
        assert_eq!(kinds, [Kind::Last, Kind::Last, Kind::Line, Kind::States]);
        assert_eq!(content.checked(), Ok(content));
    }
}
