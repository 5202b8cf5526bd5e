//! The bytes of a stranger.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| broker::fuzzing::before_connect(bytes));
