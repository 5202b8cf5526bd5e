//! What this machine is called, by people and by certificates, and this process by brokers.

use crate::error::{Error, Result};
use std::io;
use std::net::SocketAddr;
use std::path::Path;

/// The host as people and devices type it.
pub(super) fn host(public_url: Option<&str>, web: SocketAddr) -> String {
    if let Some(url) = public_url {
        let authority = url.split_once("://").map_or(url, |(_, authority)| authority);
        let port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        return port.map_or(authority, |(host, _)| host).trim_matches(['[', ']']).to_owned();
    }
    match web.ip() {
        ip if ip.is_loopback() => "localhost".into(),
        ip if ip.is_unspecified() => machine().unwrap_or_else(|| "localhost".into()),
        ip => ip.to_string(),
    }
}

/// This machine's name, where it has one.
fn machine() -> Option<String> {
    let name = std::fs::read_to_string("/etc/hostname").ok()?.trim().to_lowercase();
    let shaped = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    shaped.then_some(name)
}

/// The names and addresses that the broker's certificate is good for.
pub(super) fn certified(host: &str, others: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    let own = [Some(host.to_owned()), machine()].into_iter().flatten();
    for name in own.chain(others.iter().cloned()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What this process is called at the broker: the same after a restart, so that a broker knows it again, and another
/// one in each data folder, of which each process has its own.
pub(super) fn process(dir: &Path) -> Result<String> {
    let file = dir.join("process.txt");
    match std::fs::read_to_string(&file) {
        Ok(name) if !name.trim().is_empty() => return Ok(name.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::file(&file)(error)),
        _ => {}
    }
    let name = format!("{:08x}", getrandom::u32().map_err(io::Error::other)?);
    std::fs::write(&file, &name).map_err(Error::file(&file))?;
    Ok(name)
}

/// An IPv6 address as it stands in an URL.
pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_keeps_its_name() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = process(one.path()).unwrap();
        assert_eq!(process(one.path()).unwrap(), name);
        assert_ne!(process(other.path()).unwrap(), name);
    }

    #[test]
    fn the_host_that_people_type() {
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(host(None, at("127.0.0.1:8080")), "localhost");
        assert_eq!(host(None, at("10.1.2.3:8080")), "10.1.2.3");
        assert_eq!(host(Some("https://iot.example.com"), at("0.0.0.0:80")), "iot.example.com");
        assert_eq!(host(Some("http://iot.example.com:8080"), at("0.0.0.0:80")), "iot.example.com");
        assert_eq!(host(Some("http://[::1]:8080"), at("0.0.0.0:80")), "::1");
        assert_eq!(certified("localhost", &[])[..3], ["localhost", "127.0.0.1", "::1"]);
        let names = certified("iot.example.com", &["hub.example.com".into()]);
        assert!(["iot.example.com", "hub.example.com"].iter().all(|name| names.iter().any(|n| n == name)));
    }
}
