//! Requests that the server sends where somebody of a workspace says: to providers of sign-in, and whatever else is to be
//! called in a workspace's name. Bounded in time and size, following no redirect, and to no address of the operator's own
//! network: a name is looked up once, and what the look-up gives is what is connected to.

use http::{Request, Response, Uri};
use model::call::{Call, Called};
use model::network::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How long a request may take, from the look-up to the last byte.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Largest answer that is read, in bytes.
const ANSWER_MAX: usize = 1024 * 1024;

/// Sends such requests. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    client: reqwest::Client,
    /// Whether the operator lets the server call its own network, and without encryption.
    private: bool,
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutgoingError {
    /// The address is none, or none that may be called.
    #[error("this address may not be called: {0}")]
    Address(&'static str),
    /// Nothing answers, or not in time.
    #[error("no answer")]
    Send(#[source] reqwest::Error),
    /// The answer is too large.
    #[error("the answer is larger than {ANSWER_MAX} bytes")]
    TooLarge,
    /// The answer can't be put together.
    #[error("the answer can't be read")]
    Answer(#[source] http::Error),
}

impl Outgoing {
    /// With `private`, addresses of the operator's own network and such without encryption are called too.
    ///
    /// # Errors
    /// No client can be made.
    pub(crate) fn new(private: bool) -> Result<Outgoing, OutgoingError> {
        // Whoever was earlier has set the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // A proxy of the environment would look names up by itself.
            .no_proxy()
            .timeout(TIMEOUT)
            .dns_resolver(Names { private })
            .build()
            .map_err(OutgoingError::Send)?;
        Ok(Outgoing { client, private })
    }

    /// Sends a request, and reads the answer to its end.
    ///
    /// # Errors
    /// Why nothing came of it.
    pub(crate) async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutgoingError> {
        self.may_call(request.uri())?;
        let request = reqwest::Request::try_from(request).map_err(OutgoingError::Send)?;
        let mut answer = self.client.execute(request).await.map_err(OutgoingError::Send)?;
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(OutgoingError::Send)? {
            if body.len() + piece.len() > ANSWER_MAX {
                return Err(OutgoingError::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        response.body(body).map_err(OutgoingError::Answer)
    }

    /// Sends what a use-case wants to be sent.
    ///
    /// # Errors
    /// Why nothing came of it.
    pub(crate) async fn call(&self, call: Call) -> Result<Called, OutgoingError> {
        let mut request = Request::builder().method(call.method).uri(&call.url);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request.body(call.body).map_err(|_| OutgoingError::Address("it can't be read"))?;
        let answer = self.send(request).await?;
        let after = answer.headers().get(http::header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        Ok(Called {
            status: answer.status().as_u16(),
            retry_after_s: after.and_then(|seconds| seconds.trim().parse().ok()),
            body: answer.into_body(),
        })
    }

    /// The client itself, for what makes its own requests: it looks names up as all here do. Each address must be asked about
    /// by [`may_call`](Outgoing::may_call) first.
    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Whether the own network may be called.
    pub(crate) fn private(&self) -> bool {
        self.private
    }

    /// Where a name leads to that may be called, looked up once: for what is no HTTP.
    ///
    /// # Errors
    /// It leads nowhere, or nowhere that may be called.
    pub(crate) async fn look_up(&self, host: &str, port: u16) -> Result<SocketAddr, OutgoingError> {
        let found = tokio::time::timeout(TIMEOUT, tokio::net::lookup_host((host, port))).await;
        let mut found =
            found.ok().and_then(Result::ok).ok_or(OutgoingError::Address("its name is unknown"))?;
        found
            .find(|found| self.private || is_public(found.ip()))
            .ok_or(OutgoingError::Address("the name leads to no public address"))
    }

    /// What can be said before any name is looked up; numbers are never looked up.
    ///
    /// # Errors
    /// It may not be called.
    pub(crate) fn may_call(&self, uri: &Uri) -> Result<(), OutgoingError> {
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if self.private => {}
            _ => return Err(OutgoingError::Address("it doesn't begin with https://")),
        }
        // As the client will read it: to it 2130706433 and 0x7f.1 are numbers of machines too, and are never looked up.
        let url = reqwest::Url::parse(&uri.to_string());
        let host = url.as_ref().ok().and_then(reqwest::Url::host_str);
        let host = host.ok_or(OutgoingError::Address("it has no host"))?;
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match number {
            Ok(number) if !self.private && !is_public(number) => {
                Err(OutgoingError::Address("it belongs to a private network"))
            }
            _ => Ok(()),
        }
    }
}

/// Looks names up, and keeps of what it finds only what may be called.
struct Names {
    private: bool,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.filter(|found| private || is_public(found.ip())).collect();
            if found.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_of_the_own_network_is_called() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let outgoing = Outgoing::new(false).unwrap();
        for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
            let request = Request::get(format!("https://{host}:{port}/")).body(Vec::new()).unwrap();
            let refused = outgoing.send(request).await.unwrap_err();
            let text = crate::error::chain(&refused);
            assert!(text.contains("private") || text.contains("public address"), "{host}: {text}");
        }
        let plain = Request::get(format!("http://localhost:{port}/")).body(Vec::new()).unwrap();
        assert!(matches!(outgoing.send(plain).await, Err(OutgoingError::Address(_))));
        let nobody = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
        assert!(nobody.is_err(), "nobody came");
    }
}
