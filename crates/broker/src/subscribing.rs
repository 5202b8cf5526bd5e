//! What a SUBSCRIBE asks for, entry by entry, and what may be granted.

use crate::answer::Granted;
use crate::filter;
use crate::limit_name::LimitName;
use crate::limits::Limits;
use crate::refusal;
use crate::session_store::Subscription;
use crate::who::Who;
use mqtt_protocol_core::mqtt::packet::{Qos, RetainHandling, SubEntry};
use mqtt_protocol_core::mqtt::result_code::SubackReasonCode;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) filter: Box<str>,
    pub(crate) qos1: bool,
    /// Whether messages keep the mark that they are to be retained.
    pub(crate) as_published: bool,
    /// Whether what is retained is to be told.
    pub(crate) handling: RetainHandling,
}

impl From<&SubEntry> for Wish {
    fn from(entry: &SubEntry) -> Wish {
        let options = entry.sub_opts();
        Wish {
            filter: entry.topic_filter().into(),
            qos1: options.qos() != Qos::AtMostOnce,
            as_published: options.rap(),
            handling: options.rh(),
        }
    }
}

/// A subscription of the session before, which is told nothing anew.
impl From<&Subscription> for Wish {
    fn from(kept: &Subscription) -> Wish {
        Wish {
            filter: kept.filter.clone(),
            qos1: kept.qos1,
            as_published: kept.as_published,
            handling: RetainHandling::DoNotSendRetained,
        }
    }
}

/// What a client wants changed of its subscriptions.
pub(crate) enum Change {
    /// These are to be added; answer with [`crate::session::Session::subscribed`].
    Subscribe { id: u16, wishes: Vec<Result<Wish, No>> },
    /// These are to end; answer with [`crate::session::Session::unsubscribed`].
    Unsubscribe { id: u16, filters: Vec<Box<str>> },
}

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum No {
    /// Not this client's to hear.
    Topic(String),
    /// One subscription too many, or a filter too long.
    Limit(LimitName, String),
    /// A service asks for something that can't be.
    Useless(String),
}

impl No {
    /// The sentence.
    pub(crate) fn reason(&self) -> &str {
        match self {
            No::Topic(text) | No::Limit(_, text) | No::Useless(text) => text,
        }
    }

    /// What stands in the SUBACK.
    pub(crate) fn granted(&self) -> Granted {
        Granted::No(match self {
            No::Topic(_) => SubackReasonCode::NotAuthorized,
            No::Limit(..) => SubackReasonCode::QuotaExceeded,
            No::Useless(_) => SubackReasonCode::ImplementationSpecificError,
        })
    }
}

/// Adds a subscription, or changes its options.
pub(crate) fn add(subscriptions: &mut Vec<Subscription>, wish: Wish) {
    match subscriptions.iter_mut().find(|kept| kept.filter == wish.filter) {
        Some(kept) => (kept.qos1, kept.as_published) = (wish.qos1, wish.as_published),
        None => {
            let Wish { filter, qos1, as_published, .. } = wish;
            subscriptions.push(Subscription { filter, qos1, as_published });
        }
    }
}

/// Whether a wish may be granted to a client that has `subscriptions` already.
pub(crate) fn decide(who: &Who, wish: &Wish, subscriptions: usize, limits: &Limits) -> Result<(), No> {
    if wish.filter.len() > limits.topic_bytes {
        return Err(No::Limit(
            LimitName::TopicLength,
            format!(
                "A filter of {} bytes; the limit “topic length” is {} bytes.",
                wish.filter.len(),
                limits.topic_bytes
            ),
        ));
    }
    if !who.may_subscribe(&wish.filter) {
        return Err(No::Topic(match who {
            Who::Device(identity) => refusal::subscription(identity, &wish.filter),
            Who::Service(_) => format!("“{}” is not a topic filter.", refusal::shorten(&wish.filter)),
        }));
    }
    if filter::shared(&wish.filter).is_some() && !wish.qos1 {
        return Err(No::Useless("A group acknowledges what it has taken: subscribe with QoS 1.".into()));
    }
    if subscriptions >= limits.subscriptions {
        return Err(No::Limit(
            LimitName::Subscriptions,
            format!("The limit “subscriptions of a connection” is {}.", limits.subscriptions),
        ));
    }
    Ok(())
}
