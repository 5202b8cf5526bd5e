//! A dashboard on paper: what its tiles show, drawn as a PDF or written as CSV. No IO, no clock.

mod csv;
mod number;
mod pdf;

pub use csv::csv;
pub use pdf::{Undrawn, pdf};

use model::Problem;
use model::dashboard::{Tile, TileData};

/// What is to stand on paper.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The dashboard's name.
    pub title: String,
    /// What it is for; empty: nothing is said.
    pub description: String,
    /// Whose it is: the workspace's name.
    pub workspace: String,
    /// What stands where the product's name does.
    pub brand: String,
    /// The colour of the workspace: red, green, blue.
    pub accent: (u8, u8, u8),
    /// The range in words: `Last week: 2026-11-16 00:00 to 2026-11-23 00:00 (Europe/Berlin)`.
    pub range: String,
    /// When it was made, as the clocks of the zone show it.
    pub made: String,
    /// From, milliseconds since 1970.
    pub from_ms: i64,
    /// To.
    pub to_ms: i64,
    /// The distance of the zone from UTC at a moment, in milliseconds.
    pub offset_ms: fn(i64, &str) -> i64,
    /// The zone.
    pub zone: String,
    /// The tiles, each with the range that it shows and what it shows.
    pub tiles: Vec<Shown>,
}

/// A tile, and what it shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The tile in its place.
    pub tile: Tile,
    /// From and to, milliseconds since 1970.
    pub between: (i64, i64),
    /// What it shows, or why it can't.
    pub outcome: Result<TileData, Problem>,
}

impl Sheet {
    /// A moment as the clocks of the zone show it, in milliseconds since 1970 as if they stood in UTC.
    pub(crate) fn local(&self, at_ms: i64) -> i64 {
        at_ms + (self.offset_ms)(at_ms, &self.zone)
    }
}

impl Shown {
    /// What stands above it.
    pub(crate) fn title(&self) -> String {
        let configuration = &self.tile.configuration;
        if !self.tile.display_name.is_empty() {
            return self.tile.display_name.clone();
        }
        let first = configuration.capabilities.first();
        first.map_or_else(|| configuration.kind.label().to_owned(), |one| one.capability.clone())
    }
}

/// A moment in local milliseconds in words: day and time, `2026-11-24 08:00`.
pub(crate) fn moment(local_ms: i64) -> String {
    let (year, month, day) = date(local_ms.div_euclid(86_400_000));
    let minute = local_ms.rem_euclid(86_400_000) / 60_000;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}

/// The date of a day that is so many days behind 1970-01-01 (after Howard Hinnant's `civil_from_days`).
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests;
