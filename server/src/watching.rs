//! What watches the server asks: does it live, can it serve, what has it done.
//!
//! `/healthz` and `/readyz` tell a stranger one word. `/metrics` speaks Prometheus' text format, to whoever is on this
//! machine or knows `HOMEPORT_METRICS_TOKEN`.

mod edge;

use crate::state::Process;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

/// Requests to the web server, by `status` (`2xx` and so on).
const REQUESTS: &str = "homeport_web_requests_total";
/// Time until an answer begins, in seconds.
const REQUEST_SECONDS: &str = "homeport_web_request_seconds";
/// Memory of this process that is in use, in bytes.
const MEMORY: &str = "homeport_process_resident_bytes";

/// Upper bounds of the buckets for times, in seconds.
const SECONDS: [f64; 13] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0];
/// Upper bounds of the buckets for all else.
const COUNTS: [f64; 9] = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];

/// Figures older than that are folded together, so that they take no more room.
const UPKEEP: Duration = Duration::from_secs(10);

/// Whether the server works at all: a watchdog that hears something else starts it anew.
pub(crate) async fn healthz(State(process): State<Process>) -> Response {
    match database(&process).await {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(why) => not_now(why),
    }
}

/// Whether requests and devices should be sent here: the database answers, nothing is ending, and the broker is heard
/// by the ingestion, where that is here.
pub(crate) async fn readyz(State(process): State<Process>) -> Response {
    if process.cancel.is_cancelled() {
        return not_now("the server is stopping");
    }
    if let Err(why) = database(&process).await {
        return not_now(why);
    }
    if process.heard.as_ref().is_some_and(|heard| !*heard.borrow()) {
        return not_now("the ingestion doesn't hear the broker");
    }
    (StatusCode::OK, "ready\n").into_response()
}

async fn database(process: &Process) -> Result<(), &'static str> {
    process.store.ping().await.map_err(|error| {
        tracing::warn!(causes = crate::error::chain(&error), "the database doesn't answer");
        "the database doesn't answer"
    })
}

fn not_now(why: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response()
}

/// All figures, for those who may know them.
pub(crate) async fn metrics(
    State(process): State<Process>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !may_know(process.metrics_token.as_deref(), peer, &headers) {
        let text = "Ask from this machine, or with HOMEPORT_METRICS_TOKEN as bearer token.\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    if let Some(broker) = &process.broker {
        edge::set(&broker.figures());
    }
    if let Some(bytes) = resident_bytes() {
        gauge!(MEMORY).set(bytes);
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, recorder().render()).into_response()
}

/// Who asks from this machine may; a proxy on it that asks for others says for whom.
fn may_know(token: Option<&str>, peer: SocketAddr, headers: &HeaderMap) -> bool {
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if let (Some(token), Some(given)) = (token, bearer) {
        return token.as_bytes().ct_eq(given.as_bytes()).into();
    }
    let for_others =
        ["forwarded", "x-forwarded-for", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
    token.is_none() && peer.ip().to_canonical().is_loopback() && !for_others
}

/// Middleware: counts and times every answer.
pub(crate) async fn counted(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = match response.status().as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    counter!(REQUESTS, "status" => status).increment(1);
    histogram!(REQUEST_SECONDS).record(begun.elapsed().as_secs_f64());
    response
}

/// Begins to count. Once a process, however many servers it runs.
pub(crate) fn begin() {
    recorder();
}

fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let recorder = match builder
            .set_buckets(&COUNTS)
            .and_then(|builder| builder.set_buckets_for_metric(seconds, &SECONDS))
        {
            Ok(builder) => builder.build_recorder(),
            Err(error) => {
                tracing::error!(%error, "the buckets of the figures are wrong; plain summaries instead");
                PrometheusBuilder::new().build_recorder()
            }
        };
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("somebody else counts in this process: /metrics stays empty");
        }
        ingest::figures::describe();
        describe_counter!(REQUESTS, "Requests to the web server, by status");
        describe_histogram!(REQUEST_SECONDS, Unit::Seconds, "Time until an answer begins");
        edge::describe();
        crate::mail::describe();
        describe_gauge!(MEMORY, Unit::Bytes, "Memory of this process that is in use");
        let upkeep = handle.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(UPKEEP);
                upkeep.run_upkeep();
            }
        });
        handle
    })
}

/// Resident memory, from `/proc/self/statm`; nothing where there is no such file.
fn resident_bytes() -> Option<f64> {
    /// Size of a page of memory that Linux counts in, on all machines that we run on.
    const PAGE: f64 = 4096.0;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split_whitespace().nth(1)?.parse::<f64>().ok().map(|pages| pages * PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_for_this_machine_or_the_token() {
        let here: SocketAddr = "127.0.0.1:4000".parse().unwrap();
        let there: SocketAddr = "10.1.2.3:4000".parse().unwrap();
        let none = HeaderMap::new();
        assert!(may_know(None, here, &none));
        assert!(!may_know(None, there, &none));
        assert!(!may_know(Some("t"), here, &none));
        let mut forwarded = HeaderMap::new();
        forwarded.insert("x-forwarded-for", "10.1.2.3".parse().unwrap());
        assert!(!may_know(None, here, &forwarded));
        let mut bearer = HeaderMap::new();
        bearer.insert(header::AUTHORIZATION, "Bearer t".parse().unwrap());
        assert!(may_know(Some("t"), there, &bearer));
        assert!(!may_know(Some("other"), there, &bearer));
        assert!(!may_know(None, there, &bearer));
    }
}
