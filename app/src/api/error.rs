//! What server functions answer when they can't: the domain's [`Problem`] as `application/problem+json`.
//!
//! Failures that are our own fault are logged here, once, with the chain of their causes; people see only that
//! something went wrong.

use leptos::server_fn::Bytes;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use model::{Code, Problem};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The window event that the browser side fires when an answer says that nobody is signed in any more.
pub const SIGNED_OUT_EVENT: &str = "homeport-signed-out";

/// A problem on its way from a server function to a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppError(pub Problem);

impl AppError {
    /// An error that its code describes fully.
    pub fn new(code: Code) -> Self {
        AppError(Problem::new(code))
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for AppError {}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        AppError(problem)
    }
}

#[cfg(feature = "ssr")]
impl From<domain::Error> for AppError {
    fn from(error: domain::Error) -> Self {
        let causes = chain(&error);
        let problem = Problem::from(error);
        if problem.code == Code::Internal {
            tracing::error!(causes, "a use-case failed");
        }
        AppError(problem)
    }
}

/// An internal error of the boundary itself, logged with its causes.
#[cfg(feature = "ssr")]
pub(crate) fn internal(what: &str, error: &dyn std::error::Error) -> AppError {
    tracing::error!(causes = chain(error), "{what}");
    AppError::new(Code::Internal)
}

#[cfg(feature = "ssr")]
fn chain(error: &dyn std::error::Error) -> String {
    let mut causes = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push_str(": ");
        causes.push_str(&cause.to_string());
        next = cause.source();
    }
    causes
}

impl FromServerFnError for AppError {
    type Encoder = ProblemJson;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr::{Args, Deserialization, MissingArg, Request};
        AppError(match error {
            Args(why) => unreadable(&why),
            // On the server what can't be read is the request, in the browser the answer.
            Deserialization(why) if cfg!(feature = "ssr") => unreadable(&why),
            MissingArg(name) => Problem::with_detail(Code::Invalid, format!("The request lacks “{name}”.")),
            Request(_) => Problem::with_detail(
                Code::Internal,
                "Homeport can't be reached. Check the connection and try again.",
            ),
            other => {
                tell(&other);
                Problem::new(Code::Internal)
            }
        })
    }

    /// Called only where an error leaves as the answer to a request, so the HTTP status is set here.
    fn ser(&self) -> Bytes {
        #[cfg(feature = "ssr")]
        set_status(self.0.code.status());
        ProblemJson::encode(self).unwrap_or_else(|_| Bytes::from_static(br#"{"code":"internal"}"#))
    }

    fn de(data: Bytes) -> Self {
        let error = ProblemJson::decode(data).unwrap_or_else(|why| {
            AppError::from_server_fn_error(ServerFnErrorErr::Deserialization(why.to_string()))
        });
        #[cfg(not(feature = "ssr"))]
        if error.0.code == Code::SignedOut {
            announce_signed_out();
        }
        error
    }
}

fn unreadable(why: &str) -> Problem {
    Problem::with_detail(Code::Invalid, format!("The request can't be read: {why}."))
}

/// Sets the HTTP status of the page or answer that is being made.
#[cfg(feature = "ssr")]
pub(crate) fn set_status(status: u16) {
    let options = leptos::prelude::use_context::<leptos_axum::ResponseOptions>();
    if let (Some(options), Ok(status)) = (options, http::StatusCode::from_u16(status)) {
        options.set_status(status);
    }
}

#[cfg(feature = "ssr")]
fn tell(error: &ServerFnErrorErr) {
    tracing::error!(%error, "a server function failed");
}

#[cfg(not(feature = "ssr"))]
fn tell(error: &ServerFnErrorErr) {
    leptos::logging::error!("{error}");
}

#[cfg(not(feature = "ssr"))]
fn announce_signed_out() {
    if let Ok(event) = web_sys::Event::new(SIGNED_OUT_EVENT) {
        _ = leptos::prelude::window().dispatch_event(&event);
    }
}

/// RFC 9457, with our `code` and `fields` beside the members that it names.
pub struct ProblemJson;

impl ContentType for ProblemJson {
    const CONTENT_TYPE: &'static str = "application/problem+json";
}

impl FormatType for ProblemJson {
    const FORMAT_TYPE: Format = Format::Text;
}

#[derive(Serialize)]
struct OnTheWire<'a> {
    title: &'a str,
    status: u16,
    #[serde(flatten)]
    problem: &'a Problem,
}

impl Encodes<AppError> for ProblemJson {
    type Error = serde_json::Error;

    fn encode(AppError(problem): &AppError) -> Result<Bytes, Self::Error> {
        let wire = OnTheWire { title: problem.code.title(), status: problem.code.status(), problem };
        serde_json::to_vec(&wire).map(Bytes::from)
    }
}

impl Decodes<AppError> for ProblemJson {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<AppError, Self::Error> {
        serde_json::from_slice(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_wire() {
        let error = AppError(Problem::field(Code::Taken, "name", "That name is taken."));
        let bytes = error.ser();
        let wire: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(wire["status"], 409);
        assert_eq!(wire["title"], Code::Taken.title());
        assert_eq!(AppError::de(bytes), error);
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_reader() {
        let error = AppError::de(Bytes::from_static(b"<html>bad gateway</html>"));
        assert_eq!(error.0.code, if cfg!(feature = "ssr") { Code::Invalid } else { Code::Internal });
        let error = AppError::from_server_fn_error(ServerFnErrorErr::Args("missing field `name`".into()));
        assert_eq!(error.0.code, Code::Invalid);
    }
}
