//! Traces come to an OpenTelemetry collector that is asked for by the standard variables, and to nobody otherwise.

use crate::process::{Ports, Process, device_of, healthy, serve};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::sync::{Arc, Mutex};
use test_support::TestDb;

/// What a collector was sent: its headers and what they came with.
type Heard = Arc<Mutex<Vec<(HeaderMap, ExportTraceServiceRequest)>>>;

/// A collector on a port of its own; where it is, and what it hears.
async fn collector() -> (String, Heard) {
    async fn take(State(heard): State<Heard>, headers: HeaderMap, body: Bytes) -> StatusCode {
        let export = ExportTraceServiceRequest::decode(body).expect("OTLP as protobuf");
        heard.lock().unwrap().push((headers, export));
        StatusCode::OK
    }
    let heard = Heard::default();
    let router = Router::new().route("/v1/traces", post(take)).with_state(heard.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, heard)
}

fn spans(heard: &Heard) -> Vec<Span> {
    let heard = heard.lock().unwrap();
    let scopes = heard.iter().flat_map(|(_, export)| &export.resource_spans).flat_map(|r| &r.scope_spans);
    scopes.flat_map(|scope| scope.spans.clone()).collect()
}

fn said(attributes: &[KeyValue], key: &str) -> Option<String> {
    let value = attributes.iter().find(|a| a.key == key)?.value.as_ref()?.value.as_ref()?;
    Some(match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::BoolValue(yes) => yes.to_string(),
        other => format!("{other:?}"),
    })
}

/// Runs a server with these variables until it has taken telemetry of a device, and lets it end in order.
async fn run(variables: &[(&str, &str)]) {
    let (db, folder) = (TestDb::new().await, tempfile::tempdir().unwrap());
    let ports = Ports::free();
    let mut command = serve(&db, folder.path(), &ports);
    command.envs(variables.iter().copied());
    let mut process = Process::start(&mut command);
    healthy(&ports).await;
    let device = device_of(&ports).await;
    for i in 0..3 {
        device.send(format!(r#"{{"t":{i}}}"#)).await;
    }
    process.signal("-TERM");
    assert!(process.wait().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_hears_of_requests_handshakes_batches_and_commits() {
    let (url, heard) = collector().await;
    run(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=works"),
        ("OTEL_SERVICE_NAME", "porto"),
        // How much is logged has nothing to do with what is exported.
        ("HOMEPORT_LOG", "error"),
    ])
    .await;
    // All was sent before the process ended.
    let spans = spans(&heard);
    let named = |name: &str| {
        let found = spans.iter().filter(|span| span.name == name).collect::<Vec<_>>();
        assert!(
            !found.is_empty(),
            "no {name}: {:?}",
            spans.iter().map(|span| &span.name).collect::<Vec<_>>()
        );
        found
    };
    let request = named("POST /api/create_device")[0];
    assert_eq!(said(&request.attributes, "http.response.status_code").as_deref(), Some("200"));
    assert_eq!(request.kind, opentelemetry_proto::tonic::trace::v1::span::SpanKind::Server as i32);
    let handshakes = named("handshake");
    assert!(handshakes.iter().any(|span| said(&span.attributes, "welcome").as_deref() == Some("true")));
    let batches = named("batch");
    let rows = batches.iter().filter_map(|span| said(&span.attributes, "rows")?.parse::<u32>().ok());
    assert_eq!(rows.sum::<u32>(), 3, "{batches:?}");
    assert!(batches.iter().all(|span| said(&span.attributes, "workspaces").as_deref() == Some("1")));
    let commits = named("commit");
    assert_eq!(commits.len(), batches.len());
    for commit in commits {
        let batch = batches.iter().find(|batch| batch.span_id == commit.parent_span_id).expect("its batch");
        assert!(batch.start_time_unix_nano <= commit.start_time_unix_nano);
        assert!(batch.end_time_unix_nano >= commit.end_time_unix_nano);
    }

    let heard = heard.lock().unwrap();
    for (headers, export) in heard.iter() {
        assert_eq!(headers["x-tenant"], "works");
        let resource = export.resource_spans[0].resource.as_ref().unwrap();
        assert_eq!(said(&resource.attributes, "service.name").as_deref(), Some("porto"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sampling_is_asked_for_by_the_standard_variable() {
    let (url, heard) = collector().await;
    run(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &url), ("OTEL_TRACES_SAMPLER", "always_off")]).await;
    assert!(spans(&heard).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_disturbs_nothing() {
    // Nobody listens there.
    run(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")]).await;
}
