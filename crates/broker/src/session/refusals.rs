//! What a session refuses, and the limits that strike in it: counted, and written down for the device's log.

use super::Session;
use crate::limit_name::LimitName;
use crate::refusal::{Breach, Ending};
use model::event::EventKind;
use mqtt_protocol_core::mqtt::result_code::DisconnectReasonCode;

impl Session {
    /// The end for a topic that is not its own.
    pub(super) fn topic_refused(&self, text: String) -> Ending {
        Ending::Broke(Breach {
            kind: EventKind::TopicRefused,
            limit: None,
            text,
            code: DisconnectReasonCode::NotAuthorized,
        })
    }

    /// A limit that doesn't end the connection.
    pub(crate) fn limit_struck(&mut self, limit: LimitName, text: String) {
        self.events.push((EventKind::LimitReached, text));
        self.struck.push(limit);
    }

    /// Notes a refusal, of a topic or for a limit; ends the connection when there have been too many.
    pub(super) fn count_refusal(&mut self, limit: Option<LimitName>, reason: &str) -> Option<Ending> {
        self.refusals += 1;
        if self.refusals >= self.limits.refusals {
            let text = format!(
                "{reason} This was refusal number {} on one connection, which is the limit.",
                self.refusals
            );
            return Some(Ending::Broke(Breach {
                kind: if limit.is_some() { EventKind::LimitReached } else { EventKind::TopicRefused },
                limit: Some(LimitName::Refusals),
                text,
                code: DisconnectReasonCode::NotAuthorized,
            }));
        }
        match limit {
            Some(limit) => self.limit_struck(limit, reason.to_owned()),
            None => self.events.push((EventKind::TopicRefused, reason.to_owned())),
        }
        None
    }
}
