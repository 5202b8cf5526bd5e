//! What workspaces may take, as this process goes by it: looked up every few seconds, and at once when it is told that a
//! limit has changed.

use crate::error::chain;
use broker::Allowance;
use domain::Homeport;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How often it is looked. What a day's messages have used up is noticed by this.
const EVERY: Duration = Duration::from_secs(3);

/// Looks until `stop`, and whenever it is told to. Notes calls of the programming interface on the way.
pub(crate) async fn keep(
    homeport: Homeport,
    broker: Option<broker::Handle>,
    told: Arc<Notify>,
    stop: CancellationToken,
) {
    loop {
        match domain::limits::refresh(&homeport).await {
            Ok(allowances) => {
                if let Some(broker) = &broker {
                    let of = |a: domain::limits::Sending| {
                        let closed = a.closed.map(Into::into);
                        (a.workspace, Allowance { messages_per_second: a.messages_per_second, closed })
                    };
                    broker.allow(allowances.into_iter().map(of).collect::<HashMap<_, _>>());
                }
            }
            // What was known before holds on.
            Err(error) => tracing::warn!(causes = chain(&error), "limits can't be looked up; trying again"),
        }
        if let Err(error) = domain::limits::note_calls(&homeport).await {
            tracing::warn!(causes = chain(&error), "calls can't be noted; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = told.notified() => {}
            () = stop.cancelled() => {
                let _ = domain::limits::note_calls(&homeport).await;
                return;
            }
        }
    }
}
