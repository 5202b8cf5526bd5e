//! What is wrong with a query, before its place is counted in lines and columns.

use crate::span::Span;
use model::query::Mistake;

/// Longest piece of a line that is shown with a mistake, in characters.
const SHOWN: usize = 100;

/// A mistake and its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wrong {
    pub(crate) span: Span,
    pub(crate) message: String,
}

impl Wrong {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Wrong {
        Wrong { span, message: message.into() }
    }

    /// The same as people are told: with line, column, and the piece of the text under which it is marked.
    pub(crate) fn at(self, text: &str) -> Mistake {
        let start = floor(text, self.span.start);
        let end = floor(text, self.span.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let before = text[line_start..start].chars().count();
        let length = text[start..end.min(line_end)].chars().count().max(1);
        let whole = text[line_start..line_end].chars().count() <= SHOWN;
        let skipped = if whole { 0 } else { before.saturating_sub(SHOWN / 2) };
        let excerpt: String = text[line_start..line_end]
            .chars()
            .skip(skipped)
            .take(SHOWN)
            .map(|c| if c == '\t' { ' ' } else { c })
            .collect();
        let marked = length.min(SHOWN.saturating_sub(before - skipped)).max(1);
        Mistake {
            message: self.message,
            line: text[..start].matches('\n').count() as u32 + 1,
            column: before as u32 + 1,
            offset: text[..start].chars().count() as u32,
            length: length as u32,
            pointer: format!("{excerpt}\n{}{}", " ".repeat(before - skipped), "^".repeat(marked)),
        }
    }
}

/// The nearest beginning of a character at or before this byte.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_characters_of_its_line() {
        let text = "SELECT é\n  FROM x";
        let mistake = Wrong::new(Span::new(12, 16), "No.").at(text);
        assert_eq!((mistake.line, mistake.column, mistake.offset, mistake.length), (2, 3, 11, 4));
        assert_eq!(mistake.pointer, "  FROM x\n  ^^^^");
        let end = Wrong::new(Span::new(text.len(), text.len()), "No.").at(text);
        assert_eq!((end.line, end.column, end.length), (2, 9, 1));
    }

    #[test]
    fn of_a_long_line_a_piece_is_shown() {
        let text = format!("{} here {}", "a".repeat(500), "b".repeat(500));
        let mistake = Wrong::new(Span::new(501, 505), "No.").at(&text);
        let (shown, marks) = mistake.pointer.split_once('\n').unwrap();
        assert_eq!(shown.chars().count(), 100);
        assert_eq!(&shown[marks.find('^').unwrap()..marks.len()], "here");
    }
}
