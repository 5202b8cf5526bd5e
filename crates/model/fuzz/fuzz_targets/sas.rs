//! A password from a stranger: whatever it is, it is read or refused, and nothing but a signature is believed.
#![no_main]

use model::sas::Token;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(token) = Token::parse(text) else { return };
    assert!(token.verify(b"a key that the fuzzer can't guess", 0).is_err());
    let _ = token.is_for_device(["localhost"], "d");
    let _ = token.is_for_registration("0NE", "d");
});
