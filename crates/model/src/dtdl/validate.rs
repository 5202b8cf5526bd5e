//! Whether a document follows DTDL: every place where it doesn't, what is wrong there, and what is allowed.

mod contents;
mod interface;
mod schema;
mod texts;

use super::capability::Named;
use super::dialect::Dialect;
use super::document::{Document, Interface};
use super::issue::{Issue, Severity};

pub use texts::check_name;

/// Most issues that are gathered: a document of nonsense must not fill the memory with complaints.
const ISSUES_MAX: usize = 1000;

/// What the checks share.
struct Walk<'a> {
    interfaces: Vec<Interface<'a>>,
    named: Named<'a>,
    issues: Vec<Issue>,
}

/// All issues, errors and notes, in the order of the document.
pub fn validate(document: &Document) -> Vec<Issue> {
    let interfaces = document.interfaces();
    let mut walk = Walk { named: Named::of(&interfaces), interfaces, issues: Vec::new() };
    if walk.interfaces.is_empty() {
        walk.error(
            "",
            "A DTDL document is an interface, {\"@type\": \"Interface\", …}, or a list of interfaces.",
        );
    }
    walk.repeated_ids();
    for interface in walk.interfaces.clone() {
        if walk.issues.len() >= ISSUES_MAX {
            break;
        }
        walk.interface(&interface);
    }
    walk.issues
}

impl<'a> Walk<'a> {
    fn error(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.issues.push(Issue::error(path, message));
    }

    fn note(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.issues.push(Issue { severity: Severity::Note, ..Issue::error(path, message) });
    }

    fn find(&self, id: &str) -> Option<Interface<'a>> {
        self.interfaces.iter().find(|i| i.id == id).cloned()
    }
}

/// What holds where an interface is checked.
#[derive(Clone, Copy)]
struct Rules {
    dialect: Dialect,
}
