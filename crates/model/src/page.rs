//! A part of a long list, and how it was asked for.

use serde::{Deserialize, Serialize};

/// One page of a list, with the count of the whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many the filter matches.
    pub matching: i64,
    /// How many there are without the filter.
    pub total: i64,
}

/// Up or down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Smallest, oldest or first in the alphabet first.
    #[default]
    Ascending,
    /// The other way.
    Descending,
}
