//! What must hold of any text: for a fuzzer, and for a test that plays one.

use crate::catalogue::{Catalogue, Kind, Known};
use crate::{parse, plan};
use model::TemplateId;

/// Takes any text: it is read or refused with a place within it, and what was read is read again from its print.
///
/// # Panics
/// Where that does not hold.
pub fn any_text(text: &str) {
    let query = match parse(text) {
        Ok(query) => query,
        Err(mistake) => return placed(&mistake, text),
    };
    let printed = query.to_string();
    assert_eq!(parse(&printed).as_ref(), Ok(&query), "{printed}");
    if let Err(mistake) = plan(text, &query, &catalogue(), 1_700_000_000_000) {
        placed(&mistake, text);
    }
}

fn placed(mistake: &model::query::Mistake, text: &str) {
    assert!(mistake.line >= 1 && mistake.column >= 1 && mistake.length >= 1, "{mistake:?}");
    assert!(mistake.offset as usize <= text.chars().count(), "{mistake:?}");
    assert!(!mistake.message.is_empty() && mistake.pointer.ends_with('^'), "{mistake:?}");
}

/// Two templates with a field of each kind.
pub fn catalogue() -> Catalogue {
    let room = [
        ("temperature", Kind::Number),
        ("humidity", Kind::Number),
        ("mode", Kind::Text),
        ("open", Kind::Bool),
        ("place", Kind::Object),
        ("motor.speed", Kind::Number),
    ];
    let pump =
        [("temperature", Kind::Number), ("flow", Kind::Number), ("mode", Kind::Number), ("odd", Kind::Any)];
    let properties = [("floor", Kind::Number), ("site", Kind::Text), ("motor.limits", Kind::Object)];
    let named = |all: &[(&str, Kind)]| all.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    let known = |id, dtmi: &str, name: &str, fields: &[(&str, Kind)]| Known {
        id: TemplateId(id),
        dtmi: dtmi.into(),
        name: name.into(),
        fields: named(fields),
        properties: if id == 1 { named(&properties) } else { Vec::new() },
    };
    Catalogue {
        templates: vec![
            known(1, "dtmi:plant:room;1", "Room sensor", &room),
            known(2, "dtmi:plant:pump;2", "Pump", &pump),
        ],
        unmodelled: vec!["extra".into()],
        unmodelled_properties: vec!["firmware".into()],
        groups: vec![(model::group::GroupId("wing".into()), "North wing".into())],
    }
}
