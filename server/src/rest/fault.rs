//! Answers that say no: IoT Central's `{"error": {code, message, requestId, time}}` and the members of RFC 9457 in one
//! body, so that clients of either find what they look for.

use crate::request::RequestNumber;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use model::query::Mistake;
use model::{Code, FieldProblem, Problem};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// A problem on its way out of the programming interface.
#[derive(Clone, Debug)]
pub struct Fault {
    status: StatusCode,
    /// As IoT Central calls it.
    code: &'static str,
    problem: Problem,
    /// Where the text of a query is wrong.
    mistake: Option<Box<Mistake>>,
}

impl Fault {
    /// The request itself can't be understood.
    pub(super) fn bad_request(sentence: impl Into<String>) -> Fault {
        Fault {
            status: StatusCode::BAD_REQUEST,
            code: "BadRequest",
            problem: Problem::with_detail(Code::Invalid, sentence),
            mistake: None,
        }
    }

    /// The text of a query can't be run.
    fn of_mistake(mistake: Mistake) -> Fault {
        let detail = format!("{}\n{}", mistake.sentence(), mistake.pointer);
        Fault { code: "InvalidQuery", mistake: Some(Box::new(mistake)), ..Fault::bad_request(detail) }
    }

    /// The body is not what it has to be.
    pub(super) fn invalid_body(sentence: impl Into<String>) -> Fault {
        Fault { code: "InvalidBody", ..Fault::bad_request(sentence) }
    }

    /// One field is wrong.
    pub(super) fn field(field: &str, message: impl Into<String>) -> Fault {
        Problem::field(Code::Invalid, field, message).into()
    }

    /// There is no such thing, said by its name.
    pub(super) fn not_found(sentence: impl Into<String>) -> Fault {
        Problem::with_detail(Code::NotFound, sentence).into()
    }

    /// Who was asked has not answered.
    pub(super) fn timed_out(sentence: impl Into<String>) -> Fault {
        Fault {
            status: StatusCode::GATEWAY_TIMEOUT,
            code: "GatewayTimeout",
            problem: Problem::with_detail(Code::NoAnswer, sentence),
            mistake: None,
        }
    }

    /// It is no longer what the asker thinks.
    pub(super) fn precondition() -> Fault {
        let sentence = "It has been changed since its etag was read. Read it again.";
        Fault {
            status: StatusCode::PRECONDITION_FAILED,
            code: "PreconditionFailed",
            problem: Problem::with_detail(Code::Invalid, sentence),
            mistake: None,
        }
    }

    /// It stands against what is there already.
    pub(super) fn conflict(sentence: impl Into<String>) -> Fault {
        Fault {
            status: StatusCode::CONFLICT,
            code: "Conflict",
            problem: Problem::with_detail(Code::Taken, sentence),
            mistake: None,
        }
    }

    /// What the library answered by itself.
    pub(super) fn of_status(status: StatusCode) -> Fault {
        let (code, problem) = match status {
            StatusCode::NOT_FOUND => ("NotFound", Problem::new(Code::NotFound)),
            StatusCode::METHOD_NOT_ALLOWED => (
                "MethodNotAllowed",
                Problem::with_detail(
                    Code::Invalid,
                    "This address doesn't know this method; see the header Allow.",
                ),
            ),
            StatusCode::PAYLOAD_TOO_LARGE => ("PayloadTooLarge", Problem::new(Code::TooLarge)),
            status if status.is_client_error() => {
                ("BadRequest", Problem::with_detail(Code::Invalid, "The request can't be understood."))
            }
            _ => ("InternalServerError", Problem::new(Code::Internal)),
        };
        Fault { status, code, problem, mistake: None }
    }

    fn body(&self, number: Option<u64>) -> serde_json::Value {
        let now = OffsetDateTime::now_utc().format(&Rfc2822).unwrap_or_default();
        let mut body = json!({
            "error": {
                "code": self.code,
                "message": message(&self.problem),
                "requestId": number.map(|number| number.to_string()).unwrap_or_default(),
                "time": now.replace("+0000", "GMT"),
            },
            "type": "about:blank",
            "title": self.problem.code.title(),
            "status": self.status.as_u16(),
            "detail": message(&self.problem),
            "code": self.problem.code,
        });
        if !self.problem.fields.is_empty() {
            body["fields"] = json!(self.problem.fields);
        }
        if let Some(mistake) = &self.mistake {
            body["mistake"] = json!(mistake);
        }
        body
    }

    /// With the request's number in it.
    pub(super) fn response(&self, number: Option<u64>) -> Response {
        let mut response = (self.status, axum::Json(self.body(number))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// One sentence, or what is wrong with each field.
fn message(problem: &Problem) -> String {
    if problem.detail.is_some() || problem.fields.is_empty() {
        return problem.sentence().to_owned();
    }
    let said: Vec<String> = problem.fields.iter().map(|f| format!("{}: {}", f.field, f.message)).collect();
    said.join(" ")
}

impl From<Problem> for Fault {
    /// Fields are called as they are in the bodies of this interface.
    fn from(mut problem: Problem) -> Fault {
        for FieldProblem { field, .. } in &mut problem.fields {
            let called = match field.as_str() {
                "external_id" => "id",
                "every_ms" => "interval",
                "name" => "displayName",
                "expires" => "expiry",
                "role" => "roles",
                "keys" => "attestation",
                _ => continue,
            };
            called.clone_into(field);
        }
        let code = match problem.code {
            Code::Invalid => "UnprocessableEntity",
            Code::Taken | Code::AlreadySetUp | Code::Conflict => "Conflict",
            Code::Outdated => "PreconditionFailed",
            Code::NotFound => "NotFound",
            Code::SignedOut | Code::WrongCredentials => "Unauthorized",
            Code::NotAllowed
            | Code::WorkspaceDisabled
            | Code::SignOnNeeded
            | Code::SecondFactorNeeded
            | Code::ForeignOrigin => "Forbidden",
            Code::LimitReached => "LimitReached",
            Code::TooMany => "TooManyRequests",
            Code::TooLarge => "PayloadTooLarge",
            Code::TooMuchWork => "TooMuchWork",
            Code::NoAnswer => "GatewayTimeout",
            Code::Internal => "InternalServerError",
        };
        if problem.code == Code::NotAllowed && problem.detail.is_none() {
            problem.detail = Some("The role of this API token doesn't allow it.".into());
        }
        let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Fault { status, code, problem, mistake: None }
    }
}

/// What is our own fault is logged here, once, with its causes; the answer says only that it was.
impl From<domain::Error> for Fault {
    fn from(error: domain::Error) -> Fault {
        let error = match error {
            domain::Error::Mistake(mistake) => return Fault::of_mistake(mistake),
            other => other,
        };
        let causes = crate::error::chain(&error);
        let problem = Problem::from(error);
        if problem.code == Code::Internal {
            tracing::error!(causes, "a use-case failed");
        }
        problem.into()
    }
}

impl IntoResponse for Fault {
    /// The body follows in `shaped`, which knows the request's number.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every refusal its body, also those that the library makes by itself: a method that an address doesn't know, a
/// path that is no text.
pub(super) async fn shaped(request: Request, next: Next) -> Response {
    let number = RequestNumber::of(&request);
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let fault = response.extensions().get::<Fault>().cloned().unwrap_or_else(|| Fault::of_status(status));
    let mut shaped = fault.response(number);
    if let Some(allow) = response.headers().get(header::ALLOW) {
        shaped.headers_mut().insert(header::ALLOW, allow.clone());
    }
    shaped
}

/// The answer of an address below `/api` that nobody knows.
pub(crate) fn nothing_here(request: &Request) -> Response {
    let sentence = format!("There is no address {} here.", request.uri().path());
    Fault::not_found(sentence).response(RequestNumber::of(request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_speaks_to_clients_of_either_kind() {
        let fault: Fault = Problem::field(Code::Invalid, "name", "Give it a name.").into();
        let body = fault.body(Some(7));
        assert_eq!(body["error"]["code"], "UnprocessableEntity");
        assert_eq!(body["error"]["message"], "displayName: Give it a name.");
        assert_eq!(body["error"]["requestId"], "7");
        assert!(body["error"]["time"].as_str().is_some_and(|time| time.ends_with(" GMT")), "{body}");
        assert_eq!((body["status"].as_u64(), &body["type"]), (Some(422), &"about:blank".into()));
        assert_eq!(body["title"], Code::Invalid.title());
        assert_eq!(body["fields"][0]["field"], "displayName");
    }
}
