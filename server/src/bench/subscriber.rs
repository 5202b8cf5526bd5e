//! A plain subscriber as many write it: it hears everything, and writes each message into Postgres.
//!
//! For the comparison of the torture. A fair one: quality 1, a session that the broker keeps, a subscription renewed at each
//! connection, and patience with a database that is away. The client acknowledges by itself, as clients do.

use super::arguments::SubscriberArgs;
use crate::error::{Error, Result};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, Publish, QoS};
use std::time::Duration;
use store::plain::Plain;

/// How often a message is tried before it is given up, a second after each other.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_secs(1);
/// What it says when it hears the broker.
pub(super) const HEARS: &str = "subscribed";

/// Runs until it is killed.
pub(super) async fn run(args: &SubscriberArgs) -> Result<()> {
    let table = loop {
        match Plain::connect(&args.database_url).await {
            Ok(table) => break table,
            Err(error) => tracing::warn!(%error, "the database is away; trying again"),
        }
        tokio::time::sleep(PAUSE).await;
    };
    let mut options = MqttOptions::new("subscriber", args.broker.ip().to_string(), args.broker.port());
    options.set_clean_session(false).set_keep_alive(Duration::from_secs(30));
    let (client, mut events) = AsyncClient::new(options, 100);
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                let asked = client.try_subscribe("+/+/telemetry", QoS::AtLeastOnce);
                asked.map_err(|e| Error::Bench(e.to_string()))?;
            }
            Ok(Event::Incoming(Packet::SubAck(_))) => crate::terminal::tell(HEARS),
            Ok(Event::Incoming(Packet::Publish(message))) => keep(&table, &message).await,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the broker is away; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn keep(table: &Plain, message: &Publish) {
    for _ in 0..TRIES {
        match table.insert(&message.topic, &message.payload).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "not written; trying again"),
        }
        tokio::time::sleep(PAUSE).await;
    }
    tracing::error!(topic = message.topic, "given up");
}
