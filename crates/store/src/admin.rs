//! What the operator's own account does once, before any role signs in: the roles themselves, and databases.
//!
//! Roles belong to the whole server, so several processes may be at them at once; what fails for that reason is
//! tried again.

use crate::error::{Error, Result};
use crate::keys::MasterKey;
use crate::sql;
use crate::urls::{Role, Urls, with_database};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, TransactionTrait,
};
use std::time::Duration;

/// The role that owns the narrow look-up functions. Nobody signs in as it.
const LOOKUP: &str = "homeport_lookup";
/// How often a step is tried that another process got in the way of.
const TRIES: u32 = 20;

/// Makes the roles, sets their passwords from the key, and gives the schema to the migrator. May be repeated.
///
/// # Errors
/// The database can't be reached, the account may not create roles, or a role is mightier than it must be.
pub async fn prepare_roles(urls: &Urls, key: &MasterKey) -> Result<()> {
    let db = connect(&urls.admin).await?;
    let mut outcome = Ok(());
    for attempt in 1..=TRIES {
        outcome = prepare(&db, key).await;
        match &outcome {
            Err(e) if in_the_way(e) => {
                tokio::time::sleep(Duration::from_millis(10 * u64::from(attempt))).await
            }
            _ => break,
        }
    }
    db.close().await?;
    outcome
}

/// Creates a database on the server of this address, as a copy of `template` where one is given, and tells its address.
///
/// # Errors
/// The database's; a taken name has the code `42P04`.
pub async fn create_database(admin_url: &str, name: &str, template: Option<&str>) -> Result<String> {
    let db = connect(admin_url).await?;
    let template = template.map(|t| format!(" TEMPLATE {}", quoted(t))).unwrap_or_default();
    let made = db.execute_unprepared(&format!("CREATE DATABASE {}{template}", quoted(name))).await;
    db.close().await?;
    made?;
    with_database(admin_url, name)
}

/// Drops a database, ending who is connected to it. None of that name is well too.
///
/// # Errors
/// The database's.
pub async fn drop_database(admin_url: &str, name: &str) -> Result<()> {
    let db = connect(admin_url).await?;
    let gone = db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name))).await;
    db.close().await?;
    gone?;
    Ok(())
}

/// Renames a database to which nobody is connected.
///
/// # Errors
/// The database's; a taken name has the code `42P04`.
pub async fn rename_database(admin_url: &str, name: &str, new_name: &str) -> Result<()> {
    let db = connect(admin_url).await?;
    let done = db
        .execute_unprepared(&format!("ALTER DATABASE {} RENAME TO {}", quoted(name), quoted(new_name)))
        .await;
    db.close().await?;
    done?;
    Ok(())
}

/// The names of the databases that begin so.
///
/// # Errors
/// The database's.
pub async fn databases(admin_url: &str, prefix: &str) -> Result<Vec<String>> {
    let db = connect(admin_url).await?;
    let rows =
        sql::all(&db, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [prefix.into()])
            .await?;
    db.close().await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// The address of another database of the same server.
///
/// # Errors
/// [`Error::Url`] where the address isn't one.
pub fn database_url(admin_url: &str, name: &str) -> Result<String> {
    with_database(admin_url, name)
}

async fn connect(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).set_application_name("homeport admin");
    Ok(Database::connect(options).await?)
}

async fn prepare(db: &DatabaseConnection, key: &MasterKey) -> Result<()> {
    let tx = db.begin().await?;
    for role in Role::ALL {
        // Being a member of other roles must not show the migrator what their policies show.
        let inherit = if role == Role::Migrator { "NOINHERIT" } else { "INHERIT" };
        let login = format!("LOGIN {inherit} PASSWORD '{}'", key.role_password(role.name()));
        ensure_role(&tx, role.name(), &login).await?;
    }
    ensure_role(&tx, LOOKUP, "NOLOGIN").await?;
    let database: String = sql::scalar(&tx, "SELECT current_database()", []).await?;
    let database = quoted(&database);
    let roles = Role::ALL.map(Role::name).join(", ");
    let [migrator, app, ingest, worker, console] = Role::ALL.map(Role::name);
    let superuser: bool =
        sql::scalar(&tx, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", []).await?;
    if !superuser {
        // Without it the account could not hand over the schema.
        tx.execute_unprepared(&format!("GRANT {migrator} TO CURRENT_USER")).await?;
    }
    tx.execute_unprepared(&format!(
        "GRANT {worker}, {console}, {LOOKUP} TO {migrator};
         GRANT CONNECT ON DATABASE {database} TO {roles};
         GRANT CREATE ON DATABASE {database} TO {migrator};
         ALTER SCHEMA public OWNER TO {migrator};
         REVOKE ALL ON SCHEMA public FROM PUBLIC;
         GRANT USAGE ON SCHEMA public TO {app}, {ingest}, {worker}, {console}, {LOOKUP};
         GRANT CREATE ON SCHEMA public TO {worker};"
    ))
    .await?;
    Ok(tx.commit().await?)
}

/// Makes the role, or sets these attributes of it, and refuses to go on with one that the policies don't bind.
async fn ensure_role(tx: &DatabaseTransaction, name: &str, attributes: &str) -> Result<()> {
    let found =
        sql::one(tx, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = $1", [name.into()])
            .await?;
    let verb = match found {
        None => "CREATE",
        Some(row) if row.try_get_by_index::<bool>(0)? => return Err(Error::TooMighty(name.into())),
        Some(_) => "ALTER",
    };
    tx.execute_unprepared(&format!("{verb} ROLE {name} {attributes}")).await?;
    Ok(())
}

/// Whether another process did the same at the same time: a tuple updated at once, a role made at once.
fn in_the_way(error: &Error) -> bool {
    matches!(error.code().as_deref(), Some("XX000" | "23505" | "42710" | "40P01"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
