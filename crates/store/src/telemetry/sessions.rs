//! The ingestion's sessions at Postgres that write: a few, each used by one batch at a time.
//!
//! Not a pool of the library's: that one asks a session whether it lives before each use, and begins and ends transactions
//! with statements of their own. A batch is as fast as its ways to Postgres and back are few. A session whose work was broken
//! off, by an error or because nobody waited for it any more, is closed, and with it its transaction.

use crate::error::Result;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Executor, PgConnection};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// See the module.
pub(super) struct Sessions {
    options: PgConnectOptions,
    /// Said first in every session.
    greeting: &'static str,
    idle: Mutex<Vec<PgConnection>>,
}

impl Sessions {
    /// None is open yet.
    pub(super) fn new(options: PgConnectOptions, greeting: &'static str) -> Sessions {
        Sessions { options, greeting, idle: Mutex::default() }
    }

    /// A session that nobody uses, or another one.
    ///
    /// # Errors
    /// The database can't be reached.
    pub(super) async fn take(&self) -> Result<PgConnection> {
        let idle = self.idle().pop();
        match idle {
            Some(session) => Ok(session),
            None => {
                let mut session = self.options.connect().await?;
                session.execute(self.greeting).await?;
                Ok(session)
            }
        }
    }

    /// For the next one: it is in no transaction.
    pub(super) fn give_back(&self, session: PgConnection) {
        self.idle().push(session);
    }

    /// Where one session broke, the others may be as dead.
    pub(super) fn forget(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<PgConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
