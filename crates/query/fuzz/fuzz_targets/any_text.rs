//! Any text as a query.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| query::fuzzing::any_text(text));
