//! X.509 end to end: devices that prove by certificates who they are, at the provisioning service and at their hub.

use super::{Program, logged, message};
use crate::device_ids::has_sent;
use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Packet, QoS,
    TlsConfiguration, Transport,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use test_support::TestApp;

const PATIENCE: Duration = Duration::from_secs(30);
const LINE: &str = "/api/enrollmentGroups/line";

/// Somebody who issues certificates.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) pem: String,
    /// What a device shows besides its own.
    between: Vec<Certificate>,
}

/// What a device has: certificates, its own first, and its key.
pub(super) struct Card {
    chain: Vec<Certificate>,
    key: KeyPair,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2010, 1, 1);
    params.not_after = date_time_ymd(4000, 1, 1);
    params
}

impl Authority {
    pub(super) fn root(name: &str) -> Authority {
        let (mut own, key) = (params(name), KeyPair::generate().unwrap());
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = own.self_signed(&key).unwrap().pem();
        Authority { issuer: Issuer::new(own, key), pem, between: Vec::new() }
    }

    /// One that this one has certified.
    pub(super) fn below(&self, name: &str) -> Authority {
        let (mut own, key) = (params(name), KeyPair::generate().unwrap());
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = own.signed_by(&key, &self.issuer).unwrap();
        let pem = certificate.pem();
        Authority { issuer: Issuer::new(own, key), pem, between: vec![certificate] }
    }

    pub(super) fn card(&self, name: &str) -> Card {
        self.issue(params(name))
    }

    fn issue(&self, params: CertificateParams) -> Card {
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.issuer).unwrap();
        Card { chain: std::iter::once(own).chain(self.between.iter().cloned()).collect(), key }
    }
}

impl Card {
    /// One that nobody else has issued.
    fn of_its_own(name: &str) -> Card {
        let key = KeyPair::generate().unwrap();
        Card { chain: vec![params(name).self_signed(&key).unwrap()], key }
    }

    /// The certificates as a file has them.
    pub(super) fn pem(&self) -> String {
        self.chain.iter().map(Certificate::pem).collect()
    }

    pub(super) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The certificates and the key, for a handshake.
    pub(super) fn shown(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let chain = self.chain.iter().map(|one| CertificateDer::from(one.der().to_vec())).collect();
        (chain, PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der())))
    }

    fn tls(&self, ca_pem: &str) -> Transport {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
        let (chain, key) = self.shown();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
        let config = config.with_client_auth_cert(chain, key).unwrap();
        Transport::tls_with_config(TlsConfiguration::Rustls(Arc::new(config)))
    }

    /// Signs in without a password.
    async fn connect(
        &self,
        app: &TestApp,
        id: &str,
        user: &str,
    ) -> Result<(AsyncClient, EventLoop), ConnectReturnCode> {
        let mut options = MqttOptions::new(id, "localhost", app.mqtts.port());
        options.set_credentials(user, "").set_transport(self.tls(&app.ca_pem));
        let (client, mut events) = AsyncClient::new(options, 10);
        match tokio::time::timeout(PATIENCE, events.poll()).await.unwrap() {
            Ok(Event::Incoming(Packet::ConnAck(_))) => Ok((client, events)),
            Err(ConnectionError::ConnectionRefused(code)) => Err(code),
            other => panic!("the broker answered otherwise: {other:?}"),
        }
    }

    async fn at_hub(&self, app: &TestApp, id: &str) -> Result<(AsyncClient, EventLoop), ConnectReturnCode> {
        self.connect(app, id, &format!("localhost/{id}/?api-version=2019-10-01")).await
    }

    /// What the provisioning service answers: the status in its topic, and the body.
    async fn registers(&self, app: &TestApp, scope: &str, id: &str) -> (String, Value) {
        let user = format!("{scope}/registrations/{id}/api-version=2019-03-31&ClientVersion=test");
        let (client, mut events) = self.connect(app, id, &user).await.unwrap();
        client.subscribe("$dps/registrations/res/#", QoS::AtLeastOnce).await.unwrap();
        let ask = "$dps/registrations/PUT/iotdps-register/?$rid=1";
        let body = json!({"registrationId": id}).to_string();
        client.publish(ask, QoS::AtLeastOnce, false, body).await.unwrap();
        let (topic, body) = message(&mut events).await;
        let status = topic.strip_prefix("$dps/registrations/res/").unwrap().split('/').next().unwrap();
        (status.to_owned(), serde_json::from_slice(&body).unwrap())
    }
}

/// A group of this authority, which has been verified as an owner does it.
pub(super) async fn group(program: &Program, root: &Authority) {
    let wanted = json!({"displayName": "Line", "attestation": {"type": "x509"}});
    let (status, made) = program.ask("PUT", LINE, Some(wanted)).await;
    assert_eq!(status, 200, "{made}");
    let entry = format!("{LINE}/certificates/primary");
    let (status, set) = program.ask("PUT", &entry, Some(json!({"certificate": root.pem}))).await;
    assert_eq!(status, 200, "{set}");
    let (_, code) = program.ask("POST", &format!("{entry}/generateVerificationCode"), None).await;
    let shown = root.card(code["verificationCode"].as_str().unwrap()).pem();
    let verify = Some(json!({"certificate": shown}));
    assert_eq!(program.ask("POST", &format!("{entry}/verify"), verify).await.0, 200);
}

async fn refused_at_the_desk(card: &Card, app: &TestApp, scope: &str, id: &str, what: &str) {
    let (status, body) = card.registers(app, scope, id).await;
    assert_eq!((status.as_str(), &body["errorCode"]), ("401", &json!(401_002)), "{what}: {body}");
    for part in ["trackingId", "message", "timestampUtc"] {
        assert!(body[part].as_str().is_some_and(|text| !text.is_empty()), "{what}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_s_authority_lets_its_devices_in_and_nobody_else() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let scope = ada.workspace.scope.clone();
    let root = Authority::root("Root");
    let plant = root.below("Plant");
    group(&program, &root).await;

    let (id, no) = ("pump-1", ConnectReturnCode::NotAuthorized);
    let card = plant.card(id);
    let (status, body) = card.registers(&app, &scope, id).await;
    let state = &body["registrationState"];
    assert_eq!((status.as_str(), &body["status"]), ("200", &json!("assigned")), "{body}");
    assert_eq!((&state["deviceId"], &state["assignedHub"]), (&json!(id), &json!("localhost")), "{body}");
    let (client, mut events) = card.at_hub(&app, id).await.unwrap();
    let topic = format!("devices/{id}/messages/events/");
    client.publish(topic, QoS::AtLeastOnce, false, r#"{"temperature":21.5}"#).await.unwrap();
    while !matches!(events.poll().await.unwrap(), Event::Incoming(Packet::PubAck(_))) {}
    has_sent(&program, &format!("/api/devices/{id}"), 21.5).await;
    logged(&ada, id, "provisioned", "the group “Line”").await;
    logged(&ada, id, "connected", "certificate").await;

    let mut old = params(id);
    old.not_after = date_time_ymd(2020, 1, 1);
    let mut young = params(id);
    young.not_before = date_time_ymd(3000, 1, 1);
    for (what, card, part) in [
        ("another name", plant.card("pump-2"), "names “pump-2”"),
        ("another authority", Authority::root("Root").card(id), "none of the device's"),
        ("nobody's", Card::of_its_own(id), "none of the device's"),
        ("run out", plant.issue(old), "ran out on 2020-01-01"),
        ("not yet", plant.issue(young), "not valid before 3000-01-01"),
    ] {
        refused_at_the_desk(&card, &app, &scope, id, what).await;
        assert_eq!(card.at_hub(&app, id).await.err(), Some(no), "{what}");
        logged(&ada, id, "sign-in-refused", part).await;
        // What proves nothing makes nothing.
        let stranger = format!("new-{}", what.len());
        refused_at_the_desk(&card, &app, &scope, &stranger, what).await;
        assert_eq!(program.ask("GET", &format!("/api/devices/{stranger}"), None).await.0, 404, "{what}");
    }

    // Another workspace doesn't know the authority, whatever it is called there.
    let bob = app.person("bob@example.com").await;
    refused_at_the_desk(&card, &app, &bob.workspace.scope, id, "another workspace").await;

    // The authority is taken back: the connection ends, and no other begins.
    let removed = program.ask("DELETE", &format!("{LINE}/certificates/primary"), None).await;
    assert_eq!(removed.0, 204, "{}", removed.1);
    let ended = async { while events.poll().await.is_ok() {} };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
    assert_eq!(card.at_hub(&app, id).await.err(), Some(no));
    refused_at_the_desk(&card, &app, &scope, id, "taken back").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_s_own_certificate_is_enrolled_by_itself() {
    let app = TestApp::start().await;
    let ada = app.person("ada@example.com").await;
    let program = Program::new(&app, &ada, "administrator").await;
    let scope = ada.workspace.scope.clone();
    let root = Authority::root("Root");
    group(&program, &root).await;
    let (id, no) = ("pump-1", ConnectReturnCode::NotAuthorized);
    program.ask("PUT", &format!("/api/devices/{id}"), Some(json!({}))).await;
    let own = Card::of_its_own(id);
    let attestation = format!("/api/devices/{id}/attestation");
    let wanted =
        json!({"type": "x509", "x509": {"clientCertificates": {"primary": {"certificate": own.pem()}}}});
    let (status, set) = program.ask("PUT", &attestation, Some(wanted)).await;
    assert_eq!(status, 200, "{set}");

    let (status, body) = own.registers(&app, &scope, id).await;
    assert_eq!((status.as_str(), &body["status"]), ("200", &json!("assigned")), "{body}");
    let (_client, mut events) = own.at_hub(&app, id).await.unwrap();
    // Its own enrolment counts instead of its group's.
    let of_group = root.card(id);
    refused_at_the_desk(&of_group, &app, &scope, id, "the group's").await;
    assert_eq!(of_group.at_hub(&app, id).await.err(), Some(no));
    logged(&ada, id, "sign-in-refused", "none of the device's").await;

    // Shut out, it is cut off and told so.
    let (status, _) =
        program.ask("PATCH", &format!("/api/devices/{id}"), Some(json!({"enabled": false}))).await;
    assert_eq!(status, 200);
    let ended = async { while events.poll().await.is_ok() {} };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
    assert_eq!(own.at_hub(&app, id).await.err(), Some(no));
    let (_, body) = own.registers(&app, &scope, id).await;
    assert_eq!(
        (&body["status"], &body["registrationState"]["errorCode"]),
        (&json!("disabled"), &json!(403_004)),
        "{body}"
    );
    program.ask("PATCH", &format!("/api/devices/{id}"), Some(json!({"enabled": true}))).await;

    // And without its enrolment, its group's counts again.
    assert_eq!(program.ask("DELETE", &attestation, None).await.0, 204);
    assert_eq!(own.at_hub(&app, id).await.err(), Some(no));
    assert!(of_group.at_hub(&app, id).await.is_ok());
}
