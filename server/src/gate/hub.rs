//! Devices written against Microsoft's SDKs, at the gate of their hub.
//!
//! A hub is a name of this server's. The plain name does not say which workspace is meant: then that one is in which a
//! device of this id proves itself. `{scope}.{name}` says it.

use super::{Gate, verdict_of};
use crate::error::chain;
use broker::{Auth, Hello, Refusal, Verdict};
use domain::Homeport;
use domain::gate::{Admission, Hub, Wrong};
use model::WorkspaceId;
use model::azure::HubName;
use model::event::EventKind;
use model::sas::Token;
use std::net::IpAddr;

/// The names by which devices know this server.
#[derive(Clone, Debug, Default)]
pub struct HubNames(Vec<String>);

/// Which workspaces a name can mean.
#[derive(Debug, PartialEq, Eq)]
enum Meant<'a> {
    Scope(&'a str),
    Any,
}

impl HubNames {
    /// Names and addresses, without ports.
    pub fn new(names: impl IntoIterator<Item = String>) -> HubNames {
        HubNames(names.into_iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// All of them.
    pub fn list(&self) -> &[String] {
        &self.0
    }

    /// What a device means that calls its hub so, with a port or without; nothing where that is not this server.
    fn meant<'a>(&self, host: &'a str) -> Option<Meant<'a>> {
        let without_port = match host.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        let is = |name: &str| self.0.iter().any(|known| known.eq_ignore_ascii_case(name));
        match without_port.split_once('.') {
            _ if is(without_port) => Some(Meant::Any),
            Some((scope, name)) if is(name) => Some(Meant::Scope(scope)),
            _ => None,
        }
    }
}

impl Gate {
    /// Whether this is that device of a hub.
    pub(super) async fn at_hub(&self, name: &HubName, hello: &Hello<'_>) -> Verdict {
        let Some(homeport) = self.homeport() else { return Verdict::Refuse(Refusal::Unavailable) };
        let Some(meant) = self.names.meant(&name.host) else {
            let text =
                format!("It takes “{}” for its hub, which is no name of this server", short(&name.host));
            return self.stranger(homeport, name, hello.peer.ip(), &text).await;
        };
        let hub = match meant {
            Meant::Scope(scope) => Hub::Scope(scope),
            Meant::Any => Hub::Any,
        };
        let password = hello.password.filter(|password| !password.is_empty());
        let (admission, auth) = match (password, hello.certificate) {
            (Some(password), _) => {
                let token = match Token::parse(std::str::from_utf8(password).unwrap_or_default()) {
                    Ok(token) => token,
                    Err(why) => {
                        return self.stranger(homeport, name, hello.peer.ip(), &why.to_string()).await;
                    }
                };
                let host = token.resource.split('/').next().unwrap_or_default();
                let here = self.names.meant(host).is_some().then_some(host);
                if !token.is_for_device(here, &name.device) {
                    let text = format!("The token is for “{}”, not for this device", short(&token.resource));
                    return self.stranger(homeport, name, hello.peer.ip(), &text).await;
                }
                (domain::gate::sign_in_sas(homeport, hub, &name.device, &token).await, Auth::Token)
            }
            (None, Some(own)) => {
                let chain: Vec<&[u8]> =
                    std::iter::once(own).chain(hello.issuers.iter().map(Vec::as_slice)).collect();
                (
                    domain::gate::sign_in_certificate(homeport, hub, &name.device, &chain).await,
                    Auth::Certificate,
                )
            }
            (None, None) => {
                let text = "Neither a token nor a certificate was shown";
                return self.stranger(homeport, name, hello.peer.ip(), text).await;
            }
        };
        let admission = match admission {
            Ok(admission) => admission,
            Err(error) => {
                tracing::error!(causes = chain(&error), "a device can't be authenticated");
                return Verdict::Refuse(Refusal::Unavailable);
            }
        };
        if let (Admission::Device { workspace, external_id, .. }, Some(model)) = (&admission, &name.model_id)
            && let Err(error) =
                domain::provisioning::connected_as(homeport, *workspace, external_id, model).await
        {
            // It may come in without a template.
            tracing::warn!(causes = chain(&error), "the model of a device can't be looked up");
        }
        if let Some((workspace, text)) = refused(&admission) {
            self.log_of(homeport, Some(workspace), &name.device, hello.peer.ip(), &text).await;
        }
        verdict_of(admission, auth)
    }

    /// Whether who asks over HTTPS, at a name of the hub, is that device: by a token in the header, or by a certificate. Its
    /// log tells where it is not.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn over_https(
        &self,
        host: &str,
        device: &str,
        token: Option<&str>,
        certificates: &[Vec<u8>],
        from: IpAddr,
    ) -> domain::Result<Admission> {
        let nobody = Admission::Refused { known: None, why: Wrong::Missing };
        let Some(homeport) = self.homeport() else { return Ok(nobody) };
        let admission = self.shown_over_https(homeport, host, device, token, certificates).await?;
        let (workspace, text) = match &admission {
            Ok(admission) => match refused(admission) {
                Some((workspace, text)) => (Some(workspace), text),
                None => return Ok(admission.clone()),
            },
            Err(text) => (None, text.clone()),
        };
        let text = format!("{text}, when it asked over HTTPS");
        self.log_of(homeport, workspace, device, from, &text).await;
        Ok(admission.unwrap_or(nobody))
    }

    /// What there is to say of what it has shown; or why that can't even be asked about.
    async fn shown_over_https(
        &self,
        homeport: &Homeport,
        host: &str,
        device: &str,
        token: Option<&str>,
        certificates: &[Vec<u8>],
    ) -> domain::Result<Result<Admission, String>> {
        let hub = match self.names.meant(host) {
            Some(Meant::Scope(scope)) => Hub::Scope(scope),
            Some(Meant::Any) => Hub::Any,
            None => {
                return Ok(Err(format!(
                    "It takes “{}” for its hub, which is no name of this server",
                    short(host)
                )));
            }
        };
        let chain: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
        match (token.map(Token::parse), chain.as_slice()) {
            (Some(Ok(token)), _) => {
                let named = token.resource.split('/').next().unwrap_or_default();
                let here = self.names.meant(named).is_some().then_some(named);
                if !token.is_for_device(here, device) {
                    let text = format!("The token is for “{}”, not for this device", short(&token.resource));
                    return Ok(Err(text));
                }
                domain::gate::sign_in_sas(homeport, hub, device, &token).await.map(Ok)
            }
            (Some(Err(why)), _) => Ok(Err(why.to_string())),
            (None, [_, ..]) => domain::gate::sign_in_certificate(homeport, hub, device, &chain).await.map(Ok),
            (None, []) => Ok(Err("Neither a token nor a certificate was shown".into())),
        }
    }

    /// Somebody who could not even be asked about. Whose name was used is told where only one workspace knows it.
    async fn stranger(&self, homeport: &Homeport, name: &HubName, from: IpAddr, text: &str) -> Verdict {
        self.log_of(homeport, None, &name.device, from, text).await;
        Verdict::Refuse(Refusal::BadCredentials)
    }

    /// A line in the log of the device of this workspace, or of the only one that has this id.
    async fn log_of(
        &self,
        homeport: &Homeport,
        workspace: Option<WorkspaceId>,
        device: &str,
        from: IpAddr,
        text: &str,
    ) {
        match self.owner(homeport, workspace, device).await {
            Ok(Some((workspace, scope))) => {
                let text = format!("{text}, from {from}.");
                self.line(workspace, &scope, device, EventKind::SignInRefused, text);
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(causes = chain(&error), "whose log is meant can't be known"),
        }
    }

    async fn owner(
        &self,
        homeport: &Homeport,
        workspace: Option<WorkspaceId>,
        device: &str,
    ) -> Result<Option<(WorkspaceId, String)>, store::Error> {
        let lookup = homeport.store().lookup();
        let mut found = Vec::new();
        for scope in lookup.scopes_of_device(device).await? {
            let Some(known) = lookup.device(&scope, device).await? else { continue };
            if workspace.is_none_or(|workspace| workspace == known.workspace) {
                found.push((known.workspace, scope));
            }
        }
        Ok(if found.len() == 1 { found.pop() } else { None })
    }
}

/// Whose log should tell that it was not let in, and what.
fn refused(admission: &Admission) -> Option<(WorkspaceId, String)> {
    match admission {
        Admission::Device { .. } => None,
        Admission::Refused { known, why } => known.map(|(workspace, _)| (workspace, why.to_string())),
        Admission::Blocked { workspace, .. } => Some((*workspace, "The device is blocked; it tried".into())),
        Admission::Waiting { workspace, .. } => {
            Some((*workspace, "Nobody has approved the device yet; it tried".into()))
        }
        Admission::Disabled { workspace, .. } => {
            Some((*workspace, "The workspace is disabled; it tried".into()))
        }
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_name_means() {
        let names =
            HubNames::new(["Localhost".into(), "127.0.0.1".into(), "::1".into(), "iot.example.com".into()]);
        for any in ["localhost", "LOCALHOST:8883", "127.0.0.1", "::1", "iot.example.com"] {
            assert_eq!(names.meant(any), Some(Meant::Any), "{any}");
        }
        assert_eq!(names.meant("0ne1.iot.example.com"), Some(Meant::Scope("0ne1")));
        for foreign in
            ["example.com", "a.b.iot.example.com", "", "x.azure-devices.net", "iot.example.com.evil"]
        {
            assert_eq!(names.meant(foreign), None, "{foreign}");
        }
    }
}
