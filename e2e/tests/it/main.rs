//! What people do with Homeport, from the first page to the last, in a real browser.
//!
//! Journeys are few, long and real. Each photographs the pages that it passes into `target/screenshots`.
#![expect(clippy::unwrap_used, reason = "a test whose ground is missing must fail")]

mod console;
mod dashboards;
mod devices;
mod first_light;
mod fleet;
mod gallery;
mod ground;
mod palette;
mod passkeys;
mod people;
mod talking;
mod templates;
mod tiles;
