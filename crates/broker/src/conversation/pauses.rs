//! When nothing is read from a peer, why, and what that comes to when it lasts.

use super::Conversation;
use crate::answer::Dialect;
use crate::limit_name::LimitName;
use crate::rate::Slow;
use crate::refusal::Ending;
use mqtt_protocol_core::mqtt::result_code::DisconnectReasonCode;

/// Why nothing is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// A message waits for room in the budgets.
    Room,
    /// Too many messages are unacknowledged.
    Window,
    /// The client doesn't read what it is sent.
    Output,
    /// Messages come faster than they may, until a time.
    Rate(Slow),
    /// Subscriptions or retained messages are being kept or looked up.
    Keeping,
}

impl Conversation {
    /// Why nothing more can be taken, if so.
    pub(crate) fn pause(&self) -> Option<Pause> {
        let limits = &self.shared.limits;
        let full = self.session.dialect == Dialect::V3
            && self.session.who.device().is_some()
            && self.session.unsettled() >= usize::from(limits.device_window);
        match () {
            () if self.held.is_some() => Some(Pause::Room),
            () if self.unkept.is_some() || self.asked.is_some() => Some(Pause::Keeping),
            () if full => Some(Pause::Window),
            // Our answers may go beyond what is forwarded, but not without end.
            () if self.session.out.len() >= 4 * limits.write_bytes => Some(Pause::Output),
            () => self.slow.as_deref().copied().map(Pause::Rate),
        }
    }

    /// A pause that has lasted too long: which limit it was.
    pub(crate) fn paused_too_long(&self, pause: Pause) -> Ending {
        let limits = &self.shared.limits;
        let text = match pause {
            Pause::Output => return Ending::NotReading,
            Pause::Keeping => return Ending::Unkept,
            Pause::Rate(slow) => return Conversation::too_fast(&slow),
            Pause::Room => format!(
                "Messages can't be taken now: too many wait to be stored. The limit “waiting messages” is {} bytes \
                 a workspace and {} bytes in all. Nothing that was not acknowledged was kept.",
                limits.waiting_bytes_per_workspace, limits.waiting_bytes
            ),
            Pause::Window => format!(
                "More messages than the limit “in-flight window” of {} waited for their acknowledgement for too long.",
                limits.device_window
            ),
        };
        let limit = if pause == Pause::Room { LimitName::WaitingMessages } else { LimitName::InFlightWindow };
        Ending::limit(limit, text, DisconnectReasonCode::QuotaExceeded)
    }
}
