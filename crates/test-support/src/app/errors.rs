//! Hears what a server logs, and nobody else's log.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::{Builder, Runtime};
use tracing::field::{Field, Visit};
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::{EnvFilter, registry};

/// The errors that were logged, as text.
#[derive(Clone, Default)]
pub(super) struct Errors(Arc<Mutex<Vec<String>>>);

impl Errors {
    /// Threads on which everything that is logged is heard here. With `HOMEPORT_LOG` set it is shown too.
    pub(super) fn runtime(&self) -> Runtime {
        let shown = std::env::var("HOMEPORT_LOG").ok().filter(|text| !text.is_empty());
        let shown = shown.map(|filter| {
            tracing_subscriber::fmt::layer().with_test_writer().with_filter(EnvFilter::new(filter))
        });
        let dispatch = Dispatch::new(registry().with(self.clone()).with(shown));
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("test-app")
            .enable_all()
            .on_thread_start(move || {
                // For as long as the thread lives.
                std::mem::forget(tracing::dispatcher::set_default(&dispatch));
            })
            .build()
            .expect("threads for the server")
    }

    /// What was logged so far; after that, nothing was.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() != Level::ERROR {
            return;
        }
        let mut text = Text(format!("{}:", event.metadata().target()));
        event.record(&mut text);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.0);
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string can't fail.
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
