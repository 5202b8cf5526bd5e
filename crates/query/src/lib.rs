//! The query language: IoT Central's `SELECT … FROM … WHERE … GROUP BY … ORDER BY` without its limits.
//!
//! Pure: a text becomes an [`ast::Query`], that becomes a [`Plan`] once its names are looked up in a [`Catalogue`], and a
//! plan says what has to be read and what rows come of it. Nothing here reads, waits or looks at a clock.
//! `docs/query.md` is the language as people read it.

pub mod ast;
pub mod catalogue;
pub mod eval;
pub mod fuzzing;
pub mod groups;
pub mod join;
pub mod plan;
pub mod value;

mod check;
mod grammar;
mod mistakes;
mod nearest;
mod print;
mod span;
mod token;

pub use catalogue::{Catalogue, Kind, Known};
pub use check::plan;
pub use model::query::Mistake;
pub use plan::Plan;
pub use span::Span;
pub use value::Value;

/// Longest text of a query, in bytes.
pub const TEXT_MAX: usize = 64 * 1024;

/// Reads a query.
///
/// # Errors
/// The first mistake, with its place, what stands there and what could.
pub fn parse(text: &str) -> Result<ast::Query, Mistake> {
    let tokens = token::tokens(text).map_err(|wrong| wrong.at(text))?;
    grammar::parse(&tokens, text.len()).map_err(|wrong| wrong.at(text))
}
