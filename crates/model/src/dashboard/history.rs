//! Undoing and doing again.

/// So many steps back are remembered.
const STEPS: usize = 100;

/// A thing with what it was before.
#[derive(Clone, Debug, PartialEq)]
pub struct History<T> {
    past: Vec<T>,
    now: T,
    future: Vec<T>,
}

impl<T: Clone + PartialEq> History<T> {
    /// Nothing has happened yet.
    pub fn new(now: T) -> History<T> {
        History { past: Vec::new(), now, future: Vec::new() }
    }

    /// As it is.
    pub fn now(&self) -> &T {
        &self.now
    }

    /// As it is from here on. What was undone before can't be done again; what changes nothing is no step.
    pub fn step(&mut self, next: T) {
        if next == self.now {
            return;
        }
        self.past.push(std::mem::replace(&mut self.now, next));
        let beyond = self.past.len().saturating_sub(STEPS);
        self.past.drain(..beyond);
        self.future.clear();
    }

    /// One step back; tells whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(&mut self.now, before));
        true
    }

    /// One step on again.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(&mut self.now, after));
        true
    }

    /// Whether there is a step back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step on.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let mut history = History::new(0);
        (1..=3).for_each(|n| history.step(n));
        history.step(3);
        assert!(history.undo() && history.undo());
        assert_eq!((*history.now(), history.can_undo(), history.can_redo()), (1, true, true));
        assert!(history.redo());
        assert_eq!(*history.now(), 2);
        history.step(9);
        assert!(!history.redo());
        assert!(history.undo() && *history.now() == 2);
    }

    #[test]
    fn it_remembers_so_many_steps() {
        let mut history = History::new(0);
        (1..=500).for_each(|n| history.step(n));
        while history.undo() {}
        assert_eq!(*history.now(), 500 - STEPS);
    }
}
