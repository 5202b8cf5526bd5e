//! What can go wrong with the database, and the name of the constraint that said no.

use sea_orm::{DbErr, RuntimeErr};

/// The result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the database or of what surrounds it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A statement failed, through the object-relational mapper.
    #[error("the database refused a statement")]
    Database(#[source] DbErr),
    /// A statement failed, on a plain connection.
    #[error("the database refused a statement")]
    Sqlx(#[source] sqlx::Error),
    /// A row holds what this version can't read.
    #[error("a row of the database can't be read: {0}")]
    Unreadable(String),
    /// The address of the database isn't one.
    #[error("the database's address can't be read: {0}")]
    Url(String),
    /// The private cluster can't be used; the text says why and what helps.
    #[error("{0}")]
    Cluster(String),
    /// A role of the database may do more than it should, so that the policies would not hold.
    #[error("the role {0} is a superuser or passes row-level security; it must not")]
    TooMighty(String),
}

impl Error {
    /// The name of the violated constraint, where the database refused because of one.
    pub fn constraint(&self) -> Option<&str> {
        self.sqlx()?.as_database_error()?.constraint()
    }

    /// The five characters by which Postgres names the error, where it was Postgres that refused.
    pub fn code(&self) -> Option<String> {
        Some(self.sqlx()?.as_database_error()?.code()?.into_owned())
    }

    /// Whether a row was to refer to one that isn't there: to something that was deleted meanwhile.
    pub fn refers_to_nothing(&self) -> bool {
        self.code().as_deref() == Some("23503")
    }

    fn sqlx(&self) -> Option<&sqlx::Error> {
        match self {
            Error::Database(DbErr::Exec(e) | DbErr::Query(e) | DbErr::Conn(e)) => match e {
                RuntimeErr::SqlxError(e) => Some(e),
                RuntimeErr::Internal(_) => None,
            },
            Error::Sqlx(e) => Some(e),
            _ => None,
        }
    }
}

impl From<DbErr> for Error {
    fn from(e: DbErr) -> Self {
        Error::Database(e)
    }
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        Error::Sqlx(e)
    }
}
