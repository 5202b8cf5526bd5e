//! The versions of DTDL, and what each allows.

use super::json::Json;

/// A version of DTDL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `dtmi:dtdl:context;2`
    V2,
    /// `dtmi:dtdl:context;3`
    V3,
}

/// Longest identifier of an interface, in characters.
pub(super) const INTERFACE_ID_MAX: usize = 128;
/// Longest identifier of anything else, in characters.
pub(super) const ID_MAX: usize = 2048;
/// Longest display name, in characters.
pub(super) const DISPLAY_NAME_MAX: usize = 64;
/// Longest description and longest comment, in characters.
pub(super) const TEXT_MAX: usize = 512;
/// Most levels of inheritance.
pub(super) const EXTENDS_DEPTH_MAX: usize = 10;
/// Most levels of schemas within schemas.
pub(super) const SCHEMA_DEPTH_MAX: usize = 5;

impl Dialect {
    /// The word in `@context` that chooses it.
    pub fn context(self) -> &'static str {
        match self {
            Dialect::V2 => "dtmi:dtdl:context;2",
            Dialect::V3 => "dtmi:dtdl:context;3",
        }
    }

    /// Its number.
    pub fn number(self) -> u8 {
        match self {
            Dialect::V2 => 2,
            Dialect::V3 => 3,
        }
    }

    /// The version that a `@context` chooses: a word or a list of words.
    pub fn of_context(context: &Json) -> Option<Dialect> {
        let words = std::slice::from_ref(context).iter().chain(context.items());
        let chosen = |word: &str| [Dialect::V2, Dialect::V3].into_iter().find(|d| d.context() == word);
        words.filter_map(Json::as_str).find_map(chosen)
    }

    /// Longest programming name, in characters.
    pub fn name_max(self) -> usize {
        match self {
            Dialect::V2 => 64,
            Dialect::V3 => 512,
        }
    }

    /// Most contents of an interface with what it inherits. Version 3 counts every element within them instead.
    pub(super) fn contents_max(self) -> usize {
        match self {
            Dialect::V2 => 300,
            Dialect::V3 => 100_000,
        }
    }

    /// Most interfaces that one names in `extends`.
    pub(super) fn extends_max(self) -> usize {
        match self {
            Dialect::V2 => 2,
            Dialect::V3 => 1024,
        }
    }

    /// Most values of an enum.
    pub(super) fn enum_values_max(self) -> usize {
        match self {
            Dialect::V2 => 100,
            Dialect::V3 => usize::MAX,
        }
    }

    /// Most fields of an object.
    pub(super) fn fields_max(self) -> usize {
        match self {
            Dialect::V2 => 30,
            Dialect::V3 => usize::MAX,
        }
    }

    /// Largest text of one interface, in bytes.
    pub(super) fn interface_bytes_max(self) -> usize {
        match self {
            Dialect::V2 => usize::MAX,
            Dialect::V3 => 1024 * 1024,
        }
    }

    /// Largest multiplicity of a relationship.
    pub(super) fn multiplicity_max(self) -> i64 {
        match self {
            Dialect::V2 => 500,
            Dialect::V3 => i64::MAX,
        }
    }
}
