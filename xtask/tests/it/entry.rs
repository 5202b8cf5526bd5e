//! The entry script as somebody meets it whose machine lacks something.
//!
//! The script is the real one; what it calls (`apt-get`, `cargo`) is played by scripts of two lines in a folder
//! that is the whole path.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A machine with the ordinary programs, and those that the test plays.
struct Machine {
    folder: tempfile::TempDir,
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Machine {
    fn new() -> Self {
        let machine = Machine { folder: tempfile::tempdir().unwrap() };
        let bin = machine.folder.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        let ordinary = [
            "awk", "bash", "cat", "cut", "dirname", "env", "grep", "head", "mkdir", "readlink", "sed", "sh",
            "sort", "tee",
        ];
        for program in ordinary {
            let real = ["/usr/bin", "/bin"].map(|d| Path::new(d).join(program));
            let real = real.iter().find(|p| p.exists()).unwrap_or_else(|| panic!("{program} is missing"));
            std::os::unix::fs::symlink(real, bin.join(program)).unwrap();
        }
        machine
    }

    /// Adds a program that is this shell script.
    fn plays(self, program: &str, script: &str) -> Self {
        let path = self.folder.path().join("bin").join(program);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Runs `./homeport …` from a folder that is not the project's.
    fn homeport(&self, words: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = Command::new(root().join("homeport"));
        command.args(words).current_dir(self.folder.path()).env_clear();
        command
            .env("PATH", self.folder.path().join("bin"))
            .env("HOME", self.folder.path())
            .env("LC_ALL", "C.UTF-8");
        command.env("CARGO_TARGET_DIR", self.folder.path().join("target"));
        run(command.envs(variables.iter().copied()))
    }
}

fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A cargo that is new, and does what the script says for the word it is called with.
fn cargo(script: &str) -> String {
    format!("case $1 in --version) echo 'cargo 1.95.0 (x)' ;; *) {script} ;; esac")
}

const RUSTC: &str = "case $1 in --print) echo /nowhere ;; *) echo 'host: x86_64-unknown-linux-gnu' ;; esac";

#[test]
fn help_lists_every_command_and_builds_nothing() {
    let said = Machine::new().homeport(&["help"], &[]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for command in ["demo", "test", "check", "dev", "build", "help"] {
        assert!(said.out.contains(&format!("\n  ./homeport {command}")), "{command} in\n{}", said.out);
    }
    let also = Machine::new().homeport(&["demo", "--help"], &[]);
    assert_eq!((also.code, also.out), (0, said.out));
}

#[test]
fn an_unknown_command_is_refused() {
    let said = Machine::new().homeport(&["dmeo"], &[]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("'dmeo' is no command") && said.err.contains("./homeport help"),
        "{}",
        said.err
    );
}

#[test]
fn packages_that_cannot_be_fetched_are_named() {
    let machine = Machine::new()
        .plays("apt-get", "echo 'E: Failed to fetch: no route to host'; exit 100")
        .plays("sudo", "exec \"$@\"");
    let said = machine.homeport(&["demo"], &[]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("Installing from Debian: "), "{}", said.err);
    assert!(said.err.contains("no route to host"), "what apt-get said is shown: {}", said.err);
    for word in ["could not be installed: ", "cargo-web", "apt-get install ", "network"] {
        assert!(said.err.contains(word), "{word} in {}", said.err);
    }
    assert_eq!(said.out, "", "standard output belongs to the product");
}

#[test]
fn crates_that_cannot_be_fetched_say_so() {
    let machine = Machine::new()
        .plays("cc", "exit 0")
        .plays("make", "exit 0")
        .plays("initdb", "exit 0")
        .plays("cargo", &cargo("echo 'error: could not resolve host' >&2; exit 101"))
        .plays("rustup", "exit 0")
        .plays("rustc", RUSTC);
    let said = machine.homeport(&["demo", "--json"], &[("HOMEPORT_WASM", "rustup")]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("could not resolve host"), "{}", said.err);
    assert!(said.err.contains("The crates could not be fetched."), "{}", said.err);
    assert_eq!(said.out, "");
}

#[test]
fn a_build_that_fails_is_not_started() {
    let machine = Machine::new()
        .plays("cc", "exit 0")
        .plays("make", "exit 0")
        .plays("initdb", "exit 0")
        .plays("cargo", &cargo("case $1 in fetch) ;; *) echo 'error[E0308]' >&2; exit 101 ;; esac"))
        .plays("rustup", "exit 0")
        .plays("rustc", RUSTC);
    let said = machine.homeport(&["demo"], &[("HOMEPORT_WASM", "rustup")]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("error[E0308]") && said.err.contains("The build failed."), "{}", said.err);
    assert!(!said.err.contains("Starting Homeport"), "{}", said.err);
}

#[test]
fn an_old_cargo_is_not_taken() {
    let machine = Machine::new()
        .plays("cargo", "echo 'cargo 1.63.0'")
        .plays("apt-get", "exit 100")
        .plays("sudo", "exec \"$@\"");
    let said = machine.homeport(&["build"], &[]);
    assert!(said.err.contains("cargo-web"), "{}", said.err);
}

#[test]
fn a_wasm_way_that_does_not_exist_is_refused() {
    let machine = Machine::new()
        .plays("cc", "exit 0")
        .plays("make", "exit 0")
        .plays("cargo", &cargo("exit 1"))
        .plays("rustc", RUSTC);
    let said = machine.homeport(&["demo"], &[("HOMEPORT_WASM", "brew")]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("HOMEPORT_WASM is 'brew'"), "{}", said.err);
}

/// What `./homeport test` closes with, out of what cargo said.
fn counted(cargo_failed: bool, log: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log"), log).unwrap();
    let script = format!(
        "source '{}'; count_tests {} <'{}'",
        root().join("scripts/check.sh").display(),
        i32::from(cargo_failed),
        folder.path().join("log").display()
    );
    let said = run(Command::new("bash").args(["-c", &script]));
    (said.code, said.out.lines().last().unwrap_or_default().to_owned())
}

#[test]
fn the_count_is_the_sum_of_all_test_programs() {
    let line = |ok: &str, passed, failed| {
        format!(
            "test result: {ok}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s\n"
        )
    };
    let fine = format!("running 3 tests\n{}noise\n{}", line("ok", 3, 0), line("ok", 120, 0));
    assert_eq!(counted(false, &fine), (0, "123 passed, 0 failed".into()));
    let bad = format!("{}{}", line("ok", 3, 0), line("FAILED", 4, 2));
    assert_eq!(counted(true, &bad), (1, "7 passed, 2 failed".into()));
    assert_eq!(counted(true, &fine), (1, "123 passed, 1 failed".into()));
    assert_eq!(counted(false, ""), (1, "0 passed, 1 failed".into()));
}
