//! Units of measurement: their names in DTDL, what they measure, the sign that people read, and how one becomes another.
//!
//! After the tables of semantic types in DTDL version 2 and its extension *QuantitativeTypes* for version 3.

mod table;

pub use table::{SEMANTIC_TYPES, UNITS};

/// A unit that DTDL knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// DTDL's name.
    pub name: &'static str,
    /// What it measures: `TemperatureUnit`. Units of one kind can be converted into each other.
    pub kind: &'static str,
    /// What people read.
    pub symbol: &'static str,
    /// How many of the kind's first unit one of it is.
    pub factor: f64,
    /// What is added after that; only temperatures have it.
    pub offset: f64,
}

/// What a quantity is, and in what kind of unit it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SemanticType {
    /// DTDL's name.
    pub name: &'static str,
    /// The [`Unit::kind`].
    pub kind: &'static str,
}

/// The unit of this DTDL name.
pub fn by_name(name: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|unit| unit.name == name)
}

/// The unit that people write with this sign, or with its plain letter: `C` for `°C`.
pub fn by_symbol(symbol: &str) -> Option<&'static Unit> {
    let plain = match symbol {
        "C" => "°C",
        "F" => "°F",
        other => other,
    };
    UNITS.iter().find(|unit| unit.symbol == plain && !plain.is_empty())
}

/// The semantic type of this name.
pub fn semantic_type(name: &str) -> Option<&'static SemanticType> {
    SEMANTIC_TYPES.iter().find(|semantic| semantic.name == name)
}

/// The units in which this semantic type is told.
pub fn units_of(semantic: &str) -> impl Iterator<Item = &'static Unit> {
    let kind = semantic_type(semantic).map(|semantic| semantic.kind);
    UNITS.iter().filter(move |unit| Some(unit.kind) == kind)
}

/// The semantic type that is meant where a unit stands alone: the first of its kind.
pub fn meant_by(unit: &Unit) -> Option<&'static SemanticType> {
    if unit.name == "percent" {
        return semantic_type("RelativeHumidity");
    }
    SEMANTIC_TYPES.iter().find(|semantic| semantic.kind == unit.kind)
}

/// Factor and offset that make a value in `from` one in `to`; nothing where they measure different things.
pub fn conversion(from: &Unit, to: &Unit) -> Option<(f64, f64)> {
    (from.kind == to.kind).then(|| (from.factor / to.factor, (from.offset - to.offset) / to.factor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn units_are_converted() {
        let cases = [
            ("degreeCelsius", "degreeFahrenheit", 100.0, 212.0),
            ("degreeFahrenheit", "degreeCelsius", -40.0, -40.0),
            ("kelvin", "degreeCelsius", 0.0, -273.15),
            ("bar", "pascal", 1.5, 150_000.0),
            ("kilometrePerHour", "metrePerSecond", 36.0, 10.0),
            ("kibibyte", "byte", 2.0, 2048.0),
            ("kilowattHour", "megajoule", 1.0, 3.6),
            ("percent", "unity", 50.0, 0.5),
            ("hour", "minute", 1.5, 90.0),
        ];
        for (from, to, value, wanted) in cases {
            let (factor, offset) = conversion(by_name(from).unwrap(), by_name(to).unwrap()).unwrap();
            let got = value * factor + offset;
            assert!((got - wanted).abs() < 1e-9 * wanted.abs().max(1.0), "{value} {from} are {got} {to}");
        }
        assert_eq!(conversion(by_name("bar").unwrap(), by_name("kelvin").unwrap()), None);
    }

    #[test]
    fn the_tables_fit_together() {
        let names: HashSet<&str> = UNITS.iter().map(|unit| unit.name).collect();
        assert_eq!(names.len(), UNITS.len(), "a name stands twice");
        for unit in UNITS {
            assert!(meant_by(unit).is_some(), "{} belongs to no semantic type", unit.name);
            assert!(unit.factor.is_finite() && unit.factor > 0.0, "{}", unit.name);
        }
        for semantic in SEMANTIC_TYPES {
            assert!(units_of(semantic.name).next().is_some(), "{} has no unit", semantic.name);
        }
        assert_eq!(by_symbol("C").map(|unit| unit.name), Some("degreeCelsius"));
        assert_eq!(by_symbol(""), None);
    }
}
