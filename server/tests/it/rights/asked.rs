//! Each line of the table as a request: with what is there, or with what is nowhere.

use super::table::{FILES, FUNCTIONS, Needs, ROUTES};
use crate::strangers::of_workspaces;
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use test_support::{TestApp, TestPerson};

/// A request, and what it needs.
pub(super) struct Asked {
    /// As it stands in the table.
    pub(super) name: String,
    pub(super) needs: Needs,
    /// By a program rather than a person.
    pub(super) by_token: bool,
    method: Method,
    path: String,
    body: Option<Value>,
}

/// An answer, as far as it tells whether somebody may.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Heard {
    /// Whether it was the permission that was lacking.
    pub(super) fn is_refused(&self) -> bool {
        self.status == 403
    }

    /// Whether something was done or shown.
    pub(super) fn is_done(&self) -> bool {
        self.status < 400
    }

    /// Whether somebody who may was heard: it was done, or there is no such thing, or it makes no sense.
    pub(super) fn is_allowed(&self) -> bool {
        self.status < 500 && ![401, 403, 429].contains(&self.status)
    }
}

/// Who asks: in a browser, and with a token of the same role and place.
pub(super) struct Asker<'a> {
    pub(super) app: &'a TestApp,
    pub(super) person: &'a TestPerson,
    /// The header `Authorization`.
    pub(super) token: String,
}

impl Asker<'_> {
    pub(super) async fn ask(&self, asked: &Asked) -> Heard {
        let url = format!("{}{}", self.app.url, asked.path);
        let client = match asked.by_token {
            true => self.app.client(),
            false => self.person.client().clone(),
        };
        let mut request = client.request(asked.method.clone(), url);
        if asked.by_token {
            request = request.header("authorization", &self.token);
        }
        if let Some(body) = &asked.body {
            request = request.json(body);
        }
        let mut answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        // A stream never ends.
        let text = match asked.path.contains("/live") && status == 200 {
            true => String::new(),
            false => {
                let mut bytes = Vec::new();
                while let Some(piece) = answer.chunk().await.unwrap() {
                    bytes.extend_from_slice(&piece);
                }
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        Heard { status, text }
    }
}

/// The ids of what a workspace holds.
pub(super) struct Things<'a> {
    pub(super) slug: &'a str,
    pub(super) device: &'a str,
    pub(super) template: i64,
    pub(super) import: i64,
}

/// Every function, file and route about a workspace.
pub(super) fn all(of: &Things) -> Vec<Asked> {
    functions(of).into_iter().chain(files(of)).chain(routes(of)).collect()
}

fn functions(of: &Things) -> Vec<Asked> {
    let needs: BTreeMap<&str, Needs> =
        FUNCTIONS.iter().flat_map(|(needs, names)| names.iter().map(|name| (*name, *needs))).collect();
    let known = of_workspaces(of.slug, of.device, of.template, of.import);
    let known = known.into_iter().filter_map(|(name, arguments)| Some((name, *needs.get(name)?, arguments)));
    let asked = known.map(|(name, needs, arguments)| Asked {
        name: name.to_owned(),
        needs,
        by_token: false,
        method: Method::POST,
        path: format!("/api/{name}"),
        body: Some(arguments),
    });
    asked.collect()
}

fn files(of: &Things) -> Vec<Asked> {
    let asked = FILES.iter().map(|(method, path, needs, question)| Asked {
        name: format!("{method} {path}"),
        needs,
        by_token: false,
        method: method.parse().unwrap(),
        path: format!("{}{question}", filled(path, of)),
        body: None,
    });
    asked.collect()
}

fn routes(of: &Things) -> Vec<Asked> {
    let asked = ROUTES.iter().flat_map(|(needs, names)| names.iter().map(move |name| (needs, name)));
    let mut asked: Vec<Asked> = asked
        .map(|(needs, name)| {
            let (method, path) = name.split_once(' ').unwrap();
            Asked {
                name: (*name).to_owned(),
                needs,
                by_token: true,
                method: method.parse().unwrap(),
                // Simulated devices are devices of their own; programs name templates by what they are called in DTDL.
                path: match path.ends_with("/simulation") {
                    true => path.replace("{device}", "secret-toy"),
                    false => filled(&path.replace("{template}", "dtmi:mine:x%3B1"), of),
                },
                body: body(method, path),
            }
        })
        .collect();
    // What is made is gone again before anything else is asked of it.
    let place = |asked: &Asked| match (asked.name.as_str(), asked.method.as_str()) {
        ("PUT /api/devices/{device}", _) => 0,
        ("DELETE /api/devices/{device}", _) => 1,
        (_, "PUT") => 2,
        (_, "DELETE") => 4,
        _ => 3,
    };
    asked.sort_by_key(place);
    asked
}

fn filled(path: &str, of: &Things) -> String {
    path.replace("{slug}", of.slug)
        .replace("{device}", of.device)
        .replace("{template}", &of.template.to_string())
        .replace("{import}", &of.import.to_string())
        .replace("{access}", "1")
        .replace("{action}", "1")
        .replace("{annotation}", "1")
        .replace("{application}", "blank")
        .replace("{destination}", "1")
        .replace("{export}", "1")
        .replace("{job}", "secret-job")
        .replace("{picture}", "nothing")
        .replace("{report}", "1")
        .replace("{rerun}", "again")
        .replace("{run}", "1")
        .replace("{scheduledJob}", "secret-schedule")
        .replace("{alarm}", "1")
        .replace("{rule}", "1")
        .replace("{dashboard}", "secret-board")
        .replace("{deviceGroup}", "secret-group-of-devices")
        .replace("{group}", "secret-group")
        .replace("{entry}", "primary")
        .replace("{role}", "secret-role")
        .replace("{organization}", "secret-wing")
        .replace("{token}", "ci")
        .replace("{user}", "1")
        .replace("{file}", "1")
        .replace("{component}", "motor")
        .replace("{relationship}", "r")
        .replace("{name}", "t")
}

/// What a route takes.
fn body(method: &str, path: &str) -> Option<Value> {
    if !["POST", "PUT", "PATCH"].contains(&method) {
        return None;
    }
    let work = json!({"displayName": "Mine", "devices": ["fan"], "data": [{"type": "property", "path": "t", "value": 1}]});
    let rule = json!({"displayName": "Mine", "definition": {"target": {"of": "all"}, "when": {"kind": "silent", "forMs": 1000}}});
    Some(match path {
        "/api/application" => json!({"application": 1, "displayName": "Mine"}),
        "/api/annotations/{annotation}" => json!({"text": "Mine"}),
        "/api/annotations" => json!({"text": "Mine", "device": "fan"}),
        "/api/dataExport/destinations" | "/api/dataExport/destinations/{destination}" => {
            json!({"displayName": "Mine", "type": "webhook", "url": "https://example.com"})
        }
        "/api/dataExport/exports" | "/api/dataExport/exports/{export}" => {
            json!({"displayName": "Mine", "source": "telemetry", "destinations": [{"id": 1}], "enabled": false})
        }
        "/api/jobs/{job}" => work,
        "/api/scheduledJobs/{scheduledJob}" => {
            let mut work = work;
            work["schedule"] = json!({"start": "2099-01-01T02:00:00Z", "recurrence": "daily"});
            work
        }
        "/api/dashboards/{dashboard}/reports" | "/api/reports/{report}" => {
            json!({"displayName": "Mine", "recipients": ["ada@example.com"], "paused": true,
                "when": {"on": {"every": "day"}, "minute": 0, "zone": "UTC"}})
        }
        path if path.ends_with("/retry") || path.ends_with("/send") => return None,
        path if path.ends_with("/stop") || path.ends_with("/resume") || path.contains("/rerun/") => {
            return None;
        }
        path if path.starts_with("/api/rules/") && path.ends_with("/test") => json!({}),
        path if path.ends_with("/properties") => json!({"speed": 1}),
        path if path.ends_with("/messages") => json!({"body": "aGVsbG8="}),
        path if path.contains("/commands/") => json!({"responseTimeout": 5}),
        path if path.ends_with("/attestation") => json!({"type": "symmetricKey"}),
        path if path.ends_with("/simulation") => json!({"running": false}),
        path if path.contains("/relationships/") && method == "PUT" => json!({"target": "fan"}),
        path if path.contains("/relationships/") => json!({"name": "Mine"}),
        path if path.ends_with("/generateVerificationCode") => return None,
        path if path.contains("/certificates/") => json!({"certificate": "x"}),
        path if path.starts_with("/api/enrollmentGroups") && method == "PUT" => {
            json!({"displayName": "Mine", "attestation": {"type": "x509"}})
        }
        path if path.starts_with("/api/apiTokens") => json!({"roles": [{"role": "viewer"}]}),
        path if path.starts_with("/api/users") && method == "PUT" => {
            json!({"type": "email", "email": "cyd@example.com", "roles": [{"role": "viewer"}]})
        }
        path if path.starts_with("/api/users") => json!({"roles": [{"role": "viewer"}]}),
        path if path.starts_with("/api/roles") => {
            json!({"displayName": "Mine", "permissions": ["view-devices"]})
        }
        path if path.starts_with("/api/rules") => rule,
        path if path.starts_with("/api/alarms") => json!({"do": "acknowledge"}),
        path if path.starts_with("/api/query") => json!({"query": "SELECT $id FROM devices"}),
        path if path.starts_with("/api/fileUploads") => json!({"sasTtl": "PT2H"}),
        path if path.starts_with("/api/deviceTemplates") && method == "PUT" => json!({"capabilityModel": {
            "@context": "dtmi:dtdl:context;2", "@id": "dtmi:mine:x;1", "@type": "Interface",
        }}),
        _ => json!({"displayName": "Mine"}),
    })
}
