//! What the demo says when it is ready: to people in words, to scripts in one line of JSON.

use super::Server;
use super::furnish::{EMAIL, Furnished};
use super::memory::Memory;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What scripts read; fields are added, never renamed.
#[derive(Serialize)]
pub(super) struct Ready {
    url: String,
    email: &'static str,
    password: String,
    mqtt: Mqtt,
    ca_file: Option<PathBuf>,
    workspace: String,
    scope_id: String,
    /// The same, as clients of Azure call it.
    id_scope: String,
    /// The primary key of the group by which devices enrol that nobody has made.
    group_key: String,
    device: Device,
    api_token: String,
    #[serde(skip)]
    notes: Vec<String>,
    #[serde(skip)]
    folder: PathBuf,
}

#[derive(Serialize)]
struct Mqtt {
    host: String,
    port: Option<u16>,
    tls_port: Option<u16>,
}

#[derive(Serialize)]
struct Device {
    id: String,
    key: String,
}

impl Ready {
    pub(super) fn new(server: &Server, furnished: &Furnished, memory: &Memory, folder: &Path) -> Ready {
        let endpoints = server.homeport.endpoints();
        Ready {
            url: server.url.clone(),
            email: EMAIL,
            password: memory.password.clone(),
            mqtt: Mqtt { host: endpoints.host.clone(), port: endpoints.port, tls_port: endpoints.tls_port },
            ca_file: server.ca_file.clone(),
            workspace: memory.workspace.clone(),
            scope_id: furnished.scope.clone(),
            id_scope: furnished.scope.clone(),
            group_key: furnished.group_key.clone(),
            device: Device { id: furnished.waiting.id.clone(), key: furnished.waiting.key.clone() },
            api_token: memory.api_token.clone(),
            notes: server.notes.clone(),
            folder: folder.to_owned(),
        }
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn banner(&self) -> String {
        let Ready { url, email, password, workspace, scope_id, device, mqtt, .. } = self;
        let notes: String = self.notes.iter().map(|note| format!("\n  {note}")).collect();
        let port = mqtt.port.unwrap_or_default();
        format!(
            "
  Homeport is ready.{notes}

    Open       {url}
    E-mail     {email}
    Password   {password}

  Try this
    · {url}/w/{workspace}/devices/lga — LaGuardia's weather: a year of real readings, and live
    · {url}/w/{workspace}/devices — press Ctrl-K and type a room's name
    · Send a value of your own, and watch it arrive on
      {url}/w/{workspace}/devices/{id}

      mosquitto_pub -h {host} -p {port} -q 1 -u '{scope_id}/{id}' -P '{key}' \\
        -t '{scope_id}/{id}/telemetry' -m '{{\"temperature\":21.5,\"co2\":640}}'

  Ctrl-C stops everything. Data stays in {folder}; --fresh begins anew.
",
            id = device.id,
            key = device.key,
            host = mqtt.host,
            folder = self.folder.display(),
        )
    }
}
