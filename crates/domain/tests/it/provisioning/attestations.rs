//! Enrolments of single devices, which override the group's.

use super::{at_hub, by_key, derived, is_in};
use crate::certificates::{certificate, thumbprint};
use crate::ground::{Ground, code, new_device, problem};
use domain::devices;
use domain::gate::{self, Proof};
use domain::provisioning::attestations::{self, NewAttestation};
use model::Code;
use model::enrolment::{Attestation, KeyPair};

#[tokio::test]
async fn own_keys_override_the_group_s() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let by_group = derived(&context, "pump").await;
    by_key(&ground, &context, "pump", &by_group, None).await.unwrap();
    assert_eq!(code(attestations::get(&context, "pump").await), Code::NotFound);

    let set = attestations::set(&context, "pump", NewAttestation::SymmetricKey(None)).await.unwrap();
    let Attestation::SymmetricKey(keys) = set.clone() else { panic!("{set:?}") };
    assert_eq!(attestations::get(&context, "pump").await.unwrap(), set);
    assert_eq!(devices::keys(&context, "pump").await.unwrap(), keys);
    for (key, right) in [(&keys.primary, true), (&keys.secondary, true), (&by_group, false)] {
        assert_eq!(is_in(&at_hub(&ground, &context, "pump", key).await), right);
        assert_eq!(by_key(&ground, &context, "pump", key, None).await.is_ok(), right);
    }
    let bad = KeyPair { primary: "AAAA".into(), ..keys.clone() };
    let refused = attestations::set(&context, "pump", NewAttestation::SymmetricKey(Some(bad))).await;
    assert!(problem(refused).of_field("primaryKey").is_some());

    attestations::remove(&context, "pump").await.unwrap();
    assert!(!is_in(&at_hub(&ground, &context, "pump", &keys.primary).await));
    assert!(is_in(&at_hub(&ground, &context, "pump", &by_group).await), "its group counts again");
    assert_eq!(code(attestations::remove(&context, "pump").await), Code::NotFound);
    let (_, elsewhere) = ground.stranger().await;
    assert_eq!(
        code(attestations::set(&elsewhere, "pump", NewAttestation::SymmetricKey(None)).await),
        Code::NotFound
    );
}

#[tokio::test]
async fn with_certificates_of_its_own_no_key_counts() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    devices::create(&context, new_device("pump")).await.unwrap();
    let key = devices::key(&context, "pump").await.unwrap();
    let (der, pem) = certificate(2020, 4000);
    let x509 = |primary: Option<String>, secondary| NewAttestation::X509 { primary, secondary };
    for (text, field) in [(None, "x509"), (Some("nonsense".to_owned()), "primary")] {
        let refused = attestations::set(&context, "pump", x509(text, None)).await;
        assert!(problem(refused).of_field(field).is_some(), "{field}");
    }
    let twice = attestations::set(&context, "pump", x509(Some(pem.clone()), Some(pem.clone()))).await;
    assert!(problem(twice).of_field("secondary").is_some());

    // As clients of Azure send it: the base64 of the certificate, without frame.
    let bare: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let set = attestations::set(&context, "pump", x509(Some(bare), None)).await.unwrap();
    let Attestation::X509(certificates) = &set else { panic!("{set:?}") };
    assert_eq!(certificates[0].thumbprint, thumbprint(&der));
    assert!(certificates[0].sha1.as_ref().is_some_and(|sha1| sha1.len() == 40));
    let user_name = format!("{}/pump", context.workspace.scope);
    let ask = async |proof: Proof<'_>| {
        is_in(&gate::authenticate(&ground.homeport, &user_name, proof).await.unwrap())
    };
    assert!(ask(Proof::Certificate(&der)).await);
    assert!(!ask(Proof::Password(key.as_bytes())).await);
    assert_eq!(code(devices::key(&context, "pump").await), Code::Invalid);
    assert_eq!(code(devices::rotate_key(&context, "pump").await), Code::Invalid);
    assert_eq!(attestations::get(&context, "pump").await.unwrap(), set);

    attestations::remove(&context, "pump").await.unwrap();
    assert!(!ask(Proof::Certificate(&der)).await);
    let fresh = devices::key(&context, "pump").await.unwrap();
    assert!(fresh != key && ask(Proof::Password(fresh.as_bytes())).await);
}
