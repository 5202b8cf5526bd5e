//! How fast a device and a workspace may send.
//!
//! A message that has been read is taken. What goes beyond the burst is made up for by not reading on until it is
//! paid back, so nothing is kept for it and nobody else waits. Of a device that stays beyond its rate for longer than
//! the allowed pause, the connection is closed. A workspace beyond its rate is only slowed down: its devices would
//! otherwise be closed for what their neighbours send.

use crate::gate::Identity;
use crate::limit_name::LimitName;
use crate::limits::Limits;
use model::{DeviceId, WorkspaceId};
use mqtt_protocol_core::mqtt::result_code::DisconnectReasonCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Which rate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rate {
    DeviceMessages,
    DeviceBytes,
    WorkspaceMessages,
    WorkspaceBytes,
}

impl Rate {
    /// The limit's name and value.
    pub(crate) fn limit(self, limits: &Limits) -> String {
        match self {
            Rate::DeviceMessages => {
                format!("“messages of a device” is {} a second", limits.messages_per_second)
            }
            Rate::DeviceBytes => format!("“bytes of a device” is {} a second", limits.bytes_per_second),
            Rate::WorkspaceMessages => {
                format!("“messages of a workspace” is {} a second", limits.messages_per_second_per_workspace)
            }
            Rate::WorkspaceBytes => {
                format!("“bytes of a workspace” is {} a second", limits.bytes_per_second_per_workspace)
            }
        }
    }

    /// The limit's name in metrics.
    pub(crate) fn name(self) -> LimitName {
        match self {
            Rate::DeviceMessages => LimitName::MessagesOfDevice,
            Rate::DeviceBytes => LimitName::BytesOfDevice,
            Rate::WorkspaceMessages => LimitName::MessagesOfWorkspace,
            Rate::WorkspaceBytes => LimitName::BytesOfWorkspace,
        }
    }

    /// What MQTT 5 is told.
    pub(crate) fn code(self) -> DisconnectReasonCode {
        match self {
            Rate::DeviceMessages | Rate::WorkspaceMessages => DisconnectReasonCode::MessageRateTooHigh,
            Rate::DeviceBytes | Rate::WorkspaceBytes => DisconnectReasonCode::QuotaExceeded,
        }
    }
}

/// Until when nothing more is read, and for which rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slow {
    pub(crate) rate: Rate,
    pub(crate) until: Instant,
    /// The device has been too fast for longer than it may be.
    pub(crate) lasting: bool,
}

/// What devices and workspaces have sent of late.
pub(crate) struct Rates {
    limits: Arc<Limits>,
    accounts: Mutex<Accounts>,
}

#[derive(Default)]
struct Accounts {
    /// Of a device, or with no device of the whole workspace.
    of: HashMap<(WorkspaceId, Option<DeviceId>), Arc<Mutex<Account>>>,
    /// At how many of them those are looked for that can go.
    sweep_at: usize,
}

/// The rates that one connection is under.
pub(crate) struct Meter {
    limits: Arc<Limits>,
    device: Arc<Mutex<Account>>,
    workspace: Arc<Mutex<Account>>,
}

impl Rates {
    pub(crate) fn new(limits: Arc<Limits>) -> Rates {
        Rates { limits, accounts: Mutex::default() }
    }

    /// The rates of a device. They outlive its connections until they are paid back: it doesn't help to reconnect.
    pub(crate) fn meter(&self, who: &Identity, now: Instant) -> Meter {
        let accounts = &mut *self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.of.len() >= accounts.sweep_at {
            accounts.of.retain(|_, account| Arc::strong_count(account) > 1 || lock(account, |a| a.owes(now)));
            accounts.sweep_at = (2 * accounts.of.len()).max(1024);
        }
        let mut account = |device| {
            let new = || Arc::new(Mutex::new(Account::new(now)));
            accounts.of.entry((who.workspace, device)).or_insert_with(new).clone()
        };
        let (device, workspace) = (account(Some(who.device)), account(None));
        Meter { limits: self.limits.clone(), device, workspace }
    }
}

impl Meter {
    /// Counts a message of so many bytes; says whether reading must pause for it.
    pub(crate) fn take(&self, bytes: usize, now: Instant) -> Option<Slow> {
        let Limits { burst, pause, .. } = *self.limits;
        let limits = &self.limits;
        let device = lock(&self.device, |account| {
            account.recover(now, burst);
            let messages = account.messages.take(1, limits.messages_per_second, burst, now);
            let bytes = account.bytes.take(bytes, limits.bytes_per_second, burst, now);
            let until = messages.max(bytes)?;
            let rate = if bytes == Some(until) { Rate::DeviceBytes } else { Rate::DeviceMessages };
            Some(Slow { rate, until, lasting: account.is_over(now, pause) })
        });
        let workspace = lock(&self.workspace, |account| {
            let messages = account.messages.take(1, limits.messages_per_second_per_workspace, burst, now);
            let bytes = account.bytes.take(bytes, limits.bytes_per_second_per_workspace, burst, now);
            let until = messages.max(bytes)?;
            let rate = if bytes == Some(until) { Rate::WorkspaceBytes } else { Rate::WorkspaceMessages };
            Some(Slow { rate, until, lasting: false })
        });
        match (device, workspace) {
            (Some(device), Some(workspace)) if workspace.until > device.until && !device.lasting => {
                Some(workspace)
            }
            (device, workspace) => device.or(workspace),
        }
    }
}

fn lock<T>(account: &Mutex<Account>, act: impl FnOnce(&mut Account) -> T) -> T {
    act(&mut account.lock().unwrap_or_else(PoisonError::into_inner))
}

struct Account {
    messages: Debt,
    bytes: Debt,
    /// Since when it has been beyond its burst without recovering.
    over_since: Option<Instant>,
}

impl Account {
    fn new(now: Instant) -> Account {
        Account { messages: Debt { paid: now }, bytes: Debt { paid: now }, over_since: None }
    }

    fn owes(&self, now: Instant) -> bool {
        self.messages.paid > now || self.bytes.paid > now
    }

    /// Half of the burst is free again: it has slowed down by itself.
    fn recover(&mut self, now: Instant, burst: Duration) {
        if self.messages.paid.max(self.bytes.paid).saturating_duration_since(now) < burst / 2 {
            self.over_since = None;
        }
    }

    /// Whether it has been too fast for longer than `pause`. Said once: after that it begins anew.
    fn is_over(&mut self, now: Instant, pause: Duration) -> bool {
        let since = *self.over_since.get_or_insert(now);
        let over = now.saturating_duration_since(since) > pause;
        if over {
            self.over_since = None;
        }
        over
    }
}

/// What has been taken and is paid back at a steady rate: a token bucket, told by the time at which it is full.
struct Debt {
    paid: Instant,
}

impl Debt {
    /// Takes so much at a rate of `per_second` (0: no limit); until when to wait for what goes beyond the burst.
    fn take(&mut self, amount: usize, per_second: u64, burst: Duration, now: Instant) -> Option<Instant> {
        let nanoseconds = (amount as u64).saturating_mul(1_000_000_000).checked_div(per_second)?;
        self.paid = self.paid.max(now) + Duration::from_nanos(nanoseconds);
        let until = self.paid.checked_sub(burst)?;
        (until > now).then_some(until)
    }
}

#[cfg(test)]
mod tests;
