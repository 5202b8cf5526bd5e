//! One simulated device: connects, says what it is, sends, answers; and connects again when it was cut off.

use super::Broker;
use crate::error::chain;
use crate::line::SignIn;
use crate::post::Link;
use domain::Homeport;
use domain::simulations::{self, Part};
use model::topic;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish};
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::Played;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;

/// The pause after a lost connection, doubled each time up to the longest.
const PAUSE: Duration = Duration::from_secs(3);
const PAUSE_LONGEST: Duration = Duration::from_secs(60);
/// How often the broker hears from a device that sends seldom.
const PING: Duration = Duration::from_secs(15);
/// Commands that a device thinks about at once; what comes on top it doesn't answer.
const THOUGHTS_MAX: usize = 16;
/// Messages without an acknowledgement with which it sends nothing more.
const UNSETTLED_MAX: usize = 8;
/// The request ids of what it asks at the beginning.
const TWIN: &str = "twin";

/// Plays it until `stop`.
pub(super) async fn play(homeport: Homeport, broker: Arc<Broker>, played: Played, stop: CancellationToken) {
    let mut pause = PAUSE;
    loop {
        let part = match simulations::part(&homeport, &played).await {
            Ok(Some(part)) => Some(part),
            // It is gone: whoever looks next will see.
            Ok(None) => None,
            Err(error) => {
                tracing::debug!(causes = chain(&error), "what a simulated device does can't be read");
                None
            }
        };
        if let Some(part) = part {
            let share = part.player.share();
            // Those that begin together don't all connect in the same moment.
            if stop.run_until_cancelled(tokio::time::sleep(PAUSE.mul_f64(share))).await.is_none() {
                return;
            }
            let begun = Instant::now();
            match converse(&broker, &part, &stop).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::debug!(device = part.external_id, %error, "a simulated device is cut off");
                }
            }
            pause = if begun.elapsed() > PAUSE_LONGEST { PAUSE } else { (pause * 2).min(PAUSE_LONGEST) };
        }
        if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            return;
        }
    }
}

/// One connection, until `stop`.
async fn converse(broker: &Broker, part: &Part, stop: &CancellationToken) -> io::Result<()> {
    let sign_in = SignIn {
        host: broker.host.clone(),
        port: broker.port,
        user_name: format!("{}/{}", part.scope, part.external_id),
        password: part.key.clone(),
    };
    let prefix = topic::prefix(&part.scope, &part.external_id);
    let link = Link::open(&sign_in, &format!("simulation-{}", part.external_id)).await?;
    let mut device = Device { link, part, prefix, unsettled: VecDeque::new(), thoughts: VecDeque::new() };
    device.begin()?;
    let first = Instant::now() + part.every.mul_f64(part.player.share());
    let mut ticks = interval_at(first, part.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut pings = interval_at(Instant::now() + PING, PING);
    loop {
        device.link.flush().await?;
        let thought = device.thoughts.front().map(|(due, ..)| *due);
        tokio::select! {
            read = device.link.read() => {
                read?;
                while let Some(packet) = device.link.packet()? {
                    device.hear(packet)?;
                }
            }
            _ = ticks.tick() => device.send()?,
            _ = pings.tick() => device.link.ping()?,
            () = sleep_until(thought.unwrap_or_else(Instant::now)), if thought.is_some() => device.answer()?,
            () = stop.cancelled() => {
                device.link.disconnect()?;
                return device.link.flush().await;
            }
        }
    }
}

struct Device<'a> {
    link: Link,
    part: &'a Part,
    /// `{scope}/{device}/`
    prefix: String,
    /// Packet ids that are not acknowledged yet.
    unsettled: VecDeque<u16>,
    /// Answers to commands and when they are due: its topic and its body.
    thoughts: VecDeque<(Instant, String, Vec<u8>)>,
}

impl Device<'_> {
    /// Listens to all that goes down to it, and asks what is wanted of it.
    fn begin(&mut self) -> io::Result<()> {
        self.link.subscribe(format!("{}#", self.prefix))?;
        self.publish(&format!("properties/get/{TWIN}"), Vec::new())
    }

    /// Sends what it measures now. While the broker doesn't keep up, the present passes untold.
    fn send(&mut self) -> io::Result<()> {
        if self.unsettled.len() >= UNSETTLED_MAX {
            return Ok(());
        }
        for (component, values) in self.part.player.telemetry(now_ms()) {
            let topic = match component.as_str() {
                "" => "telemetry".to_owned(),
                component => format!("telemetry/{component}"),
            };
            self.publish(&topic, Value::Object(values).to_string().into_bytes())?;
        }
        Ok(())
    }

    fn hear(&mut self, packet: Packet) -> io::Result<()> {
        match packet {
            Packet::PubAck(ack) => self.unsettled.retain(|id| *id != ack.pkid),
            Packet::Publish(publish) => {
                self.take(&publish)?;
                if publish.qos == QoS::AtLeastOnce {
                    self.link.acknowledge(publish.pkid)?;
                }
            }
            Packet::Disconnect(why) => {
                return Err(io::Error::other(format!("the broker says good-bye: {:?}", why.reason_code)));
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes what goes down to it.
    fn take(&mut self, publish: &Publish) -> io::Result<()> {
        let topic = String::from_utf8_lossy(&publish.topic);
        let Some(rest) = topic.strip_prefix(&self.prefix) else { return Ok(()) };
        let body = || serde_json::from_slice::<Map<String, Value>>(&publish.payload).unwrap_or_default();
        if rest == topic::DESIRED {
            return self.report(self.part.player.accepts(&body()));
        }
        if rest == topic::properties_answer(TWIN) {
            let twin = body();
            let section = |name: &str| twin.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
            let patch = self.part.player.begins(&section("desired"), &section("reported"), now_ms());
            return self.report(patch);
        }
        if let ["commands", called, rid] = rest.split('/').collect::<Vec<_>>().as_slice()
            && self.thoughts.len() < THOUGHTS_MAX
        {
            let now = now_ms();
            let (status, answer) = self.part.player.answers(called, now);
            let due = Instant::now() + Duration::from_millis(self.part.player.thinks_ms(now));
            let topic = format!("commands/{called}/{rid}/res/{status}");
            let answer = answer.map(|answer| answer.to_string().into_bytes()).unwrap_or_default();
            // Sooner thoughts come first, whenever they came.
            let at = self.thoughts.partition_point(|(other, ..)| *other <= due);
            self.thoughts.insert(at, (due, topic, answer));
        }
        Ok(())
    }

    fn answer(&mut self) -> io::Result<()> {
        match self.thoughts.pop_front() {
            Some((_, topic, body)) => self.publish(&topic, body),
            None => Ok(()),
        }
    }

    fn report(&mut self, patch: Map<String, Value>) -> io::Result<()> {
        match patch.is_empty() {
            true => Ok(()),
            false => self.publish("properties/reported", Value::Object(patch).to_string().into_bytes()),
        }
    }

    fn publish(&mut self, rest: &str, body: Vec<u8>) -> io::Result<()> {
        let topic = format!("{}{rest}", self.prefix);
        let unsettled = &self.unsettled;
        let down = model::down::Down::new(String::new(), body);
        let id = self.link.publish(topic, down, |id| !unsettled.contains(&id))?;
        self.unsettled.push_back(id);
        Ok(())
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
