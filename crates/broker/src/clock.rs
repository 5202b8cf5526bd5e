//! The times that may run out for a connection: its keep-alive, a pause, a peer that takes nothing.

use crate::conversation::{Conversation, Pause};
use crate::limits::Limits;
use crate::refusal::Ending;
use std::time::Duration;
use tokio::time::Instant;

/// The times that may run out.
pub(crate) struct Clock {
    keep_alive: u16,
    /// How long nothing may be heard for each second of the keep-alive, in milliseconds.
    grace_ms: u64,
    /// When the connection ends whatever happens.
    end: Option<Instant>,
    /// How long reading may pause.
    patience: Duration,
    write_stall: Duration,
    heard: Instant,
    wrote: Instant,
    pause: Option<(Pause, Instant)>,
    /// Packets taken so far.
    taken: u64,
    half: bool,
    writing: bool,
}

impl Clock {
    /// MQTT waits one and a half times the keep-alive; devices of the hub get twice, because one of their SDKs pings late.
    pub(crate) fn new(keep_alive: u16, of_hub: bool, end: Option<Instant>, limits: &Limits) -> Clock {
        let now = Instant::now();
        let patience = match keep_alive {
            0 => limits.pause,
            seconds => Duration::from_millis(u64::from(seconds) * 500),
        };
        Clock {
            keep_alive,
            grace_ms: if of_hub { 2000 } else { 1500 },
            end,
            patience,
            write_stall: limits.write_stall,
            heard: now,
            wrote: now,
            pause: None,
            taken: 0,
            half: false,
            writing: false,
        }
    }

    /// Bytes have come.
    pub(crate) fn heard(&mut self) {
        self.heard = Instant::now();
    }

    /// The peer has taken something.
    pub(crate) fn wrote(&mut self) {
        self.wrote = Instant::now();
    }

    /// How things stand: why nothing is read, whether a packet is begun, whether something is to be written.
    pub(crate) fn observe(&mut self, pause: Option<Pause>, taken: u64, half: bool, writing: bool) {
        let goes_on = std::mem::replace(&mut self.taken, taken) != taken;
        match (pause, self.pause) {
            (Some(pause), was) if goes_on || was.is_none_or(|(was, _)| was != pause) => {
                self.pause = Some((pause, Instant::now()));
            }
            (None, Some(_)) => {
                // It could not be heard meanwhile.
                self.pause = None;
                self.heard();
            }
            _ => {}
        }
        if writing && !self.writing {
            self.wrote();
        }
        self.half = half;
        self.writing = writing;
    }

    /// When to look again, at the latest.
    pub(crate) fn deadline(&self) -> Instant {
        let far = self.heard + Duration::from_secs(3600);
        let listening = match (self.pause, self.silence()) {
            (Some((Pause::Rate(slow), since)), _) => slow.until.min(since + self.patience),
            (Some((_, since)), _) => since + self.patience,
            (None, Some(silence)) => self.heard + silence,
            (None, None) => far,
        };
        let next = if self.writing { listening.min(self.wrote + self.write_stall) } else { listening };
        self.end.map_or(next, |end| next.min(end))
    }

    /// How long nothing may be heard.
    fn silence(&self) -> Option<Duration> {
        let keep_alive =
            (self.keep_alive > 0).then(|| Duration::from_millis(u64::from(self.keep_alive) * self.grace_ms));
        let half = self.half.then_some(self.patience.max(Duration::from_secs(10)));
        keep_alive.into_iter().chain(half).min()
    }

    /// Why the connection ends, if a time has run out.
    pub(crate) fn run_out(&self, conversation: &Conversation) -> Option<Ending> {
        let now = Instant::now();
        if self.end.is_some_and(|end| now >= end) {
            return Some(Ending::Expired);
        }
        if self.writing && now >= self.wrote + self.write_stall {
            return Some(Ending::NotReading);
        }
        match (self.pause, self.silence()) {
            (Some((pause, since)), _) => {
                (now >= since + self.patience).then(|| conversation.paused_too_long(pause))
            }
            (None, Some(silence)) if now >= self.heard + silence => {
                Some(if self.half { Ending::HalfPacket } else { Ending::Silent(self.keep_alive) })
            }
            _ => None,
        }
    }
}
