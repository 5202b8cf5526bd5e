//! A request for each message. Those of one device follow each other, several devices go at once.

use super::shown;
use crate::outgoing::Outgoing;
use domain::data_exports::{Failed, Parcel, Record, Refused};
use futures::{StreamExt, stream};
use http::{Request, StatusCode, header};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Devices whose messages go at once.
const AT_ONCE: usize = 8;
/// Attempts at a message before the whole parcel is tried again later.
const ATTEMPTS: usize = 2;

pub(super) async fn carry(
    outgoing: &Outgoing,
    url: &str,
    headers: &BTreeMap<String, String>,
    parcel: &Parcel,
) -> Result<Vec<Refused>, Failed> {
    let mut devices: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (nth, record) in parcel.records.iter().enumerate() {
        devices.entry(&record.device).or_default().push(nth);
    }
    let stopped = AtomicBool::new(false);
    let secret = parcel.secret.as_deref();
    let device = |records: Vec<usize>| {
        let stopped = &stopped;
        async move {
            let mut refused = Vec::new();
            for nth in records {
                if stopped.load(Ordering::Relaxed) {
                    return Ok(refused);
                }
                match one(outgoing, url, headers, secret, &parcel.records[nth]).await {
                    Ok(None) => {}
                    Ok(Some(why)) => refused.push((nth, why)),
                    Err(failed) => {
                        stopped.store(true, Ordering::Relaxed);
                        return Err(failed);
                    }
                }
            }
            Ok(refused)
        }
    };
    let each: Vec<_> =
        stream::iter(devices.into_values().map(device)).buffer_unordered(AT_ONCE).collect().await;
    let mut refused = Vec::new();
    for one in each {
        refused.extend(one?);
    }
    Ok(refused)
}

/// Sends one; why it is refused for good, where it is.
async fn one(
    outgoing: &Outgoing,
    url: &str,
    headers: &BTreeMap<String, String>,
    secret: Option<&str>,
    record: &Record,
) -> Result<Option<String>, Failed> {
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", &record.key);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(secret) = secret {
            request = request.header(header::AUTHORIZATION, secret);
        }
        let request = request.body(record.body.to_string().into_bytes());
        let request = request.map_err(|_| Failed("The address or a header can't be sent.".into()))?;
        match outgoing.send(request).await {
            Ok(answer) if answer.status().is_success() => return Ok(None),
            Ok(answer) => {
                let status = answer.status();
                why = format!("The receiver answered {status}.");
                if matches!(
                    status,
                    StatusCode::BAD_REQUEST
                        | StatusCode::PAYLOAD_TOO_LARGE
                        | StatusCode::UNPROCESSABLE_ENTITY
                ) {
                    return Ok(Some(why));
                }
                // Nothing but a change of the destination, or time, helps against these.
                if status.is_client_error() || status.is_redirection() {
                    break;
                }
            }
            Err(error) => why = shown(&error),
        }
    }
    Err(Failed(why))
}
