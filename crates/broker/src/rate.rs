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
    /// What people call the limit.
    fn title(self) -> &'static str {
        match self {
            Rate::DeviceMessages => "messages of a device",
            Rate::DeviceBytes => "bytes of a device",
            Rate::WorkspaceMessages => "messages of a workspace",
            Rate::WorkspaceBytes => "bytes of a workspace",
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
    /// The rate's value.
    pub(crate) per_second: u64,
    /// The device has been too fast for longer than it may be.
    pub(crate) lasting: bool,
}

impl Slow {
    /// The limit's name and value.
    pub(crate) fn limit(&self) -> String {
        format!("“{}” is {} a second", self.rate.title(), self.per_second)
    }
}

/// What a workspace may send, where that is less than any may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Messages in a second; none: as any workspace.
    pub messages_per_second: Option<u64>,
    /// Why no telemetry is taken at present, as its devices are told; none: it is.
    pub closed: Option<Arc<str>>,
}

/// What devices and workspaces have sent of late.
pub(crate) struct Rates {
    limits: Arc<Limits>,
    accounts: Mutex<Accounts>,
}

#[derive(Default)]
struct Accounts {
    /// Of workspaces that may send less than any may.
    allowances: HashMap<WorkspaceId, Allowance>,
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

    /// Says what workspaces may send that may send less than any may; all others may again what any may.
    pub(crate) fn allow(&self, allowances: HashMap<WorkspaceId, Allowance>) {
        let accounts = &mut *self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        for ((workspace, _), account) in accounts.of.iter().filter(|((_, device), _)| device.is_none()) {
            let allowance = allowances.get(workspace).cloned().unwrap_or_default();
            lock(account, |account| account.allowance = allowance);
        }
        accounts.allowances = allowances;
    }

    /// The rates of a device. They outlive its connections until they are paid back: it doesn't help to reconnect.
    pub(crate) fn meter(&self, who: &Identity, now: Instant) -> Meter {
        let accounts = &mut *self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.of.len() >= accounts.sweep_at {
            accounts.of.retain(|_, account| Arc::strong_count(account) > 1 || lock(account, |a| a.owes(now)));
            accounts.sweep_at = (2 * accounts.of.len()).max(1024);
        }
        let allowance = accounts.allowances.get(&who.workspace);
        let mut account = |device: Option<DeviceId>| {
            let of_workspace = allowance.filter(|_| device.is_none());
            let new = || Arc::new(Mutex::new(Account::new(now, of_workspace.cloned().unwrap_or_default())));
            accounts.of.entry((who.workspace, device)).or_insert_with(new).clone()
        };
        let (device, workspace) = (account(Some(who.device)), account(None));
        Meter { limits: self.limits.clone(), device, workspace }
    }
}

impl Meter {
    /// Why no telemetry of the workspace is taken at present, if so.
    pub(crate) fn closed(&self) -> Option<Arc<str>> {
        lock(&self.workspace, |account| account.allowance.closed.clone())
    }

    /// Counts a message of so many bytes; says whether reading must pause for it.
    pub(crate) fn take(&self, bytes: usize, now: Instant) -> Option<Slow> {
        let Limits { burst, pause, .. } = *self.limits;
        let limits = &self.limits;
        let device = lock(&self.device, |account| {
            account.recover(now, burst);
            let messages = account.messages.take(1, limits.messages_per_second, burst, now);
            let bytes = account.bytes.take(bytes, limits.bytes_per_second, burst, now);
            let until = messages.max(bytes)?;
            let (rate, per_second) = match bytes == Some(until) {
                true => (Rate::DeviceBytes, limits.bytes_per_second),
                false => (Rate::DeviceMessages, limits.messages_per_second),
            };
            Some(Slow { rate, until, per_second, lasting: account.is_over(now, pause) })
        });
        let workspace = lock(&self.workspace, |account| {
            let any = limits.messages_per_second_per_workspace;
            let per_second = match account.allowance.messages_per_second {
                Some(own) if any == 0 || own < any => own.max(1),
                _ => any,
            };
            let messages = account.messages.take(1, per_second, burst, now);
            let bytes = account.bytes.take(bytes, limits.bytes_per_second_per_workspace, burst, now);
            let until = messages.max(bytes)?;
            let (rate, per_second) = match bytes == Some(until) {
                true => (Rate::WorkspaceBytes, limits.bytes_per_second_per_workspace),
                false => (Rate::WorkspaceMessages, per_second),
            };
            Some(Slow { rate, until, per_second, lasting: false })
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
    /// Of a workspace.
    allowance: Allowance,
}

impl Account {
    fn new(now: Instant, allowance: Allowance) -> Account {
        Account { messages: Debt { paid: now }, bytes: Debt { paid: now }, over_since: None, allowance }
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
