//! A request to an address that somebody of a workspace has named, and its answer.

use std::fmt;

/// A request. Its body is bounded by whoever makes it; what it answers, by whoever sends it.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// `POST`, `PUT`.
    pub method: &'static str,
    /// Where to.
    pub url: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Call {
    /// Without what may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({}, {} bytes)", self.method, self.body.len())
    }
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// Its status.
    pub status: u16,
    /// After how many seconds it is to be tried again, where the answer says so.
    pub retry_after_s: Option<u32>,
    /// Its body.
    pub body: Vec<u8>,
}
