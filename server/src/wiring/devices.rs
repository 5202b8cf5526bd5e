//! The devices' side of a server: the embedded broker with its gate and its certificates, or what is known of one
//! elsewhere.

use super::names;
use crate::device_log::DeviceLog;
use crate::device_retained::DeviceRetained;
use crate::device_sessions::DeviceSessions;
use crate::device_web;
use crate::error::{Error, Result};
use crate::gate::{Gate, HubNames, SERVICE};
use crate::line::SignIn;
use crate::provisioning::Desk;
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

/// The embedded broker, or what is known of another one.
pub(super) struct Devices {
    pub(super) endpoints: Endpoints,
    pub(super) tcp: Option<SocketAddr>,
    pub(super) tls: Option<SocketAddr>,
    pub(super) web: Option<SocketAddr>,
    pub(super) certificates: Option<Arc<Certificates>>,
    pub(super) broker: Option<broker::Running>,
    pub(super) cancel: CancellationToken,
    gate: Option<Arc<Gate>>,
    /// How our own processes sign in; nothing where this one has nothing to say to a broker.
    pub(super) service: Option<SignIn>,
    /// Whether the broker is ours.
    trusted: bool,
    pub(super) notes: Vec<String>,
}

impl Devices {
    pub(super) async fn start(
        settings: &Settings,
        dir: &Path,
        public: &str,
        log: DeviceLog,
        store: &Store,
    ) -> Result<Devices> {
        let cancel = CancellationToken::new();
        let elsewhere = |endpoints, service, trusted| Devices {
            endpoints,
            tcp: None,
            tls: None,
            web: None,
            certificates: None,
            broker: None,
            cancel: cancel.clone(),
            gate: None,
            service,
            trusted,
            notes: Vec::new(),
        };
        // Devices reach another broker from outside, where the operator's public name is known, if there is one.
        let outside = |host: &str| match settings.public_url {
            Some(_) => public.to_owned(),
            None => host.to_owned(),
        };
        let (tcp, tls) = match &settings.broker {
            Broker::Embedded { tcp, tls } => (tcp, tls),
            Broker::Edge(edge) => {
                let ca_pem = match &edge.ca_file {
                    Some(file) => std::fs::read_to_string(file).map_err(Error::file(file))?,
                    None => String::new(),
                };
                let (host, port) = (outside(&edge.host), Some(edge.port));
                let endpoints = Endpoints { host, port, tls_port: edge.tls_port, ca_pem };
                let service = SignIn {
                    host: edge.host.clone(),
                    port: edge.port,
                    user_name: SERVICE.into(),
                    password: store.key().service_password(),
                };
                return Ok(elsewhere(endpoints, Some(service), true));
            }
            Broker::External(external) => {
                let (host, port) = (outside(&external.host), Some(external.port));
                let endpoints = Endpoints { host, port, ..Endpoints::default() };
                let service = SignIn {
                    host: external.host.clone(),
                    port: external.port,
                    user_name: external.user_name.clone(),
                    password: external.password.clone(),
                };
                return Ok(elsewhere(endpoints, Some(service), false));
            }
            Broker::None => return Ok(elsewhere(Endpoints::default(), None, false)),
        };
        let names = names::certified(public, &settings.device_hosts);
        let certificates = match settings.tls.clone() {
            Some(files) => Certificates::of_operator(files)?,
            None => Certificates::load_or_create(&dir.join("tls"), names.clone())?,
        };
        let mut notes = Vec::new();
        let tcp = free("MQTT", "--mqtt-port", *tcp, &mut notes)?;
        let tls = free("MQTT with TLS", "--mqtts-port", *tls, &mut notes)?;
        let password = store.key().service_password();
        let hubs = HubNames::new(names);
        let hub_names = hubs.list().to_vec();
        let gate = Arc::new(Gate::new(password.clone(), hubs, log));
        let hub = settings.device_hosts.first().map_or(public, String::as_str);
        let desk = Desk::new(gate.clone(), hub.to_owned());
        let config = broker::Config {
            tcp: Some(tcp),
            tls: Some((tls, certificates.server_config()?)),
            limits: limits(settings),
            sessions: Some(Arc::new(DeviceSessions::new(store.clone(), secret()?))),
            retained: Some(Arc::new(DeviceRetained::new(store.clone()))),
            provisioning: Some(Arc::new(desk)),
            hub_names,
        };
        let broker = broker::start(config, gate.clone(), cancel.clone()).await?;
        let (tcp, tls) = (broker.tcp_addr(), broker.tls_addr());
        let web = match settings.device_web {
            Some(port) => {
                let address = free("HTTPS for devices", "--device-https-port", port, &mut notes)?;
                let tls = certificates.server_config()?;
                Some(device_web::start(address, tls, broker.handle(), gate.clone(), cancel.clone()).await?)
            }
            None => None,
        };
        let endpoints = Endpoints {
            host: public.to_owned(),
            port: tcp.map(|a| a.port()),
            tls_port: tls.map(|a| a.port()),
            ca_pem: certificates.ca_pem().to_owned(),
        };
        let service = tcp.map(reachable).map(|address| SignIn {
            host: address.ip().to_string(),
            port: address.port(),
            user_name: SERVICE.into(),
            password,
        });
        Ok(Devices {
            endpoints,
            tcp,
            tls,
            web,
            certificates: Some(certificates),
            broker: Some(broker),
            cancel,
            gate: Some(gate),
            service,
            trusted: true,
            notes,
        })
    }

    /// Lets devices in.
    pub(super) fn open(&self, homeport: &Homeport) {
        if let Some(gate) = &self.gate {
            gate.open(homeport.clone());
        }
    }

    /// Where the ingestion listens, as a client of this name.
    pub(super) fn source(
        &self,
        client_id: String,
        on_log: ingest::OnLog,
        answering: Arc<dyn ingest::Answering>,
    ) -> Option<ingest::Config> {
        let SignIn { host, port, user_name, password } = self.service.clone()?;
        let trusted = self.trusted;
        Some(ingest::Config {
            host,
            port,
            user_name,
            password,
            client_id,
            max_packet: PACKET_MAX,
            trusted,
            on_log,
            answering,
        })
    }

    /// User name and password of our processes at an external broker, which asks the hook about them too.
    pub(super) fn service_of_others(&self) -> Option<(String, String)> {
        let service = self.service.as_ref().filter(|_| !self.trusted)?;
        Some((service.user_name.clone(), service.password.clone()))
    }

    /// The authority's certificate, PEM, where devices check the broker's with one of ours.
    pub(super) fn ca_pem(&self) -> Option<Arc<str>> {
        Some(self.endpoints.ca_pem.as_str()).filter(|pem| !pem.is_empty()).map(Into::into)
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
    // Who is nobody in particular may not open the low ones.
    let elsewhere =
        matches!(error.kind(), std::io::ErrorKind::AddrInUse | std::io::ErrorKind::PermissionDenied);
    if !wanted.or_free || !elsewhere {
        return Err(Error::listen(what, flag, wanted.address, error));
    }
    let address = SocketAddr::new(wanted.address.ip(), 0);
    let any = std::net::TcpListener::bind(address).map_err(|e| Error::listen(what, flag, address, e))?;
    let address = any.local_addr()?;
    notes.push(format!(
        "Port {} can't be had, so {what} listens on {}.",
        wanted.address.port(),
        address.port()
    ));
    Ok(address)
}

/// A word for this start alone.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
