//! How one server is to run, whoever says so: the command line, the demo, a test.

use crate::config::{ListenArgs, ServeArgs};
use crate::error::{Error, Result};
use crate::tls::OperatorFiles;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use store::Urls;
use store::keys::MasterKey;

/// The ports that MQTT has by agreement.
const MQTT: u16 = 1883;
const MQTTS: u16 = 8883;

/// Everything that a server must know to start.
#[derive(Clone)]
pub struct Settings {
    /// The folder for keys, certificates and the embedded Postgres.
    pub data_dir: PathBuf,
    /// Where the database is.
    pub database: Database,
    /// Where the web server listens.
    pub web: SocketAddr,
    /// Where devices connect.
    pub broker: Broker,
    /// What people type; nothing: the address that is listened on.
    pub public_url: Option<String>,
    /// What an external broker must know to ask the hook.
    pub hook_secret: Option<String>,
    /// Messages that one device may send in a second; 0: any number; nothing: the broker's default.
    pub device_rate: Option<u64>,
    /// The same of one workspace.
    pub workspace_rate: Option<u64>,
    /// The broker's certificate, where the operator has one; nothing: one of our own authority.
    pub tls: Option<OperatorFiles>,
    /// What must be known to read `/metrics` from another machine.
    pub metrics_token: Option<String>,
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

/// Where devices connect.
#[derive(Clone, Debug)]
pub enum Broker {
    /// To the embedded broker.
    Embedded {
        /// Without encryption.
        tcp: Port,
        /// With TLS.
        tls: Port,
    },
    /// To another one, from which we ingest.
    External(ExternalBroker),
}

/// An address to listen on.
#[derive(Clone, Copy, Debug)]
pub struct Port {
    /// Where.
    pub address: SocketAddr,
    /// Whether another port will do where this one is taken.
    pub or_free: bool,
}

/// A broker that is not ours.
#[derive(Clone)]
pub struct ExternalBroker {
    /// Its host.
    pub host: String,
    /// Its port without encryption.
    pub port: u16,
    /// As whom we sign in.
    pub user_name: String,
    /// With which password.
    pub password: String,
}

impl std::fmt::Debug for ExternalBroker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "mqtt://{}:…@{}:{}", self.user_name, self.host, self.port)
    }
}

impl Settings {
    /// What `serve` was told.
    ///
    /// # Errors
    /// Where an address can't be understood.
    pub fn of_serve(args: &ServeArgs) -> Result<Settings> {
        let master_key = args.data.master_key.clone().filter(|key| !key.trim().is_empty());
        Ok(Settings {
            data_dir: args.data.data_dir.clone(),
            database: match args.data.database_url.clone().filter(|url| !url.trim().is_empty()) {
                Some(url) => Database::Server { url, master_key },
                None => Database::Embedded { master_key },
            },
            web: SocketAddr::new(args.bind, args.listen.port),
            broker: match args.mqtt_url.as_deref().filter(|url| !url.trim().is_empty()) {
                Some(url) => Broker::External(external(url)?),
                None => embedded(args.bind, &args.listen, false),
            },
            public_url: args.public_url.as_deref().filter(|url| !url.is_empty()).map(public).transpose()?,
            hook_secret: args.hook_secret.clone().filter(|secret| !secret.is_empty()),
            device_rate: args.device_rate,
            workspace_rate: args.workspace_rate,
            tls: args
                .tls_cert
                .clone()
                .zip(args.tls_key.clone())
                .map(|(chain, key)| OperatorFiles { chain, key }),
            metrics_token: args.metrics_token.clone().filter(|token| !token.is_empty()),
            site: args.listen.site.clone(),
        })
    }
}

/// The embedded broker at these ports. `yielding`: where a port by agreement is taken and nobody asked for it,
/// another one will do.
pub(crate) fn embedded(bind: IpAddr, listen: &ListenArgs, yielding: bool) -> Broker {
    let port = |asked: Option<u16>, agreed: u16| Port {
        address: SocketAddr::new(bind, asked.unwrap_or(agreed)),
        or_free: yielding && asked.is_none(),
    };
    Broker::Embedded { tcp: port(listen.mqtt_port, MQTT), tls: port(listen.mqtts_port, MQTTS) }
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

/// `mqtt://user:password@host:1883`.
fn external(url: &str) -> Result<ExternalBroker> {
    let why = |text: &str| Error::Setting { name: "HOMEPORT_MQTT_URL", why: text.to_owned() };
    let rest = url.trim().strip_prefix("mqtt://").ok_or_else(|| why("it begins with mqtt://"))?;
    let rest = rest.trim_end_matches('/');
    let (user, place) =
        rest.rsplit_once('@').ok_or_else(|| why("it needs a user name and a password before the host"))?;
    let (name, password) =
        user.split_once(':').ok_or_else(|| why("it needs a password after the user name"))?;
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| why("its port is not a number"))?),
        None => (place, MQTT),
    };
    if host.is_empty() {
        return Err(why("it needs a host"));
    }
    let plain =
        |text: &str| plain(text).ok_or_else(|| why("a % in it is not followed by two hexadecimal digits"));
    Ok(ExternalBroker { host: host.to_owned(), port, user_name: plain(name)?, password: plain(password)? })
}

/// Reads `%40` and its like back.
fn plain(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_brokers() {
        let broker = external("mqtt://service:p%40ss@emqx:1884/").unwrap();
        assert_eq!((broker.host.as_str(), broker.port), ("emqx", 1884));
        assert_eq!((broker.user_name.as_str(), broker.password.as_str()), ("service", "p@ss"));
        assert_eq!(external("mqtt://a:b@h").unwrap().port, 1883);
        assert_eq!(format!("{broker:?}"), "mqtt://service:…@emqx:1884");
        for bad in
            ["mqtts://a:b@h", "mqtt://h:1883", "mqtt://a@h", "mqtt://a:b@", "mqtt://a:b@h:x", "mqtt://a:%4@h"]
        {
            assert!(external(bad).is_err(), "{bad}");
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
