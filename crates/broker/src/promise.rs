//! What the sender of a message to a device is owed: to hear whether the device has acknowledged it.

use crate::mailbox::{Mailbox, Settled};
use mqtt_protocol_core::mqtt::result_code::PubackReasonCode;
use std::sync::Arc;

/// Goes with a message to its device. Dropped on the way, with a connection that ends or a message that has run out, it
/// tells the sender that the message was not taken.
pub(crate) struct Promise {
    sender: Arc<Mailbox>,
    /// The sender's how many-th publication.
    number: u64,
    open: bool,
}

impl Promise {
    pub(crate) fn new(sender: Arc<Mailbox>, number: u64) -> Promise {
        Promise { sender, number, open: true }
    }

    /// The device has it.
    pub(crate) fn keep(mut self) {
        self.tell(None);
    }

    /// The device doesn't want it.
    pub(crate) fn refuse(mut self) {
        self.tell(Some(PubackReasonCode::ImplementationSpecificError));
    }

    fn tell(&mut self, refused: Option<PubackReasonCode>) {
        if std::mem::take(&mut self.open) {
            let settled = Settled { number: self.number, refused };
            self.sender.post(|mail| mail.settled.push(settled));
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.tell(Some(PubackReasonCode::UnspecifiedError));
    }
}
