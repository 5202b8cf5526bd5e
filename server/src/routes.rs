//! All addresses of the web server, and what every request passes through on its way to one.

use crate::headers::{self, Https};
use crate::origin::{self, PublicOrigin};
use crate::problem::Refusal;
use crate::request;
use crate::sessions::Sessions;
use crate::state::{AppState, Process};
use crate::{
    audit, branding, csv, files, hook, imports, live, pictures, push_worker, query, reports, rest, sso,
    template_file, usage, watching, websocket,
};
use app::{App, shell};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Path, Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post, put};
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list, render_app_async_with_context};
use model::{Code, Problem};
use std::sync::LazyLock;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_sessions::Session;

/// Largest body of a request, in bytes; the largest input is a template's document.
pub const BODY_MAX: usize = 1024 * 1024;

/// The live stream of a workspace.
pub const LIVE: &str = "/w/{slug}/live";
/// The audit log as a file of comma-separated values.
pub const AUDIT_CSV: &str = "/w/{slug}/audit.csv";
/// The same as JSON, an entry a line.
pub const AUDIT_LINES: &str = "/w/{slug}/audit.jsonl";
/// A device's raw messages as a file.
pub const RAW_CSV: &str = "/w/{slug}/devices/{device}/raw.csv";
/// The answer of a query as a file of comma-separated values.
pub const QUERY_CSV: &str = "/w/{slug}/query.csv";
/// The same as JSON, a row a line.
pub const QUERY_LINES: &str = "/w/{slug}/query.jsonl";
/// Numbers over time as a file.
pub const EXPORT_CSV: &str = "/w/{slug}/export.csv";
/// The list of devices as a file.
pub const DEVICES_CSV: &str = "/w/{slug}/devices.csv";
/// What an import refused, as a file.
pub const IMPORT_ERRORS: &str = "/w/{slug}/imports/{import}/errors.csv";
/// What became of a job's devices, as a file.
pub const JOB_RESULTS: &str = "/w/{slug}/jobs/{job}/results.csv";
/// Where the file of an import comes in, piece by piece.
pub const IMPORT_FILE: &str = "/w/{slug}/imports/{import}/file";
/// A file that a device uploaded.
pub const DEVICE_FILE: &str = files::DOWNLOAD;
/// A template's document as a file.
pub const TEMPLATE_FILE: &str = "/w/{slug}/templates/{template}/dtdl.json";
/// A picture that stands on a dashboard.
pub const PICTURE: &str = "/w/{slug}/dashboards/{dashboard}/pictures/{picture}";
/// All of the workspace as an archive.
pub const TAKEOUT: &str = "/w/{slug}/takeout.tar";
/// What the workspace uses, as a file.
pub const USAGE_CSV: &str = "/w/{slug}/usage.csv";
/// A dashboard as a file.
pub const DASHBOARD_FILE: &str = "/w/{slug}/dashboards/{dashboard}/file";
/// The same of any workspace, for platform administrators.
pub const TENANT_USAGE_CSV: &str = "/admin/workspaces/{slug}/usage.csv";
/// The logo of a workspace, for everybody: it stands on sign-in pages too.
pub const LOGO: &str = "/logo/{name}";
/// The routes below a workspace that are not pages and that one reads from: the stranger test walks them.
pub const OF_WORKSPACES: [&str; 16] = [
    AUDIT_CSV,
    AUDIT_LINES,
    DASHBOARD_FILE,
    LIVE,
    RAW_CSV,
    QUERY_CSV,
    QUERY_LINES,
    EXPORT_CSV,
    DEVICES_CSV,
    IMPORT_ERRORS,
    JOB_RESULTS,
    DEVICE_FILE,
    PICTURE,
    TAKEOUT,
    TEMPLATE_FILE,
    USAGE_CSV,
];

/// The addresses of the pages.
///
/// The list is made once in a process, before any page is drawn: while the library walks the app, no page of the whole
/// process gets its data, and one that asks in that moment waits for it for ever (leptos issue 4773).
pub fn pages() -> &'static [AxumRouteListing] {
    static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));
    &PAGES
}

/// How the outside reaches this server.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The origin that people see, where the operator gave one.
    pub origin: PublicOrigin,
    /// Whether they come over HTTPS.
    pub https: bool,
}

/// The whole web server.
pub(crate) fn router(state: AppState, outside: Outside) -> Router {
    let sessions = Sessions::new(state.homeport.store().clone()).layer(outside.https);
    let provide = {
        let homeport = state.homeport.clone();
        move || {
            provide_context(homeport.clone());
            headers::page_policy(homeport.map_tiles());
        }
    };
    let shell_of = {
        let options = state.leptos.clone();
        move || shell(options.clone())
    };
    let unknown = {
        let page = render_app_async_with_context(provide.clone(), shell_of.clone());
        move |State(state): State<AppState>, request: Request| fallback(state, request, page)
    };
    let signed_in = Router::new()
        .route(AUDIT_CSV, get(audit::csv))
        .route(AUDIT_LINES, get(audit::lines))
        .route(DASHBOARD_FILE, get(reports::download))
        .route(LIVE, get(live::stream))
        .route(RAW_CSV, get(csv::raw))
        .route(QUERY_CSV, get(query::csv))
        .route(QUERY_LINES, get(query::lines))
        .route(EXPORT_CSV, get(csv::series))
        .route(DEVICES_CSV, get(csv::devices))
        .route(IMPORT_ERRORS, get(csv::errors))
        .route(JOB_RESULTS, get(csv::job_results))
        .route(IMPORT_FILE, put(imports::piece))
        .route(DEVICE_FILE, get(files::download))
        .route(PICTURE, get(pictures::picture))
        .route(TEMPLATE_FILE, get(template_file::export))
        .route(TAKEOUT, get(takeout))
        .route(USAGE_CSV, get(usage::own))
        .route(TENANT_USAGE_CSV, get(usage::of_tenant))
        .route(sso::CALLBACK, get(sso::callback))
        .route(sso::START, get(sso::start))
        .leptos_routes_with_context(&state, pages().to_vec(), provide, shell_of)
        .fallback(unknown)
        .layer(from_fn_with_state(state.homeport.clone(), app::session::attach))
        .layer(sessions);
    Router::new()
        .merge(of_every_process())
        .route(LOGO, get(branding::logo))
        .route(push_worker::ADDRESS, get(push_worker::script))
        .route("/mqtt/authn", post(hook::authn))
        .route("/mqtt/acl", post(hook::acl))
        .merge(rest::router(&state, outside.clone()))
        .merge(signed_in)
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        // Bounded by the workspace's limits.
        .merge(files::router())
        .layer(from_fn(request::bounded))
        .layer(from_fn_with_state(outside.origin.clone(), origin::check))
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest))
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(from_fn_with_state(Https(outside.https), headers::add))
        .layer(from_fn(watching::counted))
        .layer(from_fn(request::traced))
        .with_state(state)
}

/// What a process answers that is no web server.
pub(crate) fn bare(process: Process) -> Router {
    of_every_process()
        .fallback(|| async { (StatusCode::NOT_FOUND, "The pages are another process's.\n") })
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        .layer(from_fn(request::bounded))
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(from_fn(watching::counted))
        .layer(from_fn(request::traced))
        .with_state(process)
}

/// What every process answers, whatever parts it plays.
fn of_every_process<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Process: FromRef<S>,
{
    Router::new()
        .route("/healthz", get(watching::healthz))
        .route("/readyz", get(watching::readyz))
        .route("/metrics", get(watching::metrics))
        .route("/ca.pem", get(ca_pem))
        .route("/mqtt", get(websocket::mqtt))
}

/// All of a workspace, for its own administrators; also while it is shut.
async fn takeout(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    session: Session,
) -> Result<Response, Refusal> {
    let person = live::signed_in(&session).await?;
    let takeout = domain::takeout::begin(&state.homeport, person, &slug).await?;
    csv::answer(&takeout.name.clone(), "application/x-tar", csv::Source::Takeout(Box::new(takeout)))
}

/// What no route answers: a static file, or the page that says that there is nothing here.
async fn fallback<P, F>(state: AppState, request: Request, page: P) -> Response
where
    P: Fn(http::Request<Body>) -> F,
    F: Future<Output = http::Response<Body>>,
{
    let path = request.uri().path();
    if let Some(file) = state.site.answer(request.method(), path, request.headers()).await {
        return file;
    }
    if path == "/api" || path.starts_with("/api/") {
        return rest::nothing_here(&request);
    }
    let for_programs = ["/mqtt/", "/pkg/", "/style/"].iter().any(|prefix| path.starts_with(prefix));
    if for_programs || !matches!(*request.method(), http::Method::GET | http::Method::HEAD) {
        return Refusal::new(Code::NotFound).into_response();
    }
    // Somebody typed a slash too many.
    if path.len() > 1 && path.ends_with('/') {
        return Redirect::permanent(&format!("/{}", path.trim_matches('/'))).into_response();
    }
    page(request).await
}

/// The certificate that devices check the broker's with.
async fn ca_pem(State(process): State<Process>) -> Response {
    let Some(pem) = process.ca_pem else {
        let text = "Devices connect to a broker with certificates of its own.";
        return Refusal(Problem::with_detail(Code::NotFound, text)).into_response();
    };
    let mut response = pem.to_string().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-pem-file"));
    let name = HeaderValue::from_static("attachment; filename=\"homeport-ca.pem\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    response
}
