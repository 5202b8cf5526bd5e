//! What processes must tell each other at once, by Postgres' own way of telling: a notice belongs to the transaction
//! that it tells of, so nothing can be committed without it, and nobody is told of what was not.
//!
//! A notice reaches whoever listens at that moment. Who was away hears that it may have missed some, and looks itself.

use crate::error::Result;
use crate::urls::{Role, Urls};
use model::WorkspaceId;
use sqlx::postgres::{PgListener, PgNotification, PgPoolOptions};
use sqlx::{Executor, Postgres};
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

/// Where they are told.
pub(crate) const CHANNEL: &str = "homeport";
/// How often it is looked whether the connection still lives: one can be dead without anybody saying so.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How long the database may take for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A device was deleted or blocked, or its key replaced: its connections must end, and it is no longer what it was.
    CutOff {
        /// Its workspace.
        workspace: WorkspaceId,
        /// What it connects with.
        external_id: String,
    },
    /// A workspace was disabled: the connections of all of its devices must end.
    CutOffWorkspace {
        /// Which.
        workspace: WorkspaceId,
    },
    /// What several devices of a workspace connect by was changed: who is connected must be looked at again.
    LookAgain {
        /// Which workspace.
        workspace: WorkspaceId,
    },
    /// A device has answered a command.
    Answered {
        /// Its workspace.
        workspace: WorkspaceId,
        /// The number of the run.
        run: i64,
    },
    /// What somebody may see or do in a workspace has changed: roles, organizations, who belongs to which.
    Access {
        /// Which workspace.
        workspace: WorkspaceId,
    },
    /// Something about devices or templates has changed.
    Changed,
    /// From now on notices are heard; what was told before may have been missed.
    Listening,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::CutOff { workspace, external_id } => write!(f, "cut-off {} {external_id}", workspace.0),
            Notice::CutOffWorkspace { workspace } => write!(f, "cut-off-workspace {}", workspace.0),
            Notice::LookAgain { workspace } => write!(f, "look-again {}", workspace.0),
            Notice::Answered { workspace, run } => write!(f, "answered {} {run}", workspace.0),
            Notice::Access { workspace } => write!(f, "access {}", workspace.0),
            Notice::Changed => f.write_str("changed"),
            Notice::Listening => f.write_str("listening"),
        }
    }
}

impl Notice {
    /// Reads what was told; what a newer process says and this one doesn't understand is a change of some kind.
    fn read(text: &str) -> Notice {
        let cut_off = || {
            let (workspace, external_id) = text.strip_prefix("cut-off ")?.split_once(' ')?;
            let workspace = WorkspaceId(workspace.parse().ok()?);
            Some(Notice::CutOff { workspace, external_id: external_id.to_owned() })
        };
        let cut_off_workspace = || {
            let workspace = WorkspaceId(text.strip_prefix("cut-off-workspace ")?.parse().ok()?);
            Some(Notice::CutOffWorkspace { workspace })
        };
        let look_again = || {
            let workspace = WorkspaceId(text.strip_prefix("look-again ")?.parse().ok()?);
            Some(Notice::LookAgain { workspace })
        };
        let answered = || {
            let (workspace, run) = text.strip_prefix("answered ")?.split_once(' ')?;
            Some(Notice::Answered { workspace: WorkspaceId(workspace.parse().ok()?), run: run.parse().ok()? })
        };
        let access = || {
            let workspace = WorkspaceId(text.strip_prefix("access ")?.parse().ok()?);
            Some(Notice::Access { workspace })
        };
        let read = cut_off().or_else(cut_off_workspace).or_else(look_again).or_else(answered).or_else(access);
        read.unwrap_or(Notice::Changed)
    }
}

/// Listens, on a connection of its own.
pub struct Notices {
    url: String,
    listener: Option<PgListener>,
}

impl Notices {
    /// A listener that is not connected yet.
    pub fn new(urls: &Urls) -> Notices {
        Notices { url: urls.role(Role::App).to_owned(), listener: None }
    }

    /// The next notice, as soon as there is one; [`Notice::Listening`] first, and after each time that the database
    /// was away. Never ends by itself. Giving a wait up loses nothing.
    pub async fn next(&mut self) -> Notice {
        loop {
            match &mut self.listener {
                None => match timeout(PATIENCE, listen(&self.url)).await {
                    Ok(Ok(listener)) => {
                        self.listener = Some(listener);
                        return Notice::Listening;
                    }
                    Ok(Err(error)) => {
                        tracing::warn!(%error, "what other processes do can't be heard; trying again");
                        tokio::time::sleep(PAUSE).await;
                    }
                    Err(_) => tracing::warn!("what other processes do can't be heard; trying again"),
                },
                Some(listener) => match hear(listener).await {
                    Some(told) => return Notice::read(told.payload()),
                    None => self.listener = None,
                },
            }
        }
    }
}

async fn listen(url: &str) -> Result<PgListener> {
    let options = PgPoolOptions::new().max_connections(1).after_connect(|connection, _| {
        Box::pin(
            async move { connection.execute("SET application_name = 'homeport notices'").await.map(|_| ()) },
        )
    });
    let pool: sqlx::Pool<Postgres> = options.connect(url).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    // Connecting again is done above, where it is told.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// The next one; nothing where the connection is over.
async fn hear(listener: &mut PgListener) -> Option<PgNotification> {
    loop {
        match timeout(LOOK_EVERY, listener.try_recv()).await {
            Ok(Ok(told)) => return told,
            Ok(Err(error)) => {
                tracing::warn!(%error, "what other processes do was heard no longer; connecting again");
                return None;
            }
            Err(_) => match timeout(PATIENCE, (&mut *listener).execute("SELECT 1")).await {
                Ok(Ok(_)) => {}
                _ => return None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_can_be_read() {
        let cut_off = Notice::CutOff { workspace: WorkspaceId(3), external_id: "room-1 a".into() };
        let whole = Notice::CutOffWorkspace { workspace: WorkspaceId(3) };
        let again = Notice::LookAgain { workspace: WorkspaceId(3) };
        let answered = Notice::Answered { workspace: WorkspaceId(3), run: 7 };
        for notice in [cut_off, whole, again, answered, Notice::Changed] {
            assert_eq!(Notice::read(&notice.to_string()), notice);
        }
        for other in ["", "cut-off", "cut-off x y", "cut-off-workspace x", "something new"] {
            assert_eq!(Notice::read(other), Notice::Changed, "{other}");
        }
    }
}
