//! A wire that can be cut, and that counts what passes: proof of what was said, and a way to make anything fail.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the wire is.
#[derive(Clone, Copy, Default)]
struct Wire {
    stalled: bool,
    closed: bool,
    /// How often it was cut: a cut that is mended at once must not go unnoticed.
    cuts: u64,
}

/// Passes connections on to a port of the loopback.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    counts: Counts,
    wire: watch::Sender<Wire>,
}

/// What passed.
#[derive(Clone, Default)]
struct Counts {
    publishes: Arc<AtomicU64>,
    pubacks: Arc<AtomicU64>,
    held: Arc<AtomicU64>,
}

impl Proxy {
    pub(crate) async fn to(port: u16) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (wire, state) = watch::channel(Wire::default());
        let counts = Counts::default();
        let counting = counts.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !state.borrow().closed {
                    tokio::spawn(pass(client, port, state.clone(), counting.clone()));
                }
            }
        });
        Proxy { port: own, counts, wire }
    }

    /// Ends all connections, and takes no more until mended.
    pub(crate) fn cut(&self) {
        self.wire.send_modify(|wire| *wire = Wire { stalled: false, closed: true, cuts: wire.cuts + 1 });
    }

    /// Holds back whatever clients send, until mended or cut.
    pub(crate) fn stall(&self) {
        self.wire.send_modify(|wire| wire.stalled = true);
    }

    pub(crate) fn mend(&self) {
        self.wire.send_modify(|wire| *wire = Wire { cuts: wire.cuts, ..Wire::default() });
    }

    /// How many PUBACKs the clients have sent; meaningful on the way to a broker only.
    pub(crate) fn pubacks(&self) -> u64 {
        self.counts.pubacks.load(Ordering::SeqCst)
    }

    /// How many PUBLISHes a broker behind it has sent.
    pub(crate) fn publishes(&self) -> u64 {
        self.counts.publishes.load(Ordering::SeqCst)
    }

    /// How many bytes were held back so far.
    pub(crate) fn held(&self) -> u64 {
        self.counts.held.load(Ordering::SeqCst)
    }
}

async fn pass(client: TcpStream, port: u16, wire: watch::Receiver<Wire>, counts: Counts) {
    let cuts = wire.borrow().cuts;
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (mut flows, mut cut) = (wire.clone(), wire);
    let up = async {
        let mut packets = Packets::of(4);
        let mut bytes = vec![0; 64 << 10];
        while let Ok(n @ 1..) = from_client.read(&mut bytes).await {
            if flows.borrow().stalled {
                counts.held.fetch_add(n as u64, Ordering::SeqCst);
            }
            let open = flows.wait_for(|wire| !wire.stalled).await.is_ok();
            if !open || to_server.write_all(&bytes[..n]).await.is_err() {
                break;
            }
            counts.pubacks.fetch_add(packets.count(&bytes[..n]), Ordering::SeqCst);
        }
    };
    let down = async {
        let mut packets = Packets::of(3);
        let mut bytes = vec![0; 64 << 10];
        while let Ok(n @ 1..) = from_server.read(&mut bytes).await {
            if to_client.write_all(&bytes[..n]).await.is_err() {
                break;
            }
            counts.publishes.fetch_add(packets.count(&bytes[..n]), Ordering::SeqCst);
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
        _ = cut.wait_for(|wire| wire.cuts > cuts) => {}
    }
}

/// Finds packets in a stream of MQTT: a type, a length of one to four bytes, and so many bytes.
struct Packets {
    kind: u8,
    rest: Vec<u8>,
}

impl Packets {
    fn of(kind: u8) -> Packets {
        Packets { kind, rest: Vec::new() }
    }

    /// How many of the kind end in these bytes.
    fn count(&mut self, bytes: &[u8]) -> u64 {
        self.rest.extend_from_slice(bytes);
        let mut found = 0;
        while let Some(length) = self.first() {
            found += u64::from(self.rest[0] >> 4 == self.kind);
            self.rest.drain(..length);
        }
        found
    }

    /// The length of the first packet, if it is whole.
    fn first(&self) -> Option<usize> {
        let mut length = 0;
        for (i, byte) in self.rest.iter().skip(1).take(4).enumerate() {
            length |= usize::from(byte & 0x7f) << (7 * i);
            if byte & 0x80 == 0 {
                return Some(2 + i + length).filter(|all| *all <= self.rest.len());
            }
        }
        None
    }
}
