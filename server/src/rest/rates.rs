//! How many requests an API token may send in a minute, as the headers `RateLimit` and `RateLimit-Policy` say it
//! (draft-ietf-httpapi-ratelimit-headers). Each process counts what it answers itself.

use super::fault::Fault;
use crate::request::RequestNumber;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};
use model::{Code, Problem, token};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests that a token may send in a minute where nobody says otherwise.
const USUAL: u32 = 1200;
/// For so long requests are counted together.
const WINDOW: Duration = Duration::from_secs(60);
/// So many tokens are counted at once; beyond, those whose minute is over are forgotten.
const TOKENS_MAX: usize = 10_000;

/// Counts requests by token.
#[derive(Clone)]
pub(crate) struct Rates(Arc<Inner>);

struct Inner {
    /// Requests in a minute; 0: any number.
    most: u32,
    /// Tokens are known by a hash with a secret of this process.
    hasher: RandomState,
    counts: Mutex<HashMap<u64, Count>>,
}

#[derive(Clone, Copy)]
struct Count {
    since: Instant,
    requests: u32,
}

/// How a token stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Left {
    /// Whether the request may be answered.
    allowed: bool,
    /// Requests that may come still.
    requests: u32,
    /// Seconds until it begins anew.
    seconds: u64,
}

impl Rates {
    /// Lets a token send so many requests in a minute; none: [`USUAL`], 0: any number.
    pub(crate) fn new(most: Option<u32>) -> Rates {
        let (hasher, counts) = (RandomState::new(), Mutex::default());
        Rates(Arc::new(Inner { most: most.unwrap_or(USUAL), hasher, counts }))
    }

    fn count(&self, secret: &str, now: Instant) -> Left {
        let Inner { most, hasher, counts } = &*self.0;
        // Nothing panics while it is held.
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |count: &Count| now.duration_since(count.since) >= WINDOW;
        if counts.len() >= TOKENS_MAX {
            counts.retain(|_, count| !over(count));
        }
        let count = counts.entry(hasher.hash_one(secret)).or_insert(Count { since: now, requests: 0 });
        if over(count) {
            *count = Count { since: now, requests: 0 };
        }
        count.requests = count.requests.saturating_add(1);
        let seconds = WINDOW.saturating_sub(now.duration_since(count.since)).as_secs().max(1);
        Left { allowed: count.requests <= *most, requests: most.saturating_sub(count.requests), seconds }
    }
}

/// Refuses what is too much, and tells every token how it stands.
pub(super) async fn bounded(State(rates): State<Rates>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(secret) = shown.and_then(token::secret_of).filter(|_| rates.0.most > 0) else {
        return next.run(request).await;
    };
    let left = rates.count(secret, Instant::now());
    let mut response = match left.allowed {
        true => next.run(request).await,
        false => {
            let text = format!(
                "An API token may send {} requests in a minute. Try again in {} seconds.",
                rates.0.most, left.seconds
            );
            let fault: Fault = Problem::with_detail(Code::TooMany, text).into();
            fault.response(RequestNumber::of(&request))
        }
    };
    let mut say = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    };
    say("ratelimit-policy", format!("\"token\";q={};w={}", rates.0.most, WINDOW.as_secs()));
    say("ratelimit", format!("\"token\";r={};t={}", left.requests, left.seconds));
    if !left.allowed {
        say("retry-after", left.seconds.to_string());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_so_many_requests_and_begins_anew() {
        let (rates, begun) = (Rates::new(Some(2)), Instant::now());
        let left = |requests, allowed, seconds| Left { allowed, requests, seconds };
        assert_eq!(rates.count("a", begun), left(1, true, 60));
        assert_eq!(rates.count("a", begun + Duration::from_secs(10)), left(0, true, 50));
        assert_eq!(rates.count("a", begun + Duration::from_secs(20)), left(0, false, 40));
        assert_eq!(rates.count("b", begun + Duration::from_secs(20)), left(1, true, 60), "another token");
        assert_eq!(rates.count("a", begun + Duration::from_secs(60)), left(1, true, 60));
    }
}
