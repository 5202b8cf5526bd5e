//! How devices prove who they are, by which group they have come, and who waits to be approved.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::certificate::{Place, Thumbprint};
use model::enrolment::{AttestedCertificate, ConnectionSettings};
use model::limits::Limit;
use sea_orm::{QueryResult, Value};
use time::OffsetDateTime;

/// The enrolments that a scope sees.
pub struct DeviceEnrolments<'a>(pub(crate) &'a WorkspaceTx);

/// Which enrolment of its own a device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Two keys.
    SymmetricKey,
    /// Certificates alone.
    X509,
}

impl Own {
    fn as_str(self) -> &'static str {
        match self {
            Own::SymmetricKey => "symmetric-key",
            Own::X509 => "x509",
        }
    }

    /// Reads the word that the database keeps.
    pub(crate) fn from_word(word: Option<String>) -> Result<Option<Own>> {
        match word.as_deref() {
            None => Ok(None),
            Some("symmetric-key") => Ok(Some(Own::SymmetricKey)),
            Some("x509") => Ok(Some(Own::X509)),
            Some(other) => Err(Error::Unreadable(format!("the attestation “{other}” of a device"))),
        }
    }
}

/// A device as provisioning must know it.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Its key in the database.
    pub device: DeviceId,
    /// Whether it is shut out.
    pub blocked: bool,
    /// Whether it may connect.
    pub approved: bool,
    /// An enrolment of its own.
    pub own: Option<Own>,
    /// Its sealed key.
    pub key_encrypted: Vec<u8>,
    /// Its other sealed key.
    pub secondary_key_encrypted: Option<Vec<u8>>,
    /// The number of the group by which it has come.
    pub group: Option<i32>,
    /// Whether it has a template.
    pub has_template: bool,
    /// When it first enrolled, in milliseconds since 1970.
    pub registered_ms: Option<i64>,
    /// When it last did.
    pub updated_ms: Option<i64>,
}

/// What a device that may connect can prove itself with.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it connects with.
    pub external_id: String,
    /// Its key in the database.
    pub device: DeviceId,
    /// An enrolment of its own.
    pub own: Option<Own>,
    /// Its sealed key.
    pub key_encrypted: Vec<u8>,
    /// Its other sealed key.
    pub secondary_key_encrypted: Option<Vec<u8>>,
    /// The number of the group by which it has come.
    pub group: Option<i32>,
    /// Thumbprints of its certificates, SHA-256.
    pub certificates: Vec<[u8; 32]>,
}

impl DeviceEnrolments<'_> {
    /// Those of these external ids that may connect.
    ///
    /// # Errors
    /// The database's.
    pub async fn standing(&self, external_ids: Vec<String>) -> Result<Vec<Standing>> {
        let text =
            "SELECT external_id, id, attestation, key_encrypted, secondary_key_encrypted, enrolment_group,
                (SELECT string_agg(c.thumbprint, ''::bytea ORDER BY c.place) FROM device_certificates c
                 WHERE c.workspace_id = d.workspace_id AND c.device_id = d.id) AS thumbprints
            FROM devices d
            WHERE workspace_id = $1 AND external_id = ANY ($2) AND approved AND NOT blocked";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), external_ids.into()]).await?;
        rows.iter()
            .map(|row| {
                let thumbprints: Option<Vec<u8>> = row.try_get("", "thumbprints")?;
                let thumbprints = thumbprints.unwrap_or_default();
                let (certificates, _) = thumbprints.as_chunks::<32>();
                Ok(Standing {
                    external_id: row.try_get("", "external_id")?,
                    device: DeviceId(row.try_get("", "id")?),
                    own: Own::from_word(row.try_get("", "attestation")?)?,
                    key_encrypted: row.try_get("", "key_encrypted")?,
                    secondary_key_encrypted: row.try_get("", "secondary_key_encrypted")?,
                    group: row.try_get("", "enrolment_group")?,
                    certificates: certificates.to_vec(),
                })
            })
            .collect()
    }

    /// The one of this external id; it stays as it is until the scope ends. Nothing where there is no such device.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, external_id: &str) -> Result<Option<Enrolment>> {
        let text = "SELECT id, blocked, approved, attestation, key_encrypted, secondary_key_encrypted, enrolment_group,
                template_id IS NOT NULL AS has_template, registered_at, registration_updated_at
            FROM devices WHERE workspace_id = $1 AND external_id = $2 FOR NO KEY UPDATE";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), external_id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Notes that it has enrolled, by this group or by what is its own.
    ///
    /// # Errors
    /// The database's.
    pub async fn registered(&self, device: DeviceId, group: Option<i32>, now_ms: i64) -> Result<()> {
        let text = "UPDATE devices SET enrolment_group = coalesce($3, enrolment_group), registration_updated_at = $4,
                registered_at = coalesce(registered_at, $4)
            WHERE workspace_id = $1 AND id = $2";
        let [workspace, device] = self.key(device);
        sql::execute(&self.0.tx, text, [workspace, device, group.into(), sql::at(now_ms).into()]).await?;
        Ok(())
    }

    /// Lets one connect, or lets it wait; tells whether that changed anything.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_approved(&self, device: DeviceId, approved: bool) -> Result<bool> {
        let text = "UPDATE devices SET approved = $3 WHERE workspace_id = $1 AND id = $2 AND approved <> $3";
        let [workspace, device] = self.key(device);
        Ok(sql::execute(&self.0.tx, text, [workspace, device, approved.into()]).await? > 0)
    }

    /// Sets or takes away the enrolment of its own, with its keys.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_own(
        &self,
        device: DeviceId,
        own: Option<Own>,
        primary: Vec<u8>,
        secondary: Option<Vec<u8>>,
    ) -> Result<()> {
        let text = "UPDATE devices SET attestation = $3, key_encrypted = $4, secondary_key_encrypted = $5
            WHERE workspace_id = $1 AND id = $2";
        let [workspace, device] = self.key(device);
        let own = own.map(|own| own.as_str().to_owned());
        let values = [workspace, device, own.into(), primary.into(), secondary.into()];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// The certificates of one, the primary one first.
    ///
    /// # Errors
    /// The database's.
    pub async fn certificates(&self, device: DeviceId) -> Result<Vec<AttestedCertificate>> {
        let text = "SELECT place, thumbprint, sha1 FROM device_certificates
            WHERE workspace_id = $1 AND device_id = $2 ORDER BY place LIMIT 2";
        let rows = sql::all(&self.0.tx, text, self.key(device)).await?;
        let unreadable = |what: &str| Error::Unreadable(format!("the {what} of a certificate"));
        rows.iter()
            .map(|row| {
                let word: String = row.try_get("", "place")?;
                let bytes: Vec<u8> = row.try_get("", "thumbprint")?;
                let bytes = bytes.try_into().map_err(|_| unreadable("thumbprint"))?;
                let sha1: Option<Vec<u8>> = row.try_get("", "sha1")?;
                Ok(AttestedCertificate {
                    place: Place::from_word(&word).ok_or_else(|| unreadable("place"))?,
                    thumbprint: Thumbprint(bytes).to_string(),
                    sha1: sha1.as_deref().map(super::enrolment_groups::hexadecimal),
                })
            })
            .collect()
    }

    /// How devices come to this workspace; nothing where it is gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn settings(&self) -> Result<Option<ConnectionSettings>> {
        let text = "SELECT scope, auto_approve,
                (SELECT count(*) FROM devices d WHERE d.workspace_id = w.id AND NOT d.approved AND NOT d.blocked)
                    AS waiting
            FROM workspaces w WHERE id = $1";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into()]).await?;
        row.map(|row| {
            Ok(ConnectionSettings {
                scope: row.try_get("", "scope")?,
                auto_approve: row.try_get("", "auto_approve")?,
                waiting: row.try_get("", "waiting")?,
            })
        })
        .transpose()
    }

    /// Says whether devices that enrol by a group may connect at once.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_auto_approve(&self, auto_approve: bool) -> Result<()> {
        let text = "UPDATE workspaces SET auto_approve = $2 WHERE id = $1";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), auto_approve.into()]).await?;
        Ok(())
    }

    /// Whether there are as many devices as may be. Who asks in this scope asks alone: of two that come at once, the
    /// later one is counted with the first.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_full(&self) -> Result<bool> {
        let allowances = self.0.allowances();
        let Some(limit) = allowances.limit(Limit::Devices).await? else { return Ok(false) };
        allowances.alone().await?;
        Ok(allowances.taken(Limit::Devices).await?.is_some_and(|devices| devices >= limit))
    }

    fn key(&self, device: DeviceId) -> [Value; 2] {
        [self.0.workspace.0.into(), device.0.into()]
    }
}

fn noun(row: &QueryResult) -> Result<Enrolment> {
    let at = |column: &str| row.try_get::<Option<OffsetDateTime>>("", column);
    Ok(Enrolment {
        device: DeviceId(row.try_get("", "id")?),
        blocked: row.try_get("", "blocked")?,
        approved: row.try_get("", "approved")?,
        own: Own::from_word(row.try_get("", "attestation")?)?,
        key_encrypted: row.try_get("", "key_encrypted")?,
        secondary_key_encrypted: row.try_get("", "secondary_key_encrypted")?,
        group: row.try_get("", "enrolment_group")?,
        has_template: row.try_get("", "has_template")?,
        registered_ms: at("registered_at")?.map(sql::millis),
        updated_ms: at("registration_updated_at")?.map(sql::millis),
    })
}
