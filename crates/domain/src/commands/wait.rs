//! Waiting for a device's answer, whichever process hears it.

use super::{called, changed};
use crate::context::{Context, now_ms};
use crate::error::{Error, Result};
use crate::messages;
use model::command::{NewRun, Run, RunState, TIMEOUT_S};
use model::device::Device;
use model::down::{Delivery, Down};
use model::event::EventKind;
use model::topic;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, Sender, channel, error::RecvError};
use tokio::time::{Instant, sleep, timeout_at};

/// Answers that are told while somebody who waits is busy; beyond, everybody looks.
const TOLD: usize = 256;
/// How often a device that is not connected is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Where those who wait hear of answers: the number of a run, or none where any may have been answered.
pub(crate) struct Answers(Sender<Option<i64>>);

impl Default for Answers {
    fn default() -> Answers {
        Answers(channel(TOLD).0)
    }
}

impl Answers {
    pub(crate) fn listen(&self) -> Receiver<Option<i64>> {
        self.0.subscribe()
    }

    pub(crate) fn tell(&self, run: Option<i64>) {
        // Nobody has to be waiting.
        drop(self.0.send(run));
    }
}

/// A run that has begun.
pub struct Begun {
    pub(super) context: Context,
    pub(super) device: Device,
    pub(super) new: NewRun,
    /// As it stands in the history.
    pub run: Run,
    pub(super) answers: Receiver<Option<i64>>,
}

impl Begun {
    /// It is committed: open pages hear of it, and what waits for its device begins to.
    pub(crate) fn committed(&self) {
        changed(&self.context, &self.device.external_id);
        if self.run.state == RunState::Waiting {
            messages::deliver_soon(&self.context.homeport, self.context.workspace.id, self.device.id);
        }
    }

    /// Sends it, and waits for what comes of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn finish(mut self) -> Result<Run> {
        if self.run.state != RunState::Sent {
            return Ok(self.run);
        }
        let begun = Instant::now();
        let after = match self.send().await {
            Err(why) => self.end(RunState::NotConnected, why.as_deref()).await?,
            Ok(()) => self.wait().await?,
        };
        let text = self.told(&after, begun.elapsed());
        let scope = self.scope().await?;
        match scope.device_events().log(self.device.id, EventKind::Command, &text, now_ms()).await {
            Err(error) if error.refers_to_nothing() => return Ok(after),
            logged => logged?,
        }
        scope.commit().await?;
        changed(&self.context, &self.device.external_id);
        Ok(after)
    }

    /// The same beside whatever else is done: what comes of it stands in the history.
    pub fn finish_soon(self) {
        tokio::spawn(async move {
            if let Err(error) = self.finish().await {
                tracing::error!(%error, "what came of a command can't be written down");
            }
        });
    }

    /// Sends it to the device, which is waited for where that is wanted.
    async fn send(&self) -> Result<(), Option<String>> {
        let patience = Instant::now() + Duration::from_secs(self.new.connect_s.into());
        let rest = topic::command(&self.new.component, &self.new.name, &self.run.id.to_string());
        loop {
            let content_type = self.new.request.as_ref().map(|_| "application/json".to_owned());
            let down = Down { content_type, ..Down::new(rest.clone(), self.new.body()) };
            let scope = &self.context.workspace.scope;
            match self.context.homeport.post(scope, &self.device.external_id, down).await {
                Ok(Delivery::Delivered) => return Ok(()),
                Ok(_) if Instant::now() < patience => sleep(LOOK_EVERY).await,
                Ok(_) => return Err(None),
                Err(away) => return Err(Some(format!("{away}."))),
            }
        }
    }

    async fn wait(&mut self) -> Result<Run> {
        let limit = self.new.timeout_s.unwrap_or(TIMEOUT_S);
        let due = Instant::now() + Duration::from_secs(limit.into());
        loop {
            match timeout_at(due, self.answers.recv()).await {
                Ok(Ok(Some(other))) if other != self.run.id => {}
                // It, or any: some may have gone unheard.
                Ok(Ok(_) | Err(RecvError::Lagged(_))) => {
                    let now = self.look().await?;
                    if now.state != RunState::Sent {
                        return Ok(now);
                    }
                }
                Ok(Err(RecvError::Closed)) | Err(_) => return self.end(RunState::TimedOut, None).await,
            }
        }
    }

    /// Ends it so, unless it was answered meanwhile.
    async fn end(&self, state: RunState, why: Option<&str>) -> Result<Run> {
        let scope = self.scope().await?;
        scope.command_runs().end(self.run.id, state, why).await?;
        scope.commit().await?;
        self.look().await
    }

    async fn look(&self) -> Result<Run> {
        let scope = self.scope().await?;
        scope.command_runs().get(self.device.id, self.run.id).await?.ok_or_else(Error::not_found)
    }

    /// What has begun is ended also where the device moves meanwhile.
    async fn scope(&self) -> Result<store::WorkspaceTx> {
        Ok(self.context.homeport.store().workspace(self.context.workspace.id).await?)
    }

    /// The line for the device's log.
    fn told(&self, after: &Run, took: Duration) -> String {
        let (name, by) = (called(&self.new), &after.by);
        match (after.state, after.status) {
            (RunState::Answered, Some(status)) => {
                format!(
                    "The command “{name}” of {by} was answered with {status} after {} ms.",
                    took.as_millis()
                )
            }
            (RunState::TimedOut, _) => {
                format!("The command “{name}” of {by} was not answered within {} s.", after.timeout_s)
            }
            (_, _) => {
                let why = after
                    .why
                    .as_deref()
                    .unwrap_or("The device is not connected, or doesn't listen to commands.");
                format!("The command “{name}” of {by} did not reach the device. {why}")
            }
        }
    }
}
