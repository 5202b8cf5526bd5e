//! Where exported data is written outside: a bucket of S3 or a container of Azure Blob storage, and a table of another Postgres.
//! Addresses have been looked at by the caller.

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::{HttpClient, HttpConnector};
use object_store::path::Path as Key;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// How long connecting may take, and each statement.
const PATIENCE: Duration = Duration::from_secs(20);
/// Rows of one statement.
const ROWS: usize = 1_000;

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The storage fails, or says no.
    #[error("the storage says: {0}")]
    Storage(#[from] object_store::Error),
    /// The database fails, or says no.
    #[error("the database says: {0}")]
    Database(#[from] sqlx::Error),
    /// Nothing answers.
    #[error("nothing answers in time")]
    Patience(#[from] tokio::time::error::Elapsed),
}

/// A storage of objects.
pub struct Lake(Box<dyn ObjectStore>);

/// Makes requests by this client alone.
#[derive(Debug)]
struct By(reqwest::Client);

impl HttpConnector for By {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// A caller that tries again by itself needs no more than that.
fn once() -> RetryConfig {
    RetryConfig { max_retries: 1, retry_timeout: PATIENCE, ..RetryConfig::default() }
}

impl Lake {
    /// A bucket of S3; without an endpoint Amazon's.
    ///
    /// # Errors
    /// What is said of it makes no address.
    pub fn s3(
        (bucket, region, endpoint): (&str, &str, &str),
        (id, secret): (&str, &str),
        client: &reqwest::Client,
    ) -> Result<Lake, OutboundError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(region)
            .with_access_key_id(id)
            .with_secret_access_key(secret)
            .with_retry(once())
            .with_http_connector(By(client.clone()));
        if !endpoint.is_empty() {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        Ok(Lake(Box::new(builder.build()?)))
    }

    /// A container of Azure Blob storage; without an endpoint the account's own.
    ///
    /// # Errors
    /// What is said of it makes no address.
    pub fn azure(
        (account, container, endpoint): (&str, &str, &str),
        key: &str,
        client: &reqwest::Client,
    ) -> Result<Lake, OutboundError> {
        let mut builder = MicrosoftAzureBuilder::new()
            .with_account(account)
            .with_container_name(container)
            .with_access_key(key)
            .with_retry(once())
            .with_http_connector(By(client.clone()));
        if !endpoint.is_empty() {
            let plain = endpoint.starts_with("http://");
            builder = builder.with_endpoint(endpoint.to_owned()).with_allow_http(plain);
        }
        Ok(Lake(Box::new(builder.build()?)))
    }

    /// Puts an object there, whole or not at all; what was there under the name is replaced.
    ///
    /// # Errors
    /// See [`OutboundError`].
    pub async fn put(&self, name: &str, body: Vec<u8>) -> Result<(), OutboundError> {
        self.0.put(&Key::from(name), body.into()).await?;
        Ok(())
    }
}

/// A row of a table of exported data.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its key.
    pub key: String,
    /// When it came or happened, milliseconds since 1970.
    pub at_ms: i64,
    /// The device.
    pub device: String,
    /// The message, as JSON.
    pub message: String,
}

/// A table of another Postgres.
pub struct Table {
    /// Where its server is.
    pub address: SocketAddr,
    /// The database.
    pub database: String,
    /// The user.
    pub username: String,
    /// The password; empty: none.
    pub password: String,
    /// Its name, of small letters, digits and underscores, with its schema where it has one.
    pub name: String,
    /// Whether it must be spoken to under TLS.
    pub encrypted: bool,
}

impl Table {
    /// Makes the table where there is none, and writes rows of one source: each key is there once.
    ///
    /// # Errors
    /// See [`OutboundError`].
    pub async fn write(&self, source: &str, rows: &[Row]) -> Result<(), OutboundError> {
        let mode = if self.encrypted { PgSslMode::Require } else { PgSslMode::Prefer };
        let options = PgConnectOptions::new_without_pgpass()
            .host(&self.address.ip().to_string())
            .port(self.address.port())
            .database(&self.database)
            .username(&self.username)
            .password(&self.password)
            .ssl_mode(mode)
            .application_name("homeport data export")
            .options([("statement_timeout", "20s"), ("lock_timeout", "10s")])
            .disable_statement_logging();
        let mut connection = tokio::time::timeout(PATIENCE, options.connect()).await??;
        let written = self.write_all(&mut connection, source, rows).await;
        let _ = tokio::time::timeout(PATIENCE, connection.close()).await;
        written
    }

    async fn write_all(
        &self,
        connection: &mut PgConnection,
        source: &str,
        rows: &[Row],
    ) -> Result<(), OutboundError> {
        // Of one key the last counts: a statement changes a row once.
        let rows: BTreeMap<&str, &Row> = rows.iter().map(|row| (row.key.as_str(), row)).collect();
        let rows: Vec<&Row> = rows.into_values().collect();
        let name = &self.name;
        let there: Option<String> = tokio::time::timeout(
            PATIENCE,
            sqlx::query_scalar("SELECT to_regclass($1)::text").bind(name).fetch_one(&mut *connection),
        )
        .await??;
        if there.is_none() {
            let make = format!(
                "CREATE TABLE IF NOT EXISTS {name} (key text PRIMARY KEY, at timestamptz NOT NULL, source text NOT NULL,
                     device_id text NOT NULL, message jsonb NOT NULL)"
            );
            tokio::time::timeout(PATIENCE, sqlx::query(AssertSqlSafe(make)).execute(&mut *connection))
                .await??;
        }
        for part in rows.chunks(ROWS) {
            let texts = |of: fn(&Row) -> &String| part.iter().map(|row| of(row).clone()).collect::<Vec<_>>();
            let insert = format!(
                "INSERT INTO {name} (key, at, source, device_id, message)
                 SELECT r.key, to_timestamp(r.at / 1000.0), $2, r.device, r.message::jsonb
                 FROM unnest($1::text[], $3::int8[], $4::text[], $5::text[]) AS r (key, at, device, message)
                 ON CONFLICT (key) DO UPDATE SET message = excluded.message"
            );
            let query = sqlx::query(AssertSqlSafe(insert))
                .bind(texts(|row| &row.key))
                .bind(source)
                .bind(part.iter().map(|row| row.at_ms).collect::<Vec<_>>())
                .bind(texts(|row| &row.device))
                .bind(texts(|row| &row.message));
            tokio::time::timeout(PATIENCE, query.execute(&mut *connection)).await??;
        }
        Ok(())
    }
}
