//! The provisioning service: its topics and the JSON in them.

use super::bag;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The only filter there is.
pub const FILTER: &str = "$dps/registrations/res/#";

/// What a device asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask<'a> {
    /// To be registered.
    Register {
        /// The request's id, as it stands.
        rid: &'a str,
    },
    /// How it goes.
    Poll {
        /// The request's id, as it stands.
        rid: &'a str,
        /// The operation, as it stands.
        operation: &'a str,
    },
}

/// Reads the topic of a question; nothing where it is none.
pub fn ask(topic: &str) -> Option<Ask<'_>> {
    let (path, parameters) = topic.strip_prefix("$dps/registrations/")?.split_once('?')?;
    let rid = bag::raw_value(parameters, "$rid")
        .filter(|rid| !rid.is_empty() && !rid.contains(['+', '#', '\0']))?;
    match path.trim_end_matches('/') {
        "PUT/iotdps-register" => Some(Ask::Register { rid }),
        "GET/iotdps-get-operationstatus" => {
            Some(Ask::Poll { rid, operation: bag::raw_value(parameters, "operationId")? })
        }
        _ => None,
    }
}

/// The topic of an answer; where it says so, the device asks again after so many seconds.
pub fn reply(status: u16, rid: &str, retry_after_s: Option<u32>) -> String {
    let retry = retry_after_s.map(|s| format!("&retry-after={s}")).unwrap_or_default();
    format!("$dps/registrations/res/{status}/?$rid={rid}{retry}")
}

/// What a device says of itself when it registers: its payload, `modelId` in it mostly.
///
/// # Errors
/// A sentence where the body is no JSON object, or speaks of another registration than `registration`.
pub fn payload(body: &[u8], registration: &str) -> Result<Option<Value>, &'static str> {
    if body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let Ok(Value::Object(mut asked)) = serde_json::from_slice(body) else {
        return Err("The body is a JSON object.");
    };
    match asked.get("registrationId") {
        None => {}
        Some(Value::String(id)) if id == registration => {}
        Some(_) => return Err("registrationId is another than that of the connection."),
    }
    // An older helper gives it another name, or writes what belongs into it beside it.
    let payload =
        asked.remove("payload").or_else(|| asked.remove("data")).filter(|payload| !payload.is_null());
    let model = asked.remove("iotcModelId").map(|model| json!({ "iotcModelId": model }));
    Ok(payload.or(model))
}

/// A registration that has been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The hub that the device belongs to.
    pub hub: String,
    /// What it is called there.
    pub device: String,
    /// When it was registered first, in milliseconds since 1970.
    pub created_ms: i64,
    /// When that was changed last.
    pub updated_ms: i64,
    /// Another one with each change.
    pub etag: String,
}

/// The body that tells a device where it belongs.
pub fn assigned(operation: &str, registration: &str, assigned: &Assigned) -> String {
    json!({
        "operationId": operation,
        "status": "assigned",
        "registrationState": {
            "registrationId": registration,
            "createdDateTimeUtc": written(assigned.created_ms),
            "assignedHub": assigned.hub,
            "deviceId": assigned.device,
            "status": "assigned",
            "substatus": "initialAssignment",
            "lastUpdatedDateTimeUtc": written(assigned.updated_ms),
            "etag": assigned.etag,
        },
    })
    .to_string()
}

/// The body that tells a device to ask again.
pub fn assigning(operation: &str) -> String {
    json!({ "operationId": operation, "status": "assigning" }).to_string()
}

/// The body of a registration that will not be: `disabled` or `failed`.
pub fn ended(
    operation: &str,
    registration: &str,
    status: &str,
    code: u32,
    message: &str,
    now_ms: i64,
) -> String {
    json!({
        "operationId": operation,
        "status": status,
        "registrationState": {
            "registrationId": registration,
            "createdDateTimeUtc": written(now_ms),
            "status": status,
            "errorCode": code,
            "errorMessage": message,
            "lastUpdatedDateTimeUtc": written(now_ms),
        },
    })
    .to_string()
}

/// The body of a refusal.
pub fn refused(code: u32, message: &str, tracking: &str, now_ms: i64) -> String {
    json!({ "errorCode": code, "trackingId": tracking, "message": message, "timestampUtc": written(now_ms) })
        .to_string()
}

fn written(ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_where_their_answers_go() {
        let register = "$dps/registrations/PUT/iotdps-register/?$rid=a-1";
        assert_eq!(ask(register), Some(Ask::Register { rid: "a-1" }));
        let poll = "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=2&operationId=4.x";
        assert_eq!(ask(poll), Some(Ask::Poll { rid: "2", operation: "4.x" }));
        for bad in [
            "$dps/registrations/PUT/iotdps-register/",
            "$dps/registrations/PUT/iotdps-register/?$rid=",
            "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=1",
            "$dps/registrations/res/200/?$rid=1",
            "devices/d/messages/events/",
        ] {
            assert_eq!(ask(bad), None, "{bad}");
        }
        assert_eq!(reply(200, "1", None), "$dps/registrations/res/200/?$rid=1");
        assert_eq!(reply(202, "1", Some(3)), "$dps/registrations/res/202/?$rid=1&retry-after=3");
    }

    #[test]
    fn what_a_device_says_of_itself() {
        let model = json!({"modelId":"dtmi:a:b;1"});
        let body = br#"{"registrationId":"r","payload":{"modelId":"dtmi:a:b;1"}}"#;
        assert_eq!(payload(body, "r"), Ok(Some(model)));
        assert_eq!(payload(br#"{"iotcModelId":"m"}"#, "r"), Ok(Some(json!({"iotcModelId":"m"}))));
        for empty in [&b""[..], b" ", b"{}", br#"{"registrationId":"r","payload":null}"#] {
            assert_eq!(payload(empty, "r"), Ok(None));
        }
        for bad in [&b"[]"[..], b"x", br#"{"registrationId":"q"}"#, br#"{"registrationId":1}"#] {
            assert!(payload(bad, "r").is_err());
        }
    }

    #[test]
    fn bodies_hold_what_the_contract_names() {
        let made = Assigned {
            hub: "h".into(),
            device: "d".into(),
            created_ms: 1000,
            updated_ms: 2000,
            etag: "e".into(),
        };
        let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        let body = read(assigned("o", "r", &made));
        let state = &body["registrationState"];
        assert_eq!((&body["operationId"], &body["status"]), (&json!("o"), &json!("assigned")));
        assert_eq!(
            (&state["assignedHub"], &state["deviceId"], &state["registrationId"]),
            (&json!("h"), &json!("d"), &json!("r"))
        );
        assert_eq!(
            (&state["createdDateTimeUtc"], &state["substatus"]),
            (&json!("1970-01-01T00:00:01Z"), &json!("initialAssignment"))
        );
        assert_eq!(read(assigning("o")), json!({"operationId":"o","status":"assigning"}));
        assert_eq!(
            read(ended("o", "r", "disabled", 403_004, "no", 0))["registrationState"]["errorCode"],
            json!(403_004)
        );
        assert_eq!(read(refused(401_002, "no", "t", 0))["errorCode"], json!(401_002));
    }
}
