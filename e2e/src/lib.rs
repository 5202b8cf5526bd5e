//! Journeys through the whole product with a real browser; they are in `tests/it`.
