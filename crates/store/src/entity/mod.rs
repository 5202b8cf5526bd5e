//! The tables as the mapper sees them, one file each. What leaves this crate are the nouns of `model`.
#![expect(unreachable_pub, reason = "the mapper's derives make public items")]

pub(crate) mod device;
pub(crate) mod device_event;
pub(crate) mod device_organization;
pub(crate) mod membership;
pub(crate) mod organization;
pub(crate) mod person;
pub(crate) mod template;
pub(crate) mod web_session;
pub(crate) mod workspace;
