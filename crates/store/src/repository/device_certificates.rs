//! Certificates by which devices prove who they are.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::DeviceId;
use model::certificate::{DeviceCertificate, Place, Thumbprint};

/// The certificates that a scope sees.
pub struct DeviceCertificates<'a>(pub(crate) &'a WorkspaceTx);

/// What is kept of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCertificate {
    /// By what it is known.
    pub thumbprint: Thumbprint,
    /// Whom it names, where that is known.
    pub subject: Option<String>,
    /// When it runs out, in milliseconds since 1970, where that is known.
    pub not_after_ms: Option<i64>,
    /// SHA-1 of it, where the whole of it is known.
    pub sha1: Option<[u8; 20]>,
}

impl DeviceCertificates<'_> {
    /// Those of a device, the primary one first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, device: DeviceId) -> Result<Vec<DeviceCertificate>> {
        let rows = sql::all(
            &self.0.tx,
            "SELECT place, thumbprint, subject, not_after FROM device_certificates
             WHERE workspace_id = $1 AND device_id = $2 ORDER BY place LIMIT 2",
            [self.0.workspace.0.into(), device.0.into()],
        )
        .await?;
        let unreadable = |what: &str| Error::Unreadable(format!("the {what} of a certificate"));
        rows.iter()
            .map(|row| {
                let word: String = row.try_get("", "place")?;
                let bytes: Vec<u8> = row.try_get("", "thumbprint")?;
                let bytes = bytes.try_into().map_err(|_| unreadable("thumbprint"))?;
                let not_after: Option<time::OffsetDateTime> = row.try_get("", "not_after")?;
                Ok(DeviceCertificate {
                    place: Place::from_word(&word).ok_or_else(|| unreadable("place"))?,
                    thumbprint: Thumbprint(bytes).to_string(),
                    subject: row.try_get("", "subject")?,
                    not_after_ms: not_after.map(sql::millis),
                })
            })
            .collect()
    }

    /// Whether this is one of the device's.
    ///
    /// # Errors
    /// The database's.
    pub async fn has(&self, device: DeviceId, thumbprint: Thumbprint) -> Result<bool> {
        sql::scalar(
            &self.0.tx,
            "SELECT EXISTS (SELECT FROM device_certificates
                            WHERE workspace_id = $1 AND device_id = $2 AND thumbprint = $3)",
            [self.0.workspace.0.into(), device.0.into(), thumbprint.0.to_vec().into()],
        )
        .await
    }

    /// Puts one in its place, whatever was there. The same in the other place violates
    /// `device_certificates_thumbprint_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&self, device: DeviceId, place: Place, kept: &KeptCertificate) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "INSERT INTO device_certificates (workspace_id, device_id, place, thumbprint, subject, not_after, sha1)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (workspace_id, device_id, place) DO UPDATE SET thumbprint = excluded.thumbprint,
                 subject = excluded.subject, not_after = excluded.not_after, sha1 = excluded.sha1",
            [
                self.0.workspace.0.into(),
                device.0.into(),
                place.as_str().into(),
                kept.thumbprint.0.to_vec().into(),
                kept.subject.clone().into(),
                kept.not_after_ms.map(sql::at).into(),
                kept.sha1.map(|sha1| sha1.to_vec()).into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Takes one away; tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, device: DeviceId, place: Place) -> Result<bool> {
        let gone = sql::execute(
            &self.0.tx,
            "DELETE FROM device_certificates WHERE workspace_id = $1 AND device_id = $2 AND place = $3",
            [self.0.workspace.0.into(), device.0.into(), place.as_str().into()],
        )
        .await?;
        Ok(gone > 0)
    }
}
