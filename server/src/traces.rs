//! Traces for an OpenTelemetry collector, over OTLP/HTTP: only where `OTEL_EXPORTER_OTLP_ENDPOINT` says where one is.
//!
//! The standard variables rule: `OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER` and so on. Spans
//! are gathered in memory and sent by a thread of their own; a collector that is away costs spans, never requests.

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;

/// Any of them switches the export on.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// How long a collector may take to answer, where `OTEL_EXPORTER_OTLP_TIMEOUT` doesn't say, in milliseconds.
const TIMEOUT_MS: u64 = 10_000;
/// How long the last spans may take at the end.
const FAREWELL: Duration = Duration::from_secs(5);
/// Whose spans are exported: ours. What the exporter itself does must not be exported again.
const OURS: [&str; 6] = ["homeport", "app", "broker", "domain", "ingest", "store"];

static EXPORTED: AtomicBool = AtomicBool::new(false);

/// Whether spans go anywhere: what is only worth its price then can be left out otherwise.
pub(crate) fn exported() -> bool {
    EXPORTED.load(Ordering::Relaxed)
}

/// The export of this process.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// The export that the environment asks for; nothing where it asks for none. Not inside of a runtime: it makes a
    /// thread, and a client that blocks.
    ///
    /// # Errors
    /// Which variable can't be followed, and why.
    pub fn from_environment() -> Result<Option<Traces>, String> {
        let said = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let off = said("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || said("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
        let endpoint = ENDPOINTS.iter().rev().find_map(|name| said(name));
        let Some(endpoint) = endpoint.filter(|_| !off) else { return Ok(None) };
        let client = client(&endpoint, said("OTEL_EXPORTER_OTLP_TIMEOUT").as_deref()).map_err(|error| {
            format!("no connection to {endpoint} can be made: {}", crate::error::chain(&error))
        })?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_protocol(Protocol::HttpBinary)
            .build()
            .map_err(|error| format!("the OTEL_EXPORTER_OTLP_ variables can't be followed: {error}"))?;
        let resource = Resource::builder();
        let named = said("OTEL_SERVICE_NAME").is_some()
            || said("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|list| list.contains("service.name="));
        let resource = if named { resource } else { resource.with_service_name("homeport") };
        let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.with_attribute(version).build())
            .build();
        EXPORTED.store(true, Ordering::Relaxed);
        Ok(Some(Traces(provider)))
    }

    /// What hands spans to it. It has a filter of its own: how much is logged has nothing to do with it.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let ours = Targets::new().with_targets(OURS.map(|target| (target, LevelFilter::INFO)));
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("homeport"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    }

    /// Sends what is left, for some seconds at most, and ends.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(FAREWELL) {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

fn client(endpoint: &str, timeout_ms: Option<&str>) -> reqwest::Result<reqwest::blocking::Client> {
    let timeout_ms = timeout_ms.and_then(|text| text.trim().parse().ok()).unwrap_or(TIMEOUT_MS);
    let client = reqwest::blocking::Client::builder().timeout(Duration::from_millis(timeout_ms));
    // Fails where one is installed already: then that one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Without TLS no certificates are needed: not every machine has some.
    let plain = endpoint.trim_start().starts_with("http://");
    if plain { client.tls_certs_only([]) } else { client }.build()
}
