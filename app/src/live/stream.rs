//! The browser's `EventSource`, opened again when it gives up.

use super::Live;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventSource, MessageEvent};

/// The browser reconnects by itself after a lost connection, but not after an answer that isn't a stream.
const RETRY_MIN: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);

/// An open stream; dropping it closes it.
pub(super) struct Stream(Rc<Shared>);

struct Shared {
    url: String,
    live: Live,
    open: RefCell<Option<Open>>,
    retry: RefCell<(Duration, Option<TimeoutHandle>)>,
}

struct Open {
    source: EventSource,
    // The browser calls these as long as the source is open.
    _opened: Closure<dyn FnMut()>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: Closure<dyn FnMut(Event)>,
}

impl Stream {
    /// Opens the stream and hands its events to `live`.
    pub(super) fn open(url: String, live: Live) -> Stream {
        let retry = RefCell::new((RETRY_MIN, None));
        let shared = Rc::new(Shared { url, live, open: RefCell::default(), retry });
        connect(&shared);
        Stream(shared)
    }

    pub(super) fn url(&self) -> &str {
        &self.0.url
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.open.replace(None);
        if let Some(waiting) = self.0.retry.borrow_mut().1.take() {
            waiting.clear();
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onmessage(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

fn connect(shared: &Rc<Shared>) {
    let Ok(source) = EventSource::new(&shared.url) else { return };
    // Weak, or the closures would keep alive what owns them.
    let weak = Rc::downgrade(shared);
    let opened = Closure::<dyn FnMut()>::new({
        let weak = weak.clone();
        move || {
            if let Some(shared) = weak.upgrade() {
                shared.retry.borrow_mut().0 = RETRY_MIN;
                shared.live.opened();
            }
        }
    });
    let heard = Closure::<dyn FnMut(MessageEvent)>::new({
        let weak = weak.clone();
        move |message: MessageEvent| {
            let event = message.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
            if let (Some(shared), Some(event)) = (weak.upgrade(), event) {
                shared.live.heard(event);
            }
        }
    });
    let failed = Closure::<dyn FnMut(Event)>::new(move |_| {
        if let Some(shared) = weak.upgrade() {
            shared.live.lost();
            let gave_up =
                shared.open.borrow().as_ref().is_some_and(|o| o.source.ready_state() == EventSource::CLOSED);
            if gave_up {
                retry_later(&shared);
            }
        }
    });
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    shared.open.replace(Some(Open { source, _opened: opened, _heard: heard, _failed: failed }));
}

fn retry_later(shared: &Rc<Shared>) {
    let weak = Rc::downgrade(shared);
    let mut retry = shared.retry.borrow_mut();
    let wait = retry.0;
    retry.0 = (wait * 2).min(RETRY_MAX);
    retry.1 = set_timeout_with_handle(
        move || {
            if let Some(shared) = weak.upgrade() {
                connect(&shared);
            }
        },
        wait,
    )
    .ok();
}
