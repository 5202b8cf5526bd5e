//! The log: to the standard error stream, so that standard output stays for what scripts read.
//!
//! `HOMEPORT_LOG` filters (`debug`, `homeport=debug,broker=trace`); `HOMEPORT_LOG_FORMAT=json` is for machines.

use crate::traces::Traces;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// What is shown when nobody says otherwise.
const QUIET: &str = "sqlx=warn,sqlx::pool=error,sea_orm=warn,sea_orm_migration=warn,hyper=warn,rustls=warn,rumqttc=warn,tower_sessions=error,tower_sessions_core=error";

/// Begins to log. `default` is the level for our own crates unless `HOMEPORT_LOG` says otherwise. Spans go to `traces`
/// too, where there are some.
pub fn start(default: &str, traces: Option<&Traces>) {
    let wanted = std::env::var("HOMEPORT_LOG").ok().filter(|text| !text.trim().is_empty());
    let filter = EnvFilter::try_new(format!("{QUIET},{}", wanted.as_deref().unwrap_or(default)))
        .unwrap_or_else(|_| EnvFilter::new(format!("{QUIET},{default}")));
    let registry = tracing_subscriber::registry().with(traces.map(Traces::layer));
    // A log on a full disk must not end what logs: the complaint about it would go the same way, and panic there.
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    let json = std::env::var("HOMEPORT_LOG_FORMAT").is_ok_and(|format| format == "json");
    // Fails where a log was begun before: then that one goes on.
    let begun = if json {
        registry.with(layer.json().flatten_event(true).with_filter(filter)).try_init()
    } else {
        let colours =
            std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none();
        registry.with(layer.compact().with_ansi(colours).with_filter(filter)).try_init()
    };
    if let Err(error) = begun {
        tracing::debug!(%error, "logging had begun before");
    }
}
