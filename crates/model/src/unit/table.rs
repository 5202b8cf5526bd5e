//! The tables: every semantic type, and every unit of each kind with its sign and its factor.

use super::{SemanticType, Unit};
use std::f64::consts::PI;

macro_rules! semantic_types {
    ($($name:ident $kind:ident),* $(,)?) => {
        &[$(SemanticType { name: stringify!($name), kind: stringify!($kind) }),*]
    };
}

/// What DTDL knows to be measured. Where several share a kind of unit, the commonest comes first.
pub const SEMANTIC_TYPES: &[SemanticType] = semantic_types![
    Acceleration AccelerationUnit, Angle AngleUnit, AngularAcceleration AngularAccelerationUnit,
    AngularVelocity AngularVelocityUnit, ApparentEnergy ApparentEnergyUnit, ApparentPower ApparentPowerUnit,
    Area AreaUnit, Capacitance CapacitanceUnit, Concentration Unitless, Current CurrentUnit,
    DataRate DataRateUnit, DataSize DataSizeUnit, Density DensityUnit, Length LengthUnit, Distance LengthUnit,
    ElectricCharge ChargeUnit, Energy EnergyUnit, Power PowerUnit, EnergyRate PowerUnit, Force ForceUnit,
    Frequency FrequencyUnit, Humidity DensityUnit, Illuminance IlluminanceUnit, Inductance InductanceUnit,
    IonizingRadiationDose IonizingRadiationDoseUnit, Irradiance IrradianceUnit, Latitude AngleUnit,
    Longitude AngleUnit, Luminance LuminanceUnit, Luminosity PowerUnit, LuminousFlux LuminousFluxUnit,
    LuminousIntensity LuminousIntensityUnit, MagneticFlux MagneticFluxUnit,
    MagneticInduction MagneticInductionUnit, Mass MassUnit, MassFlowRate MassFlowRateUnit,
    Pressure PressureUnit, Radioactivity RadioactivityUnit, ReactiveEnergy ReactiveEnergyUnit,
    ReactivePower ReactivePowerUnit, RelativeDensity Unitless, RelativeHumidity Unitless,
    Resistance ResistanceUnit, SoundPressure SoundPressureUnit, Temperature TemperatureUnit, Thrust ForceUnit,
    TimeSpan TimeUnit, Torque TorqueUnit, Velocity VelocityUnit, Voltage VoltageUnit, Volume VolumeUnit,
    VolumeFlowRate VolumeFlowRateUnit,
];

macro_rules! units {
    ($($kind:ident { $($name:ident $symbol:literal $factor:expr $(, $offset:expr)?;)* })*) => {
        &[$($(Unit {
            name: stringify!($name),
            kind: stringify!($kind),
            symbol: $symbol,
            factor: $factor,
            offset: 0.0 $(+ $offset)?,
        }),*),*]
    };
}

const G: f64 = 9.806_65;
const HOUR: f64 = 3600.0;
const INCH: f64 = 0.0254;
const FOOT: f64 = 0.3048;
const MILE: f64 = 1609.344;
const POUND: f64 = 0.453_592_37;
const LITRE: f64 = 0.001;
const GALLON: f64 = 0.003_785_411_784;
const BTU: f64 = 1_055.055_852_62;
const EV: f64 = 1.602_176_634e-19;
const KI: f64 = 1024.0;
const MI: f64 = KI * KI;
const GI: f64 = MI * KI;
const TI: f64 = GI * KI;
const EI: f64 = TI * MI;
const ZI: f64 = EI * KI;
const YI: f64 = ZI * KI;

/// All units. The factors of a kind are told in its base unit of the SI, or in its first unit.
#[rustfmt::skip]
pub const UNITS: &[Unit] = units![
    TemperatureUnit {
        degreeCelsius "°C" 1.0, 273.15; degreeFahrenheit "°F" 5.0 / 9.0, 459.67 * 5.0 / 9.0; kelvin "K" 1.0;
    }
    Unitless {
        percent "%" 0.01; unity "" 1.0; partsPerMillion "ppm" 1e-6; partsPerBillion "ppb" 1e-9;
        partsPerTrillion "ppt" 1e-12; partsPerQuadrillion "ppq" 1e-15;
    }
    PressureUnit {
        pascal "Pa" 1.0; hectopascal "hPa" 100.0; kilopascal "kPa" 1e3; bar "bar" 1e5; millibar "mbar" 100.0;
        decapascal "daPa" 10.0; poundPerSquareInch "psi" POUND * G / (INCH * INCH);
        inchesOfMercury "inHg" 3_386.389; inchesOfWater "inH₂O" 249.088_91; millimetresOfMercury "mmHg" 133.322_387_415;
    }
    VelocityUnit {
        metrePerSecond "m/s" 1.0; kilometrePerHour "km/h" 1.0 / 3.6; milePerHour "mph" MILE / HOUR; knot "kn" 1852.0 / HOUR;
        centimetrePerSecond "cm/s" 0.01; kilometrePerSecond "km/s" 1e3; metrePerHour "m/h" 1.0 / HOUR; milePerSecond "mi/s" MILE;
    }
    AngleUnit {
        degreeOfArc "°" PI / 180.0; radian "rad" 1.0; minuteOfArc "′" PI / 10_800.0; secondOfArc "″" PI / 648_000.0; turn "tr" 2.0 * PI;
    }
    AngularAccelerationUnit { radianPerSecondSquared "rad/s²" 1.0; }
    AngularVelocityUnit {
        revolutionPerMinute "rpm" PI / 30.0; revolutionPerSecond "rps" 2.0 * PI; radianPerSecond "rad/s" 1.0; degreePerSecond "°/s" PI / 180.0;
    }
    AccelerationUnit { metrePerSecondSquared "m/s²" 1.0; centimetrePerSecondSquared "cm/s²" 0.01; gForce "g₀" G; }
    LengthUnit {
        metre "m" 1.0; centimetre "cm" 0.01; millimetre "mm" 1e-3; kilometre "km" 1e3; micrometre "µm" 1e-6; nanometre "nm" 1e-9;
        inch "in" INCH; foot "ft" FOOT; mile "mi" MILE; nauticalMile "nmi" 1852.0; astronomicalUnit "au" 149_597_870_700.0;
    }
    AreaUnit {
        squareMetre "m²" 1.0; squareCentimetre "cm²" 1e-4; squareMillimetre "mm²" 1e-6; squareKilometre "km²" 1e6; hectare "ha" 1e4;
        acre "ac" 4_046.856_422_4; squareFoot "ft²" FOOT * FOOT; squareInch "in²" INCH * INCH;
    }
    VolumeUnit {
        litre "L" LITRE; cubicMetre "m³" 1.0; millilitre "mL" 1e-6; cubicCentimetre "cm³" 1e-6; cubicFoot "ft³" FOOT * FOOT * FOOT;
        cubicInch "in³" INCH * INCH * INCH; gallon "gal" GALLON; fluidOunce "fl oz" GALLON / 128.0;
    }
    VolumeFlowRateUnit {
        litrePerSecond "L/s" LITRE; litrePerMinute "L/min" LITRE / 60.0; litrePerHour "L/h" LITRE / HOUR; cubicMetrePerHour "m³/h" 1.0 / HOUR;
        cubicMetrePerMinute "m³/min" 1.0 / 60.0; cubicMetrePerSecond "m³/s" 1.0; cubicFootPerMinute "cfm" FOOT * FOOT * FOOT / 60.0;
        gallonPerMinute "gal/min" GALLON / 60.0; gallonPerHour "gal/h" GALLON / HOUR; millilitrePerSecond "mL/s" 1e-6;
        millilitrePerMinute "mL/min" 1e-6 / 60.0; millilitrePerHour "mL/h" 1e-6 / HOUR;
    }
    IlluminanceUnit { lux "lx" 1.0; footcandle "fc" 1.0 / (FOOT * FOOT); }
    LuminanceUnit { candelaPerSquareMetre "cd/m²" 1.0; }
    LuminousFluxUnit { lumen "lm" 1.0; }
    LuminousIntensityUnit { candela "cd" 1.0; }
    IrradianceUnit { wattPerSquareMetre "W/m²" 1.0; }
    PowerUnit {
        watt "W" 1.0; kilowatt "kW" 1e3; megawatt "MW" 1e6; gigawatt "GW" 1e9; milliwatt "mW" 1e-3; microwatt "µW" 1e-6; horsepower "hp" 745.699_871_582_270_2;
        britishThermalUnitPerHour "BTU/h" BTU / HOUR; kiloBritishThermalUnitPerHour "kBTU/h" 1e3 * BTU / HOUR; joulePerHour "J/h" 1.0 / HOUR;
        joulePerSecond "J/s" 1.0; kilojoulePerHour "kJ/h" 1e3 / HOUR; kilojoulePerSecond "kJ/s" 1e3; megajoulePerHour "MJ/h" 1e6 / HOUR;
        gigajoulePerHour "GJ/h" 1e9 / HOUR; kilowattHourPerYear "kWh/a" 3.6e6 / (365.25 * 86_400.0); tonOfRefrigeration "TR" 12_000.0 * BTU / HOUR;
    }
    ApparentPowerUnit { voltAmpere "VA" 1.0; millivoltAmpere "mVA" 1e-3; kilovoltAmpere "kVA" 1e3; megavoltAmpere "MVA" 1e6; gigavoltAmpere "GVA" 1e9; }
    ReactivePowerUnit {
        voltAmpereReactive "var" 1.0; millivoltAmpereReactive "mvar" 1e-3; kilovoltAmpereReactive "kvar" 1e3;
        megavoltAmpereReactive "Mvar" 1e6; gigavoltAmpereReactive "Gvar" 1e9;
    }
    EnergyUnit {
        kilowattHour "kWh" 3.6e6; wattHour "Wh" 3600.0; milliwattHour "mWh" 3.6; megawattHour "MWh" 3.6e9; gigawattHour "GWh" 3.6e12; terawattHour "TWh" 3.6e15;
        joule "J" 1.0; kilojoule "kJ" 1e3; megajoule "MJ" 1e6; gigajoule "GJ" 1e9; britishThermalUnit "BTU" BTU; kiloBritishThermalUnit "kBTU" 1e3 * BTU;
        electronvolt "eV" EV; megaelectronvolt "MeV" 1e6 * EV;
    }
    ApparentEnergyUnit { voltAmpereHour "VAh" 1.0; kilovoltAmpereHour "kVAh" 1e3; megavoltAmpereHour "MVAh" 1e6; gigavoltAmpereHour "GVAh" 1e9; }
    ReactiveEnergyUnit {
        voltAmpereReactiveHour "varh" 1.0; kilovoltAmpereReactiveHour "kvarh" 1e3; megavoltAmpereReactiveHour "Mvarh" 1e6; gigavoltAmpereReactiveHour "Gvarh" 1e9;
    }
    VoltageUnit { volt "V" 1.0; millivolt "mV" 1e-3; microvolt "µV" 1e-6; kilovolt "kV" 1e3; megavolt "MV" 1e6; }
    CurrentUnit { ampere "A" 1.0; milliampere "mA" 1e-3; microampere "µA" 1e-6; kiloampere "kA" 1e3; }
    ResistanceUnit { ohm "Ω" 1.0; milliohm "mΩ" 1e-3; kiloohm "kΩ" 1e3; megaohm "MΩ" 1e6; }
    CapacitanceUnit { farad "F" 1.0; millifarad "mF" 1e-3; microfarad "µF" 1e-6; nanofarad "nF" 1e-9; picofarad "pF" 1e-12; }
    InductanceUnit { henry "H" 1.0; millihenry "mH" 1e-3; microhenry "µH" 1e-6; }
    ChargeUnit { coulomb "C" 1.0; ampereHour "Ah" 3600.0; milliampereHour "mAh" 3.6; }
    MagneticFluxUnit { weber "Wb" 1.0; maxwell "Mx" 1e-8; }
    MagneticInductionUnit { tesla "T" 1.0; gauss "G" 1e-4; }
    FrequencyUnit { hertz "Hz" 1.0; millihertz "mHz" 1e-3; kilohertz "kHz" 1e3; megahertz "MHz" 1e6; gigahertz "GHz" 1e9; }
    TimeUnit {
        second "s" 1.0; millisecond "ms" 1e-3; microsecond "µs" 1e-6; nanosecond "ns" 1e-9; minute "min" 60.0; hour "h" HOUR; day "d" 86_400.0;
        year "a" 365.25 * 86_400.0;
    }
    MassUnit {
        gram "g" 1e-3; kilogram "kg" 1.0; milligram "mg" 1e-6; microgram "µg" 1e-9; tonne "t" 1e3; massPound "lb" POUND; slug "slug" 14.593_902_937_206_365;
    }
    MassFlowRateUnit {
        kilogramPerHour "kg/h" 1.0 / HOUR; kilogramPerSecond "kg/s" 1.0; gramPerSecond "g/s" 1e-3; gramPerHour "g/h" 1e-3 / HOUR; massPoundPerHour "lb/h" POUND / HOUR;
    }
    DensityUnit { kilogramPerCubicMetre "kg/m³" 1.0; gramPerCubicMetre "g/m³" 1e-3; milligramPerCubicMetre "mg/m³" 1e-6; microgramPerCubicMetre "µg/m³" 1e-9; }
    ForceUnit { newton "N" 1.0; pound "lbf" POUND * G; ounce "ozf" POUND * G / 16.0; ton "tonf" 2000.0 * POUND * G; }
    TorqueUnit { newtonMetre "N·m" 1.0; }
    RadioactivityUnit { becquerel "Bq" 1.0; kilobecquerel "kBq" 1e3; megabecquerel "MBq" 1e6; gigabecquerel "GBq" 1e9; }
    IonizingRadiationDoseUnit { sievert "Sv" 1.0; millisievert "mSv" 1e-3; microsievert "µSv" 1e-6; gray "Gy" 1.0; milligray "mGy" 1e-3; microgray "µGy" 1e-6; }
    DataSizeUnit {
        byte "B" 8.0; kibibyte "KiB" 8.0 * KI; mebibyte "MiB" 8.0 * MI; gibibyte "GiB" 8.0 * GI; tebibyte "TiB" 8.0 * TI; exbibyte "EiB" 8.0 * EI;
        zebibyte "ZiB" 8.0 * ZI; yobibyte "YiB" 8.0 * YI; kilobyte "kB" 8e3; megabyte "MB" 8e6; bit "bit" 1.0; kibibit "Kibit" KI; mebibit "Mibit" MI;
        gibibit "Gibit" GI; tebibit "Tibit" TI; exbibit "Eibit" EI; zebibit "Zibit" ZI; yobibit "Yibit" YI;
    }
    DataRateUnit {
        bitPerSecond "bit/s" 1.0; kibibitPerSecond "Kibit/s" KI; mebibitPerSecond "Mibit/s" MI; gibibitPerSecond "Gibit/s" GI; tebibitPerSecond "Tibit/s" TI;
        exbibitPerSecond "Eibit/s" EI; zebibitPerSecond "Zibit/s" ZI; yobibitPerSecond "Yibit/s" YI; bytePerSecond "B/s" 8.0; kibibytePerSecond "KiB/s" 8.0 * KI;
        mebibytePerSecond "MiB/s" 8.0 * MI; gibibytePerSecond "GiB/s" 8.0 * GI; tebibytePerSecond "TiB/s" 8.0 * TI; exbibytePerSecond "EiB/s" 8.0 * EI;
        zebibytePerSecond "ZiB/s" 8.0 * ZI; yobibytePerSecond "YiB/s" 8.0 * YI;
    }
    SoundPressureUnit { decibel "dB" 0.1; bel "B" 1.0; }
];
