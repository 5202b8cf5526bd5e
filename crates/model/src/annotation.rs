//! What happened while values came: alarms, commands, and notes that people write on time.

use crate::check::Check;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// Most notes of a workspace.
pub const ANNOTATIONS_MAX: i64 = 20_000;
/// Most of each kind that a chart is told.
pub const MARKS_MAX: usize = 200;
/// Longest text, in characters.
pub const TEXT_MAX: usize = 500;

/// A note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// Its number in the workspace.
    pub id: i64,
    /// From, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when; none: a moment.
    pub to_ms: Option<i64>,
    /// What it says.
    pub text: String,
    /// Of which device, by what it connects with; none: of none.
    pub device: Option<String>,
    /// On which dashboard it stands; none: wherever its device, or all, is drawn.
    pub dashboard: Option<String>,
    /// Who wrote it.
    pub author: String,
    /// Whether the asker did.
    pub mine: bool,
    /// When it was written, milliseconds since 1970.
    pub created_ms: i64,
}

/// A note that is to be written, or what one is to become.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AnnotationDraft {
    /// From, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when; none: a moment.
    #[serde(default)]
    pub to_ms: Option<i64>,
    /// What it says.
    pub text: String,
    /// Of which device.
    #[serde(default)]
    pub device: Option<String>,
    /// On which dashboard it stands.
    #[serde(default)]
    pub dashboard: Option<String>,
}

impl AnnotationDraft {
    /// With its text trimmed.
    ///
    /// # Errors
    /// Every problem, by field: `text`, `from`, `to`.
    pub fn checked(&self) -> Result<AnnotationDraft, Problem> {
        let mut check = Check::default();
        let text = self.text.trim().to_owned();
        check.that(!text.is_empty(), "text", "Say what happened.");
        let short = text.chars().count() <= TEXT_MAX && !text.chars().any(|c| c.is_control() && c != '\n');
        check.that(short, "text", format!("At most {TEXT_MAX} characters."));
        let sound = |ms: i64| (0..i64::MAX / 4).contains(&ms);
        check.that(sound(self.from_ms), "from", "A time since 1970.");
        let ordered = self.to_ms.is_none_or(|to| sound(to) && to > self.from_ms);
        check.that(ordered, "to", "The end lies after the beginning.");
        check.done()?;
        Ok(AnnotationDraft { text, ..self.clone() })
    }
}

/// A question for what happened in a time, for charts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MarksAsk {
    /// From, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// The dashboard whose notes are wanted too.
    #[serde(default)]
    pub dashboard: Option<String>,
    /// Of this device alone; none: of all that the asker sees.
    #[serde(default)]
    pub device: Option<String>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// What it was.
    pub kind: MarkKind,
    /// From, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when; none: a moment, or not over yet.
    pub to_ms: Option<i64>,
    /// In words.
    pub text: String,
    /// The device; none: of none.
    pub device: Option<String>,
    /// The number of a note that the asker may take away.
    #[serde(default)]
    pub removable: Option<i64>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// An alarm that wants somebody soon.
    Alarm,
    /// An alarm that is worth knowing.
    Warning,
    /// A command was run.
    Command,
    /// Somebody wrote a note.
    Note,
}

impl MarkKind {
    /// The colour in charts.
    pub fn mood(self) -> &'static str {
        match self {
            MarkKind::Alarm => "bad",
            MarkKind::Warning => "warning",
            MarkKind::Command => "plain",
            MarkKind::Note => "good",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_checked() {
        let draft = AnnotationDraft { from_ms: 5, text: " Filter changed ".into(), ..Default::default() };
        assert_eq!(draft.checked().unwrap().text, "Filter changed");
        let told = |draft: AnnotationDraft| {
            draft.checked().unwrap_err().fields.into_iter().map(|field| field.field).collect::<Vec<_>>()
        };
        assert_eq!(told(AnnotationDraft { text: " ".into(), ..draft.clone() }), ["text"]);
        assert_eq!(told(AnnotationDraft { to_ms: Some(5), ..draft.clone() }), ["to"]);
        assert_eq!(told(AnnotationDraft { from_ms: -1, text: "x".repeat(501), ..draft }), ["text", "from"]);
    }
}
