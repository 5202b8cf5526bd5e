//! What no compiler checks: the entry script, and the files for containers.
#![expect(clippy::unwrap_used, reason = "a test whose ground is missing must fail")]

mod containers;
mod entry;
