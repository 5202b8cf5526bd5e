//! Other people's clients against the broker, each in both versions: what they were told, in their own words.
//!
//! A script beside this file leads a client: a test tells it what to do, and it tells what happened. One process, one
//! broker and one ingestion serve all scenes of a client and version, so that the whole takes seconds.

mod connecting;
mod ending;
mod hearing;
pub(crate) mod ingestion;
mod led;
mod publishing;

use crate::setup::TestBroker;
use broker::Limits;
use ingestion::Ingestion;
use led::Led;
pub(crate) use led::Program;

/// Messages that a device may have unacknowledged.
const WINDOW: u16 = 5;
/// The largest body and the largest packet, in bytes: small, so that a client is through with what is too large.
const BODY: usize = 8 * 1024;
const PACKET: usize = 16 * 1024;

/// Who plays in a scene.
struct Stage {
    broker: TestBroker,
    led: Led,
    ingestion: Ingestion,
}

/// Plays every scene with a client.
pub(crate) async fn play(program: Program, v5: bool) {
    let limits =
        Limits { device_window: WINDOW, body_bytes: BODY, packet_bytes: PACKET, ..Limits::default() };
    let broker = TestBroker::limited(limits).await;
    let ingestion = Ingestion::start(&broker).await;
    let led = Led::start(program, broker.port, v5);
    let mut stage = Stage { broker, led, ingestion };
    connecting::play(&mut stage).await;
    publishing::play(&mut stage).await;
    hearing::play(&mut stage).await;
    ending::play(&mut stage).await;
}
