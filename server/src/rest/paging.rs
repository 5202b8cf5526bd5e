//! Long lists: `value` with a page of them, and `nextLink` where there are more.

use super::Fault;
use crate::routes::Outside;
use axum::Json;
use axum::extract::{FromRequestParts, Query};
use axum::response::{IntoResponse, Response};
use http::header;
use http::request::Parts;
use model::percent;
use serde::Serialize;
use utoipa::ToSchema;

/// So many a page where nobody says how many.
const PAGE: i64 = 100;
/// And at most.
const PAGE_MAX: i64 = 200;
/// What a list may be asked with. `api-version` is accepted and means nothing: there is one version.
const KNOWN: [&str; 5] = ["api-version", "$top", "maxpagesize", "$skip", "$skiptoken"];

/// What the audit log may be narrowed by besides.
const NARROWING_AUDIT: [&str; 6] = ["from", "to", "actor", "action", "kind", "subject"];

/// And the list of alarms.
const NARROWING_ALARMS: [&str; 4] = ["state", "severity", "rule", "device"];

/// And the list of notes.
const NARROWING_ANNOTATIONS: [&str; 4] = ["from", "to", "device", "dashboard"];

/// Which page is wanted, and how the next one is reached.
#[derive(Debug)]
pub(super) struct Paging {
    /// How many to pass over.
    pub(super) offset: i64,
    /// How many at most.
    pub(super) limit: i64,
    /// The address of the list with all that was asked, but the place in it.
    list: String,
    /// What narrows the list, where this list can be narrowed.
    asked: Vec<(String, String)>,
}

/// A page.
#[derive(Serialize, ToSchema)]
pub(super) struct Listed<T> {
    pub(super) value: Vec<T>,
    #[serde(rename = "nextLink", skip_serializing_if = "Option::is_none")]
    pub(super) next_link: Option<String>,
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl Paging {
    /// This page of `matching` in all.
    pub(super) fn page<T>(&self, value: Vec<T>, matching: i64) -> Listed<T> {
        let reached = self.offset + value.len() as i64;
        let more = reached < matching && !value.is_empty();
        let next_link = more.then(|| format!("{}$skiptoken={reached}", self.list));
        Listed { value, next_link }
    }

    /// The page of a list that is wholly there.
    pub(super) fn of<T>(&self, all: Vec<T>) -> Listed<T> {
        let matching = all.len() as i64;
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(self.limit).unwrap_or_default();
        self.page(all.into_iter().skip(skip).take(take).collect(), matching)
    }

    /// The page that ends with the thing of this number, where there are more behind it.
    pub(super) fn until<T>(&self, value: Vec<T>, last: Option<i64>) -> Listed<T> {
        Listed { value, next_link: last.map(|last| format!("{}$skiptoken={last}", self.list)) }
    }

    /// What narrows the list by this name.
    pub(super) fn asked(&self, name: &str) -> Option<String> {
        self.asked.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
    }

    fn read(asked: &[(String, String)], list: &str, narrowing: &[&str]) -> Result<Paging, Fault> {
        let mut paging = Paging { offset: 0, limit: PAGE, list: format!("{list}?"), asked: Vec::new() };
        for (name, value) in asked {
            let number = |low: i64, high: i64| {
                let number = value.parse::<i64>().ok().filter(|n| (low..=high).contains(n));
                number.ok_or_else(|| {
                    Fault::bad_request(format!("{name} is a number from {low} to {high}, not “{value}”."))
                })
            };
            match name.as_str() {
                // What is longer than a page may be becomes a page.
                "$top" | "maxpagesize" => {
                    paging.limit = number(1, i64::MAX)?.min(PAGE_MAX);
                    paging.list.push_str(&format!("{name}={}&", paging.limit));
                }
                "$skip" | "$skiptoken" => paging.offset = number(0, i64::from(u32::MAX))?,
                "api-version" if value.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) => {
                    paging.list.push_str(&format!("api-version={value}&"));
                }
                "api-version" => {}
                narrow if narrowing.contains(&narrow) => {
                    let escaped = percent::encode(value);
                    paging.list.push_str(&format!("{name}={escaped}&"));
                    paging.asked.push((name.clone(), value.clone()));
                }
                _ => {
                    let known = [&KNOWN, narrowing].concat().join(", ");
                    return Err(Fault::bad_request(format!("“{name}” isn't known here; {known} are.")));
                }
            }
        }
        Ok(paging)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Paging, Fault> {
        let asked = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(asked) = asked.map_err(|_| Fault::bad_request("The part after ? can't be read."))?;
        let path = parts.uri.path();
        let narrowing: &[&str] = match path {
            "/api/auditLogs" => &NARROWING_AUDIT,
            "/api/actionRuns" => &["rule", "state"],
            "/api/alarms" => &NARROWING_ALARMS,
            "/api/annotations" => &NARROWING_ANNOTATIONS,
            _ => &[],
        };
        Paging::read(&asked, &format!("{}{path}", origin(parts)), narrowing)
    }
}

/// The origin under which the asker reached us: as the operator says, or else as the request does.
fn origin(parts: &Parts) -> String {
    let outside = parts.extensions.get::<Outside>();
    if let Some(origin) = outside.and_then(|outside| outside.origin.0.as_deref()) {
        return origin.trim_end_matches('/').to_owned();
    }
    let scheme = if outside.is_some_and(|outside| outside.https) { "https" } else { "http" };
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.map(|host| format!("{scheme}://{host}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(asked: &[(&str, &str)]) -> Result<Paging, Fault> {
        let asked: Vec<_> = asked.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Paging::read(&asked, "http://h/api/x", &["actor"])
    }

    #[test]
    fn the_next_link_leads_on_until_the_end() {
        let asked = [("api-version", "2022-07-31"), ("maxpagesize", "2")];
        let first = read(&asked).unwrap().of(vec![1, 2, 3]);
        assert_eq!(first.value, [1, 2]);
        let next = first.next_link.unwrap();
        assert_eq!(next, "http://h/api/x?api-version=2022-07-31&maxpagesize=2&$skiptoken=2");
        let last = read(&[asked[0], asked[1], ("$skiptoken", "2")]).unwrap().of(vec![1, 2, 3]);
        assert_eq!((last.value, last.next_link), (vec![3], None));
        let beyond = read(&[("$skip", "9")]).unwrap().of(vec![1]);
        assert_eq!((beyond.value, beyond.next_link), (vec![], None));
        let narrowed = read(&[("actor", "a&b c")]).unwrap();
        assert_eq!(narrowed.asked("actor").as_deref(), Some("a&b c"));
        let next = narrowed.until(vec![1], Some(7)).next_link;
        assert_eq!(next.as_deref(), Some("http://h/api/x?actor=a%26b%20c&$skiptoken=7"));
        assert_eq!(read(&[("$top", "100000")]).unwrap().limit, PAGE_MAX);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in [("$top", "0"), ("$top", "x"), ("$skiptoken", "-1"), ("filter", "name eq 'a'")] {
            assert!(read(&[bad]).is_err(), "{bad:?}");
        }
    }
}
