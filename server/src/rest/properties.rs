//! `/api/devices/{device}/properties`, of the device or of one of its components, and its whole twin.
//!
//! A property is answered with the value that holds at the device, or, while it has reported none, the one that is wanted of
//! it; `$metadata` beside it says both, with what the device has answered.

use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::twin::{self as twins, Wish};
use http::{HeaderMap, HeaderValue, header};
use model::twin::{self, COMPONENT_MARK, Part, Properties, Section, Twin, TwinView};
use model::{Code, Problem};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What only answers hold; passed over in bodies, so that an answer may be sent back.
const METADATA: &str = "$metadata";

/// A component of a device.
#[derive(Serialize, ToSchema)]
pub(super) struct ComponentOut {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: String,
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/properties",
    tag = "Properties",
    summary = "Reads the properties of a device",
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Response, Fault> {
    let view = twins::view(&caller, &id).await.map_err(|error| named(error, &id))?;
    Ok(answer(&view, ""))
}

#[utoipa::path(
    put,
    path = "/api/devices/{device}/properties",
    tag = "Properties",
    summary = "Replaces what is wanted of a device",
    request_body = Object,
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(values): Body<Properties>,
) -> Result<Response, Fault> {
    change(&caller, &id, "", values, true, &headers).await
}

#[utoipa::path(
    patch,
    path = "/api/devices/{device}/properties",
    tag = "Properties",
    summary = "Changes what is wanted of a device",
    request_body = Object,
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(values): Body<Properties>,
) -> Result<Response, Fault> {
    change(&caller, &id, "", values, false, &headers).await
}

#[utoipa::path(
    get,
    path = "/api/devices/{device}/components/{component}/properties",
    tag = "Properties",
    summary = "Reads the properties of a component",
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn get_component(
    caller: Caller,
    Path((id, component)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let view = twins::view(&caller, &id).await.map_err(|error| named(error, &id))?;
    if !is_component(&view, &component) {
        return Err(no_component(&component));
    }
    Ok(answer(&view, &component))
}

#[utoipa::path(
    put,
    path = "/api/devices/{device}/components/{component}/properties",
    tag = "Properties",
    summary = "Replaces what is wanted of a component",
    request_body = Object,
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn put_component(
    caller: Caller,
    Path((id, component)): Path<(String, String)>,
    headers: HeaderMap,
    Body(values): Body<Properties>,
) -> Result<Response, Fault> {
    change(&caller, &id, &component, values, true, &headers).await
}

#[utoipa::path(
    patch,
    path = "/api/devices/{device}/components/{component}/properties",
    tag = "Properties",
    summary = "Changes what is wanted of a component",
    request_body = Object,
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn patch_component(
    caller: Caller,
    Path((id, component)): Path<(String, String)>,
    headers: HeaderMap,
    Body(values): Body<Properties>,
) -> Result<Response, Fault> {
    change(&caller, &id, &component, values, false, &headers).await
}

/// The components of the device, by name.
#[utoipa::path(
    get,
    path = "/api/devices/{device}/components",
    tag = "Properties",
    summary = "The components of a device",
    responses((status = 200, description = "As it is", body = Listed<ComponentOut>)),
)]
pub(super) async fn components(
    caller: Caller,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Listed<ComponentOut>, Fault> {
    let view = twins::view(&caller, &id).await.map_err(|error| named(error, &id))?;
    let mut names = marked(&view);
    names.extend(view.components.iter().map(|component| component.name.as_str()));
    let of = |name: &str| ComponentOut { kind: "Component", name: name.to_owned() };
    Ok(paging.of(names.into_iter().map(of).collect()))
}

/// The twin as the device and the database have it.
#[utoipa::path(
    get,
    path = "/api/devices/{device}/twin",
    tag = "Properties",
    summary = "The twin as device and database have it",
    responses((status = 200, description = "As it is", body = Object)),
)]
pub(super) async fn twin(caller: Caller, Path(id): Path<String>) -> Result<Json<Value>, Fault> {
    let twin = twins::get(&caller, &id).await.map_err(|error| named(error, &id))?;
    let section = |part: Part| {
        let section = twin.section(part);
        let mut all = section.values.clone();
        all.insert(METADATA.into(), Value::Object(section.metadata.clone()));
        all.insert("$version".into(), section.version.into());
        Value::Object(all)
    };
    let properties = json!({"desired": section(Part::Desired), "reported": section(Part::Reported)});
    let etag = etag(&twin);
    Ok(Json(json!({
        "deviceId": id, "etag": etag, "properties": properties, "cloudProperties": section(Part::Cloud),
    })))
}

async fn change(
    caller: &Caller,
    id: &str,
    component: &str,
    mut values: Properties,
    replace: bool,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    values.remove(METADATA);
    for value in values.values_mut() {
        if let Value::Object(inner) = value {
            inner.remove(METADATA);
        }
    }
    let made_by = match headers.get(header::IF_MATCH) {
        None => None,
        Some(tag) => match tag.to_str().unwrap_or_default().trim() {
            "*" => None,
            tag => Some(versions(tag).ok_or_else(Fault::precondition)?),
        },
    };
    let wish = Wish { component: component.to_owned(), values, replace, made_by };
    let view = twins::change(caller, id, wish).await.map_err(|error| match &error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) if !component.is_empty() => {
            Fault::not_found(format!("There is no device “{id}” with a component “{component}” here."))
        }
        _ => named(error, id),
    })?;
    Ok(answer(&view, component))
}

/// The properties, with the etag that `If-Match` takes.
fn answer(view: &TwinView, component: &str) -> Response {
    let properties = match component {
        "" => whole(view),
        component => part(&view.twin, component, |_| false),
    };
    let mut response = Json(properties).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", etag(&view.twin))) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The device's own properties, and its components as objects.
fn whole(view: &TwinView) -> Value {
    let components = marked(view);
    let mut all = part(&view.twin, "", |name| components.contains(name));
    for component in &components {
        all[*component] = part(&view.twin, component, |_| false);
    }
    all
}

/// The components that have properties.
fn marked(view: &TwinView) -> BTreeSet<&str> {
    let sections = [&view.twin.desired, &view.twin.reported];
    let names = sections.into_iter().flat_map(|section| section.values.keys()).map(String::as_str);
    names.filter(|name| is_component(view, name)).collect()
}

/// The properties of one component (empty: the device's own) with what is known of each.
fn part(twin: &Twin, component: &str, left_out: impl Fn(&str) -> bool) -> Value {
    let values = |section: &'_ Section| -> Properties {
        match component {
            "" => section.values.clone(),
            component => {
                section.values.get(component).and_then(Value::as_object).cloned().unwrap_or_default()
            }
        }
    };
    let sections: [Properties; 3] = [values(&twin.desired), values(&twin.reported), values(&twin.cloud)];
    let names: BTreeSet<&String> = sections.iter().flat_map(Map::keys).collect();
    let (mut all, mut metadata) = (Map::new(), Map::new());
    for name in names.into_iter().filter(|name| *name != COMPONENT_MARK && !left_out(name)) {
        let [desired, reported, cloud] = &sections;
        let value = reported.get(name).map(twin::value);
        let value = value.or_else(|| cloud.get(name).cloned()).or_else(|| desired.get(name).cloned());
        all.insert(name.clone(), value.unwrap_or_default());
        metadata.insert(name.clone(), known_of(twin, component, name));
    }
    all.insert(METADATA.into(), Value::Object(metadata));
    Value::Object(all)
}

/// When it was reported, what is wanted, and what the device has answered.
fn known_of(twin: &Twin, component: &str, name: &str) -> Value {
    let mut known = Map::new();
    let mut tell = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            known.insert(key.to_owned(), value);
        }
    };
    if let Some(wanted) = twin.desired.get(component, name) {
        tell("desiredValue", Some(wanted.clone()));
        let updated = twin.desired.updated(component, name);
        tell("desiredVersion", updated.map(|(_, version)| version.into()));
        tell("desiredTimestamp", updated.map(|(at, _)| at.into()));
    }
    if let Some(answer) = twin.reported.get(component, name).and_then(twin::acknowledgement) {
        tell("ackVersion", answer.version.map(Value::from));
        tell("ackCode", Some(answer.code.into()));
        tell("ackDescription", answer.description.map(Value::from));
    }
    let updated = twin.reported.updated(component, name).or_else(|| twin.cloud.updated(component, name));
    tell("lastUpdateTime", updated.map(|(at, _)| at.into()));
    Value::Object(known)
}

fn is_component(view: &TwinView, name: &str) -> bool {
    let marked = [&view.twin.desired, &view.twin.reported]
        .into_iter()
        .any(|section| section.values.get(name).is_some_and(twin::is_component));
    marked || view.components.iter().any(|component| component.name == name)
}

fn etag(twin: &Twin) -> String {
    format!("{}-{}", twin.desired.version, twin.cloud.version)
}

/// The versions of an etag.
fn versions(tag: &str) -> Option<(i64, i64)> {
    let tag = tag.trim_start_matches("W/").trim_matches('"');
    // What follows the point tells of the answer, not of the versions.
    let (desired, cloud) = tag.split('.').next()?.split_once('-')?;
    Some((desired.parse().ok()?, cloud.parse().ok()?))
}

fn no_component(component: &str) -> Fault {
    Fault::not_found(format!("The device has no component “{component}”."))
}

/// *Not found* with the device's id in it; fields as pointers into the body, since properties may be called like anything.
fn named(error: domain::Error, id: &str) -> Fault {
    match error {
        domain::Error::Problem(Problem { code: Code::NotFound, .. }) => {
            Fault::not_found(format!("There is no device “{id}” here."))
        }
        domain::Error::Problem(mut problem) => {
            for field in &mut problem.fields {
                field.field = format!("/{}", field.field.replace('.', "/"));
            }
            problem.into()
        }
        error => error.into(),
    }
}
