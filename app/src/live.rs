//! Values as they arrive: one server-sent-events stream a tab, shared by whatever is on the page.
//!
//! The stream asks for exactly the devices that someone listens to. Between the server's rendering and the opening,
//! and while a connection is lost, events pass unheard: [`Live::reconnected`] says when to ask again.

mod stream;

use leptos::prelude::*;
use model::live::LiveEvent;
use send_wrapper::SendWrapper;
use std::collections::BTreeSet;
use std::time::Duration;
use stream::Stream;

/// Listeners come and go in one go when a page changes: the stream is opened again once they have settled.
const SETTLE: Duration = Duration::from_millis(30);
/// More devices than this and the stream asks for the whole workspace: addresses have a length.
const DEVICES_MAX: usize = 50;

#[derive(Clone)]
struct Listener {
    id: u32,
    /// External id; nothing: every device.
    device: Option<String>,
    call: Callback<LiveEvent>,
}

/// The stream of the page; [`live`] gives it.
#[derive(Clone, Copy)]
pub struct Live {
    workspace: Signal<String>,
    listeners: StoredValue<Vec<Listener>>,
    next_id: StoredValue<u32>,
    /// Counts changes of what is listened to.
    wanted: RwSignal<u32>,
    reconnected: RwSignal<u32>,
    connected: RwSignal<bool>,
    revoked: RwSignal<bool>,
    /// Counts changes of what somebody may see or do here.
    access: RwSignal<u32>,
    /// Counts changes of alarms.
    alarms: RwSignal<u32>,
}

/// Provides the stream of a workspace to everything below. It opens with the first listener.
pub fn use_live(workspace: Signal<String>) -> Live {
    let live = Live::silent(workspace);
    provide_context(live);
    // Empty on the server, which drops it on another thread than it was made on: no local storage.
    let stream = StoredValue::new(None::<SendWrapper<Stream>>);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        live.wanted.track();
        live.workspace.track();
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        set_timeout_with_handle(move || live.reopen(stream), SETTLE).ok()
    });
    on_cleanup(move || {
        // Dropping the stream closes it.
        let _ = stream.try_update_value(|stream| *stream = None);
    });
    live
}

/// The stream of the workspace that is open; a silent one outside of workspaces.
pub fn live() -> Live {
    use_context().unwrap_or_else(|| Live::silent(Signal::stored(String::new())))
}

impl Live {
    fn silent(workspace: Signal<String>) -> Live {
        Live {
            workspace,
            listeners: StoredValue::new(Vec::new()),
            next_id: StoredValue::new(0),
            wanted: RwSignal::new(0),
            reconnected: RwSignal::new(0),
            connected: RwSignal::new(true),
            revoked: RwSignal::new(false),
            access: RwSignal::new(0),
            alarms: RwSignal::new(0),
        }
    }

    /// Calls back with every event of this device, until the part of the page that called this is gone.
    pub fn on_device(&self, external_id: impl Into<String>, call: impl Into<Callback<LiveEvent>>) {
        self.listen(Some(external_id.into()), call.into());
    }

    /// Calls back with every event of the workspace, until the part of the page that called this is gone.
    pub fn on_any(&self, call: impl Into<Callback<LiveEvent>>) {
        self.listen(None, call.into());
    }

    /// Counts the moments at which events may have been missed: the opening, each reconnection, each overflow.
    /// When it changes, ask the server again for what is shown.
    pub fn reconnected(&self) -> Signal<u32> {
        self.reconnected.into()
    }

    /// Whether events can come just now; true until a connection is lost.
    pub fn connected(&self) -> Signal<bool> {
        self.connected.into()
    }

    /// Counts the moments at which what somebody may see or do here has changed.
    pub fn access(&self) -> Signal<u32> {
        self.access.into()
    }

    /// Counts the moments at which alarms may be others than before, while somebody on this page asks for it.
    pub fn alarms(&self) -> Signal<u32> {
        // Whoever listens to no device opens the stream by this.
        self.listen(Some(String::new()), Callback::new(|_: LiveEvent| {}));
        self.alarms.into()
    }

    /// What this page shows of alarms and notices is asked for again.
    pub fn look_at_alarms(&self) {
        let _ = self.alarms.try_update(|n| *n = n.wrapping_add(1));
    }

    /// Whether the person lost the right to see this workspace.
    pub fn revoked(&self) -> Signal<bool> {
        self.revoked.into()
    }

    fn listen(&self, device: Option<String>, call: Callback<LiveEvent>) {
        let live = *self;
        let id = live.next_id.get_value();
        live.next_id.set_value(id.wrapping_add(1));
        live.listeners.update_value(|all| all.push(Listener { id, device, call }));
        on_cleanup(move || {
            let _ = live.listeners.try_update_value(|all| all.retain(|l| l.id != id));
            let _ = live.wanted.try_update(|n| *n = n.wrapping_add(1));
        });
        // Not while rendering: whoever reads the signal would be rendered again.
        Effect::new(move |_| live.wanted.update(|n| *n = n.wrapping_add(1)));
    }

    /// Opens the stream for what is listened to now, unless it is open for exactly that.
    fn reopen(self, stream: StoredValue<Option<SendWrapper<Stream>>>) {
        let Some(url) = self.url() else {
            let _ = stream.try_update_value(|stream| *stream = None);
            return;
        };
        let _ = stream.try_update_value(|stream| {
            if stream.as_ref().is_none_or(|open| open.url() != url) {
                *stream = Some(SendWrapper::new(Stream::open(url, self)));
            }
        });
    }

    /// The stream's address; nothing while nobody listens or nothing may be heard.
    fn url(&self) -> Option<String> {
        let workspace = self.workspace.try_get_untracked().filter(|slug| !slug.is_empty())?;
        if self.revoked.try_get_untracked()? {
            return None;
        }
        let listeners = self.listeners.try_get_value().filter(|all| !all.is_empty())?;
        let devices: BTreeSet<&str> = listeners.iter().filter_map(|l| l.device.as_deref()).collect();
        let whole = devices.len() > DEVICES_MAX || listeners.iter().any(|l| l.device.is_none());
        let base = format!("/w/{workspace}/live");
        if whole {
            return Some(base);
        }
        let query: Vec<String> =
            devices.iter().map(|id| format!("device={}", leptos_router::location::Url::escape(id))).collect();
        Some(format!("{base}?{}", query.join("&")))
    }

    fn opened(&self) {
        let _ = self.connected.try_set(true);
        let _ = self.reconnected.try_update(|n| *n = n.wrapping_add(1));
    }

    fn lost(&self) {
        let _ = self.connected.try_set(false);
    }

    fn heard(&self, event: LiveEvent) {
        let device = match &event {
            LiveEvent::Gap => {
                let _ = self.reconnected.try_update(|n| *n = n.wrapping_add(1));
                return;
            }
            LiveEvent::Access => {
                let _ = self.reconnected.try_update(|n| *n = n.wrapping_add(1));
                let _ = self.access.try_update(|n| *n = n.wrapping_add(1));
                return;
            }
            LiveEvent::Alarms => {
                let _ = self.alarms.try_update(|n| *n = n.wrapping_add(1));
                return;
            }
            LiveEvent::Revoked => {
                let _ = self.revoked.try_set(true);
                let _ = self.wanted.try_update(|n| *n = n.wrapping_add(1));
                return;
            }
            LiveEvent::Values { device, .. }
            | LiveEvent::Logged { device }
            | LiveEvent::Changed { device, .. } => device.clone(),
        };
        // A copy: a callback may begin or end listening.
        for listener in self.listeners.try_get_value().unwrap_or_default() {
            if listener.device.as_deref().is_none_or(|wanted| wanted == device) {
                listener.call.try_run(event.clone());
            }
        }
    }
}
