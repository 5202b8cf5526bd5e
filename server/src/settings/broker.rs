//! Where devices connect: to our broker, in this process or another, or to one that is not ours.

use crate::config::ListenArgs;
use crate::error::{Error, Result};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// The ports that MQTT has by agreement.
const MQTT: u16 = 1883;
pub(super) const MQTTS: u16 = 8883;

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
    /// To the embedded broker of another process of ours.
    Edge(Edge),
    /// To one that is not ours, from which we ingest.
    External(ExternalBroker),
    /// This process has nothing to do with devices.
    None,
}

/// The embedded broker of another process, which plays [`crate::roles::Role::Edge`].
#[derive(Clone, Debug)]
pub struct Edge {
    /// Its host.
    pub host: String,
    /// Its port without encryption.
    pub port: u16,
    /// Its port with TLS, as devices are told; none: they are told of none.
    pub tls_port: Option<u16>,
    /// The file with its authority's certificate, PEM.
    pub ca_file: Option<PathBuf>,
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

/// The embedded broker at these ports. `yielding`: where a port by agreement is taken and nobody asked for it,
/// another one will do.
pub(crate) fn embedded(bind: IpAddr, listen: &ListenArgs, yielding: bool) -> Broker {
    let port = |asked: Option<u16>, agreed: u16| Port {
        address: SocketAddr::new(bind, asked.unwrap_or(agreed)),
        or_free: yielding && asked.is_none(),
    };
    Broker::Embedded { tcp: port(listen.mqtt_port, MQTT), tls: port(listen.mqtts_port, MQTTS) }
}

/// `mqtt://user:password@host:1883` of a broker that is not ours, `mqtt://host:1883` of our own edge.
///
/// # Errors
/// Where it is neither.
pub(super) fn elsewhere(url: &str) -> Result<Broker> {
    let why = |text: &str| Error::Setting { name: "HOMEPORT_MQTT_URL", why: text.to_owned() };
    let rest = url.trim().strip_prefix("mqtt://").ok_or_else(|| why("it begins with mqtt://"))?;
    let rest = rest.trim_end_matches('/');
    let (user, place) = rest.rsplit_once('@').map_or((None, rest), |(user, place)| (Some(user), place));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| why("its port is not a number"))?),
        None => (place, MQTT),
    };
    if host.is_empty() {
        return Err(why("it needs a host"));
    }
    let plain =
        |text: &str| plain(text).ok_or_else(|| why("a % in it is not followed by two hexadecimal digits"));
    let host = host.to_owned();
    let Some(user) = user else {
        return Ok(Broker::Edge(Edge { host, port, tls_port: None, ca_file: None }));
    };
    let (name, password) =
        user.split_once(':').ok_or_else(|| why("it needs a password after the user name"))?;
    Ok(Broker::External(ExternalBroker { host, port, user_name: plain(name)?, password: plain(password)? }))
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
        let external = |url| match elsewhere(url) {
            Ok(Broker::External(external)) => external,
            other => panic!("{other:?}"),
        };
        let broker = external("mqtt://service:p%40ss@emqx:1884/");
        assert_eq!((broker.host.as_str(), broker.port), ("emqx", 1884));
        assert_eq!((broker.user_name.as_str(), broker.password.as_str()), ("service", "p@ss"));
        assert_eq!(external("mqtt://a:b@h").port, 1883);
        assert_eq!(format!("{broker:?}"), "mqtt://service:…@emqx:1884");
        for (url, port) in [("mqtt://edge", 1883), ("mqtt://edge:1884/", 1884)] {
            let Ok(Broker::Edge(edge)) = elsewhere(url) else { panic!("{url}") };
            assert_eq!((edge.host.as_str(), edge.port), ("edge", port));
        }
        for bad in
            ["mqtts://a:b@h", "mqtt://", "mqtt://a@h", "mqtt://a:b@", "mqtt://a:b@h:x", "mqtt://a:%4@h"]
        {
            assert!(elsewhere(bad).is_err(), "{bad}");
        }
    }
}
