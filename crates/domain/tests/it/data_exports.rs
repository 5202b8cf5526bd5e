//! Who dies between sending and noting, and who comes after.

use crate::ground::{Ground, new_device};
use domain::data_exports::{self, Courier, Deliverer, Failed, Parcel, Refused};
use domain::devices;
use futures::future::BoxFuture;
use model::data_export::{NewDestination, NewExport, Source, Where};
use std::sync::{Arc, Mutex};
use test_support::eventually;
use tokio::sync::Semaphore;

/// Takes what comes, and says so once it may.
#[derive(Clone)]
struct Receiver {
    came: Arc<Mutex<Vec<(String, String)>>>,
    may: Arc<Semaphore>,
}

impl Receiver {
    fn new(permits: usize) -> Receiver {
        Receiver { came: Arc::default(), may: Arc::new(Semaphore::new(permits)) }
    }

    /// Keys with what they are of.
    fn came(&self) -> Vec<(String, String)> {
        self.came.lock().unwrap().clone()
    }
}

impl Courier for Receiver {
    fn carry<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Vec<Refused>, Failed>> {
        Box::pin(async move {
            for record in &parcel.records {
                let what =
                    format!("{} {}", record.device, record.body["messageType"].as_str().unwrap_or_default());
                self.came.lock().unwrap().push((record.key.clone(), what));
            }
            self.may.acquire().await.unwrap().forget();
            Ok(Vec::new())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dies_after_sending_is_followed_by_another_with_the_same_keys() {
    let ground = Ground::new().await;
    let context = ground.context().await;
    let to = Where::Webhook { url: "https://example.com".into(), headers: Default::default() };
    let new = NewDestination { name: "There".into(), to, secret: None };
    let destination = data_exports::create_destination(&context, new).await.unwrap();
    let new = NewExport {
        name: "Lives".into(),
        enabled: true,
        source: Source::Lifecycle,
        destination: destination.id,
        ..NewExport::default()
    };
    let export = data_exports::create(&context, new.clone()).await.unwrap();
    for id in ["a", "b", "c"] {
        devices::create(&context, new_device(id)).await.unwrap();
    }
    let (first, second) = (Receiver::new(0), Receiver::new(1_000));
    let slow = Arc::new(Deliverer::new(ground.homeport.clone(), first.clone()));
    let quick = Deliverer::new(ground.homeport.clone(), second.clone());
    let sending = tokio::spawn({
        let slow = slow.clone();
        async move { slow.turn().await.unwrap() }
    });
    let sent =
        eventually("the first has sent", async || Some(first.came()).filter(|came| came.len() == 3)).await;
    assert_eq!(
        sent.iter().map(|(_, what)| what.as_str()).collect::<Vec<_>>(),
        ["a registered", "b registered", "c registered"]
    );
    // It is the first one's, and nobody else's.
    assert!(!quick.turn().await.unwrap());
    assert!(second.came().is_empty());

    // Taken from it: the next sends the same, under the same keys; and what the first notes counts no more.
    data_exports::update(&context, export.id, new).await.unwrap();
    eventually("the second has sent", async || {
        quick.turn().await.unwrap();
        (second.came().len() == 3).then_some(())
    })
    .await;
    assert_eq!(second.came(), sent);
    first.may.add_permits(10);
    assert!(sending.await.unwrap());
    let health = data_exports::get(&context, export.id).await.unwrap().health;
    assert_eq!((health.sent, health.failures), (3, 0), "what was sent is counted by who noted it");

    // One that is killed has it until its time is over, and then another goes on where it was noted.
    devices::create(&context, new_device("d")).await.unwrap();
    let dying = Deliverer::new(ground.homeport.clone(), Receiver::new(0));
    let seen = dying_sends(dying).await;
    eventually("its time is over", async || {
        quick.turn().await.unwrap();
        (second.came().len() == 4).then_some(())
    })
    .await;
    assert_eq!(second.came()[3], seen);
    let health = data_exports::get(&context, export.id).await.unwrap().health;
    assert_eq!(health.sent, 4);
}

/// Delivers until it has sent something, and is gone then, before it can note it.
async fn dying_sends(deliverer: Deliverer<Receiver>) -> (String, String) {
    let deliverer = Arc::new(deliverer);
    let receiver = deliverer.courier().clone();
    let looking = tokio::spawn({
        let deliverer = deliverer.clone();
        async move {
            loop {
                deliverer.turn().await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    let seen = eventually("it has sent", async || receiver.came().first().cloned()).await;
    looking.abort();
    seen
}
