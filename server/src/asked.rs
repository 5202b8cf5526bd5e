//! Answers what devices ask besides telemetry: one place that says which use-case it is.

use crate::error::chain;
use crate::files;
use domain::Homeport;
use domain::commands::{self, Heard};
use domain::device_files::upload::{self, Uploader};
use domain::twin::{self, Reported, Reporter};
use futures::FutureExt;
use futures::future::BoxFuture;
use ingest::{Answered, Answering, Ask, Asked, NotNow};
use model::down::Down;
use model::topic;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Answers by use-cases.
pub(crate) struct UseCases {
    pub(crate) homeport: Homeport,
    /// Where devices reach the web server: `https://iot.example.com`.
    pub(crate) origin: String,
}

impl Answering for UseCases {
    fn answer(self: Arc<Self>, asked: Asked) -> BoxFuture<'static, Result<Answered, NotNow>> {
        async move { answer(&self.homeport, &self.origin, &asked).await }.boxed()
    }

    fn send(self: Arc<Self>, asked: Asked, down: Vec<Down>) -> BoxFuture<'static, ()> {
        async move {
            for down in down {
                let rest = down.rest.clone();
                if let Err(away) = self.homeport.post(&asked.scope, &asked.external_id, down).await {
                    // It asks again where it still wants to know.
                    tracing::warn!(
                        error = chain(&away),
                        device = &*asked.external_id,
                        rest,
                        "an answer did not reach its device"
                    );
                }
            }
        }
        .boxed()
    }
}

async fn answer(homeport: &Homeport, origin: &str, asked: &Asked) -> Result<Answered, NotNow> {
    match &asked.ask {
        Ask::Reported { rid } => reported(homeport, asked, rid.as_deref()).await,
        Ask::PropertiesGet { rid } => {
            let twin = twin::read(homeport, reporter(asked)).await.map_err(not_now)?;
            Ok(Answered::Done(vec![Down::new(topic::properties_answer(rid), twin.to_string())]))
        }
        Ask::CommandResponse { name, rid, status } => {
            let answer = (name.as_str(), rid.as_str(), *status);
            Ok(
                match commands::answer(homeport, reporter(asked), answer, &asked.body)
                    .await
                    .map_err(not_now)?
                {
                    Heard::Kept => Answered::Done(Vec::new()),
                    Heard::Refused(reason) => Answered::refused(reason),
                },
            )
        }
        Ask::File { rid } => file(homeport, origin, asked, rid).await,
    }
}

async fn reported(homeport: &Homeport, asked: &Asked, rid: Option<&str>) -> Result<Answered, NotNow> {
    let answer = |status: u16, version: i64, body: String| {
        rid.map(|rid| Down::new(topic::reported_answer(rid, status, version), body)).into_iter().collect()
    };
    Ok(match twin::report(homeport, reporter(asked), &asked.body).await.map_err(not_now)? {
        Reported::Done { version } => Answered::Done(answer(204, version, String::new())),
        Reported::Refused { reason, version } => {
            let body = json!({"errorCode": 400_004, "message": reason}).to_string();
            Answered::Refused { down: answer(400, version, body), reason }
        }
        Reported::Gone => Answered::Done(Vec::new()),
    })
}

/// What a device says that wants to upload a file.
#[derive(Deserialize)]
struct Wanted {
    name: String,
}

async fn file(homeport: &Homeport, origin: &str, asked: &Asked, rid: &str) -> Result<Answered, NotNow> {
    let answer = |body: Value| vec![Down::new(topic::file_answer(rid), body.to_string())];
    let refused = |code: u32, reason: String| {
        let body = json!({"errorCode": code, "message": reason});
        Ok(Answered::Refused { down: answer(body), reason })
    };
    let wanted: Wanted = match serde_json::from_slice(&asked.body) {
        Ok(wanted) => wanted,
        Err(error) => {
            return refused(400_004, format!("A file is asked for by {{\"name\":\"log.txt\"}}: {error}."));
        }
    };
    let who = Uploader {
        workspace: asked.workspace,
        scope: &asked.scope,
        device: asked.device,
        external_id: &asked.external_id,
    };
    match upload::ask(homeport, who, &wanted.name).await {
        Ok(address) => Ok(Answered::Done(answer(json!({
            "correlationId": address.correlation,
            "url": files::url(origin, &address),
            "expires": address.expires_ms,
        })))),
        Err(error) if error.is_ours() => Err(not_now(error)),
        Err(error) => {
            let problem = error.problem();
            let beside = problem.fields.first().map(|field| field.message.clone());
            let reason = beside.unwrap_or_else(|| problem.sentence().to_owned());
            refused(u32::from(problem.code.status()) * 1000 + 4, reason)
        }
    }
}

fn reporter(asked: &Asked) -> Reporter<'_> {
    Reporter { workspace: asked.workspace, device: asked.device, external_id: &asked.external_id }
}

/// Nothing of the device's doing stops a use-case but the database.
fn not_now(error: domain::Error) -> NotNow {
    NotNow(Box::new(error))
}
