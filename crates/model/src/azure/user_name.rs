//! User names of the hub and of the provisioning service.

use super::bag;

/// Whom a device wants to speak to, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserName {
    /// To the hub.
    Hub(HubName),
    /// To the provisioning service, as this registration of this ID scope.
    Dps {
        /// The workspace's ID scope.
        scope: String,
        /// The registration's id.
        registration: String,
    },
}

/// `{host}/{id}/?api-version=…`, or `{host}/{id}` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HubName {
    /// The name by which the device knows the hub.
    pub host: String,
    /// The device's id.
    pub device: String,
    /// The version that it speaks, where it says so.
    pub api_version: Option<String>,
    /// The model that it says it is of.
    pub model_id: Option<String>,
}

impl UserName {
    /// Reads a user name; nothing where it is neither form, which are the native names. The bare form `{host}/{id}` looks
    /// like a native name and is one, unless the host has a dot in it or is one of `hosts`.
    pub fn read<'a>(text: &str, hosts: impl IntoIterator<Item = &'a str>) -> Option<UserName> {
        let (first, rest) = text.split_once('/')?;
        if first.is_empty() {
            return None;
        }
        if let Some(tail) = rest.strip_prefix("registrations/") {
            let (registration, parameters) = tail.split_once('/')?;
            let of_dps =
                !registration.is_empty() && parameters.trim_start_matches('?').contains("api-version");
            return of_dps
                .then(|| UserName::Dps { scope: first.to_owned(), registration: registration.to_owned() });
        }
        let (device, parameters) = parts(rest);
        if device.is_empty() || device.contains('/') {
            return None;
        }
        let Some(parameters) = parameters else {
            let of_hub =
                first.contains('.') || hosts.into_iter().any(|host| host.eq_ignore_ascii_case(first));
            return of_hub.then(|| hub(first, device));
        };
        let pairs = bag::read(parameters);
        let of = |key: &str| pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.clone());
        let api_version = Some(of("api-version")?);
        Some(UserName::Hub(HubName {
            host: first.to_owned(),
            device: device.to_owned(),
            api_version,
            model_id: of("model-id").filter(|id| !id.is_empty()),
        }))
    }
}

/// The device's id, which may hold question marks and equals signs, and the parameters behind it.
fn parts(rest: &str) -> (&str, Option<&str>) {
    let of_slash = rest.split_once('/').filter(|(id, tail)| !id.contains(QUERY) && tail.contains(VERSION));
    let of_mark = || rest.find(QUERY).map(|at| (&rest[..at], &rest[at..]));
    match of_slash.or_else(of_mark) {
        Some((id, tail)) => (id, Some(tail.trim_start_matches(['/', '?']))),
        None => (rest, None),
    }
}

/// What all parameters of the hub hold, and how they begin where no slash stands before them.
const VERSION: &str = "api-version=";
const QUERY: &str = "?api-version=";

fn hub(host: &str, device: &str) -> UserName {
    UserName::Hub(HubName { host: host.to_owned(), device: device.to_owned(), ..HubName::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<UserName> {
        UserName::read(text, ["localhost"])
    }

    #[test]
    fn the_hub_s_parameters_come_in_any_order_encoded_or_not() {
        for text in [
            "h.example/d-1/?api-version=2019-10-01&DeviceClientType=py%2F2.14&model-id=dtmi:a:b;1",
            "h.example/d-1/?model-id=dtmi%3Aa%3Ab%3B1&api-version=2019-10-01",
            "h.example/d-1/api-version=2019-10-01&model-id=dtmi:a:b;1",
        ] {
            let Some(UserName::Hub(hub)) = read(text) else { panic!("{text}") };
            assert_eq!((hub.host.as_str(), hub.device.as_str()), ("h.example", "d-1"));
            assert_eq!(hub.api_version.as_deref(), Some("2019-10-01"));
            assert_eq!(hub.model_id.as_deref(), Some("dtmi:a:b;1"));
        }
        assert_eq!(read("h.example/d"), Some(hub("h.example", "d")));
        assert_eq!(read("LocalHost/d"), Some(hub("LocalHost", "d")));
        assert!(matches!(read("localhost/d/?api-version=2021-04-12"), Some(UserName::Hub(_))));
        for id in ["a?b", "?", "?x=1", "100%", "%2B", "a#+b", "$it's(*)!,"] {
            for tail in ["/?api-version=1&x=a/b", "/x=a%2Fb&api-version=1", "?api-version=1&x=a/b"] {
                let Some(UserName::Hub(hub)) = read(&format!("h.example/{id}{tail}")) else { panic!("{id}") };
                assert_eq!(hub.device, id, "{tail}");
            }
            assert_eq!(read(&format!("h.example/{id}")), Some(hub("h.example", id)));
        }
    }

    #[test]
    fn provisioning_is_told_apart() {
        let dps = UserName::Dps { scope: "0ne1".into(), registration: "r-1".into() };
        for text in [
            "0ne1/registrations/r-1/api-version=2019-03-31&ClientVersion=py",
            "0ne1/registrations/r-1/?ClientVersion=py&api-version=2019-03-31",
        ] {
            assert_eq!(read(text), Some(dps.clone()), "{text}");
        }
    }

    #[test]
    fn what_is_native_or_nothing_stays_so() {
        for text in [
            "service",
            "0ne1/room-2",
            "s/d",
            "",
            "/",
            "s/",
            "/d",
            "s/d/x",
            "0ne1/registrations/r-1",
            "0ne1/registrations//api-version=1",
            "h.example/d/modules/m/?x=y",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "[a-z./?=&%2+-]{0,40}|.*") {
            let _ = read(&text);
        }
    }
}
