//! One connection: its handshake, then reading and writing at once until it ends.
//!
//! One task owns the socket. It waits for whichever comes first: bytes to read, room to write, mail, a time that
//! runs out. Neither side waits for the other: what a peer doesn't read waits in a bounded buffer.

use crate::clock::Clock;
use crate::conversation::Conversation;
use crate::dps;
use crate::figures::Refused;
use crate::gathering::Gathering;
use crate::handshake::{greet, sign_in};
use crate::refusal::Ending;
use crate::running::Shared;
use bytes::BytesMut;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument;
use tracing::field::Empty;

/// Where a connection comes from.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) secure: bool,
    /// Whether it came through a WebSocket and not through a port of the broker's own.
    pub(crate) websocket: bool,
    /// The certificates that it has shown, DER: first the one that it has proved to hold the key of, then its issuers.
    pub(crate) certificates: Vec<Vec<u8>>,
}

impl Peer {
    /// What lies beneath MQTT, as people call it.
    pub(crate) fn transport(&self) -> &'static str {
        match (self.websocket, self.secure) {
            (false, false) => "TCP",
            (false, true) => "TLS",
            (true, false) => "WebSocket",
            (true, true) => "WebSocket with TLS",
        }
    }
}

/// How long the last words to a client may take.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Smallest and largest room for one read, in bytes.
///
/// Most connections are idle most of the time, and each keeps the smallest.
pub(crate) const READ: std::ops::Range<usize> = 256..64 * 1024;

/// Both directions of a socket, and what has been read and not yet taken.
pub(crate) struct Wire<S> {
    pub(crate) reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    pub(crate) input: BytesMut,
}

impl<S: AsyncRead + AsyncWrite> Wire<S> {
    /// Writes all of this.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !bytes.is_empty() {
            self.writer.write_all(bytes).await?;
            self.writer.flush().await?;
        }
        Ok(())
    }
}

/// Serves a connection until it ends. The CONNECT has to be complete by `deadline`.
pub(crate) async fn serve<S>(shared: Arc<Shared>, stream: S, peer: Peer, deadline: Instant)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (reader, writer) = tokio::io::split(stream);
    let mut wire = Wire { reader, writer, input: BytesMut::with_capacity(READ.start) };
    let greeted = tokio::select! {
        () = shared.cancel.cancelled() => return,
        greeted = timeout_at(deadline, Box::pin(greet(&shared, &mut wire))) => greeted.unwrap_or_else(|_| {
            tracing::debug!(%peer.address, "no CONNECT in time");
            None
        }),
    };
    let Some((mqtt, greeting)) = greeted else {
        shared.counts.refused(Refused::Unreadable);
        return;
    };
    if let Some(of) = greeting.registrant() {
        Box::pin(dps::serve(&shared, &mut wire, mqtt, greeting, &of, &peer)).await;
        return;
    }
    // Traces show what a handshake waited for; a conversation is no part of it, it may go on for months.
    let span = tracing::info_span!("handshake", transport = peer.transport(), welcome = Empty);
    // What the handshake needs is large, and gone when it is over: not a part of what stays.
    let signing_in = sign_in(&shared, &mut wire, mqtt, greeting, peer).instrument(span.clone());
    let signed_in = Box::pin(signing_in).await;
    span.record("welcome", signed_in.is_some());
    drop(span);
    if let Some((conversation, keep_alive)) = signed_in {
        converse(&shared, wire, conversation, keep_alive).await;
    }
}

/// Reads and writes until the connection ends.
async fn converse<S>(shared: &Shared, mut wire: Wire<S>, mut conversation: Box<Conversation>, keep_alive: u16)
where
    S: AsyncRead + AsyncWrite,
{
    let ending = run(shared, &mut wire, &mut conversation, keep_alive).await;
    Box::pin(conversation.conclude(&ending)).await;
    let left = conversation.session.out.split();
    drop(conversation);
    if !matches!(ending, Ending::Lost(_) | Ending::NotReading) {
        Box::pin(last_words(&mut wire, &left)).await;
    }
}

async fn run<S>(
    shared: &Shared,
    wire: &mut Wire<S>,
    conversation: &mut Conversation,
    keep_alive: u16,
) -> Ending
where
    S: AsyncRead + AsyncWrite,
{
    let mailbox = conversation.mailbox();
    let session = &conversation.session;
    let mut clock = Clock::new(keep_alive, session.is_of_hub(), session.ends(), &shared.limits);
    let timer = tokio::time::sleep_until(clock.deadline());
    tokio::pin!(timer);
    let mut room = READ.start;
    let mut unflushed = false;
    let mut gathering = Gathering::default();
    loop {
        let step = conversation.take_mail().and_then(|()| conversation.take_in(&mut wire.input));
        let wanted = match step {
            Ok(wanted) => wanted,
            Err(ending) => return ending,
        };
        if !gathering.puts_off_giving() && conversation.deliver() {
            gathering.has_given(Instant::now());
        }
        let pause = conversation.pause();
        let taken = conversation.taken;
        let out = &mut conversation.session.out;
        clock.observe(pause, taken, !wire.input.is_empty(), unflushed || !out.is_empty());
        let gathered = gathering.until().filter(|until| *until < clock.deadline());
        if let Some(deadline) = gathered.or((clock.deadline() < timer.deadline()).then(|| clock.deadline()))
            && deadline != timer.deadline()
        {
            timer.as_mut().reset(deadline);
        }
        if pause.is_none() {
            make_room(&mut wire.input, wanted.max(room));
        }
        tokio::select! {
            () = shared.cancel.cancelled() => return Ending::ShuttingDown,
            () = mailbox.wait(), if !gathering.puts_off_giving() => gathering.has_mail(),
            read = wire.reader.read_buf(&mut wire.input), if pause.is_none() && !gathering.puts_off_reading() => match read {
                Ok(0) => return Ending::Lost("closed without a DISCONNECT".into()),
                Ok(_) => {
                    clock.heard();
                    let more_waits = wire.input.len() == wire.input.capacity();
                    if conversation.waits_for_acknowledgements() && !more_waits {
                        gathering.has_read(Instant::now());
                    }
                    room = match wire.input.len() {
                        _ if more_waits => (room * 2).min(READ.end),
                        little if little < room / 4 => (room / 2).max(READ.start),
                        _ => room,
                    };
                }
                Err(error) => return Ending::Lost(error.to_string()),
            },
            pushed = push(&mut wire.writer, out), if unflushed || !out.is_empty() => match pushed {
                Ok(written) => {
                    unflushed = written > 0;
                    clock.wrote();
                }
                Err(error) => return Ending::Lost(error.to_string()),
            },
            () = &mut timer => {
                if let Some(ending) = clock.run_out(conversation) {
                    return ending;
                }
                gathering.look(Instant::now());
                timer.as_mut().reset(clock.deadline());
            }
        }
    }
}

/// Writes some of what is to be written, or where that is nothing, sends on what the transport still holds. Returns
/// how many bytes were written.
async fn push<S: AsyncWrite>(writer: &mut WriteHalf<S>, out: &mut BytesMut) -> io::Result<usize> {
    if out.is_empty() {
        writer.flush().await?;
        return Ok(0);
    }
    let written = writer.write_buf(out).await?;
    if written == 0 {
        return Err(io::ErrorKind::WriteZero.into());
    }
    if out.is_empty() && out.capacity() > READ.end {
        *out = BytesMut::new();
    }
    Ok(written)
}

/// Room to read into. An idle connection keeps little.
fn make_room(input: &mut BytesMut, wanted: usize) {
    if input.is_empty() && input.capacity() > 4 * wanted {
        *input = BytesMut::new();
    }
    if input.capacity() - input.len() < READ.start.min(wanted) || input.is_empty() {
        input.reserve(wanted.min(READ.end));
    }
}

/// Writes what is left to say and closes. Reads on for a moment: a socket closed over unread bytes may take back
/// what was just written.
pub(crate) async fn last_words<S>(wire: &mut Wire<S>, words: &[u8])
where
    S: AsyncRead + AsyncWrite,
{
    let said = timeout(LAST_WORDS, async {
        wire.writer.write_all(words).await?;
        wire.writer.shutdown().await?;
        for _ in 0..64 {
            wire.input.clear();
            wire.input.reserve(4096);
            if wire.reader.read_buf(&mut wire.input).await? == 0 {
                break;
            }
        }
        Ok::<(), io::Error>(())
    });
    if let Ok(Err(error)) = said.await {
        tracing::debug!(%error, "the client went before the last words");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpStream;

    /// The size of what a function gives, without calling it.
    fn given<A, B, C, D, F>(_: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    /// Ten thousand connections that say nothing are to fit into 100 MB with all that is around them.
    #[test]
    fn what_an_idle_connection_keeps_is_small() {
        let all = given(serve::<TcpStream>) + size_of::<Conversation>();
        assert!(all <= 4096, "{all} bytes");
    }
}
