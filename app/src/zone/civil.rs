//! The calendar: milliseconds since 1970 taken apart, and written.

use super::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment taken apart. Of which zone is the caller's affair: shift the milliseconds first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    /// Year.
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: i64,
    /// 1 to 31.
    pub(crate) day: i64,
    /// 0 to 23.
    pub(crate) hour: i64,
    /// 0 to 59.
    pub(crate) minute: i64,
    /// 0 to 59.
    pub(crate) second: i64,
}

/// Takes a moment apart, by the algorithm `civil_from_days` of Howard Hinnant's “chrono-compatible low-level date
/// algorithms”.
pub(crate) fn civil(at_ms: i64) -> Civil {
    let days = at_ms.div_euclid(DAY_MS);
    let in_day = at_ms.rem_euclid(DAY_MS);
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * march_month + 2) / 5 + 1,
        hour: in_day / HOUR_MS,
        minute: in_day / MINUTE_MS % 60,
        second: in_day / SECOND_MS % 60,
    }
}

/// The midnight that begins this day, in milliseconds since 1970; months may run over.
pub(crate) fn midnight_ms(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * DAY_MS
}

impl Civil {
    /// `Nov`.
    pub(crate) fn month_name(&self) -> &'static str {
        MONTHS.get((self.month - 1) as usize).copied().unwrap_or_default()
    }

    /// `22 Nov 2026`.
    pub(crate) fn date(&self) -> String {
        format!("{} {} {}", self.day, self.month_name(), self.year)
    }

    /// `20:30:31`.
    pub(crate) fn time(&self) -> String {
        format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }

    /// `22 Nov 2026, 20:30:31`.
    pub(crate) fn date_time(&self) -> String {
        format!("{}, {}", self.date(), self.time())
    }
}

/// `2026-11-22T20:30:31Z`, for machines.
pub fn iso(at_ms: i64) -> String {
    let c = civil(at_ms);
    format!("{:04}-{:02}-{:02}T{}Z", c.year, c.month, c.day, c.time())
}

/// `2026-11-22 20:30 UTC`, for people whose zone isn't known yet.
pub fn utc(at_ms: i64) -> String {
    let c = civil(at_ms);
    format!("{:04}-{:02}-{:02} {:02}:{:02} UTC", c.year, c.month, c.day, c.hour, c.minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_taken_apart() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso(1_795_379_431_999), "2026-11-22T20:30:31Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59Z");
        assert_eq!(utc(1_795_379_431_000), "2026-11-22 20:30 UTC");
        assert_eq!(civil(1_795_379_431_000).date_time(), "22 Nov 2026, 20:30:31");
    }

    #[test]
    fn midnights_are_put_together() {
        for day in (-40_000..60_000).step_by(97) {
            let c = civil(day * DAY_MS);
            assert_eq!(midnight_ms(c.year, c.month, c.day), day * DAY_MS);
        }
        assert_eq!(midnight_ms(2026, 13, 1), midnight_ms(2027, 1, 1));
        assert_eq!(midnight_ms(2026, 0, 1), midnight_ms(2025, 12, 1));
    }
}
