//! What is chosen in the export's dialog, and the address of the file that it makes.

use crate::pages::devices::here::Here;
use crate::zone::{field_ms, field_text, use_clock};
use leptos::prelude::*;
use model::export::{Aggregation, Function, Interval, Layout, SeriesExport};

/// What is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages::devices) enum Kind {
    /// Every value.
    Every,
    /// Stretches summed up.
    Summed,
    /// Whole messages.
    Raw,
}

/// What the dialog began with.
struct Begun {
    /// The viewer's zone; empty: the browser's own.
    zone: String,
    here: Here,
}

/// The fields of the dialog, to be passed around.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) what: RwSignal<String>,
    pub(super) from: RwSignal<String>,
    pub(super) to: RwSignal<String>,
    pub(super) names: StoredValue<Vec<(String, RwSignal<bool>)>>,
    pub(super) interval: RwSignal<String>,
    pub(super) functions: [RwSignal<bool>; 7],
    pub(super) layout: RwSignal<String>,
    pub(super) times: RwSignal<String>,
    begun: StoredValue<Begun>,
}

impl Choice {
    pub(super) fn new(here: Here, names: Vec<String>, (from_ms, to_ms): (i64, i64), kind: Kind) -> Choice {
        let zone = untrack(|| use_clock().zone());
        // The end's minute belongs to it.
        let (from, to) = (field_text(from_ms, &zone), field_text(to_ms + 59_999, &zone));
        let what = match kind {
            Kind::Every => "every",
            Kind::Summed => "summed",
            Kind::Raw => "raw",
        };
        let named = names.into_iter().map(|name| (name, RwSignal::new(true))).collect();
        Choice {
            what: RwSignal::new(what.to_owned()),
            from: RwSignal::new(from),
            to: RwSignal::new(to),
            names: StoredValue::new(named),
            interval: RwSignal::new("1h".to_owned()),
            functions: Function::ALL
                .map(|f| RwSignal::new(matches!(f, Function::Avg | Function::Min | Function::Max))),
            layout: RwSignal::new("wide".to_owned()),
            times: RwSignal::new("zone".to_owned()),
            begun: StoredValue::new(Begun { zone, here }),
        }
    }

    pub(super) fn kind(self) -> Kind {
        self.what.with(|what| match what.as_str() {
            "summed" => Kind::Summed,
            "raw" => Kind::Raw,
            _ => Kind::Every,
        })
    }

    /// The name of the viewer's zone; empty: the browser's own, which has none here.
    pub(super) fn zone(self) -> String {
        self.begun.with_value(|begun| begun.zone.clone())
    }

    /// What is asked of the server; tracks what is chosen.
    ///
    /// # Errors
    /// A sentence: what is missing.
    pub(super) fn ask(self, device: &str) -> Result<SeriesExport, String> {
        let zone = self.zone();
        let read = |text: RwSignal<String>| text.with(|text| field_ms(text, &zone));
        let (Some(from_ms), Some(to_ms)) = (read(self.from), read(self.to)) else {
            return Err("Choose from when to when.".to_owned());
        };
        if from_ms >= to_ms {
            return Err("The end must lie after the beginning.".to_owned());
        }
        let kind = self.kind();
        let chosen: Vec<String> = self.names.with_value(|names| {
            names.iter().filter(|(_, chosen)| chosen.get()).map(|(name, _)| name.clone()).collect()
        });
        let functions: Vec<Function> =
            Function::ALL.into_iter().zip(self.functions).filter(|(_, c)| c.get()).map(|(f, _)| f).collect();
        let interval = self.interval.with(|word| Interval::from_word(word)).unwrap_or(Interval::Day);
        if kind != Kind::Raw && chosen.is_empty() {
            return Err("Choose at least one value.".to_owned());
        }
        if kind == Kind::Summed && functions.is_empty() {
            return Err("Choose what of each stretch.".to_owned());
        }
        let layout = if self.layout.get() == "long" { Layout::Long } else { Layout::Wide };
        Ok(SeriesExport {
            devices: vec![device.to_owned()],
            group: None,
            names: if kind == Kind::Raw { Vec::new() } else { chosen },
            from_ms,
            to_ms,
            aggregation: (kind == Kind::Summed).then_some(Aggregation { interval, functions }),
            layout: if kind == Kind::Raw { Layout::Wide } else { layout },
            zone: if self.times.get() == "utc" { String::new() } else { viewers(&zone) },
        })
    }

    /// The address of the file.
    ///
    /// # Errors
    /// A sentence: what is missing.
    pub(super) fn address(self) -> Result<String, String> {
        let here = self.begun.with_value(|begun| begun.here);
        let ask = untrack(|| self.ask(&here.id()))?;
        let escaped = |text: &str| js_sys::encode_uri_component(text).as_string().unwrap_or_default();
        let range = format!("from={}&to={}&zone={}", ask.from_ms, ask.to_ms, escaped(&ask.zone));
        if untrack(|| self.kind()) == Kind::Raw {
            return Ok(format!("{}.csv?{range}", here.path("raw")));
        }
        let mut address = format!("/w/{}/export.csv?device={}&{range}", here.slug(), escaped(&here.id()));
        for name in &ask.names {
            address.push_str(&format!("&name={}", escaped(name)));
        }
        if let Some(aggregation) = &ask.aggregation {
            address.push_str(&format!("&interval={}", self.interval.get_untracked()));
            for function in &aggregation.functions {
                address.push_str(&format!("&function={}", function.as_str()));
            }
        }
        if ask.layout == Layout::Long {
            address.push_str("&layout=long");
        }
        Ok(address)
    }

    /// The name of the file where the browser makes it.
    pub(super) fn file_name(self) -> String {
        let day =
            |text: RwSignal<String>| text.with_untracked(|text| text.chars().take(10).collect::<String>());
        let id = self.begun.with_value(|begun| begun.here.id());
        let raw = if untrack(|| self.kind()) == Kind::Raw { " raw" } else { "" };
        format!("{}{raw} {} to {}.csv", id.replace(':', "-"), day(self.from), day(self.to))
    }
}

/// The viewer's zone by its name: where none is chosen, the browser's own.
fn viewers(zone: &str) -> String {
    if zone.is_empty() { crate::pages::profile::browser_zone().unwrap_or_default() } else { zone.to_owned() }
}
