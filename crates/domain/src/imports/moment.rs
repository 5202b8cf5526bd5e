//! Times as files have them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use model::import::TimeFormat;
use model::telemetry::{AHEAD_MS, EARLIEST_MS};

/// The zone of this IANA name; empty: UTC. Nothing where nobody knows it.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    match name.trim() {
        "" => Some(TimeZone::UTC),
        name => TimeZone::get(name).ok(),
    }
}

/// Reads the times of a file, in the order of its rows.
pub(super) struct Moments {
    format: TimeFormat,
    zone: TimeZone,
    zone_name: String,
    /// The time of the row before: of a time that comes twice, it tells which is meant.
    before_ms: i64,
}

impl Moments {
    pub(super) fn new(format: TimeFormat, zone: TimeZone, zone_name: &str) -> Moments {
        let zone_name = if zone_name.trim().is_empty() { "UTC" } else { zone_name.trim() };
        Moments { format, zone, zone_name: zone_name.to_owned(), before_ms: i64::MIN }
    }

    /// Forgets the rows before.
    pub(super) fn begin(&mut self) {
        self.before_ms = i64::MIN;
    }

    /// The time in milliseconds since 1970.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub(super) fn read(&mut self, text: &str) -> Result<i64, (String, &'static str)> {
        let text = text.trim();
        let expected = expected(self.format);
        if text.is_empty() {
            return Err(("There is no time.".into(), expected));
        }
        let ms = match self.format {
            TimeFormat::UnixSeconds => unix(text, 1_000.0),
            TimeFormat::UnixMillis => unix(text, 1.0),
            TimeFormat::Iso => return self.placed(iso(text), text, expected),
            TimeFormat::DayFirst => return self.placed(local(text, true), text, expected),
            TimeFormat::MonthFirst => return self.placed(local(text, false), text, expected),
        };
        ms.ok_or_else(|| (format!("“{}” is no such time.", short(text)), expected))
    }

    fn placed(
        &mut self,
        read: Option<(DateTime, Option<Offset>)>,
        text: &str,
        expected: &'static str,
    ) -> Result<i64, (String, &'static str)> {
        let Some((civil, offset)) = read else {
            return Err((format!("“{}” is no such time.", short(text)), expected));
        };
        let at = |offset: Offset| offset.to_timestamp(civil).map(Timestamp::as_millisecond);
        let found = match offset {
            Some(offset) => at(offset),
            None => match self.zone.to_ambiguous_timestamp(civil).offset() {
                AmbiguousOffset::Unambiguous { offset } => at(offset),
                AmbiguousOffset::Gap { .. } => {
                    let why = format!(
                        "“{}” was never shown in {}: clocks were put forward over it.",
                        short(text),
                        self.zone_name
                    );
                    return Err((why, "A time that clocks showed, or one with its offset, such as +02:00."));
                }
                // The first time that clocks showed it, unless the file has gone past that already.
                AmbiguousOffset::Fold { before, after } => {
                    at(before).and_then(|first| if first < self.before_ms { at(after) } else { Ok(first) })
                }
            },
        };
        let ms = found.map_err(|_| (format!("“{}” is no such time.", short(text)), expected))?;
        self.before_ms = ms;
        Ok(ms)
    }
}

/// Whether telemetry may have this time.
///
/// # Errors
/// What is wrong, and what is allowed.
pub(super) fn within(ms: i64, now_ms: i64, retention_days: i32) -> Result<(), (String, String)> {
    let kept_from = now_ms - i64::from(retention_days) * 24 * 60 * 60 * 1000;
    if ms < EARLIEST_MS {
        return Err(("The time lies before the year 2000.".into(), "From 2000-01-01 on.".into()));
    }
    if ms < kept_from {
        let allowed = format!("The newest {retention_days} days, which is what this workspace keeps.");
        return Err(("The time is older than what this workspace keeps.".into(), allowed));
    }
    if ms > now_ms + AHEAD_MS {
        return Err(("The time lies in the future.".into(), "Up to 24 hours ahead.".into()));
    }
    Ok(())
}

fn expected(format: TimeFormat) -> &'static str {
    match format {
        TimeFormat::Iso => "A time such as 2026-12-31 23:59:59 or 2026-12-31T23:59:59.250+01:00.",
        TimeFormat::UnixSeconds => "Seconds since 1970, such as 1798761599.",
        TimeFormat::UnixMillis => "Milliseconds since 1970, such as 1798761599000.",
        TimeFormat::DayFirst => "A time such as 31.12.2026 23:59:59.",
        TimeFormat::MonthFirst => "A time such as 12/31/2026 11:59:59 PM.",
    }
}

fn unix(text: &str, millis: f64) -> Option<i64> {
    if millis == 1.0
        && let Ok(ms) = text.parse()
    {
        return Some(ms);
    }
    let number: f64 = text.replace(',', ".").parse().ok()?;
    let ms = number * millis;
    (ms.is_finite() && ms.abs() < 1e15).then(|| ms.round() as i64)
}

/// A time with year, month, day in this order, and its offset where it has one.
fn iso(text: &str) -> Option<(DateTime, Option<Offset>)> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let [y1, y2, y3, y4, s1, m1, m2, s2, d1, d2] = *date.as_bytes() else { return None };
    if s1 != s2 || !matches!(s1, b'-' | b'/' | b'.') {
        return None;
    }
    let year = digits(&[y1, y2, y3, y4])?;
    let (month, day) = (digits(&[m1, m2])?, digits(&[d1, d2])?);
    let rest = rest.strip_prefix(['T', 't', ' ', '_']).unwrap_or(rest).trim();
    let (clock, offset) = split_offset(rest)?;
    Some((civil(year, month, day, clock)?, offset))
}

/// Takes what follows the time of day: `Z`, `+02:00`, `+0200`, `-5`.
fn split_offset(rest: &str) -> Option<(&str, Option<Offset>)> {
    if let Some(clock) = rest.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), Some(Offset::UTC)));
    }
    let Some(at) = rest.rfind(['+', '-']) else { return Some((rest, None)) };
    let (clock, offset) = rest.split_at(at);
    let (sign, number) = offset.split_at(1);
    let (hours, minutes) = match number.split_once(':') {
        Some(parts) => parts,
        None if number.len() == 4 => number.split_at_checked(2)?,
        None => (number, "0"),
    };
    let seconds = digits(hours.as_bytes())? * 3600 + digits(minutes.as_bytes())? * 60;
    let offset = Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()?;
    Some((clock.trim_end(), Some(offset)))
}

/// `31.12.2026 23:59:59`, `12/31/26 11:59 PM`.
fn local(text: &str, day_first: bool) -> Option<(DateTime, Option<Offset>)> {
    let (date, clock) = match text.find([' ', ',', 'T']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim()),
        None => (text, ""),
    };
    let mut parts = date.split(['.', '/', '-']);
    let (a, b, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || ![2, 4].contains(&year.len()) {
        return None;
    }
    let short_year = year.len() == 2;
    let year = digits(year.as_bytes())? + if short_year { 2000 } else { 0 };
    let (a, b) = (digits(a.as_bytes())?, digits(b.as_bytes())?);
    let (day, month) = if day_first { (a, b) } else { (b, a) };
    Some((civil(year, month, day, clock)?, None))
}

fn civil(year: i32, month: i32, day: i32, clock: &str) -> Option<DateTime> {
    let (hour, minute, second, nanos) = time_of_day(clock)?;
    let small = |n: i32| i8::try_from(n).ok();
    DateTime::new(
        i16::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        nanos,
    )
    .ok()
}

/// `23:59`, `23:59:59.250`, `11:59 PM`; empty: midnight.
fn time_of_day(clock: &str) -> Option<(i32, i32, i32, i32)> {
    if clock.is_empty() {
        return Some((0, 0, 0, 0));
    }
    let half = clock.get(clock.len().saturating_sub(2)..).map(str::to_ascii_lowercase);
    let afternoon = match half.as_deref() {
        Some("am") => Some(false),
        Some("pm") => Some(true),
        _ => None,
    };
    let clock = if afternoon.is_some() { clock.get(..clock.len() - 2)?.trim_end() } else { clock };
    let mut parts = clock.split(':');
    let (hour, minute) = (digits(parts.next()?.as_bytes())?, digits(parts.next()?.as_bytes())?);
    let (second, nanos) = match parts.next() {
        Some(seconds) => seconds_of(seconds)?,
        None => (0, 0),
    };
    let hour = match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        None => hour,
    };
    parts.next().is_none().then_some((hour, minute, second, nanos))
}

fn seconds_of(text: &str) -> Option<(i32, i32)> {
    let Some((whole, fraction)) = text.split_once(['.', ',']) else {
        return Some((digits(text.as_bytes())?, 0));
    };
    let kept = fraction.get(..9.min(fraction.len()))?;
    let nanos = digits(kept.as_bytes())? * 10_i32.pow(9 - kept.len() as u32);
    Some((digits(whole.as_bytes())?, nanos))
}

/// A number of up to nine digits and nothing else.
fn digits(bytes: &[u8]) -> Option<i32> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0')))
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: TimeFormat, zone_name: &str, texts: &[&str]) -> Vec<Option<i64>> {
        let mut moments = Moments::new(format, zone(zone_name).unwrap(), zone_name);
        texts.iter().map(|text| moments.read(text).ok()).collect()
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let noon = 1_782_907_200_000; // 2026-07-01 12:00 UTC
        let iso = [
            "2026-07-01T12:00:00Z",
            "2026-07-01 12:00",
            "2026/07/01 12:00:00",
            "2026-07-01T14:00:00.000+02:00",
            "2026-07-01T14:00+0200",
            " 2026-07-01T07:00:00-5 ",
        ];
        assert!(read(TimeFormat::Iso, "", &iso).iter().all(|at| *at == Some(noon)));
        assert_eq!(read(TimeFormat::Iso, "Europe/Vienna", &["2026-07-01 14:00:00,5"]), [Some(noon + 500)]);
        assert_eq!(read(TimeFormat::Iso, "", &["2026-07-01"]), [Some(noon - 43_200_000)]);
        assert_eq!(
            read(TimeFormat::DayFirst, "Europe/Vienna", &["1.7.2026 14:00", "01/07/26, 14:00:00"]),
            [Some(noon); 2]
        );
        assert_eq!(
            read(TimeFormat::MonthFirst, "", &["7/1/2026 12:00 PM", "07-01-2026 12:00:00"]),
            [Some(noon); 2]
        );
        assert_eq!(read(TimeFormat::MonthFirst, "", &["7/1/2026 12:30 AM"]), [Some(noon - 41_400_000)]);
        assert_eq!(
            read(TimeFormat::UnixSeconds, "", &["1782907200", "1782907200.25"]),
            [Some(noon), Some(noon + 250)]
        );
        assert_eq!(read(TimeFormat::UnixMillis, "", &["1782907200000"]), [Some(noon)]);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "",
            "x",
            "2026-13-01",
            "2026-02-30 00:00",
            "2026-07-01 25:00",
            "2026-07-01T12:00:00+99:99",
            "é026-07-01",
        ] {
            assert_eq!(read(TimeFormat::Iso, "", &[bad]), [None], "{bad}");
        }
        for bad in ["31/12", "32.1.2026", "1.1.2026 13:00 PM", "1.1.2026 1:2:3:4", "nan"] {
            assert_eq!(read(TimeFormat::DayFirst, "", &[bad]), [None], "{bad}");
        }
        assert_eq!(read(TimeFormat::UnixSeconds, "", &["nan", "1e300", "-"]), [None; 3]);
    }

    #[test]
    fn an_hour_that_was_left_out_is_refused_and_one_that_comes_twice_goes_on() {
        let spring = Moments::new(TimeFormat::Iso, zone("Europe/Vienna").unwrap(), "Europe/Vienna")
            .read("2026-03-29 02:30");
        assert!(spring.unwrap_err().0.contains("put forward"));
        let autumn = [
            "2026-10-25 01:30",
            "2026-10-25 02:00",
            "2026-10-25 02:30",
            "2026-10-25 02:00",
            "2026-10-25 02:30",
            "2026-10-25 03:00",
        ];
        let times: Vec<i64> = read(TimeFormat::Iso, "Europe/Vienna", &autumn).into_iter().flatten().collect();
        let steps: Vec<i64> = times.windows(2).map(|pair| (pair[1] - pair[0]) / 60_000).collect();
        assert_eq!(steps, [30, 30, 30, 30, 30]);
    }

    #[test]
    fn telemetry_has_bounds() {
        let now = 1_782_907_200_000;
        assert!(within(now - 29 * 86_400_000, now, 30).is_ok() && within(now + AHEAD_MS, now, 30).is_ok());
        assert!(within(now - 31 * 86_400_000, now, 30).unwrap_err().1.contains("30 days"));
        assert!(within(now + AHEAD_MS + 1, now, 30).is_err() && within(0, now, 100_000).is_err());
    }
}
