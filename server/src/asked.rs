//! Answers what devices ask besides telemetry: one place that says which use-case it is.

use crate::error::chain;
use domain::Homeport;
use futures::FutureExt;
use futures::future::BoxFuture;
use ingest::{Answered, Answering, Ask, Asked, NotNow};
use model::down::Down;
use std::sync::Arc;

/// Answers by use-cases.
pub(crate) struct UseCases(pub(crate) Homeport);

impl Answering for UseCases {
    fn answer(self: Arc<Self>, asked: Asked) -> BoxFuture<'static, Result<Answered, NotNow>> {
        async move { answer(&self.0, &asked).await }.boxed()
    }

    fn send(self: Arc<Self>, asked: Asked, down: Vec<Down>) -> BoxFuture<'static, ()> {
        async move {
            for down in down {
                let rest = down.rest.clone();
                if let Err(away) = self.0.post(&asked.scope, &asked.external_id, down).await {
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

async fn answer(_homeport: &Homeport, asked: &Asked) -> Result<Answered, NotNow> {
    match &asked.ask {
        Ask::Reported { .. } | Ask::PropertiesGet { .. } => {
            Ok(Answered::refused("Properties are not kept yet by this version."))
        }
        Ask::CommandResponse { .. } => {
            Ok(Answered::refused("Answers to commands are not kept yet by this version."))
        }
        Ask::File { .. } => Ok(Answered::refused("Files are not accepted yet by this version.")),
    }
}
