//! The programming interface: `/api/…`, in the shape of IoT Central's data plane (2022-07-31), for whoever shows an
//! API token. Its handlers call the same use-cases as the pages.
//!
//! One file a resource. What isn't right is answered by a [`Fault`], which carries IoT Central's `error` and RFC 9457's
//! members in one body. Server functions of the pages live below `/api` too, as `POST /api/{one_word}`.

mod action_runs;
mod alarms;
mod annotations;
mod applications;
mod attestation;
mod audit;
mod body;
mod branding;
mod caller;
mod commands;
mod dashboards;
mod data_exports;
mod device_groups;
mod devices;
mod enrollment_groups;
mod etags;
mod fault;
mod files;
mod group_certificates;
mod idempotent;
mod if_match;
mod job_shape;
mod jobs;
mod messages;
mod openapi;
mod organizations;
mod paging;
mod properties;
mod query;
mod rates;
mod reference;
mod relationships;
mod reports;
mod roles;
mod rules;
mod scheduled_jobs;
mod simulation;
mod support;
mod templates;
mod time_text;
mod tokens;
mod usage;
mod users;

pub use fault::Fault;
pub(crate) use fault::nothing_here;
pub(crate) use rates::Rates;
pub use tokens::role_id;

use crate::routes::Outside;
use crate::state::AppState;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};
use axum::{Extension, Router};
use body::Body;
use caller::Caller;
use paging::{Listed, Paging};

/// Every route with its methods: the stranger test walks them.
pub const ROUTES: [(&str, &[&str]); 78] = [
    ("/api/actionRuns", &["GET"]),
    ("/api/actionRuns/{run}/retry", &["POST"]),
    ("/api/alarms", &["GET"]),
    ("/api/alarms/{alarm}", &["GET", "POST"]),
    ("/api/alarms/{alarm}/actionRuns", &["GET"]),
    ("/api/annotations", &["GET", "POST"]),
    ("/api/annotations/{annotation}", &["GET", "PATCH", "DELETE"]),
    ("/api/application", &["GET", "POST"]),
    ("/api/applicationTemplates", &["GET"]),
    ("/api/applicationTemplates/{application}", &["GET"]),
    ("/api/apiTokens", &["GET"]),
    ("/api/apiTokens/{token}", &["GET", "PUT", "DELETE"]),
    ("/api/auditLogs", &["GET"]),
    ("/api/dataExport/destinations", &["GET", "POST"]),
    ("/api/dataExport/destinations/{destination}", &["GET", "PUT", "DELETE"]),
    ("/api/dataExport/exports", &["GET", "POST"]),
    ("/api/dataExport/exports/{export}", &["GET", "PUT", "DELETE"]),
    ("/api/branding", &["GET", "PUT"]),
    ("/api/deviceGroups", &["GET"]),
    ("/api/deviceGroups/{deviceGroup}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/dashboards", &["GET"]),
    ("/api/dashboards/{dashboard}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/dashboards/{dashboard}/reports", &["GET", "POST"]),
    ("/api/reports/{report}", &["GET", "PUT", "DELETE"]),
    ("/api/reports/{report}/runs", &["GET"]),
    ("/api/reports/{report}/send", &["POST"]),
    ("/api/deviceTemplates", &["GET"]),
    ("/api/deviceTemplates/{template}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/devices", &["GET"]),
    ("/api/devices/{device}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/devices/{device}/components", &["GET"]),
    ("/api/devices/{device}/components/{component}/properties", &["GET", "PUT", "PATCH"]),
    ("/api/devices/{device}/attestation", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/devices/{device}/components/{component}/telemetry/{name}", &["GET"]),
    ("/api/devices/{device}/commands/{name}", &["GET", "POST"]),
    ("/api/devices/{device}/components/{component}/commands/{name}", &["GET", "POST"]),
    ("/api/devices/{device}/children", &["GET"]),
    ("/api/devices/{device}/credentials", &["GET"]),
    ("/api/devices/{device}/files", &["GET"]),
    ("/api/devices/{device}/files/{file}", &["GET", "DELETE"]),
    ("/api/devices/{device}/files/{file}/content", &["GET"]),
    ("/api/fileUploads", &["GET", "PUT"]),
    ("/api/devices/{device}/messages", &["GET", "POST", "DELETE"]),
    ("/api/devices/{device}/properties", &["GET", "PUT", "PATCH"]),
    ("/api/devices/{device}/relationships", &["GET"]),
    ("/api/devices/{device}/relationships/{relationship}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/devices/{device}/simulation", &["GET", "PATCH"]),
    ("/api/devices/{device}/telemetry/{name}", &["GET"]),
    ("/api/devices/{device}/twin", &["GET"]),
    ("/api/enrollmentGroups", &["GET"]),
    ("/api/enrollmentGroups/{group}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/enrollmentGroups/{group}/certificates/{entry}", &["GET", "PUT", "DELETE"]),
    ("/api/enrollmentGroups/{group}/certificates/{entry}/generateVerificationCode", &["POST"]),
    ("/api/enrollmentGroups/{group}/certificates/{entry}/verify", &["POST"]),
    ("/api/jobs", &["GET"]),
    ("/api/jobs/{job}", &["GET", "PUT", "DELETE"]),
    ("/api/jobs/{job}/devices", &["GET"]),
    ("/api/jobs/{job}/rerun/{rerun}", &["PUT"]),
    ("/api/jobs/{job}/resume", &["POST"]),
    ("/api/jobs/{job}/stop", &["POST"]),
    ("/api/scheduledJobs", &["GET"]),
    ("/api/scheduledJobs/{scheduledJob}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/scheduledJobs/{scheduledJob}/jobs", &["GET"]),
    ("/api/limits", &["GET"]),
    ("/api/organizations", &["GET"]),
    ("/api/organizations/{organization}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/query", &["POST"]),
    ("/api/roles", &["GET"]),
    ("/api/roles/{role}", &["GET", "PUT", "PATCH", "DELETE"]),
    ("/api/rules", &["GET", "POST"]),
    ("/api/rules/{rule}", &["GET", "PUT", "DELETE"]),
    ("/api/rules/{rule}/actions/{action}/test", &["POST"]),
    ("/api/rules/{rule}/devices/{device}", &["GET"]),
    ("/api/supportAccess", &["GET"]),
    ("/api/supportAccess/{access}", &["DELETE"]),
    ("/api/usage", &["GET"]),
    ("/api/users", &["GET"]),
    ("/api/users/{user}", &["GET", "PUT", "PATCH", "DELETE"]),
];

/// All of it. Every refusal below leaves in the shape of [`Fault`].
pub(crate) fn router(state: &AppState, outside: Outside) -> Router<AppState> {
    let of_tokens = Router::new()
        .route("/api/actionRuns", get(action_runs::list))
        .route("/api/actionRuns/{run}/retry", post(action_runs::retry))
        .route("/api/alarms", get(alarms::list))
        .route("/api/alarms/{alarm}", get(alarms::get).post(alarms::change))
        .route("/api/alarms/{alarm}/actionRuns", get(action_runs::of_alarm))
        .route("/api/annotations", get(annotations::list).post(annotations::create))
        .route(
            "/api/annotations/{annotation}",
            get(annotations::get).patch(annotations::patch).delete(annotations::delete),
        )
        .route("/api/application", get(applications::export).post(applications::bring))
        .route("/api/applicationTemplates", get(applications::list))
        .route("/api/applicationTemplates/{application}", get(applications::get))
        .route("/api/apiTokens", get(tokens::list))
        .route("/api/apiTokens/{token}", get(tokens::get).put(tokens::put).delete(tokens::delete))
        .route("/api/auditLogs", get(audit::list))
        .route(
            "/api/dataExport/destinations",
            get(data_exports::destinations).post(data_exports::create_destination),
        )
        .route(
            "/api/dataExport/destinations/{destination}",
            get(data_exports::destination)
                .put(data_exports::put_destination)
                .delete(data_exports::delete_destination),
        )
        .route("/api/dataExport/exports", get(data_exports::list).post(data_exports::create))
        .route(
            "/api/dataExport/exports/{export}",
            get(data_exports::get).put(data_exports::put).delete(data_exports::delete),
        )
        .route("/api/branding", get(branding::get).put(branding::put))
        .route("/api/deviceGroups", get(device_groups::list))
        .route(
            "/api/deviceGroups/{deviceGroup}",
            get(device_groups::get)
                .put(device_groups::put)
                .patch(device_groups::patch)
                .delete(device_groups::delete),
        )
        .route("/api/dashboards", get(dashboards::list))
        .route(
            "/api/dashboards/{dashboard}",
            get(dashboards::get).put(dashboards::put).patch(dashboards::patch).delete(dashboards::delete),
        )
        .route("/api/dashboards/{dashboard}/reports", get(reports::list).post(reports::create))
        .route("/api/reports/{report}", get(reports::get).put(reports::put).delete(reports::delete))
        .route("/api/reports/{report}/runs", get(reports::runs))
        .route("/api/reports/{report}/send", post(reports::send))
        .route("/api/deviceTemplates", get(templates::list))
        .route(
            "/api/deviceTemplates/{template}",
            get(templates::get).put(templates::put).patch(templates::patch).delete(templates::delete),
        )
        .route("/api/devices", get(devices::list))
        .route(
            "/api/devices/{device}",
            get(devices::get).put(devices::put).patch(devices::patch).delete(devices::delete),
        )
        .route("/api/devices/{device}/components", get(properties::components))
        .route(
            "/api/devices/{device}/components/{component}/properties",
            get(properties::get_component).put(properties::put_component).patch(properties::patch_component),
        )
        .route(
            "/api/devices/{device}/properties",
            get(properties::get).put(properties::put).patch(properties::patch),
        )
        .route("/api/devices/{device}/twin", get(properties::twin))
        .route(
            "/api/devices/{device}/attestation",
            get(attestation::get).put(attestation::put).patch(attestation::patch).delete(attestation::delete),
        )
        .route(
            "/api/devices/{device}/components/{component}/telemetry/{name}",
            get(devices::component_telemetry),
        )
        .route("/api/devices/{device}/commands/{name}", get(commands::list).post(commands::run))
        .route(
            "/api/devices/{device}/components/{component}/commands/{name}",
            get(commands::list_of_component).post(commands::run_of_component),
        )
        .route("/api/devices/{device}/children", get(relationships::children))
        .route("/api/devices/{device}/credentials", get(devices::credentials))
        .route("/api/devices/{device}/files", get(files::list))
        .route("/api/devices/{device}/files/{file}", get(files::get).delete(files::delete))
        .route("/api/devices/{device}/files/{file}/content", get(files::content))
        .route(
            "/api/devices/{device}/messages",
            get(messages::list).post(messages::send).delete(messages::purge),
        )
        .route("/api/devices/{device}/relationships", get(relationships::list))
        .route(
            "/api/devices/{device}/relationships/{relationship}",
            get(relationships::get)
                .put(relationships::put)
                .patch(relationships::patch)
                .delete(relationships::delete),
        )
        .route("/api/devices/{device}/simulation", get(simulation::get).patch(simulation::patch))
        .route("/api/devices/{device}/telemetry/{name}", get(devices::telemetry))
        .route("/api/fileUploads", get(files::uploads).put(files::put_uploads))
        .route("/api/enrollmentGroups", get(enrollment_groups::list))
        .route(
            "/api/enrollmentGroups/{group}",
            get(enrollment_groups::get)
                .put(enrollment_groups::put)
                .patch(enrollment_groups::patch)
                .delete(enrollment_groups::delete),
        )
        .route(
            "/api/enrollmentGroups/{group}/certificates/{entry}",
            get(group_certificates::get).put(group_certificates::put).delete(group_certificates::delete),
        )
        .route(
            "/api/enrollmentGroups/{group}/certificates/{entry}/generateVerificationCode",
            post(group_certificates::code),
        )
        .route("/api/enrollmentGroups/{group}/certificates/{entry}/verify", post(group_certificates::verify))
        .merge(of_jobs())
        .route("/api/limits", get(usage::limits))
        .route("/api/organizations", get(organizations::list))
        .route(
            "/api/organizations/{organization}",
            get(organizations::get)
                .put(organizations::put)
                .patch(organizations::patch)
                .delete(organizations::delete),
        )
        .route("/api/query", post(query::run))
        .route("/api/roles", get(roles::list))
        .route("/api/roles/{role}", get(roles::get).put(roles::put).patch(roles::patch).delete(roles::delete))
        .route("/api/rules", get(rules::list).post(rules::create))
        .route("/api/rules/{rule}", get(rules::get).put(rules::put).delete(rules::delete))
        .route("/api/rules/{rule}/actions/{action}/test", post(action_runs::test))
        .route("/api/rules/{rule}/devices/{device}", get(rules::explain))
        .route("/api/supportAccess", get(support::list))
        .route("/api/supportAccess/{access}", axum::routing::delete(support::delete))
        .route("/api/usage", get(usage::used))
        .route("/api/users", get(users::list))
        .route("/api/users/{user}", get(users::get).put(users::put).patch(users::patch).delete(users::delete))
        .layer(from_fn(fault::shaped))
        .layer(from_fn(etags::tagged))
        .layer(from_fn_with_state(state.clone(), idempotent::once))
        .layer(from_fn_with_state(state.rates.clone(), rates::bounded))
        .layer(Extension(outside));
    of_tokens
        .route(openapi::ADDRESS, get(openapi::answer))
        .route("/api", get(reference::page))
        .route(reference::STYLE, get(reference::style))
}

/// Jobs, and those that begin by themselves.
fn of_jobs() -> Router<AppState> {
    Router::new()
        .route("/api/jobs", get(jobs::list))
        .route("/api/jobs/{job}", get(jobs::get).put(jobs::put).delete(jobs::delete))
        .route("/api/jobs/{job}/devices", get(jobs::devices))
        .route("/api/jobs/{job}/rerun/{rerun}", put(jobs::rerun))
        .route("/api/jobs/{job}/resume", post(jobs::resume))
        .route("/api/jobs/{job}/stop", post(jobs::stop))
        .route("/api/scheduledJobs", get(scheduled_jobs::list))
        .route(
            "/api/scheduledJobs/{scheduledJob}",
            get(scheduled_jobs::get)
                .put(scheduled_jobs::put)
                .patch(scheduled_jobs::patch)
                .delete(scheduled_jobs::delete),
        )
        .route("/api/scheduledJobs/{scheduledJob}/jobs", get(scheduled_jobs::begun))
}
