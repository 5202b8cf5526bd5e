//! A mail server, small but real: it speaks SMTP on a port of its own, and behaves as badly as it is told.

use base64::{Engine, engine::general_purpose::STANDARD};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// How long a silent server says nothing before it hangs up.
const SILENCE: Duration = Duration::from_secs(60);

/// How it behaves towards whoever connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Takes every mail.
    #[default]
    Takes,
    /// Refuses every mail for now (451).
    Busy,
    /// Refuses every mail for good (550).
    Refuses,
    /// Takes connections and says nothing.
    Silent,
    /// Breaks the connection after the mail's last line, without an answer.
    Breaks,
}

/// A mail that it has taken.
#[derive(Clone, Debug)]
pub struct Received {
    /// To whom, as the envelope says.
    pub to: String,
    /// Head and body as they came over the wire.
    pub raw: String,
}

/// The server. It ends when it is dropped.
pub struct SmtpServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    way: Way,
    mails: Vec<Received>,
}

impl SmtpServer {
    /// Starts one that takes every mail.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start() -> SmtpServer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("the port's address");
        let state = Arc::new(Mutex::new(State::default()));
        let listening = Mutex::new(Some(listen(listener, state.clone())));
        SmtpServer { address, state, listening }
    }

    /// Where it is: `smtp://127.0.0.1:…`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Behaves so from now on.
    pub fn behave(&self, way: Way) {
        locked(&self.state).way = way;
    }

    /// Closes its port and its connections.
    pub fn close(&self) {
        if let Some(listening) = self.listening.lock().unwrap_or_else(PoisonError::into_inner).take() {
            listening.abort();
        }
    }

    /// Opens its port again.
    ///
    /// # Panics
    /// When somebody else has taken the port.
    pub async fn open(&self) {
        let listener = crate::eventually("the mail server's port is free again", async || {
            TcpListener::bind(self.address).await.ok()
        })
        .await;
        *self.listening.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(listen(listener, self.state.clone()));
    }

    /// What it has taken, the first first.
    pub fn mails(&self) -> Vec<Received> {
        locked(&self.state).mails.clone()
    }

    /// Waits for a mail to this address whose subject or text holds these words, and takes it away.
    ///
    /// # Panics
    /// When none comes.
    pub async fn mail(&self, to: &str, words: &str) -> Received {
        crate::eventually(&format!("a mail to {to} about “{words}” comes"), async || {
            let mut state = locked(&self.state);
            let found = state.mails.iter().position(|mail| {
                mail.to == to && (mail.text().contains(words) || mail.subject().contains(words))
            });
            found.map(|at| state.mails.remove(at))
        })
        .await
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.close();
    }
}

impl Received {
    /// A field of its head, decoded.
    pub fn field(&self, name: &str) -> Option<String> {
        let head = self.raw.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        let line = head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })?;
        Some(words(&line))
    }

    /// Its subject.
    pub fn subject(&self) -> String {
        self.field("subject").unwrap_or_default()
    }

    /// Its plain text.
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    /// Its HTML.
    pub fn html(&self) -> String {
        self.part("text/html")
    }

    /// The path of the first link in it that begins with `start` (`/invitation/`).
    ///
    /// # Panics
    /// When there is none.
    pub fn path(&self, start: &str) -> String {
        let text = self.text();
        let at = text.find(start).unwrap_or_else(|| panic!("no link with {start} in:\n{text}"));
        text[at..].split_whitespace().next().unwrap_or_default().to_owned()
    }

    fn part(&self, kind: &str) -> String {
        let at = self.raw.find(&format!("Content-Type: {kind}")).unwrap_or_else(|| panic!("no {kind}"));
        let (head, rest) = self.raw[at..].split_once("\r\n\r\n").expect("a part has a body");
        let body = rest.split("\r\n--").next().unwrap_or_default();
        let head = head.to_ascii_lowercase();
        if head.contains("base64") {
            let packed: String = body.split_whitespace().collect();
            return String::from_utf8_lossy(&STANDARD.decode(packed).expect("base64")).replace("\r\n", "\n");
        }
        let text = if head.contains("quoted-printable") { unquoted(body) } else { body.to_owned() };
        text.replace("\r\n", "\n")
    }
}

/// Quoted-printable, decoded.
fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        match (bytes[at], code) {
            (b'=', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Encoded words of a head (`=?utf-8?b?…?=`), decoded.
fn words(line: &str) -> String {
    let (mut out, mut after_encoded) = (Vec::new(), false);
    for (index, word) in line.split(' ').enumerate() {
        let inner = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        let decoded = inner.and_then(|inner| STANDARD.decode(inner).ok());
        // The space between two encoded words is none.
        if index > 0 && !(after_encoded && decoded.is_some()) {
            out.push(b' ');
        }
        after_encoded = decoded.is_some();
        out.extend(decoded.unwrap_or_else(|| word.as_bytes().to_vec()));
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen(listener: TcpListener, state: Arc<Mutex<State>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        // They end with the port.
        let mut conversations = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            conversations.spawn(talk(stream, state.clone()));
        }
    })
}

async fn talk(stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    if locked(&state).way == Way::Silent {
        tokio::time::sleep(SILENCE).await;
        return None;
    }
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut to = String::new();
    writer.write_all(b"220 test\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let way = locked(&state).way;
        if way == Way::Silent {
            tokio::time::sleep(SILENCE).await;
            return None;
        }
        let answer = match line.get(..4).map(str::to_ascii_uppercase).as_deref() {
            Some("EHLO" | "HELO") => "250 test",
            Some("MAIL") => "250 OK",
            Some("RCPT") if way == Way::Busy => "451 Come back later",
            Some("RCPT") if way == Way::Refuses => "550 Nobody here",
            Some("RCPT") => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 OK"
            }
            Some("DATA") => {
                writer.write_all(b"354 Go on\r\n").await.ok()?;
                let mut raw = String::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    raw.push_str("\r\n");
                }
                if way == Way::Breaks {
                    return None;
                }
                locked(&state).mails.push(Received { to: to.clone(), raw });
                "250 Taken"
            }
            Some("QUIT") => {
                writer.write_all(b"221 Bye\r\n").await.ok()?;
                return Some(());
            }
            _ => "250 OK",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}
