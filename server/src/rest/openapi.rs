//! The programming interface, described: `GET /api/openapi.json`, OpenAPI 3.1.
//!
//! What each address takes and gives stands at its handler; what they all have in common is added here, once: tokens,
//! pages, etags, keys of idempotency, refusals. A test compares the document with [`ROUTES`](super::ROUTES).

use super::{
    action_runs, alarms, annotations, applications, attestation, audit, branding, commands, dashboards,
    data_exports, device_groups, devices, enrollment_groups, files, group_certificates, jobs, messages,
    organizations, properties, query, relationships, reports, roles, rules, scheduled_jobs, simulation,
    support, templates, tokens, usage, users,
};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use model::action_run::RunState;
use model::audit::{Action, AuditQuery, Subject};
use model::rule::Severity;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use utoipa::OpenApi;

/// Where the document is.
pub(super) const ADDRESS: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(paths(
    action_runs::list,
    action_runs::of_alarm,
    action_runs::retry,
    action_runs::test,
    alarms::change,
    alarms::get,
    alarms::list,
    annotations::create,
    annotations::delete,
    annotations::get,
    annotations::list,
    annotations::patch,
    applications::bring,
    applications::export,
    applications::get,
    applications::list,
    attestation::delete,
    attestation::get,
    attestation::patch,
    attestation::put,
    audit::list,
    branding::get,
    branding::put,
    commands::list,
    commands::list_of_component,
    commands::run,
    commands::run_of_component,
    data_exports::create,
    data_exports::create_destination,
    data_exports::delete,
    data_exports::delete_destination,
    data_exports::destination,
    data_exports::destinations,
    data_exports::get,
    data_exports::list,
    data_exports::put,
    data_exports::put_destination,
    device_groups::delete,
    device_groups::get,
    device_groups::list,
    device_groups::patch,
    device_groups::put,
    dashboards::delete,
    dashboards::get,
    dashboards::list,
    dashboards::patch,
    dashboards::put,
    devices::component_telemetry,
    devices::credentials,
    devices::delete,
    devices::get,
    devices::list,
    devices::patch,
    devices::put,
    devices::telemetry,
    enrollment_groups::delete,
    enrollment_groups::get,
    enrollment_groups::list,
    enrollment_groups::patch,
    enrollment_groups::put,
    files::content,
    files::delete,
    files::get,
    files::list,
    files::put_uploads,
    files::uploads,
    group_certificates::code,
    group_certificates::delete,
    group_certificates::get,
    group_certificates::put,
    group_certificates::verify,
    jobs::delete,
    jobs::devices,
    jobs::get,
    jobs::list,
    jobs::put,
    jobs::rerun,
    jobs::resume,
    jobs::stop,
    messages::list,
    messages::purge,
    messages::send,
    organizations::delete,
    organizations::get,
    organizations::list,
    organizations::patch,
    organizations::put,
    properties::components,
    properties::get,
    properties::get_component,
    properties::patch,
    properties::patch_component,
    properties::put,
    properties::put_component,
    properties::twin,
    query::run,
    relationships::children,
    relationships::delete,
    relationships::get,
    relationships::list,
    relationships::patch,
    relationships::put,
    reports::create,
    reports::delete,
    reports::get,
    reports::list,
    reports::put,
    reports::runs,
    reports::send,
    roles::delete,
    roles::get,
    roles::list,
    roles::patch,
    roles::put,
    rules::create,
    rules::delete,
    rules::explain,
    rules::get,
    rules::list,
    rules::put,
    scheduled_jobs::begun,
    scheduled_jobs::delete,
    scheduled_jobs::get,
    scheduled_jobs::list,
    scheduled_jobs::patch,
    scheduled_jobs::put,
    simulation::get,
    simulation::patch,
    support::delete,
    support::list,
    templates::delete,
    templates::get,
    templates::list,
    templates::patch,
    templates::put,
    tokens::delete,
    tokens::get,
    tokens::list,
    tokens::put,
    usage::limits,
    usage::used,
    users::delete,
    users::get,
    users::list,
    users::patch,
    users::put,
))]
struct Annotated;

/// The whole document; made once.
pub(super) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(make);
    &DOCUMENT
}

/// For whoever asks: it tells nothing that is anybody's.
pub(super) async fn answer() -> Response {
    let mut response = axum::Json(document()).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=300"));
    response
}

fn make() -> Value {
    let mut document = json!(Annotated::openapi());
    document["info"] = json!({
        "title": "Homeport",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Paths and shapes of IoT Central's data plane. Show an API token in the header Authorization: \
                        Bearer hp_…. A refusal is a problem of RFC 9457 with IoT Central's error beside it.",
    });
    document["security"] = json!([{"token": []}]);
    document["components"]["securitySchemes"] = json!({
        "token": {"type": "http", "scheme": "bearer", "description": "An API token of a workspace."},
    });
    document["components"]["schemas"]["Problem"] = problem();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                complete(path, method, operation);
            }
        }
    }
    document
}

/// Adds what the operations have in common.
fn complete(path: &str, method: &str, operation: &mut Value) {
    // Handlers of different files are called alike; no two have one address.
    let parts = path.split('/').skip(2).map(|part| part.trim_matches(['{', '}']));
    let name: Vec<&str> = std::iter::once(method).chain(parts).collect();
    operation["operationId"] = name.join("_").into();
    let listed = operation["responses"]["200"].to_string().contains("/Listed_");
    let changes = matches!(method, "put" | "patch" | "delete");
    let conditional = changes && !path.ends_with("/attestation") && !path.ends_with("/messages");
    let mut parameters: Vec<Value> = path.split('/').filter_map(in_path).collect();
    let header = |name: &str, text: &str| {
        json!({"name": name, "in": "header", "required": false, "description": text,
               "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"}})
    };
    if listed {
        parameters.extend(paging());
    }
    if path == "/api/auditLogs" {
        parameters.extend(AuditQuery::NAMES.into_iter().filter(|name| *name != "before").map(narrowing));
    }
    if path == "/api/actionRuns" {
        parameters.extend(of_action_runs());
    }
    if path == "/api/alarms" {
        parameters.extend(of_alarms());
    }
    if path == "/api/usage" {
        parameters.extend(spanning());
    }
    if conditional {
        parameters
            .push(header("If-Match", "The etag that was read: what has changed since is refused (412)."));
    }
    if method == "post" {
        parameters
            .push(header("Idempotency-Key", "Sent again under this key within 24 hours, it happens once."));
    }
    operation["parameters"] = parameters.into();
    let mut refusals = vec![("400", "It can't be understood"), ("401", "No token that is worth anything")];
    refusals.extend([("403", "The token's role doesn't allow it"), ("404", "There is no such thing")]);
    refusals.extend([("413", "The body is too large"), ("422", "Fields are wrong; fields says which")]);
    refusals.push(("429", "Too many requests; see Retry-After"));
    if method != "get" {
        refusals.push(("409", "It is there already, or the request of this key is not over"));
    }
    if conditional {
        refusals.push(("412", "It has been changed since its etag was read"));
    }
    let of = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    for (status, text) in refusals {
        operation["responses"][status] = json!({"description": text, "content": of});
    }
    if !operation["responses"]["504"].is_null() {
        operation["responses"]["504"]["content"] = of;
    }
}

/// `{device}` as a parameter.
fn in_path(part: &str) -> Option<Value> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    let (text, schema) = match name {
        "device" => ("The id that the device connects with", id()),
        "deviceGroup" => ("The device group's id", id()),
        "group" => ("The group's id", id()),
        "token" => ("The token's id", id()),
        "organization" => ("The organization's id", id()),
        "dashboard" => ("The dashboard's id", id()),
        "job" => ("The job's id", id()),
        "rerun" => ("The id of the job that is begun", id()),
        "scheduledJob" => ("The scheduled job's id", id()),
        "relationship" => ("The relationship's id", id()),
        "role" => ("The role's id", id()),
        "user" => ("The person's id, or the invitation's", id()),
        "template" => {
            ("The template's DTDL identifier", json!({"type": "string", "pattern": "^dtmi:[A-Za-z0-9:;_]+$"}))
        }
        "entry" => ("Which of the two", json!({"type": "string", "enum": ["primary", "secondary"]})),
        "destination" => {
            ("The destination's number", json!({"type": "integer", "minimum": 1, "maximum": i32::MAX}))
        }
        "export" => ("The export's number", json!({"type": "integer", "minimum": 1, "maximum": i32::MAX})),
        "rule" => ("The rule's number", json!({"type": "integer", "minimum": 1, "maximum": i32::MAX})),
        "alarm" => ("The alarm's number", json!({"type": "integer", "minimum": 1, "maximum": i32::MAX})),
        "action" => ("The action's id", id()),
        "run" => ("The run's number", json!({"type": "integer", "minimum": 1, "maximum": i32::MAX})),
        "file" => ("The file's number", json!({"type": "integer", "minimum": 1, "maximum": i32::MAX})),
        "component" => {
            ("The component's name", json!({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"}))
        }
        _ => {
            ("The name in the template", json!({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"}))
        }
    };
    Some(json!({"name": name, "in": "path", "required": true, "description": text, "schema": schema}))
}

fn id() -> Value {
    json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"})
}

fn paging() -> [Value; 2] {
    let of = |name: &str, text: &str, most: i64| {
        json!({"name": name, "in": "query", "required": false, "description": text,
               "schema": {"type": "integer", "minimum": 1, "maximum": most}})
    };
    [
        of("maxpagesize", "So many a page, at most 200; nextLink leads to the next one.", 200),
        of("$skiptoken", "Where the page begins, as nextLink says it.", i64::from(u32::MAX)),
    ]
}

fn narrowing(name: &str) -> Value {
    let words = |words: Vec<&str>| json!({"type": "string", "enum": words});
    let (text, schema) = match name {
        "from" => ("From this day or moment on", json!({"type": "string", "format": "date"})),
        "to" => ("Up to this day, or before this moment", json!({"type": "string", "format": "date"})),
        "action" => ("What was done", words(Action::ALL.iter().map(|action| action.as_str()).collect())),
        "kind" => ("To what kind of thing", words(Subject::ALL.iter().map(|kind| kind.as_str()).collect())),
        "actor" => {
            ("A part of the actor's name, or the whole id", json!({"type": "string", "maxLength": 200}))
        }
        _ => ("A part of the thing's name or id", json!({"type": "string", "maxLength": 200})),
    };
    json!({"name": name, "in": "query", "required": false, "description": text, "schema": schema})
}

/// By what alarms are narrowed.
fn of_alarms() -> [Value; 4] {
    let of = |name: &str, text: &str, schema: Value| json!({"name": name, "in": "query", "required": false, "description": text, "schema": schema});
    let states = json!({"type": "string", "enum": ["active", "acknowledged", "cleared", "all"]});
    let severities = json!({"type": "string", "enum": Severity::ALL.map(Severity::as_str)});
    [
        of("state", "In this state", states),
        of("severity", "This bad", severities),
        of("rule", "Of this rule", json!({"type": "integer", "minimum": 1, "maximum": i32::MAX})),
        of("device", "Of this device", json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"})),
    ]
}

/// Which runs of actions are asked for.
fn of_action_runs() -> [Value; 2] {
    let states = RunState::ALL.map(RunState::as_str);
    [
        json!({"name": "rule", "in": "query", "required": false, "description": "Of this rule",
            "schema": {"type": "integer", "minimum": 1, "maximum": i32::MAX}}),
        json!({"name": "state", "in": "query", "required": false, "description": "In this state",
            "schema": {"type": "string", "enum": states}}),
    ]
}

/// Of when usage is asked, and how finely.
fn spanning() -> [Value; 3] {
    let of = |name: &str, text: &str, schema: Value| {
        json!({"name": name, "in": "query", "required": false, "description": text,
               "schema": schema})
    };
    let moment = || json!({"type": "integer", "minimum": 0, "maximum": 4_102_444_800_000_i64});
    [
        of("grain", "By the day, or by the hour", json!({"type": "string", "enum": ["day", "hour"]})),
        of("from", "From this moment on, in milliseconds since 1970", moment()),
        of("to", "Before this moment, in milliseconds since 1970", moment()),
    ]
}

/// What every refusal says.
fn problem() -> Value {
    let text = json!({"type": "string"});
    let mut properties = Map::new();
    for name in ["type", "title", "detail", "code"] {
        properties.insert(name.into(), text.clone());
    }
    properties.insert("status".into(), json!({"type": "integer"}));
    let field = json!({"type": "object", "required": ["field", "message"],
                       "properties": {"field": text, "message": text}});
    properties.insert("fields".into(), json!({"type": "array", "items": field}));
    let error = json!({"code": text, "message": text, "requestId": text, "time": text});
    properties.insert("error".into(), json!({"type": "object", "properties": error}));
    json!({"type": "object", "required": ["type", "title", "status", "detail", "error"], "properties": properties})
}
