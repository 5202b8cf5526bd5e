//! A web server that takes requests of others, small but real: it keeps them, and answers as it is told.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// How it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answers {
    /// With this status, these further headers and this body.
    With(u16, String, String),
    /// Not at all.
    Never,
}

/// A request that it has taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// `POST /hook HTTP/1.1`.
    pub line: String,
    /// Names are in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Taken {
    /// A header's value; empty where it has none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a body of JSON")
    }
}

/// The server. It ends when it is dropped.
pub struct Receiver {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    listening: JoinHandle<()>,
}

struct State {
    answers: Answers,
    taken: Vec<Taken>,
}

impl Receiver {
    /// Starts one that answers everything with 200.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start() -> Receiver {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("the port's address");
        let answers = Answers::With(200, String::new(), "thanks".into());
        let state = Arc::new(Mutex::new(State { answers, taken: Vec::new() }));
        let shared = state.clone();
        let listening = tokio::spawn(async move {
            let mut serving = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                serving.spawn(serve(stream, shared.clone()));
            }
        });
        Receiver { address, state, listening }
    }

    /// An address of it: `http://127.0.0.1:…/hook`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers so from now on.
    pub fn answer(&self, answers: Answers) {
        locked(&self.state).answers = answers;
    }

    /// What it has taken, the oldest first.
    pub fn taken(&self) -> Vec<Taken> {
        locked(&self.state).taken.clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The HMAC-SHA256 of a text, in hexadecimal digits.
///
/// # Panics
/// Never: a key may have any length.
pub fn hmac_sha256(key: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut stream = BufReader::new(stream);
    while let Some(taken) = read(&mut stream).await {
        let answers = {
            let mut state = locked(&state);
            state.taken.push(taken);
            state.answers.clone()
        };
        let Answers::With(status, headers, body) = answers else {
            tokio::time::sleep(Duration::from_secs(120)).await;
            return;
        };
        let answer =
            format!("HTTP/1.1 {status} Said\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Taken> {
    let mut line = String::new();
    if stream.read_line(&mut line).await.ok()? == 0 {
        return None;
    }
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut text = String::new();
        stream.read_line(&mut text).await.ok()?;
        let Some((name, value)) = text.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse().ok()?;
        }
        headers.push((name, value));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Taken {
        line: line.trim_end().to_owned(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
