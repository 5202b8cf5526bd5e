//! The way down to devices: a connection of this process to the broker that publishes and hears what became of each
//! message.
//!
//! Nothing waits here for a device or for a broker that is away: what can't be sent now is answered so, and whoever
//! sent it decides.

mod link;

use crate::error::chain;
use crate::line::SignIn;
use crate::outgoing::{Outgoing, OutgoingError};
use domain::outward::{Away, NoAnswer, Outward};
use futures::FutureExt;
use futures::future::BoxFuture;
use ingest::Audience;
pub(crate) use link::Link;
use model::WorkspaceId;
use model::call::{Call, Called};
use model::down::{Delivery, Down};
use model::live::LiveEvent;
use model::topic;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Letters that wait to be sent.
const WAITING: usize = 1024;
/// How long a letter may take until the broker has answered.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The same for messages, which are answered when the device has acknowledged them.
pub(crate) const MESSAGE_PATIENCE: Duration = Duration::from_secs(60);
/// The pause after a lost connection.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the broker hears from us.
const TICK: Duration = Duration::from_secs(10);

/// The post of one process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Post {
    letters: mpsc::Sender<Letter>,
    patience: Duration,
}

/// A message on its way.
struct Letter {
    topic: String,
    down: Down,
    answer: oneshot::Sender<Result<Delivery, Away>>,
}

impl Post {
    /// Opens the post of this process, which nobody else may be called like. It outlives any absence of the broker, and
    /// ends with `stop`. A letter is given up after `patience`.
    pub(crate) fn open(sign_in: SignIn, process: &str, patience: Duration, stop: CancellationToken) -> Post {
        let (letters, to_send) = mpsc::channel(WAITING);
        let client_id = format!("homeport-post-{process}");
        tokio::spawn(stop.run_until_cancelled_owned(run(sign_in, client_id, to_send)));
        Post { letters, patience }
    }

    /// Sends a message down to the device of this scope and id, with QoS 1.
    ///
    /// # Errors
    /// The broker can't be reached, or doesn't take it.
    pub(crate) async fn send(&self, scope: &str, device: &str, down: Down) -> Result<Delivery, Away> {
        let (answer, answered) = oneshot::channel();
        let is_message = topic::is_message(&down.rest);
        let topic = format!("{}{}", topic::prefix(scope, device), down.rest);
        let letter = Letter { topic, down, answer };
        let sent = async {
            self.letters.send(letter).await.map_err(|_| ended())?;
            answered.await.map_err(|_| ended())?
        };
        match tokio::time::timeout(self.patience, sent).await {
            Ok(outcome) => outcome,
            // The device was given it, and has not acknowledged it.
            Err(_) if is_message => Ok(Delivery::NotTaken),
            Err(_) => Err(Away("The broker does not answer".into())),
        }
    }
}

fn ended() -> Away {
    Away("The server is stopping".into())
}

async fn run(sign_in: SignIn, client_id: String, mut letters: mpsc::Receiver<Letter>) {
    let mut was_there = true;
    loop {
        let mut pending = HashMap::new();
        let broken = match Link::open(&sign_in, &client_id).await {
            Err(error) => error,
            Ok(mut link) => {
                was_there = true;
                match carry(&mut link, &mut letters, &mut pending).await {
                    Err(error) => error,
                    Ok(()) => return,
                }
            }
        };
        if std::mem::take(&mut was_there) {
            tracing::warn!(error = %broken, "devices can't be reached over the broker; connecting again");
        }
        let away = Away(format!("The broker can't be reached: {broken}"));
        // Whoever gave up meanwhile needs no answer, here and below.
        pending.into_values().for_each(|answer| drop(answer.send(Err(away.clone()))));
        let again = tokio::time::sleep(PAUSE);
        tokio::pin!(again);
        loop {
            tokio::select! {
                letter = letters.recv() => match letter {
                    Some(letter) => drop(letter.answer.send(Err(away.clone()))),
                    None => return,
                },
                () = &mut again => break,
            }
        }
    }
}

/// Letters whose answers are awaited, by packet id.
type Pending = HashMap<u16, oneshot::Sender<Result<Delivery, Away>>>;

/// Carries letters over one connection until it breaks, or nobody can send any more.
async fn carry(
    link: &mut Link,
    letters: &mut mpsc::Receiver<Letter>,
    pending: &mut Pending,
) -> io::Result<()> {
    let mut tick = tokio::time::interval(TICK);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            read = link.read() => {
                read?;
                heard = Instant::now();
                while let Some((id, outcome)) = link.next()? {
                    if let Some(answer) = pending.remove(&id) {
                        drop(answer.send(outcome));
                    }
                }
            }
            letter = letters.recv(), if pending.len() < link.window() => {
                let Some(letter) = letter else { return Ok(()) };
                send(link, letter, pending)?;
                while pending.len() < link.window() && let Ok(letter) = letters.try_recv() {
                    send(link, letter, pending)?;
                }
                link.flush().await?;
            }
            _ = tick.tick() => {
                if heard.elapsed() > TICK * 3 {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                link.ping()?;
                link.flush().await?;
            }
        }
    }
}

fn send(link: &mut Link, Letter { topic, down, answer }: Letter, pending: &mut Pending) -> io::Result<()> {
    // Whoever gave up doesn't expect it to arrive.
    if answer.is_closed() {
        return Ok(());
    }
    if !link.fits(&topic, &down) {
        drop(answer.send(Err(Away("The message is larger than the broker takes".into()))));
        return Ok(());
    }
    let id = link.publish(topic, down, |id| !pending.contains_key(&id))?;
    pending.insert(id, answer);
    Ok(())
}

/// The ways out of the product: this process's post, and whoever looks.
pub(crate) struct WaysOut {
    pub(crate) post: Option<Post>,
    /// That of messages: devices that take their time hold up nothing else.
    pub(crate) messages: Option<Post>,
    pub(crate) audience: Arc<dyn Audience>,
    /// For requests to addresses that somebody of a workspace names.
    pub(crate) outgoing: Outgoing,
}

impl Outward for WaysOut {
    fn post<'a>(
        &'a self,
        scope: &'a str,
        device: &'a str,
        down: Down,
    ) -> BoxFuture<'a, Result<Delivery, Away>> {
        let post = if topic::is_message(&down.rest) { &self.messages } else { &self.post };
        match post {
            Some(post) => post.send(scope, device, down).boxed(),
            None => async { Err(Away("No broker is configured".into())) }.boxed(),
        }
    }

    fn call(&self, call: Call) -> BoxFuture<'_, Result<Called, NoAnswer>> {
        async move {
            self.outgoing.call(call).await.map_err(|error| match &error {
                OutgoingError::Address(_) => NoAnswer::Refused(sentence(&error)),
                _ => NoAnswer::Away(sentence(&error)),
            })
        }
        .boxed()
    }

    fn tell(&self, workspace: WorkspaceId, event: LiveEvent) {
        if self.audience.is_heard(workspace) {
            self.audience.publish(workspace, event);
        }
    }
}

/// The error with its causes; it begins as a sentence does.
fn sentence(error: &OutgoingError) -> String {
    let text = chain(error);
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}
