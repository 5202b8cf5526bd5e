//! A stretch of a query's text.

/// From the byte `start` to the byte `end`, which is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

impl Span {
    /// From here to there.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// Both and what lies between them.
    pub(crate) fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}
