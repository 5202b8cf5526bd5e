//! A document from a stranger: whatever it is, it is read or refused, and comes back as it was.
#![no_main]

use model::dtdl::{Document, capabilities, compare, fields, validate};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text) else { return };
    validate(&document);
    fields(&document);
    capabilities(&document);
    let Ok(again) = Document::parse(&document.to_text()) else { panic!("an export can't be read") };
    assert_eq!(again, document);
    assert!(compare(&document, &again).is_empty());
});
