//! What the entry script leaves to Rust: the checks of the house (`tidy`) and the building of the site.
//!
//! The rest of the entry script is steps in a row, which a shell says best; these two have decisions in them,
//! and so have tests.

mod site;
mod tidy;

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: xtask tidy                                      check the rules of the house
       xtask site --wasm FILE --out DIR [--compress]   bindings, styles and assets into DIR";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            let mut cause = error.source();
            while let Some(inner) = cause {
                say(&format!("  because: {inner}"));
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Box<dyn Error>> {
    match words {
        ["tidy"] => {
            let findings = tidy::check(&root())?;
            for finding in &findings {
                say(&format!("tidy: {finding}"));
            }
            match findings.len() {
                0 => Ok(()),
                1 => Err("tidy: 1 finding".into()),
                n => Err(format!("tidy: {n} findings").into()),
            }
        }
        ["site", "--wasm", wasm, "--out", out, rest @ ..] if matches!(rest, [] | ["--compress"]) => {
            let site = site::Site {
                root: root(),
                wasm: PathBuf::from(wasm),
                out: PathBuf::from(out),
                compress: !rest.is_empty(),
            };
            let built = site.build()?;
            say(&built.to_string());
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

/// The folder of the workspace: the one above this crate's.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

fn say(line: &str) {
    // Nothing is left to do where standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}
