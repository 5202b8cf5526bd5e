//! Programs of `jq`, as people write them. They run in a process of their own, without an environment, with a bounded memory:
//! one that runs away is ended, and takes nothing with it.

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long a program may take for a message.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long it may take to begin: the process is loaded, and the program read.
const BEGIN: Duration = Duration::from_secs(10);
/// What the process may take, in bytes.
const MEMORY: u64 = 512 << 20;
/// Most that may come of one message.
const OUT_MAX: usize = 1_000;
/// Largest that may come of one message, in bytes.
const BYTES_MAX: usize = 1 << 20;

/// The word by which the product is told to be such a process.
pub const WORD: &str = "jq-worker";

/// Why nothing comes of a message, or of a program at all.
#[derive(Debug, thiserror::Error)]
pub enum JqError {
    /// The program can't be read; a sentence.
    #[error("{0}")]
    Program(String),
    /// It fails for this message; a sentence.
    #[error("{0}")]
    Message(String),
    /// It took too long, or too much, and was ended.
    #[error("The program took longer than a second, or too much memory.")]
    RanAway,
    /// The process can't be had.
    #[error("no process for the program can be had")]
    Process(#[source] std::io::Error),
}

/// What is asked first.
#[derive(Serialize, Deserialize)]
struct Programs {
    condition: String,
    transform: String,
}

/// What is answered to it, and to each message.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    /// What comes of it.
    Out(Vec<Value>),
    /// The condition doesn't hold.
    LeftOut,
    /// Why nothing comes of it.
    Wrong(String),
}

/// A condition and a transform that run. Its process ends with it.
pub struct Program {
    child: Child,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts both; empty: there is none.
    ///
    /// # Errors
    /// A program can't be read, or no process can be had.
    pub async fn start(condition: &str, transform: &str) -> Result<Program, JqError> {
        let mut child = Command::new(product().map_err(JqError::Process)?)
            .arg(WORD)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(JqError::Process)?;
        let (Some(asks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(JqError::Process(std::io::ErrorKind::BrokenPipe.into()));
        };
        let mut program = Program { child, asks, answers: BufReader::new(answers).lines() };
        let programs = Programs { condition: condition.to_owned(), transform: transform.to_owned() };
        match program.ask(&programs, BEGIN).await? {
            Answer::Wrong(why) => Err(JqError::Program(why)),
            _ => Ok(program),
        }
    }

    /// What comes of a message; nothing where the condition doesn't hold. After [`JqError::RanAway`] it is gone.
    ///
    /// # Errors
    /// It fails for this message, or takes too long.
    pub async fn run(&mut self, message: &Value) -> Result<Option<Vec<Value>>, JqError> {
        match self.ask(message, PATIENCE).await {
            Ok(Answer::Out(out)) => Ok(Some(out)),
            Ok(Answer::LeftOut) => Ok(None),
            Ok(Answer::Wrong(why)) => Err(JqError::Message(why)),
            Err(error) => {
                let _ = self.child.start_kill();
                Err(error)
            }
        }
    }

    async fn ask(&mut self, what: &impl Serialize, patience: Duration) -> Result<Answer, JqError> {
        let mut line = serde_json::to_vec(what).map_err(|error| JqError::Message(error.to_string()))?;
        line.push(b'\n');
        let asking = async {
            self.asks.write_all(&line).await?;
            self.answers.next_line().await
        };
        match tokio::time::timeout(patience, asking).await {
            Ok(Ok(Some(answer))) => serde_json::from_str(&answer).map_err(|_| JqError::RanAway),
            // It is gone, by itself or by its bounds; or it thinks for too long.
            Ok(Ok(None) | Err(_)) | Err(_) => Err(JqError::RanAway),
        }
    }
}

/// The product's own program. Tests are programs of their own: the product lies above them.
fn product() -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let is_product = own.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("homeport"));
    match own.parent().and_then(|folder| folder.parent()) {
        Some(above) if !is_product && above.join("homeport").exists() => Ok(above.join("homeport")),
        _ => Ok(own),
    }
}

/// The process itself: reads programs from one line, then a message from each, and answers by a line.
///
/// # Errors
/// Whoever asked is gone.
pub fn work() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Data, Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) })?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    // Deep recursion ends the thread's stack, and with it this process alone.
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(answer_all)?;
    thread.join().unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))
}

fn answer_all() -> std::io::Result<()> {
    let (mut asks, mut answers) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut say = |answer: &Answer| {
        serde_json::to_writer(&mut answers, answer)?;
        answers.write_all(b"\n")?;
        answers.flush()
    };
    let mut line = String::new();
    asks.read_line(&mut line)?;
    let Programs { condition, transform } = serde_json::from_str(&line)?;
    let read = |text: &str| (!text.is_empty()).then(|| compiled(text)).transpose();
    let (condition, transform) = match (read(&condition), read(&transform)) {
        (Ok(condition), Ok(transform)) => (condition, transform),
        (Err(why), _) | (_, Err(why)) => return say(&Answer::Wrong(why)),
    };
    say(&Answer::Out(Vec::new()))?;
    loop {
        line.clear();
        if asks.read_line(&mut line)? == 0 {
            return Ok(());
        }
        say(&answered(condition.as_ref(), transform.as_ref(), line.trim_end()))?;
    }
}

type Filter = jaq_core::compile::Filter<jaq_core::Native<data::JustLut<Val>>>;

fn compiled(text: &str) -> Result<Filter, String> {
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let modules = Loader::new(defs).load(&arena, File { code: text, path: () }).map_err(|errors| {
        let found = errors.iter().find_map(|(_, error)| match error {
            jaq_core::load::Error::Lex(found) => found.first().map(|(wanted, at)| near(wanted.as_str(), at)),
            jaq_core::load::Error::Parse(found) => {
                found.first().map(|(wanted, at)| near(wanted.as_str(), at))
            }
            jaq_core::load::Error::Io(_) => Some("Nothing can be loaded from files.".to_owned()),
        });
        found.unwrap_or_else(|| "This is no program of jq.".to_owned())
    })?;
    jaq_core::Compiler::default().with_funs(funs).compile(modules).map_err(|errors| {
        let name = errors.iter().flat_map(|(_, found)| found).next().map(|(name, _)| *name);
        match name {
            Some(name) => format!("There is no “{name}” in jq."),
            None => "This is no program of jq.".to_owned(),
        }
    })
}

fn near(wanted: &str, at: &str) -> String {
    let at: String = at.chars().take(20).collect();
    match at.is_empty() {
        true => format!("It ends where {wanted} is expected."),
        false => format!("Near “{at}”, {wanted} is expected."),
    }
}

/// What comes of a message by these programs.
fn answered(condition: Option<&Filter>, transform: Option<&Filter>, message: &str) -> Answer {
    let message = match read::parse_single(message.as_bytes()) {
        Ok(message) => message,
        Err(error) => return Answer::Wrong(error.to_string()),
    };
    let run = |filter: &Filter, message: Val, most: usize| {
        let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
        let mut out = Vec::new();
        for one in filter.id.run((context, message)).map(unwrap_valr).take(most + 1) {
            out.push(one.map_err(|error| error.to_string())?);
        }
        Ok::<_, String>(out)
    };
    if let Some(condition) = condition {
        match run(condition, message.clone(), 0) {
            Ok(out) if matches!(out.first(), None | Some(Val::Null | Val::Bool(false))) => {
                return Answer::LeftOut;
            }
            Ok(_) => {}
            Err(why) => return Answer::Wrong(why),
        }
    }
    let out = match transform {
        Some(transform) => match run(transform, message, OUT_MAX) {
            Ok(out) => out,
            Err(why) => return Answer::Wrong(why),
        },
        None => vec![message],
    };
    if out.len() > OUT_MAX {
        return Answer::Wrong(format!("More than {OUT_MAX} messages come of one."));
    }
    let (mut values, mut bytes) = (Vec::with_capacity(out.len()), 0);
    for one in out {
        let text = one.to_string();
        bytes += text.len();
        if bytes > BYTES_MAX {
            return Answer::Wrong(format!("More than {BYTES_MAX} bytes come of one message."));
        }
        match serde_json::from_str(&text) {
            Ok(value) => values.push(value),
            Err(_) => return Answer::Wrong("What comes of it can't be written as JSON.".to_owned()),
        }
    }
    Answer::Out(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(condition: &str, transform: &str, message: &str) -> String {
        let read = |text: &str| (!text.is_empty()).then(|| compiled(text).unwrap());
        let (condition, transform) = (read(condition), read(transform));
        serde_json::to_string(&answered(condition.as_ref(), transform.as_ref(), message)).unwrap()
    }

    #[test]
    fn programs_do_what_jq_does() {
        let message = r#"{"deviceId":"pump","telemetry":{"t":21.5,"n":3}}"#;
        for (condition, transform, wanted) in [
            ("", ".telemetry.t", r#"{"out":[21.5]}"#),
            (".telemetry.t > 20", "{id: .deviceId}", r#"{"out":[{"id":"pump"}]}"#),
            (".telemetry.t > 30", ".", r#""left-out""#),
            ("empty", ".", r#""left-out""#),
            (
                "",
                ".telemetry | to_entries[] | {name: .key, value}",
                r#"{"out":[{"name":"t","value":21.5},{"name":"n","value":3}]}"#,
            ),
            ("", "empty", r#"{"out":[]}"#),
            ("", ".deviceId | test(\"^p\")", r#"{"out":[true]}"#),
        ] {
            assert_eq!(said(condition, transform, message), wanted, "{condition} {transform}");
        }
        assert!(said("", ".telemetry.t | keys", message).contains("wrong"));
        assert!(said("", "range(2000)", message).contains("More than 1000"));
        assert!(said("", "[range(300000)]", message).contains("bytes"));
    }

    #[test]
    fn what_is_no_program_is_told_with_its_place() {
        for (program, wanted) in [("{a:", "ends"), (". | nosuch", "nosuch"), ("$x", "x"), (". )", ")")] {
            let why = compiled(program).err().unwrap_or_else(|| panic!("{program} is read"));
            assert!(why.contains(wanted), "{program}: {why}");
        }
    }
}
