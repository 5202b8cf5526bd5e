//! The tools of the tests, tested.
#![expect(clippy::unwrap_used, reason = "a test whose ground is missing must fail")]

mod browser;
