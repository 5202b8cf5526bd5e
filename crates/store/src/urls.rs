//! The addresses by which each role reaches the one database.
//!
//! Every part of the server signs in as the least that it needs. The passwords follow from the master key, so that
//! nothing has to be kept beside it.

use crate::error::{Error, Result};
use crate::keys::MasterKey;

/// A role of Postgres that the server signs in as. None is a superuser, none passes row-level security.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Owns the schema; used by migrations only.
    Migrator,
    /// The application, under the policies.
    App,
    /// Writes telemetry, and reads none.
    Ingest,
    /// Owns the telemetry tables: partitions, compaction, retention.
    Worker,
    /// The administration console: sees all workspaces, and nothing that they hold.
    Console,
}

impl Role {
    /// All roles that sign in.
    pub const ALL: [Role; 5] = [Role::Migrator, Role::App, Role::Ingest, Role::Worker, Role::Console];

    /// The role's name in Postgres.
    pub fn name(self) -> &'static str {
        match self {
            Role::Migrator => "homeport_migrator",
            Role::App => "homeport_app",
            Role::Ingest => "homeport_ingest",
            Role::Worker => "homeport_worker",
            Role::Console => "homeport_console",
        }
    }
}

/// The addresses of one database.
#[derive(Clone)]
pub struct Urls {
    /// The address that the operator gave: may create roles.
    pub admin: String,
    /// Addresses of the roles, in the order of [`Role::ALL`].
    roles: [String; 5],
}

impl Urls {
    /// The addresses that follow from the operator's, for the passwords that follow from the key.
    ///
    /// # Errors
    /// [`Error::Url`] where it isn't of the form `postgres://…`.
    pub fn new(admin_url: &str, key: &MasterKey) -> Result<Urls> {
        let mut roles = Vec::with_capacity(Role::ALL.len());
        for role in Role::ALL {
            roles.push(with_user(admin_url, role.name(), &key.role_password(role.name()))?);
        }
        let roles = roles.try_into().map_err(|_| Error::Url("roles".into()))?;
        Ok(Urls { admin: admin_url.to_owned(), roles })
    }

    /// The same host and database, for this role.
    pub fn role(&self, role: Role) -> &str {
        &self.roles[role as usize]
    }
}

/// Replaces who signs in. Names and passwords here are letters, digits and underscores: nothing to escape.
fn with_user(url: &str, user: &str, password: &str) -> Result<String> {
    let (scheme, rest) = url
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql"))
        .ok_or_else(|| Error::Url("it begins with postgres://".into()))?;
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, query)| (rest, query));
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let kept: Vec<&str> = query
        .split('&')
        .filter(|p| !p.is_empty() && !p.starts_with("user=") && !p.starts_with("password="))
        .collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    Ok(format!("{scheme}://{user}:{password}@{host}/{path}{mark}{}", kept.join("&")))
}

/// The same server, another database.
pub(crate) fn with_database(url: &str, database: &str) -> Result<String> {
    let (scheme, rest) =
        url.split_once("://").ok_or_else(|| Error::Url("it begins with postgres://".into()))?;
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    let query = query.map(|q| format!("?{q}")).unwrap_or_default();
    Ok(format!("{scheme}://{authority}/{database}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_replaced_and_nothing_else() {
        for (admin, expected) in [
            ("postgres://localhost/db", "postgres://u:p@localhost/db"),
            ("postgres://root:s3@h:5433/db?sslmode=require", "postgres://u:p@h:5433/db?sslmode=require"),
            ("postgresql://a:b%40c@h/db", "postgresql://u:p@h/db"),
            ("postgres:///db?host=/run/pg&user=x&password=y", "postgres://u:p@/db?host=/run/pg"),
            ("postgres://h", "postgres://u:p@h/"),
        ] {
            assert_eq!(with_user(admin, "u", "p").unwrap(), expected);
        }
        assert!(with_user("mysql://h/db", "u", "p").is_err());
        assert!(with_user("nonsense", "u", "p").is_err());
    }

    #[test]
    fn the_database_is_replaced_and_nothing_else() {
        assert_eq!(with_database("postgres://a:b@h:1/x?q=1", "y").unwrap(), "postgres://a:b@h:1/y?q=1");
        assert_eq!(with_database("postgres://h", "y").unwrap(), "postgres://h/y");
    }
}
