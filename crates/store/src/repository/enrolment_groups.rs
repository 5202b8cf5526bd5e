//! Groups by which devices enrol, with their sealed keys and their authorities.

use super::device_list;
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::OrganizationId;
use model::certificate::{Place, Thumbprint};
use model::enrolment::{EnrolmentGroup, GROUPS_MAX, GroupCertificate, GroupKind, GroupPatch, NewGroup};
use sea_orm::{QueryResult, Value};
use std::collections::HashMap;

/// The groups that a scope sees.
pub struct EnrolmentGroups<'a>(pub(crate) &'a WorkspaceTx);

/// The sealed keys of a group, or of a device.
#[derive(Clone, Debug)]
pub struct SealedKeys {
    /// The first.
    pub primary: Vec<u8>,
    /// The other.
    pub secondary: Vec<u8>,
}

/// A group as whoever judges a proof must know it.
#[derive(Clone, Debug)]
pub struct KnownGroup {
    /// Its key in the database.
    pub number: i32,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether devices may come by it.
    pub enabled: bool,
    /// Where the devices that come by it belong, where that was asked.
    pub organization: Option<OrganizationId>,
    /// Its keys, where it has keys.
    pub keys: Option<SealedKeys>,
    /// Its authorities that count.
    pub authorities: Vec<Authority>,
}

/// A certificate whose key signs others.
#[derive(Clone, Debug)]
pub struct Authority {
    /// SHA-256 of it.
    pub thumbprint: Thumbprint,
    /// The whole of it.
    pub der: Vec<u8>,
}

/// An authority as it is put.
#[derive(Clone, Debug)]
pub struct NewAuthority {
    /// The whole certificate.
    pub der: Vec<u8>,
    /// SHA-256 of it.
    pub thumbprint: Thumbprint,
    /// SHA-1 of it.
    pub sha1: [u8; 20],
    /// Whom it names.
    pub subject: Option<String>,
    /// When it runs out, in milliseconds since 1970.
    pub not_after_ms: i64,
    /// Whether it counts at once.
    pub verified: bool,
}

const SELECT: &str = "
    SELECT g.number, g.id, g.name, g.kind, g.enabled, g.iot_edge, g.revision, g.created_at, o.id AS organization_id, o.key AS organization_key, o.name AS organization_name,
           (SELECT count(*) FROM devices d WHERE d.workspace_id = g.workspace_id AND d.enrolment_group = g.number)
               AS devices
    FROM enrolment_groups g
    JOIN organizations o ON o.workspace_id = g.workspace_id AND o.id = g.organization_id
    WHERE g.workspace_id = $1";

impl EnrolmentGroups<'_> {
    /// Whether this is the first time that anybody asks: then the usual group is to be made. Of two at once, one is told.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self) -> Result<bool> {
        let text = "UPDATE workspaces SET enrolment_ready = true WHERE id = $1 AND NOT enrolment_ready";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into()]).await? > 0)
    }

    /// All, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<EnrolmentGroup>> {
        let text = format!("{SELECT} ORDER BY g.name COLLATE by_name, g.number LIMIT {GROUPS_MAX}");
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into()]).await?;
        let mut certificates = self.certificates(None).await?;
        rows.iter().map(|row| noun(row, &mut certificates)).collect()
    }

    /// One; nothing where there is none in this workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &str) -> Result<Option<EnrolmentGroup>> {
        let row = sql::one(&self.0.tx, &format!("{SELECT} AND g.id = $2"), self.key(id)).await?;
        let Some(row) = row else { return Ok(None) };
        let mut certificates = self.certificates(Some(row.try_get("", "number")?)).await?;
        noun(&row, &mut certificates).map(Some)
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<i64> {
        let text = "SELECT count(*) FROM enrolment_groups WHERE workspace_id = $1";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }

    /// Makes one. A taken id violates `enrolment_groups_id_key`, a taken name `enrolment_groups_name_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        new: &NewGroup,
        organization: OrganizationId,
        keys: Option<SealedKeys>,
        now_ms: i64,
    ) -> Result<()> {
        let (primary, secondary) = keys.map(|keys| (keys.primary, keys.secondary)).unzip();
        sql::execute(
            &self.0.tx,
            "INSERT INTO enrolment_groups
                 (workspace_id, id, name, kind, enabled, iot_edge, primary_key, secondary_key, created_at,
                  organization_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                self.0.workspace.0.into(),
                new.id.as_str().into(),
                new.name.as_str().into(),
                new.kind.as_str().into(),
                new.enabled.into(),
                new.iot_edge.into(),
                primary.into(),
                secondary.into(),
                sql::at(now_ms).into(),
                organization.0.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Changes what is named; tells whether there is such a group.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: &str, patch: &GroupPatch) -> Result<bool> {
        let [workspace, id] = self.key(id);
        let text = "UPDATE enrolment_groups SET name = coalesce($3, name), enabled = coalesce($4, enabled),
                iot_edge = coalesce($5, iot_edge), organization_id = coalesce($6, organization_id),
                revision = revision + 1
            WHERE workspace_id = $1 AND id = $2";
        let organization = patch.organization.map(|organization| organization.0);
        let values = [
            workspace,
            id,
            patch.name.clone().into(),
            patch.enabled.into(),
            patch.iot_edge.into(),
            organization.into(),
        ];
        Ok(sql::execute(&self.0.tx, text, values).await? > 0)
    }

    /// The sealed keys; nothing where there is no such group, or it has none.
    ///
    /// # Errors
    /// The database's.
    pub async fn keys(&self, id: &str) -> Result<Option<SealedKeys>> {
        let text =
            "SELECT primary_key, secondary_key FROM enrolment_groups WHERE workspace_id = $1 AND id = $2";
        let row = sql::one(&self.0.tx, text, self.key(id)).await?;
        row.map_or(Ok(None), |row| sealed(&row))
    }

    /// Replaces both sealed keys of a group that has keys; tells whether there is such a group.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_keys(&self, id: &str, keys: SealedKeys) -> Result<bool> {
        let [workspace, id] = self.key(id);
        let text = "UPDATE enrolment_groups SET primary_key = $3, secondary_key = $4, revision = revision + 1
            WHERE workspace_id = $1 AND id = $2 AND primary_key IS NOT NULL";
        Ok(sql::execute(&self.0.tx, text, [workspace, id, keys.primary.into(), keys.secondary.into()])
            .await?
            > 0)
    }

    /// Deletes one; devices that have come by it stay. Tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let text = "DELETE FROM enrolment_groups WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, self.key(id)).await? > 0)
    }

    /// All groups as whoever judges a proof must know them, or the one of this id.
    ///
    /// # Errors
    /// The database's.
    pub async fn known(&self, id: Option<&str>) -> Result<Vec<KnownGroup>> {
        let text = format!(
            "SELECT number, id, name, enabled, primary_key, secondary_key, organization_id FROM enrolment_groups
             WHERE workspace_id = $1 AND ($2::text IS NULL OR id = $2) ORDER BY number LIMIT {GROUPS_MAX}"
        );
        let values = [Value::from(self.0.workspace.0), id.map(str::to_owned).into()];
        let rows = sql::all(&self.0.tx, &text, values.clone()).await?;
        let text = "SELECT c.group_number, c.thumbprint, c.der FROM enrolment_group_certificates c
            JOIN enrolment_groups g ON g.workspace_id = c.workspace_id AND g.number = c.group_number
            WHERE c.workspace_id = $1 AND ($2::text IS NULL OR g.id = $2) AND c.verified ORDER BY c.place";
        let mut authorities: HashMap<i32, Vec<Authority>> = HashMap::new();
        for row in sql::all(&self.0.tx, text, values).await? {
            let authority = Authority { thumbprint: thumbprint(&row)?, der: row.try_get("", "der")? };
            authorities.entry(row.try_get("", "group_number")?).or_default().push(authority);
        }
        rows.iter()
            .map(|row| {
                let number = row.try_get("", "number")?;
                Ok(KnownGroup {
                    number,
                    id: row.try_get("", "id")?,
                    name: row.try_get("", "name")?,
                    enabled: row.try_get("", "enabled")?,
                    organization: Some(OrganizationId(row.try_get("", "organization_id")?)),
                    keys: sealed(row)?,
                    authorities: authorities.remove(&number).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Puts an authority in its place, whatever was there. The same in the other place violates
    /// `enrolment_group_certificates_thumbprint_key`. Tells whether there is such a group.
    ///
    /// # Errors
    /// The database's.
    pub async fn put_authority(&self, id: &str, place: Place, new: &NewAuthority) -> Result<bool> {
        let [workspace, id] = self.key(id);
        let put = sql::execute(
            &self.0.tx,
            "INSERT INTO enrolment_group_certificates
                 (workspace_id, group_number, place, der, thumbprint, sha1, subject, not_after, verified)
             SELECT g.workspace_id, g.number, $3, $4, $5, $6, $7, $8, $9
             FROM enrolment_groups g WHERE g.workspace_id = $1 AND g.id = $2
             ON CONFLICT (workspace_id, group_number, place) DO UPDATE SET der = excluded.der,
                 thumbprint = excluded.thumbprint, sha1 = excluded.sha1, subject = excluded.subject,
                 not_after = excluded.not_after, verified = excluded.verified, code = NULL",
            [
                workspace,
                id.clone(),
                place.as_str().into(),
                new.der.clone().into(),
                new.thumbprint.0.to_vec().into(),
                new.sha1.to_vec().into(),
                new.subject.clone().into(),
                sql::at(new.not_after_ms).into(),
                new.verified.into(),
            ],
        )
        .await?;
        Ok(put > 0)
    }

    /// The whole certificate in this place, and the code that was given out for it.
    ///
    /// # Errors
    /// The database's.
    pub async fn authority(&self, id: &str, place: Place) -> Result<Option<(Vec<u8>, Option<String>)>> {
        let text = "SELECT c.der, c.code FROM enrolment_group_certificates c
            JOIN enrolment_groups g ON g.workspace_id = c.workspace_id AND g.number = c.group_number
            WHERE c.workspace_id = $1 AND g.id = $2 AND c.place = $3";
        let [workspace, id] = self.key(id);
        let row = sql::one(&self.0.tx, text, [workspace, id, place.as_str().into()]).await?;
        row.map(|row| Ok((row.try_get("", "der")?, row.try_get("", "code")?))).transpose()
    }

    /// Notes the code that is given out for the authority in this place, or (none) that its key was shown; tells
    /// whether there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_code(&self, id: &str, place: Place, code: Option<&str>) -> Result<bool> {
        let text = "UPDATE enrolment_group_certificates c SET code = $4, verified = c.verified OR $4 IS NULL
            FROM enrolment_groups g
            WHERE c.workspace_id = $1 AND g.workspace_id = c.workspace_id AND g.number = c.group_number
                AND g.id = $2 AND c.place = $3";
        let [workspace, id] = self.key(id);
        let code = code.map(str::to_owned);
        Ok(sql::execute(&self.0.tx, text, [workspace, id, place.as_str().into(), code.into()]).await? > 0)
    }

    /// Takes the authority in this place away; tells whether there was one.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_authority(&self, id: &str, place: Place) -> Result<bool> {
        let text = "DELETE FROM enrolment_group_certificates c USING enrolment_groups g
            WHERE c.workspace_id = $1 AND g.workspace_id = c.workspace_id AND g.number = c.group_number
                AND g.id = $2 AND c.place = $3";
        let [workspace, id] = self.key(id);
        Ok(sql::execute(&self.0.tx, text, [workspace, id, place.as_str().into()]).await? > 0)
    }

    async fn certificates(&self, number: Option<i32>) -> Result<HashMap<i32, Vec<GroupCertificate>>> {
        let text = "SELECT group_number, place, thumbprint, sha1, subject, not_after, verified, code
            FROM enrolment_group_certificates
            WHERE workspace_id = $1 AND ($2::int4 IS NULL OR group_number = $2) ORDER BY place";
        let rows = sql::all(&self.0.tx, text, [self.0.workspace.0.into(), number.into()]).await?;
        let mut found: HashMap<i32, Vec<GroupCertificate>> = HashMap::new();
        for row in rows {
            let word: String = row.try_get("", "place")?;
            let sha1: Vec<u8> = row.try_get("", "sha1")?;
            let not_after: Option<time::OffsetDateTime> = row.try_get("", "not_after")?;
            let certificate = GroupCertificate {
                place: Place::from_word(&word).ok_or_else(|| unreadable("place"))?,
                thumbprint: thumbprint(&row)?.to_string(),
                sha1: hexadecimal(&sha1),
                subject: row.try_get("", "subject")?,
                not_after_ms: not_after.map(sql::millis),
                verified: row.try_get("", "verified")?,
                code: row.try_get("", "code")?,
            };
            found.entry(row.try_get("", "group_number")?).or_default().push(certificate);
        }
        Ok(found)
    }

    fn key(&self, id: &str) -> [Value; 2] {
        [self.0.workspace.0.into(), id.into()]
    }
}

fn noun(row: &QueryResult, certificates: &mut HashMap<i32, Vec<GroupCertificate>>) -> Result<EnrolmentGroup> {
    let kind: String = row.try_get("", "kind")?;
    let created_at: time::OffsetDateTime = row.try_get("", "created_at")?;
    let number: i32 = row.try_get("", "number")?;
    Ok(EnrolmentGroup {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        kind: GroupKind::from_word(&kind).ok_or_else(|| unreadable("kind"))?,
        enabled: row.try_get("", "enabled")?,
        iot_edge: row.try_get("", "iot_edge")?,
        organization: device_list::organization(row)?,
        devices: row.try_get("", "devices")?,
        certificates: certificates.remove(&number).unwrap_or_default(),
        revision: row.try_get("", "revision")?,
        created_ms: sql::millis(created_at),
    })
}

fn sealed(row: &QueryResult) -> Result<Option<SealedKeys>> {
    let primary: Option<Vec<u8>> = row.try_get("", "primary_key")?;
    let secondary: Option<Vec<u8>> = row.try_get("", "secondary_key")?;
    Ok(primary.zip(secondary).map(|(primary, secondary)| SealedKeys { primary, secondary }))
}

fn thumbprint(row: &QueryResult) -> Result<Thumbprint> {
    let bytes: Vec<u8> = row.try_get("", "thumbprint")?;
    Ok(Thumbprint(bytes.try_into().map_err(|_| unreadable("thumbprint"))?))
}

fn unreadable(what: &str) -> Error {
    Error::Unreadable(format!("the {what} of an enrolment group"))
}

/// Upper-case digits without signs between them.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
