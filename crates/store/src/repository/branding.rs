//! How a workspace looks.

use crate::error::{Error, Result};
use crate::lookup::Lookup;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::branding::{Brand, Branding};
use sea_orm::QueryResult;

/// The looks of the workspace of a scope.
pub struct Brandings<'a>(pub(crate) &'a WorkspaceTx);

/// A host name that is a workspace's.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownHost {
    /// The workspace's slug.
    pub slug: String,
    /// How it looks.
    pub brand: Brand,
}

impl Brandings<'_> {
    /// As it is; Homeport's own look where nobody changed it.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self) -> Result<Branding> {
        let text = "SELECT name AS brand_name, colour AS brand_colour, links AS brand_links,
                        logo_hash AS brand_logo, host, host_confirmed
                    FROM branding WHERE workspace_id = $1";
        let Some(row) = sql::one(&self.0.tx, text, [self.0.workspace.0.into()]).await? else {
            return Ok(Branding::default());
        };
        Ok(Branding {
            brand: brand(&row)?,
            host: row.try_get("", "host")?,
            host_confirmed: row.try_get("", "host_confirmed")?,
        })
    }

    /// Sets name, colour, links and the host that it wants to be reached by; the logo stays. Another host is to be confirmed
    /// anew.
    ///
    /// # Errors
    /// The database's.
    pub async fn set(&self, brand: &Brand, host: &str) -> Result<()> {
        let links =
            serde_json::to_value(&brand.links).map_err(|error| Error::Unreadable(error.to_string()))?;
        sql::execute(
            &self.0.tx,
            "INSERT INTO branding (workspace_id, name, colour, links, host) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (workspace_id) DO UPDATE SET name = excluded.name, colour = excluded.colour,
                 links = excluded.links, host = excluded.host",
            [
                self.0.workspace.0.into(),
                brand.name.as_str().into(),
                brand.colour.as_str().into(),
                links.into(),
                host.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Sets the logo and what it is asked for by, or takes it away.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_logo(&self, logo: Option<(Vec<u8>, String)>) -> Result<()> {
        let (png, hash) = logo.unzip();
        sql::execute(
            &self.0.tx,
            "INSERT INTO branding (workspace_id, logo, logo_hash) VALUES ($1, $2, $3)
             ON CONFLICT (workspace_id) DO UPDATE SET logo = excluded.logo, logo_hash = excluded.logo_hash",
            [self.0.workspace.0.into(), png.into(), hash.into()],
        )
        .await?;
        Ok(())
    }
}

impl Lookup<'_> {
    /// The workspace whose confirmed host name this is.
    ///
    /// # Errors
    /// The database's.
    pub async fn host(&self, host: &str) -> Result<Option<KnownHost>> {
        let text = "SELECT slug, name AS brand_name, colour AS brand_colour, links AS brand_links,
                        logo_hash AS brand_logo FROM lookup_host($1)";
        let Some(row) = sql::one(self.0, text, [host.into()]).await? else { return Ok(None) };
        Ok(Some(KnownHost { slug: row.try_get("", "slug")?, brand: brand(&row)? }))
    }

    /// The logo that is asked for by this.
    ///
    /// # Errors
    /// The database's.
    pub async fn logo(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        sql::scalar(self.0, "SELECT lookup_logo($1)", [hash.into()]).await
    }
}

/// The look that a row tells, Homeport's where it tells none.
pub(crate) fn brand(row: &QueryResult) -> Result<Brand> {
    let links: Option<serde_json::Value> = row.try_get("", "brand_links")?;
    let links = links.map(serde_json::from_value).transpose();
    Ok(Brand {
        name: row.try_get::<Option<String>>("", "brand_name")?.unwrap_or_default(),
        colour: row.try_get::<Option<String>>("", "brand_colour")?.unwrap_or_default(),
        logo: row.try_get("", "brand_logo")?,
        links: links.map_err(|error| Error::Unreadable(error.to_string()))?.unwrap_or_default(),
    })
}
