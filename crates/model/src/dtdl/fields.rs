//! The fields that a template's devices send, as the ingestion checks them and pages show them.

use super::capability::{Capability, Kind, capabilities, components};
use super::document::Document;
use crate::template::{Shown, Telemetry};
use crate::unit::{self, Unit};

/// The telemetry, each under its whole name: `temperature`, `thermostat1.temperature`.
pub fn fields(document: &Document) -> Vec<Telemetry> {
    let components = components(document);
    let label = |name: &str| components.iter().find(|c| c.name == name).map(|c| c.display_name.clone());
    capabilities(document)
        .into_iter()
        .filter(|capability| capability.kind == Kind::Telemetry)
        .map(|capability| field(&capability, label(&capability.component)))
        .collect()
}

/// The name under which a capability's values are kept: a component's name stands in front.
pub fn whole_name(component: &str, name: &str) -> String {
    if component.is_empty() { name.to_owned() } else { format!("{component}.{name}") }
}

fn field(capability: &Capability, component: Option<String>) -> Telemetry {
    let display_name = match component {
        Some(component) => format!("{component} · {}", capability.label()),
        None => capability.label().to_owned(),
    };
    let (sent, wanted) = (unit::by_name(&capability.unit), known(&capability.display_unit));
    let unit = match sent {
        Some(sent) => sent.symbol,
        // DTDL has no name for every unit: what it is shown in is then what it is.
        None if capability.unit.is_empty() => &capability.display_unit,
        None => &capability.unit,
    };
    let conversion = sent.zip(wanted).and_then(|(sent, wanted)| {
        let (factor, offset) = unit::conversion(sent, wanted).filter(|_| sent.name != wanted.name)?;
        Some((wanted.symbol, factor, offset))
    });
    let (shown_unit, factor, offset) = conversion.unwrap_or(("", 1.0, 0.0));
    Telemetry {
        name: whole_name(&capability.component, &capability.name),
        display_name,
        schema: capability.schema.clone(),
        unit: unit.to_owned(),
        shown: Shown {
            unit: shown_unit.to_owned(),
            factor,
            offset,
            decimals: capability.decimals,
            min: capability.min,
            max: capability.max,
            color: capability.color.clone(),
        },
    }
}

fn known(unit: &str) -> Option<&'static Unit> {
    unit::by_name(unit).or_else(|| unit::by_symbol(unit))
}
