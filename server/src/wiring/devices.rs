//! The devices' side of a server: the embedded broker with its gate and its certificates, or an external broker.

use super::names;
use crate::device_log::DeviceLog;
use crate::device_retained::DeviceRetained;
use crate::device_sessions::DeviceSessions;
use crate::error::{Error, Result};
use crate::gate::{Gate, SERVICE};
use crate::settings::{Broker, Port, Settings, reachable};
use crate::tls::Certificates;
use broker::Limits;
use domain::{Endpoints, Homeport};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use store::Store;
use tokio_util::sync::CancellationToken;

/// Largest MQTT packet that the ingestion takes: the largest body of a device, its topic and its properties.
const PACKET_MAX: u32 = 1024 * 1024;

/// The embedded broker, or what is known of an external one.
pub(super) struct Devices {
    pub(super) endpoints: Endpoints,
    pub(super) tcp: Option<SocketAddr>,
    pub(super) tls: Option<SocketAddr>,
    pub(super) certificates: Option<Arc<Certificates>>,
    pub(super) broker: Option<broker::Running>,
    pub(super) cancel: CancellationToken,
    gate: Option<Arc<Gate>>,
    service: (String, String),
    /// Where an external broker is, as we reach it.
    external: Option<(String, u16)>,
    pub(super) notes: Vec<String>,
}

impl Devices {
    pub(super) async fn start(
        settings: &Settings,
        dir: &Path,
        host: &str,
        log: DeviceLog,
        store: &Store,
    ) -> Result<Devices> {
        let cancel = CancellationToken::new();
        let (tcp, tls) = match &settings.broker {
            Broker::Embedded { tcp, tls } => (tcp, tls),
            Broker::External(external) => {
                // Devices reach it from outside, where the operator's public name is known, if there is one.
                let public = settings.public_url.as_ref().map(|_| host.to_owned());
                let host = public.unwrap_or_else(|| external.host.clone());
                let endpoints = Endpoints { host, port: Some(external.port), ..Endpoints::default() };
                return Ok(Devices {
                    endpoints,
                    tcp: None,
                    tls: None,
                    certificates: None,
                    broker: None,
                    cancel,
                    gate: None,
                    service: (external.user_name.clone(), external.password.clone()),
                    external: Some((external.host.clone(), external.port)),
                    notes: Vec::new(),
                });
            }
        };
        let certificates = match settings.tls.clone() {
            Some(files) => Certificates::of_operator(files)?,
            None => Certificates::load_or_create(&dir.join("tls"), names::certified(host))?,
        };
        let mut notes = Vec::new();
        let tcp = free("MQTT", "--mqtt-port", *tcp, &mut notes)?;
        let tls = free("MQTT with TLS", "--mqtts-port", *tls, &mut notes)?;
        let password = secret()?;
        let gate = Arc::new(Gate::new(password.clone(), log));
        let config = broker::Config {
            tcp: Some(tcp),
            tls: Some((tls, certificates.server_config()?)),
            limits: limits(settings),
            sessions: Some(Arc::new(DeviceSessions::new(store.clone(), secret()?))),
            retained: Some(Arc::new(DeviceRetained::new(store.clone()))),
        };
        let broker = broker::start(config, gate.clone(), cancel.clone()).await?;
        let (tcp, tls) = (broker.tcp_addr(), broker.tls_addr());
        let endpoints = Endpoints {
            host: host.to_owned(),
            port: tcp.map(|a| a.port()),
            tls_port: tls.map(|a| a.port()),
            ca_pem: certificates.ca_pem().to_owned(),
        };
        Ok(Devices {
            endpoints,
            tcp,
            tls,
            certificates: Some(certificates),
            broker: Some(broker),
            cancel,
            gate: Some(gate),
            service: (SERVICE.into(), password),
            external: None,
            notes,
        })
    }

    /// Lets devices in.
    pub(super) fn open(&self, homeport: &Homeport) {
        if let Some(gate) = &self.gate {
            gate.open(homeport.clone());
        }
    }

    /// Ends the connections of devices that were deleted or whose key was replaced, and sees to it that nothing more
    /// is kept for them.
    pub(super) fn cut_off(&self, homeport: &Homeport, changes: ingest::Changes) {
        let broker = self.broker.as_ref().map(broker::Running::handle);
        homeport.on_cut_off(move |workspace, external_id| {
            changes.announce();
            let count = broker.as_ref().map_or(0, |broker| broker.cut_off(workspace, external_id));
            tracing::debug!(%workspace, external_id, count, "connections were cut off");
        });
    }

    /// Where the ingestion listens.
    pub(super) fn source(&self, on_log: ingest::OnLog) -> ingest::Config {
        let own = self.tcp.map(reachable).map(|a| (a.ip().to_string(), a.port()));
        let (host, port) = own.or_else(|| self.external.clone()).unwrap_or_default();
        let (user_name, password) = self.service.clone();
        ingest::Config {
            host,
            port,
            user_name,
            password,
            client_id: "homeport-ingest".into(),
            max_packet: PACKET_MAX,
            trusted: self.broker.is_some(),
            on_log,
        }
    }

    /// User name and password of our ingestion at an external broker, which asks the hook about it too.
    pub(super) fn service_of_others(&self) -> Option<(String, String)> {
        self.broker.is_none().then(|| self.service.clone())
    }
}

/// The broker's limits, with what the operator says about rates.
fn limits(settings: &Settings) -> Limits {
    let usual = Limits::default();
    Limits {
        messages_per_second: settings.device_rate.unwrap_or(usual.messages_per_second),
        messages_per_second_per_workspace: settings
            .workspace_rate
            .unwrap_or(usual.messages_per_second_per_workspace),
        ..usual
    }
}

/// The address to listen on: the wanted one, or, where it is taken and another will do, any free port.
fn free(what: &'static str, flag: &'static str, wanted: Port, notes: &mut Vec<String>) -> Result<SocketAddr> {
    let Err(error) = std::net::TcpListener::bind(wanted.address) else { return Ok(wanted.address) };
    if !wanted.or_free || error.kind() != std::io::ErrorKind::AddrInUse {
        return Err(Error::listen(what, flag, wanted.address, error));
    }
    let address = SocketAddr::new(wanted.address.ip(), 0);
    let any = std::net::TcpListener::bind(address).map_err(|e| Error::listen(what, flag, address, e))?;
    let address = any.local_addr()?;
    notes.push(format!("Port {} is taken, so {what} listens on {}.", wanted.address.port(), address.port()));
    Ok(address)
}

/// A password of this process alone.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
