//! How one server is to run, whoever says so: the command line, the demo, a test.

mod broker;

pub(crate) use broker::embedded;
pub use broker::{Broker, Edge, ExternalBroker, Port};

use crate::config::ServeArgs;
use crate::error::{Error, Result};
use crate::mail::{self, MailSettings};
use crate::roles::{Role, Roles};
use crate::tls::OperatorFiles;
use model::map::Tiles;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use store::Urls;
use store::keys::MasterKey;
use store::telemetry::HotWindow;

/// Everything that a server must know to start.
#[derive(Clone)]
pub struct Settings {
    /// The parts that this process plays.
    pub roles: Roles,
    /// The folder for keys, certificates and the embedded Postgres.
    pub data_dir: PathBuf,
    /// Where the database is.
    pub database: Database,
    /// Where the web server listens.
    pub web: SocketAddr,
    /// Where devices connect.
    pub broker: Broker,
    /// Where devices find HTTPS; nothing: nowhere.
    pub device_web: Option<Port>,
    /// Other names by which devices reach this server.
    pub device_hosts: Vec<String>,
    /// What people type; nothing: the address that is listened on.
    pub public_url: Option<String>,
    /// What an external broker must know to ask the hook.
    pub hook_secret: Option<String>,
    /// Messages that one device may send in a second; 0: any number; nothing: the broker's default.
    pub device_rate: Option<u64>,
    /// The same of one workspace.
    pub workspace_rate: Option<u64>,
    /// Requests that one API token may send in a minute; 0: any number; nothing: 1200.
    pub api_rate: Option<u32>,
    /// The broker's certificate, where the operator has one; nothing: one of our own authority.
    pub tls: Option<OperatorFiles>,
    /// Whether requests that somebody of a workspace causes may go to private networks, and without encryption.
    pub outgoing_private: bool,
    /// The map server whose pictures maps show; none: what is built in.
    pub map_tiles: Option<Tiles>,
    /// What must be known to read `/metrics` from another machine.
    pub metrics_token: Option<String>,
    /// Where files of devices are kept; none: in the data folder.
    pub files_url: Option<String>,
    /// By which mail server mails go; none: they wait, to be read in the product.
    pub mail: Option<MailSettings>,
    /// How long messages are kept as they were received.
    pub hot: HotWindow,
    /// The folder with script, wasm and styles.
    pub site: PathBuf,
}

/// Where the database is.
#[derive(Clone)]
pub enum Database {
    /// In the data folder, started and stopped by us.
    Embedded {
        /// The master key, base64; nothing: the file in the data folder.
        master_key: Option<String>,
    },
    /// On a server of the operator's.
    Server {
        /// Its address, for an account that may create roles.
        url: String,
        /// The master key, base64; nothing: the file in the data folder.
        master_key: Option<String>,
    },
    /// Ready and migrated: a test's.
    Ready {
        /// Its addresses.
        urls: Box<Urls>,
        /// The key that they follow from.
        key: MasterKey,
    },
}

impl Settings {
    /// What `serve` was told.
    ///
    /// # Errors
    /// Where an address can't be understood, or what is wanted doesn't go together.
    pub fn of_serve(args: &ServeArgs) -> Result<Settings> {
        let roles = Roles::new(&args.roles);
        let master_key = args.data.master_key.clone().filter(|key| !key.trim().is_empty());
        let database_url = args.data.database_url.clone().filter(|url| !url.trim().is_empty());
        if !roles.are_all() {
            shared(args, database_url.is_some(), master_key.is_some())?;
        }
        Ok(Settings {
            data_dir: args.data.data_dir.clone(),
            database: match database_url {
                Some(url) => Database::Server { url, master_key },
                None => Database::Embedded { master_key },
            },
            web: SocketAddr::new(args.bind, args.listen.port),
            broker: broker(args, &roles)?,
            device_web: args
                .listen
                .device_https_port
                .map(|port| Port { address: SocketAddr::new(args.bind, port), or_free: false }),
            device_hosts: args.device_hosts.iter().filter_map(|host| name(host)).collect(),
            roles,
            public_url: args.public_url.as_deref().filter(|url| !url.is_empty()).map(public).transpose()?,
            hook_secret: args.hook_secret.clone().filter(|secret| !secret.is_empty()),
            device_rate: args.device_rate,
            workspace_rate: args.workspace_rate,
            api_rate: args.api_rate,
            tls: args
                .tls_cert
                .clone()
                .zip(args.tls_key.clone())
                .map(|(chain, key)| OperatorFiles { chain, key }),
            hot: HotWindow {
                age: Duration::from_secs(args.hot_hours * 60 * 60),
                bytes: args.hot_gb.saturating_mul(1 << 30),
            },
            files_url: args.files_url.clone().filter(|url| !url.is_empty()),
            mail: mail_settings(args.smtp_url.as_deref(), args.mail_from.as_deref())?,
            outgoing_private: args.outgoing_private,
            map_tiles: map_tiles(args)?,
            metrics_token: args.metrics_token.clone().filter(|token| !token.is_empty()),
            site: args.listen.site.clone(),
        })
    }
}

/// Both or none.
fn mail_settings(url: Option<&str>, from: Option<&str>) -> Result<Option<MailSettings>> {
    let said = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    match (said(url), said(from)) {
        (None, _) => Ok(None),
        (Some(_), None) => {
            let why = "with HOMEPORT_SMTP_URL, mails need a sender: Homeport <homeport@example.com>";
            Err(Error::Setting { name: "HOMEPORT_MAIL_FROM", why: why.into() })
        }
        (Some(url), Some(from)) => {
            Ok(Some(MailSettings { url, from, patience: mail::PATIENCE, again: mail::AGAIN }))
        }
    }
}

/// The map server, where one is named.
fn map_tiles(args: &ServeArgs) -> Result<Option<Tiles>> {
    let Some(address) = args.map_tiles.as_deref().filter(|address| !address.trim().is_empty()) else {
        return Ok(None);
    };
    let tiles = Tiles::new(address, args.map_attribution.as_deref().unwrap_or_default());
    tiles.map(Some).map_err(|why| Error::Setting { name: "HOMEPORT_MAP_TILES", why })
}

/// A host's name as it is compared; nothing where it is empty.
fn name(host: &str) -> Option<String> {
    Some(host.trim().to_ascii_lowercase()).filter(|host| !host.is_empty())
}

/// What processes that each play a part must have in common.
fn shared(args: &ServeArgs, has_database: bool, has_key: bool) -> Result<()> {
    if !has_database {
        let why = "with --role, several processes share one Postgres: give its address to each of them";
        return Err(Error::Setting { name: "DATABASE_URL", why: why.into() });
    }
    // A key of its own would lock the other processes out of the database.
    if !has_key && !args.data.data_dir.join("master.key").exists() {
        let why = "with --role, several processes share one master key: give the same to each of them";
        return Err(Error::Setting { name: "HOMEPORT_MASTER_KEY", why: why.into() });
    }
    Ok(())
}

/// Where devices connect, as far as this process has to know.
fn broker(args: &ServeArgs, roles: &Roles) -> Result<Broker> {
    let refuse = |why: &str| Err(Error::Setting { name: "HOMEPORT_MQTT_URL", why: why.to_owned() });
    let Some(url) = args.mqtt_url.as_deref().filter(|url| !url.trim().is_empty()) else {
        return if roles.play(Role::Edge) {
            Ok(embedded(args.bind, &args.listen, false))
        } else if roles.play(Role::Ingest) || roles.play(Role::Web) {
            refuse(
                "--role web and ingest need the broker's address; mqtt://host:1883 of the process with --role edge",
            )
        } else {
            Ok(Broker::None)
        };
    };
    match broker::elsewhere(url)? {
        _ if roles.play(Role::Edge) && !roles.are_all() => {
            refuse("--role edge is a broker itself and uses no other: leave it out, or the role")
        }
        Broker::Edge(_) if roles.are_all() => {
            refuse("it needs a user name and a password before the host; without them it is for --role")
        }
        Broker::Edge(edge) => {
            let ca_file = args.mqtt_ca.clone().filter(|file| !file.as_os_str().is_empty());
            // Without the certificate, nobody could check what answers there.
            let tls_port = ca_file.is_some().then(|| args.listen.mqtts_port.unwrap_or(broker::MQTTS));
            Ok(Broker::Edge(Edge { tls_port, ca_file, ..edge }))
        }
        other => Ok(other),
    }
}

/// The address by which this machine reaches itself there.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// `https://iot.example.com`, without a path.
fn public(url: &str) -> Result<String> {
    let why = || Error::Setting {
        name: "HOMEPORT_PUBLIC_URL",
        why: format!("“{url}” is not an address like https://iot.example.com, without a path"),
    };
    let uri: http::Uri = url.trim_end_matches('/').parse().map_err(|_| why())?;
    match (uri.scheme_str(), uri.authority(), uri.path()) {
        (Some(scheme @ ("http" | "https")), Some(authority), "/" | "") => {
            Ok(format!("{scheme}://{authority}"))
        }
        _ => Err(why()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_need_a_server_and_a_sender() {
        // Who sends mails keeps connections, and needs a runtime for that.
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let _inside = runtime.enter();
        assert!(mail_settings(None, Some("a@example.com")).unwrap().is_none());
        assert!(mail_settings(Some(" "), None).unwrap().is_none());
        assert!(mail_settings(Some("smtp://h"), Some("")).is_err());
        let both = mail_settings(Some("smtps://u:p@h:465"), Some("Plant <a@example.com>")).unwrap().unwrap();
        assert!(crate::mail::Postman::new(&both).is_ok());
        for (url, from) in [("h:25", "a@example.com"), ("http://h", "a@example.com"), ("smtp://h", "nobody")]
        {
            let bad = MailSettings { url: url.into(), from: from.into(), ..both.clone() };
            assert!(crate::mail::Postman::new(&bad).is_err(), "{url} {from}");
        }
    }

    #[test]
    fn addresses_that_people_type() {
        assert_eq!(public("https://iot.example.com/").unwrap(), "https://iot.example.com");
        assert_eq!(public("http://10.0.0.1:8080").unwrap(), "http://10.0.0.1:8080");
        for bad in ["iot.example.com", "ftp://x", "https://x/path", ""] {
            assert!(public(bad).is_err(), "{bad}");
        }
    }
}
