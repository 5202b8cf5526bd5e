//! Units of measurement: their names in DTDL, the semantic type that each needs there, and the sign that people read.
//!
//! After the table "Semantic types" of the DTDL version 2 specification (github.com/Azure/opendigitaltwins-dtdl);
//! the quantities that sensors measure, not every unit of it.

/// A unit that DTDL knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// DTDL's name.
    pub name: &'static str,
    /// The semantic type that DTDL wants beside it.
    pub semantic_type: &'static str,
    /// What people read.
    pub symbol: &'static str,
}

macro_rules! units {
    ($($name:literal $semantic:literal $symbol:literal),* $(,)?) => {
        &[$(Unit { name: $name, semantic_type: $semantic, symbol: $symbol }),*]
    };
}

/// All units that are offered.
pub const UNITS: &[Unit] = units![
    "degreeCelsius" "Temperature" "°C",
    "degreeFahrenheit" "Temperature" "°F",
    "kelvin" "Temperature" "K",
    "percent" "RelativeHumidity" "%",
    "unity" "Concentration" "",
    "pascal" "Pressure" "Pa",
    "kilopascal" "Pressure" "kPa",
    "bar" "Pressure" "bar",
    "millibar" "Pressure" "mbar",
    "poundPerSquareInch" "Pressure" "psi",
    "metrePerSecond" "Velocity" "m/s",
    "kilometrePerHour" "Velocity" "km/h",
    "milePerHour" "Velocity" "mph",
    "degreeOfArc" "Angle" "°",
    "radian" "Angle" "rad",
    "metre" "Length" "m",
    "centimetre" "Length" "cm",
    "millimetre" "Length" "mm",
    "kilometre" "Length" "km",
    "inch" "Length" "in",
    "foot" "Length" "ft",
    "mile" "Length" "mi",
    "lux" "Illuminance" "lx",
    "lumen" "LuminousFlux" "lm",
    "candela" "LuminousIntensity" "cd",
    "watt" "Power" "W",
    "kilowatt" "Power" "kW",
    "megawatt" "Power" "MW",
    "joule" "Energy" "J",
    "kilowattHour" "Energy" "kWh",
    "volt" "Voltage" "V",
    "millivolt" "Voltage" "mV",
    "ampere" "Current" "A",
    "milliampere" "Current" "mA",
    "ohm" "Resistance" "Ω",
    "hertz" "Frequency" "Hz",
    "kilohertz" "Frequency" "kHz",
    "second" "TimeSpan" "s",
    "millisecond" "TimeSpan" "ms",
    "minute" "TimeSpan" "min",
    "hour" "TimeSpan" "h",
    "day" "TimeSpan" "d",
    "litre" "Volume" "L",
    "cubicMetre" "Volume" "m³",
    "litrePerSecond" "VolumeFlowRate" "L/s",
    "litrePerHour" "VolumeFlowRate" "L/h",
    "cubicMetrePerHour" "VolumeFlowRate" "m³/h",
    "gram" "Mass" "g",
    "kilogram" "Mass" "kg",
    "tonne" "Mass" "t",
    "newton" "Force" "N",
    "newtonMetre" "Torque" "N·m",
    "revolutionPerMinute" "AngularVelocity" "rpm",
    "metrePerSecondSquared" "Acceleration" "m/s²",
    "gForce" "Acceleration" "g",
    "decibel" "SoundPressure" "dB",
    "bitPerSecond" "DataRate" "bit/s",
    "byte" "DataSize" "B",
    "kilobyte" "DataSize" "kB",
    "megabyte" "DataSize" "MB",
];

/// The unit of this DTDL name.
pub fn by_name(name: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|u| u.name == name)
}

/// The unit that people write with this sign.
pub fn by_symbol(symbol: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|u| u.symbol == symbol && !symbol.is_empty())
}
