//! The reference that one reads in a browser, `GET /api`: a page drawn from the document, without script, and with one
//! stylesheet of our own.

use super::openapi::{ADDRESS, document};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

/// Where the stylesheet is.
pub(super) const STYLE: &str = "/api/reference.css";
/// The page loads nothing but that.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page.
pub(super) async fn page() -> Response {
    static PAGE: LazyLock<String> = LazyLock::new(|| drawn(document()));
    let mut response = PAGE.as_str().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=300"));
    response
}

/// Its stylesheet.
pub(super) async fn style() -> Response {
    let mut response = include_str!("reference.css").into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=300"));
    response
}

fn drawn(document: &Value) -> String {
    let mut by_tag: BTreeMap<String, String> = BTreeMap::new();
    for (path, item) in members(&document["paths"]) {
        for method in ["get", "put", "patch", "post", "delete"] {
            let operation = &item[method];
            if operation.is_object() {
                let tag = words(&operation["tags"][0]);
                by_tag.entry(tag).or_default().push_str(&drawn_operation(path, method, operation));
            }
        }
    }
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>REST interface · Homeport</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{STYLE}\"></head><body><header><h1>REST interface</h1><p>{}</p>\
         <p><a href=\"{ADDRESS}\">OpenAPI document</a> · <a href=\"/\">Homeport</a></p></header><main>",
        escaped(&words(&document["info"]["description"]))
    );
    for (tag, operations) in by_tag {
        let _ = write!(page, "<section><h2>{}</h2>{operations}</section>", escaped(&tag));
    }
    page.push_str("<section><h2>Shapes</h2>");
    for (name, schema) in members(&document["components"]["schemas"]) {
        let text = serde_json::to_string_pretty(schema).unwrap_or_default();
        let (id, text) = (escaped(name), escaped(&text));
        let _ = write!(
            page,
            "<details id=\"{id}\"><summary><code>{id}</code></summary><pre>{text}</pre></details>"
        );
    }
    page.push_str("</section></main></body></html>");
    page
}

fn drawn_operation(path: &str, method: &str, operation: &Value) -> String {
    let mut text = format!(
        "<details><summary><span class=\"method {method}\">{}</span> <code>{}</code> <span>{}</span></summary>",
        method.to_uppercase(),
        escaped(path),
        escaped(&words(&operation["summary"]))
    );
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    if !parameters.is_empty() {
        text.push_str("<h3>Parameters</h3><table><tbody>");
        for one in parameters {
            let [name, place, about] =
                ["name", "in", "description"].map(|member| escaped(&words(&one[member])));
            let _ = write!(text, "<tr><td><code>{name}</code></td><td>{place}</td><td>{about}</td></tr>");
        }
        text.push_str("</tbody></table>");
    }
    if let Some(shape) = shape(&operation["requestBody"]) {
        let _ = write!(text, "<h3>Body</h3><p>{shape}</p>");
    }
    text.push_str("<h3>Answers</h3><table><tbody>");
    for (status, answer) in members(&operation["responses"]) {
        let (status, about) = (escaped(status), escaped(&words(&answer["description"])));
        let shape = shape(answer).unwrap_or_default();
        let _ = write!(text, "<tr><td><code>{status}</code></td><td>{about}</td><td>{shape}</td></tr>");
    }
    text.push_str("</tbody></table></details>");
    text
}

/// A link to the shape of a body.
fn shape(of: &Value) -> Option<String> {
    let (kind, content) = members(&of["content"]).next()?;
    let reference = content["schema"]["$ref"].as_str();
    Some(match reference.and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => format!("<a href=\"#{0}\"><code>{0}</code></a>", escaped(name)),
        None => format!("<code>{}</code>", escaped(kind)),
    })
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_stands_in_the_document_is_text_in_the_page() {
        let operation = json!({"tags": ["<b>"], "summary": "<script>x</script>", "responses": {"200": {"description": "&"}}});
        let page = drawn(
            &json!({"info": {}, "paths": {"/api/\"x": {"get": operation}}, "components": {"schemas": {}}}),
        );
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(page.contains("&lt;script&gt;") && page.contains("&amp;") && page.contains("/api/&quot;x"));
    }
}
