//! Browsers that people have asked to be woken.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::PersonId;
use model::notice::{NoticeSettings, Subscription};
use model::rule::Severity;
use sea_orm::{QueryResult, Value};

/// Browsers that are woken at once at most.
const WOKEN_MAX: i64 = 1000;

/// The browsers that a scope sees.
pub struct PushSubscriptions<'a>(pub(crate) &'a WorkspaceTx);

/// A browser that may be woken, and what its person sees and wants.
#[derive(Clone, Debug)]
pub struct PushTarget {
    /// Its number in the workspace.
    pub id: i64,
    /// Where it is, and its keys.
    pub subscription: Subscription,
    /// What its person wants to be told of.
    pub settings: NoticeSettings,
    /// Their time zone.
    pub time_zone: String,
    /// Which of the devices they see.
    pub devices: Vec<String>,
}

impl PushSubscriptions<'_> {
    /// How many a person has.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self, person: PersonId) -> Result<i64> {
        let text = "SELECT count(*) FROM push_subscriptions WHERE workspace_id = $1 AND person_id = $2";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into(), person.0.into()]).await
    }

    /// Keeps one of somebody who belongs here; one that comes again has new keys.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, person: PersonId, subscription: &Subscription) -> Result<()> {
        let text = "INSERT INTO push_subscriptions (workspace_id, person_id, endpoint, p256dh, auth)
                    SELECT workspace_id, person_id, $3, $4, $5 FROM memberships WHERE workspace_id = $1 AND person_id = $2
                    ON CONFLICT (workspace_id, person_id, endpoint)
                    DO UPDATE SET p256dh = excluded.p256dh, auth = excluded.auth";
        let values: [Value; 5] = [
            self.0.workspace.0.into(),
            person.0.into(),
            subscription.endpoint.as_str().into(),
            subscription.p256dh.as_str().into(),
            subscription.auth.as_str().into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// Forgets one of a person; tells whether there was such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_of(&self, person: PersonId, endpoint: &str) -> Result<bool> {
        let text =
            "DELETE FROM push_subscriptions WHERE workspace_id = $1 AND person_id = $2 AND endpoint = $3";
        let values = [self.0.workspace.0.into(), person.0.into(), endpoint.replace('\0', "").into()];
        Ok(sql::execute(&self.0.tx, text, values).await? > 0)
    }

    /// Forgets those that are no more.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, ids: &[i64]) -> Result<()> {
        let text = "DELETE FROM push_subscriptions WHERE workspace_id = $1 AND id = ANY ($2)";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), ids.to_vec().into()]).await?;
        Ok(())
    }

    /// The browsers of those who see any of these devices.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_devices(&self, devices: &[String]) -> Result<Vec<PushTarget>> {
        let text = "WITH RECURSIVE above AS (
                SELECT d.external_id, o.id, o.parent_id FROM devices d
                JOIN organizations o ON o.workspace_id = d.workspace_id AND o.id = d.organization_id
                WHERE d.workspace_id = $1 AND d.external_id = ANY ($2)
                UNION ALL
                SELECT a.external_id, o.id, o.parent_id FROM above a
                JOIN organizations o ON o.workspace_id = $1 AND o.id = a.parent_id)
            SELECT s.id, s.endpoint, s.p256dh, s.auth, p.time_zone, n.person_id IS NOT NULL AS has_settings, n.at_least,
                n.quiet_from, n.quiet_to, array_agg(DISTINCT a.external_id) AS devices
            FROM push_subscriptions s
            JOIN memberships m ON m.workspace_id = s.workspace_id AND m.person_id = s.person_id
            JOIN people p ON p.id = s.person_id
            JOIN above a ON a.id = m.organization_id
            LEFT JOIN notice_settings n ON n.workspace_id = s.workspace_id AND n.person_id = s.person_id
            WHERE s.workspace_id = $1
            GROUP BY s.id, s.endpoint, s.p256dh, s.auth, p.time_zone, n.person_id, n.at_least, n.quiet_from, n.quiet_to
            ORDER BY s.id LIMIT $3";
        let values: [Value; 3] = [self.0.workspace.0.into(), devices.to_vec().into(), WOKEN_MAX.into()];
        sql::all(&self.0.tx, text, values).await?.iter().map(target).collect()
    }
}

fn target(row: &QueryResult) -> Result<PushTarget> {
    let (at_least, from, to): (Option<String>, Option<i32>, Option<i32>) =
        (row.try_get("", "at_least")?, row.try_get("", "quiet_from")?, row.try_get("", "quiet_to")?);
    let minute = |of: Option<i32>| of.and_then(|of| u16::try_from(of).ok());
    let settings = match row.try_get::<bool>("", "has_settings")? {
        true => NoticeSettings {
            at_least: at_least.as_deref().and_then(Severity::from_word),
            quiet: minute(from).zip(minute(to)),
        },
        false => NoticeSettings::default(),
    };
    Ok(PushTarget {
        id: row.try_get("", "id")?,
        subscription: Subscription {
            endpoint: row.try_get("", "endpoint")?,
            p256dh: row.try_get("", "p256dh")?,
            auth: row.try_get("", "auth")?,
        },
        settings,
        time_zone: row.try_get("", "time_zone")?,
        devices: row.try_get("", "devices")?,
    })
}
