//! Words for whoever sits at the terminal: answers on the standard output, everything else beside the log.

use std::io::Write;

/// An answer, for people and scripts alike. A reader that went away is no reason to stop.
pub fn answer(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Progress and farewells; scripts that read the standard output don't see it.
pub fn tell(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
