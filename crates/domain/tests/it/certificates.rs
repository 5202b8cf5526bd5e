//! Certificates of devices: set, replaced, removed, and whom that cuts off.

use crate::ground::{Ground, new_device};
use domain::{Context, certificates, devices};
use model::Code;
use model::certificate::{Place, Thumbprint};
use model::event::EventKind;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use sha2::{Digest, Sha256};
use store::{Notice, Notices};

/// A certificate that a device has signed itself, valid from the first day of one year to that of another: DER and PEM.
pub(crate) fn certificate(from: i32, to: i32) -> (Vec<u8>, String) {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    (made.der().to_vec(), made.pem())
}

pub(crate) fn thumbprint(der: &[u8]) -> String {
    Thumbprint(Sha256::digest(der).into()).to_string()
}

async fn refused(context: &Context, place: Place, text: &str) -> (Code, String) {
    let problem = certificates::set(context, "pump", place, text).await.unwrap_err().problem();
    (problem.code, problem.of_field(place.as_str()).unwrap_or_default().to_owned())
}

#[tokio::test]
async fn two_are_kept_and_the_log_says_who_did_it() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    devices::create(&context, new_device("pump")).await.unwrap();
    let (der, pem) = certificate(2020, 4000);
    certificates::set(&context, "pump", Place::Primary, &pem).await.unwrap();
    let (code, message) = refused(&context, Place::Secondary, &thumbprint(&der)).await;
    assert_eq!((code, message.as_str()), (Code::Taken, "It is the primary certificate already."));
    let (other, _) = certificate(2020, 4000);
    let both = certificates::set(&context, "pump", Place::Secondary, &thumbprint(&other)).await.unwrap();
    assert_eq!(both, certificates::list(&context, "pump").await.unwrap());
    assert_eq!(both.iter().map(|c| c.place).collect::<Vec<_>>(), Place::ALL);
    assert_eq!([&both[0].thumbprint, &both[1].thumbprint], [&thumbprint(&der), &thumbprint(&other)]);
    assert!(both[0].not_after_ms.is_some() && both[1].not_after_ms.is_none());

    let log = devices::events(&context, "pump").await.unwrap();
    assert!(
        log.iter().any(|line| line.kind == EventKind::CertificateChanged && line.text.contains("primary"))
    );

    let (code, message) = refused(&context, Place::Primary, &certificate(2010, 2020).1).await;
    assert!(code == Code::Invalid && message.contains("ran out on 2020-01-01"), "{message}");
    let (code, message) = refused(&context, Place::Primary, "nonsense").await;
    assert!(code == Code::Invalid && message.contains("BEGIN CERTIFICATE"), "{message}");
    let (_, elsewhere) = ground.stranger().await;
    let foreign = certificates::set(&elsewhere, "pump", Place::Primary, &pem).await.unwrap_err();
    assert_eq!(foreign.problem().code, Code::NotFound);
}

#[tokio::test]
async fn what_is_no_longer_good_is_cut_off() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let notices = tokio::sync::Mutex::new(Notices::new(ground.db.urls()));
    assert_eq!(notices.lock().await.next().await, Notice::Listening);
    devices::create(&context, new_device("mark")).await.unwrap();
    devices::create(&context, new_device("pump")).await.unwrap();
    let (first, second) = (certificate(2020, 4000).1, certificate(2020, 4000).1);
    let after = async |text: Option<&str>| {
        match text {
            Some(text) => certificates::set(&context, "pump", Place::Primary, text).await.unwrap(),
            None => certificates::remove(&context, "pump", Place::Primary).await.unwrap(),
        };
        // Notices come in the order of the commits: all of the pump's are there before this one.
        devices::rotate_key(&context, "mark").await.unwrap();
        let (mut notices, mut count) = (notices.lock().await, 0);
        loop {
            match notices.next().await {
                Notice::CutOff { external_id, .. } if external_id == "mark" => return count,
                Notice::CutOff { external_id, .. } if external_id == "pump" => count += 1,
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(after(Some(&first)).await, 0, "nothing was there before");
    assert_eq!(after(Some(&first)).await, 0, "the same again");
    assert_eq!(after(Some(&second)).await, 1, "replaced");
    assert_eq!(after(None).await, 1, "removed");
    assert_eq!(after(None).await, 0, "gone already");
}
