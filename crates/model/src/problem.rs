//! What is answered when something can't be done: one table of codes for the interface and the API.
//!
//! The shape is RFC 9457 (`application/problem+json`) with a list of fields beside it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What went wrong, as a machine reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The input breaks a rule; `fields` say which.
    Invalid,
    /// Something of this name exists already.
    Taken,
    /// Something else depends on it as it is; `detail` says what.
    Conflict,
    /// Somebody changed it since it was read.
    Outdated,
    /// No such thing here: also said of what belongs to another workspace.
    NotFound,
    /// Nobody is signed in.
    SignedOut,
    /// The person's role doesn't allow it.
    NotAllowed,
    /// Whoever runs the server has shut the workspace. Only its own people are told.
    WorkspaceDisabled,
    /// The workspace is entered by single sign-on, and the person has come by another way.
    SignOnNeeded,
    /// The workspace asks for a second factor, and the person has shown none.
    SecondFactorNeeded,
    /// E-mail and password don't belong together. Never says which of them is wrong.
    WrongCredentials,
    /// It would go beyond a limit of the workspace; `detail` names it, and who can raise it.
    LimitReached,
    /// Too many attempts; `detail` says when to try again.
    TooMany,
    /// The request came from a page of another origin.
    ForeignOrigin,
    /// The body is larger than is accepted.
    TooLarge,
    /// Answering takes more work than is allowed; `detail` says how to ask for less.
    TooMuchWork,
    /// The first administrator exists already.
    AlreadySetUp,
    /// A device did not answer in time.
    NoAnswer,
    /// Our fault; the log has the cause.
    Internal,
}

impl Code {
    /// The HTTP status that goes with the code.
    pub fn status(self) -> u16 {
        match self {
            Code::Invalid | Code::TooMuchWork => 422,
            Code::Taken | Code::Conflict | Code::AlreadySetUp => 409,
            Code::Outdated => 412,
            Code::NotFound => 404,
            Code::SignedOut | Code::WrongCredentials => 401,
            Code::NotAllowed
            | Code::WorkspaceDisabled
            | Code::SignOnNeeded
            | Code::SecondFactorNeeded
            | Code::LimitReached
            | Code::ForeignOrigin => 403,
            Code::TooMany => 429,
            Code::TooLarge => 413,
            Code::NoAnswer => 504,
            Code::Internal => 500,
        }
    }

    /// A short sentence for people.
    pub fn title(self) -> &'static str {
        match self {
            Code::Invalid => "Some fields need attention.",
            Code::Taken => "That name is taken.",
            Code::Conflict => "Something else depends on it as it is.",
            Code::Outdated => "Somebody changed it since it was read. Read it again.",
            Code::NotFound => "There is nothing here by that name.",
            Code::SignedOut => "Sign in to go on.",
            Code::NotAllowed => "Your role doesn't allow this.",
            Code::WorkspaceDisabled => {
                "This workspace is disabled. Whoever runs this Homeport can enable it again."
            }
            Code::SignOnNeeded => "This workspace is entered by single sign-on.",
            Code::SecondFactorNeeded => {
                "This workspace asks for a second factor. Set one up, or sign in with it."
            }
            Code::WrongCredentials => "E-mail and password don't match.",
            Code::LimitReached => "A limit of this workspace is reached.",
            Code::TooMany => "Too many attempts.",
            Code::ForeignOrigin => "This request came from another site and was refused.",
            Code::TooLarge => "That is larger than is accepted.",
            Code::TooMuchWork => "That takes more work than is allowed at once.",
            Code::AlreadySetUp => "This Homeport has its administrator already.",
            Code::NoAnswer => "The device did not answer in time.",
            Code::Internal => "Something went wrong on our side. It has been logged.",
        }
    }
}

/// What is wrong with one field of a form, and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name in the form or the JSON body.
    pub field: String,
    /// A sentence: what is wrong and what is allowed.
    pub message: String,
}

/// An answer that says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The kind.
    pub code: Code,
    /// A sentence about this occurrence, where there is more to say than the code's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

impl Problem {
    /// A problem that its code describes fully.
    pub fn new(code: Code) -> Self {
        Problem { code, detail: None, fields: Vec::new() }
    }

    /// A problem with a sentence of its own.
    pub fn with_detail(code: Code, detail: impl Into<String>) -> Self {
        Problem { code, detail: Some(detail.into()), fields: Vec::new() }
    }

    /// A problem of a single field.
    pub fn field(code: Code, field: &str, message: impl Into<String>) -> Self {
        Problem {
            code,
            detail: None,
            fields: vec![FieldProblem { field: field.into(), message: message.into() }],
        }
    }

    /// What is said beside this field, if anything.
    pub fn of_field(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|f| f.field == field).map(|f| f.message.as_str())
    }

    /// The sentence shown when no field carries the message.
    pub fn sentence(&self) -> &str {
        self.detail.as_deref().unwrap_or_else(|| self.code.title())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Problem {}
