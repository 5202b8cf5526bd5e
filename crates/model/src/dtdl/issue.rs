//! What is wrong with a document, and where.

use crate::problem::{Code, FieldProblem, Problem};
use serde::{Deserialize, Serialize};

/// Most issues that one answer names; a thousand would not be read.
const TOLD_MAX: usize = 100;

/// How much an issue matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// DTDL forbids it; it can't be kept so.
    Error,
    /// It is worth knowing: something is missing that could be there, or lies outside of this document.
    Note,
}

/// One thing about one place of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Where: a JSON pointer into the document, `/contents/3/schema`. Empty: the whole.
    pub path: String,
    /// A sentence: what is wrong, and what is allowed.
    pub message: String,
    /// How much it matters.
    pub severity: Severity,
}

impl Issue {
    /// Something that DTDL forbids.
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Issue {
        Issue { path: path.into(), message: message.into(), severity: Severity::Error }
    }

    /// Something worth knowing.
    pub fn note(path: impl Into<String>, message: impl Into<String>) -> Issue {
        Issue { path: path.into(), message: message.into(), severity: Severity::Note }
    }
}

/// Those that keep a document from being kept.
pub fn errors(issues: &[Issue]) -> impl Iterator<Item = &Issue> {
    issues.iter().filter(|issue| issue.severity == Severity::Error)
}

/// The errors as an answer, each with its path as the field; nothing where there are none.
pub fn problem(issues: &[Issue]) -> Option<Problem> {
    let told: Vec<FieldProblem> = errors(issues)
        .take(TOLD_MAX)
        .map(|issue| FieldProblem { field: issue.path.clone(), message: issue.message.clone() })
        .collect();
    let detail = match (told.first(), errors(issues).count()) {
        (None, _) => return None,
        (Some(first), 1) => format!("{}: {}", place(&first.field), first.message),
        (Some(first), count) => {
            format!(
                "{count} places of this document break the rules of DTDL, first {}: {}",
                place(&first.field),
                first.message
            )
        }
    };
    Some(Problem { code: Code::Invalid, detail: Some(detail), fields: told })
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the document" } else { path }
}
