//! Carries what data exports send out: to webhooks, brokers, storages and databases.

mod files;
mod mqtt;
mod webhook;

use crate::error::chain;
use crate::outgoing::{Outgoing, OutgoingError};
use domain::Homeport;
use domain::data_exports::{Courier, Deliverer, Failed, Parcel, Refused};
use futures::future::BoxFuture;
use http::Uri;
use model::data_export::Where;
use std::sync::Arc;
use std::time::Duration;
use store::{Lake, OutboundRow, Table};
use tokio_util::sync::CancellationToken;

/// How often is looked for something to deliver.
const LOOK: Duration = Duration::from_millis(400);
/// Exports that a process delivers at once, whosever they are.
const LANES: usize = 6;

/// Delivers until `stop`. Any number of processes may. With `private`, addresses of the own network are delivered to as well.
pub(crate) async fn work(homeport: Homeport, private: bool, stop: CancellationToken) {
    let outgoing = match Outgoing::new(private) {
        Ok(outgoing) => outgoing,
        Err(error) => {
            tracing::error!(causes = chain(&error), "no data is exported");
            return;
        }
    };
    let deliverer = Arc::new(Deliverer::new(homeport, Carrier { outgoing }));
    let lanes = (0..LANES).map(|_| tokio::spawn(lane(deliverer.clone(), stop.clone())));
    futures::future::join_all(lanes.collect::<Vec<_>>()).await;
}

async fn lane(deliverer: Arc<Deliverer<Carrier>>, stop: CancellationToken) {
    loop {
        // What is under way when the process ends is sent again by another.
        let Some(turn) = stop.run_until_cancelled(deliverer.turn()).await else { return };
        match turn {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(causes = chain(&error), "data can't be exported; trying again"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
            return;
        }
    }
}

/// Carries parcels to wherever they go.
struct Carrier {
    outgoing: Outgoing,
}

impl Courier for Carrier {
    fn carry<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Result<Vec<Refused>, Failed>> {
        Box::pin(async move {
            match &parcel.to {
                Where::Webhook { url, headers } => webhook::carry(&self.outgoing, url, headers, parcel).await,
                Where::Mqtt { url, topic, username } => {
                    mqtt::carry(&self.outgoing, url, topic, username, parcel).await
                }
                Where::S3 { .. } | Where::AzureBlob { .. } => self.file(parcel).await,
                Where::Postgres { host, port, database, username, table } => {
                    let place = (host.as_str(), *port);
                    self.rows(place, (database, username, table), parcel).await
                }
            }
        })
    }
}

impl Carrier {
    async fn file(&self, parcel: &Parcel) -> Result<Vec<Refused>, Failed> {
        let secret = parcel.secret.as_deref().unwrap_or_default();
        let client = self.outgoing.client();
        let (lake, prefix, shape) = match &parcel.to {
            Where::S3 { bucket, region, endpoint, access_key_id, prefix, shape, .. } => {
                self.may_call(endpoint)?;
                let place = (bucket.as_str(), region.as_str(), endpoint.as_str());
                (Lake::s3(place, (access_key_id, secret), client), prefix, *shape)
            }
            Where::AzureBlob { account, container, endpoint, prefix, shape, .. } => {
                self.may_call(endpoint)?;
                let place = (account.as_str(), container.as_str(), endpoint.as_str());
                (Lake::azure(place, secret, client), prefix, *shape)
            }
            _ => return Ok(Vec::new()),
        };
        let lake = lake.map_err(|error| Failed(shown(&error)))?;
        let body = files::body(shape, &parcel.records).map_err(|error| Failed(error.to_string()))?;
        lake.put(&files::name(prefix, shape, parcel), body).await.map_err(|error| Failed(shown(&error)))?;
        Ok(Vec::new())
    }

    async fn rows(
        &self,
        (host, port): (&str, u16),
        (database, username, table): (&str, &str, &str),
        parcel: &Parcel,
    ) -> Result<Vec<Refused>, Failed> {
        let address = self.outgoing.look_up(host, port).await.map_err(|error| failed(&error))?;
        let table = Table {
            address,
            database: database.to_owned(),
            username: username.to_owned(),
            password: parcel.secret.clone().unwrap_or_default(),
            name: table.to_owned(),
            encrypted: !self.outgoing.private(),
        };
        let (mut rows, mut refused) = (Vec::new(), Vec::new());
        for (nth, record) in parcel.records.iter().enumerate() {
            let message = record.body.to_string();
            if message.contains("\\u0000") || record.device.contains('\0') {
                refused.push((nth, "Postgres keeps no text with the character 0 in it.".to_owned()));
                continue;
            }
            let (key, device) = (record.key.clone(), record.device.clone());
            rows.push(OutboundRow { key, at_ms: record.at_ms, device, message });
        }
        table.write(parcel.source.as_str(), &rows).await.map_err(|error| Failed(shown(&error)))?;
        Ok(refused)
    }

    /// An address of a storage that is given; the services' own are public.
    fn may_call(&self, endpoint: &str) -> Result<(), Failed> {
        if endpoint.is_empty() {
            return Ok(());
        }
        let uri: Uri = endpoint.parse().map_err(|_| Failed(format!("“{endpoint}” is no address.")))?;
        self.outgoing.may_call(&uri).map_err(|error| failed(&error))
    }
}

fn failed(error: &OutgoingError) -> Failed {
    Failed(shown(error))
}

/// An error as a sentence for people, not too long.
fn shown(error: &dyn std::error::Error) -> String {
    let text: String = chain(error).chars().filter(|c| !c.is_control()).take(500).collect();
    let mut letters = text.chars();
    let begun: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{}.", begun.trim_end_matches('.'))
}
