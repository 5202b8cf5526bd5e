//! Groups of certificates: whoever is named by one that the authority has issued.

use super::{NOW, is_in};
use crate::ground::{Ground, code, new_device, problem};
use domain::gate::{self, Admission, Hub, Wrong};
use domain::provisioning::{Proof, Refusal, Registration, authorities, groups, register};
use domain::{Context, devices};
use model::Code;
use model::certificate::Place;
use model::enrolment::{GroupKind, GroupPatch, NewGroup};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

/// Somebody who signs certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
    pem: String,
}

fn params(name: &str, until: i32) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = params(name, 4000);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Authority {
    fn root(name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let made = ca_params(name).self_signed(&key).unwrap();
        Authority { der: made.der().to_vec(), pem: made.pem(), issuer: Issuer::new(ca_params(name), key) }
    }

    /// One beneath it.
    fn below(&self, name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let made = ca_params(name).signed_by(&key, &self.issuer).unwrap();
        Authority { der: made.der().to_vec(), pem: made.pem(), issuer: Issuer::new(ca_params(name), key) }
    }

    /// A certificate that names somebody: DER and PEM.
    fn names(&self, name: &str, until: i32) -> (Vec<u8>, String) {
        let made = params(name, until).signed_by(&KeyPair::generate().unwrap(), &self.issuer).unwrap();
        (made.der().to_vec(), made.pem())
    }
}

async fn group_of(context: &Context, authority: &Authority) {
    groups::create(context, &NewGroup::named("Line", GroupKind::X509)).await.unwrap();
    authorities::set(context, "line", Place::Primary, &authority.pem, true).await.unwrap();
}

async fn ask(ground: &Ground, context: &Context, id: &str, chain: &[&[u8]]) -> Result<(), Refusal> {
    let scope = &context.workspace.scope;
    let proof = Proof::Certificate(chain);
    let asked = Registration { scope, registration_id: id, proof, payload: None, from: None, now_ms: NOW };
    register(&ground.homeport, asked).await.map(|_| ())
}

#[tokio::test]
async fn an_authority_lets_in_whom_its_certificates_name() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let root = Authority::root("Root");
    group_of(&context, &root).await;
    let (pump, _) = root.names("pump", 4000);
    assert!(ask(&ground, &context, "other", &[&pump]).await.is_err(), "it names another one");
    ask(&ground, &context, "pump", &[&pump]).await.unwrap();
    // With an authority between.
    let line = root.below("Line 7");
    let (drill, _) = line.names("drill", 4000);
    assert!(ask(&ground, &context, "drill", &[&drill]).await.is_err(), "the chain has a gap");
    ask(&ground, &context, "drill", &[&drill, &line.der]).await.unwrap();
    // Whom nobody knows, whose time is over, and who signs for himself.
    let elsewhere = Authority::root("Root").names("saw", 4000).0;
    let old = root.names("saw", 2021).0;
    for chain in [&elsewhere, &old] {
        assert!(matches!(ask(&ground, &context, "saw", &[chain]).await, Err(Refusal::WrongKey)));
    }

    let hub = async |id: &str, chain: &[&[u8]]| {
        gate::sign_in_certificate(&ground.homeport, Hub::Any, id, chain).await.unwrap()
    };
    let admitted = hub("pump", &[&pump]).await;
    let Admission::Device { proof, .. } = admitted else { panic!("{admitted:?}") };
    assert!(is_in(&hub("drill", &[&drill, &line.der]).await));
    assert!(matches!(hub("drill", &[&pump]).await, Admission::Refused { why: Wrong::Name(_), .. }));
    let standing = async || gate::proofs(&ground.homeport, &context.workspace.scope, "pump").await.unwrap();
    assert!(standing().await.contains(&proof));
    let off = GroupPatch { enabled: Some(false), ..GroupPatch::default() };
    groups::update(&context, "line", off.clone()).await.unwrap();
    assert!(!is_in(&hub("pump", &[&pump]).await) && !standing().await.contains(&proof));
    groups::update(&context, "line", GroupPatch { enabled: Some(true), ..off }).await.unwrap();
    authorities::remove(&context, "line", Place::Primary).await.unwrap();
    assert!(!is_in(&hub("pump", &[&pump]).await) && !standing().await.contains(&proof));
}

#[tokio::test]
async fn a_native_device_that_was_made_by_hand_may_come_by_an_authority() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let root = Authority::root("Root");
    group_of(&context, &root).await;
    devices::create(&context, new_device("pump")).await.unwrap();
    let (der, _) = root.names("pump", 4000);
    let user_name = format!("{}/pump", context.workspace.scope);
    let asked = async || {
        gate::authenticate(&ground.homeport, &user_name, gate::Proof::Certificate(&der)).await.unwrap()
    };
    assert!(is_in(&asked().await) && is_in(&asked().await));
    assert_eq!(devices::get(&context, "pump").await.unwrap().group.as_deref(), Some("Line"));
}

#[tokio::test]
async fn an_authority_counts_when_its_key_was_shown() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let root = Authority::root("Root");
    groups::create(&context, &NewGroup::named("Line", GroupKind::X509)).await.unwrap();
    let set = authorities::set(&context, "line", Place::Primary, &root.pem, false).await.unwrap();
    assert!(!set.verified && set.sha1.len() == 40 && set.subject.as_deref() == Some("CN=Root"));
    let (pump, leaf) = root.names("pump", 4000);
    assert!(
        ask(&ground, &context, "pump", &[&pump]).await.is_err(),
        "nobody has shown that they hold its key"
    );

    let early = authorities::verify(&context, "line", Place::Primary, &leaf).await;
    assert!(problem(early).of_field("certificate").unwrap().contains("verification code"));
    let verification = authorities::code(&context, "line", Place::Primary).await.unwrap();
    let (_, foreign) = Authority::root("Root").names(&verification, 4000);
    for bad in [&leaf, &foreign, "nonsense"] {
        let refused = authorities::verify(&context, "line", Place::Primary, bad).await;
        assert!(problem(refused).of_field("certificate").is_some());
    }
    let (_, shown) = root.names(&verification, 4000);
    assert!(authorities::verify(&context, "line", Place::Primary, &shown).await.unwrap().verified);
    ask(&ground, &context, "pump", &[&pump]).await.unwrap();

    assert!(
        problem(authorities::set(&context, "line", Place::Secondary, &leaf, true).await)
            .of_field("certificate")
            .unwrap()
            .contains("CA:TRUE")
    );
    let twice = authorities::set(&context, "line", Place::Secondary, &root.pem, true).await;
    assert_eq!(code(twice), Code::Taken);
    let keys =
        authorities::set(&context, model::enrolment::USUAL_GROUP, Place::Primary, &root.pem, true).await;
    assert_eq!(code(keys), Code::Invalid);
    assert_eq!(code(groups::keys(&context, "line").await), Code::NotFound);
    let (_, elsewhere) = ground.stranger().await;
    assert_eq!(code(authorities::get(&elsewhere, "line", Place::Primary).await), Code::NotFound);
    assert_eq!(code(authorities::code(&elsewhere, "line", Place::Primary).await), Code::NotFound);
}
