//! What belongs into a device's log, folded: a flood of bad messages must not become a flood of lines.
//!
//! The first line of a kind is passed on at once. What follows within some seconds is counted, and the newest of it
//! passed on at their end, with the count.

use model::event::EventKind;
use model::{DeviceId, WorkspaceId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// How long lines of one kind and device are gathered.
const FOLD: Duration = Duration::from_secs(10);
/// Lines that wait to be folded; more are lost, and nothing waits for them.
const WAITING_MAX: usize = 4096;

/// A line for a device's log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of which device.
    pub device: DeviceId,
    /// The workspace's ID scope.
    pub scope: Arc<str>,
    /// The id that the device connects with.
    pub external_id: Arc<str>,
    /// What happened.
    pub kind: EventKind,
    /// A sentence with the particulars.
    pub text: String,
    /// How many lines this one stands for.
    pub count: u32,
}

/// Told every line, folded. It must not wait: where it has to, it starts a task.
pub type OnLog = Arc<dyn Fn(LogLine) + Send + Sync>;

/// For those who keep no log.
pub fn no_log() -> OnLog {
    Arc::new(|_| {})
}

/// Where the stages put their lines.
#[derive(Clone)]
pub(crate) struct Log(mpsc::Sender<LogLine>);

impl Log {
    /// A log, and the work that folds it; it ends when the last `Log` is dropped, with all told.
    pub(crate) fn new(on_log: OnLog) -> (Log, impl Future<Output = ()> + Send) {
        let (sender, lines) = mpsc::channel(WAITING_MAX);
        (Log(sender), fold(lines, on_log))
    }

    /// Adds a line, unless too many wait.
    pub(crate) fn add(&self, line: LogLine) {
        if self.0.try_send(line).is_err() {
            tracing::debug!("a line for a device's log was dropped: too many at once");
        }
    }
}

async fn fold(mut lines: mpsc::Receiver<LogLine>, on_log: OnLog) {
    let mut folder = Folder::default();
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => folder.take(line, Instant::now()).into_iter().for_each(|line| on_log(line)),
                None => break,
            },
            now = tick.tick() => folder.due(now.into_std()).into_iter().for_each(|line| on_log(line)),
        }
    }
    folder.rest().for_each(|line| on_log(line));
}

/// Gathers lines by device and kind; the time comes from outside.
#[derive(Default)]
struct Folder(HashMap<(DeviceId, EventKind), Folded>);

/// What was gathered since the last line that was passed on.
struct Folded {
    until: Instant,
    newest: Option<LogLine>,
}

impl Folder {
    /// The line itself where it is the first of its kind; else it is gathered.
    fn take(&mut self, line: LogLine, now: Instant) -> Option<LogLine> {
        let Some(folded) = self.0.get_mut(&(line.device, line.kind)) else {
            self.0.insert((line.device, line.kind), Folded { until: now + FOLD, newest: None });
            return Some(line);
        };
        let count = folded.newest.as_ref().map_or(0, |newest| newest.count) + line.count;
        folded.newest = Some(LogLine { count, ..line });
        None
    }

    /// What was gathered long enough. Where more came, it is gathered for as long again.
    fn due(&mut self, now: Instant) -> Vec<LogLine> {
        let mut due = Vec::new();
        self.0.retain(|_, folded| {
            if folded.until > now {
                return true;
            }
            folded.until = now + FOLD;
            let newest = folded.newest.take();
            let goes_on = newest.is_some();
            due.extend(newest);
            goes_on
        });
        due
    }

    /// All that was gathered.
    fn rest(self) -> impl Iterator<Item = LogLine> {
        self.0.into_values().filter_map(|folded| folded.newest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(device: i32, text: &str) -> LogLine {
        LogLine {
            workspace: WorkspaceId(1),
            device: DeviceId(device),
            scope: "s".into(),
            external_id: "d".into(),
            kind: EventKind::MessageRefused,
            text: text.into(),
            count: 1,
        }
    }

    #[test]
    fn a_flood_becomes_a_line_now_and_then() {
        let mut folder = Folder::default();
        let start = Instant::now();
        let first = (0..100).filter_map(|i| folder.take(line(1, &i.to_string()), start)).collect::<Vec<_>>();
        assert_eq!(first, [line(1, "0")]);
        assert_eq!(folder.take(line(2, "other"), start), Some(line(2, "other")));
        assert!(folder.due(start + FOLD / 2).is_empty());
        assert_eq!(folder.due(start + FOLD), [LogLine { count: 99, ..line(1, "99") }]);
        assert_eq!(folder.take(line(1, "more"), start + FOLD), None);
        assert_eq!(folder.due(start + FOLD * 2), [line(1, "more")]);
        // After a quiet while a line is passed on at once again.
        assert!(folder.due(start + FOLD * 3).is_empty());
        assert_eq!(folder.take(line(1, "again"), start + FOLD * 3), Some(line(1, "again")));
        assert_eq!(folder.take(line(1, "last"), start + FOLD * 3), None);
        assert_eq!(folder.rest().collect::<Vec<_>>(), [line(1, "last")]);
    }

    #[tokio::test]
    async fn all_is_told_before_the_end() {
        let (told, mut heard) = mpsc::unbounded_channel();
        let (log, fold) = Log::new(Arc::new(move |line| told.send(line).unwrap()));
        ["a", "b", "c"].into_iter().for_each(|text| log.add(line(1, text)));
        drop(log);
        fold.await;
        assert_eq!(heard.recv().await, Some(line(1, "a")));
        assert_eq!(heard.recv().await, Some(LogLine { count: 2, ..line(1, "c") }));
    }
}
