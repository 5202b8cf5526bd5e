//! A statement with its values: the few words that every repository needs around hand-written SQL.

use crate::error::{Error, Result};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, TryGetable, Value};

/// A statement with bound values.
pub(crate) fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// Runs a statement and tells how many rows it touched.
pub(crate) async fn execute(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64> {
    Ok(db.execute_raw(statement(sql, values)).await?.rows_affected())
}

/// The first row, if there is one.
pub(crate) async fn one(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>> {
    Ok(db.query_one_raw(statement(sql, values)).await?)
}

/// All rows. The statement bounds them.
pub(crate) async fn all(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>> {
    Ok(db.query_all_raw(statement(sql, values)).await?)
}

/// The only value of the only row.
///
/// # Errors
/// [`Error::Unreadable`] where there is no row.
pub(crate) async fn scalar<T: TryGetable>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<T> {
    let row = one(db, sql, values).await?.ok_or_else(|| Error::Unreadable("a row was expected".into()))?;
    Ok(row.try_get_by_index(0)?)
}

/// Milliseconds since 1970 of a time that Postgres gave.
pub(crate) fn millis(at: time::OffsetDateTime) -> i64 {
    (at.unix_timestamp_nanos() / 1_000_000) as i64
}

/// The time of these milliseconds since 1970; what lies outside of what a calendar knows is 1970.
pub(crate) fn at(ms: i64) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}
