//! What somebody is told of within the product: alarms that they see, of the severities that they want.

use super::alarms;
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::PersonId;
use model::notice::{COUNTED_MAX, Notice, NoticeSettings, SHOWN_MAX, SPAN_MS};
use model::rule::Severity;
use sea_orm::{QueryResult, Value};

/// The notices of a person.
pub struct NoticeBoard<'a>(pub(crate) &'a WorkspaceTx, pub(crate) PersonId);

/// Read are those that were raised until `$4`, and those that were marked.
const READ: &str =
    "(a.raised_ms <= $4 OR EXISTS (SELECT FROM notice_reads n WHERE n.workspace_id = a.workspace_id
    AND n.person_id = $2 AND n.alarm_id = a.id))";

impl NoticeBoard<'_> {
    /// What they want to be told of, and until when they have read all, in milliseconds since 1970.
    ///
    /// # Errors
    /// The database's.
    pub async fn settings(&self) -> Result<(NoticeSettings, i64)> {
        let text = "SELECT at_least, quiet_from, quiet_to, read_ms FROM notice_settings
                    WHERE workspace_id = $1 AND person_id = $2";
        let Some(row) = sql::one(&self.0.tx, text, self.key()).await? else {
            return Ok((NoticeSettings::default(), 0));
        };
        let (at_least, from, to): (Option<String>, Option<i32>, Option<i32>) =
            (row.try_get("", "at_least")?, row.try_get("", "quiet_from")?, row.try_get("", "quiet_to")?);
        let minute = |of: Option<i32>| of.and_then(|of| u16::try_from(of).ok());
        let settings = NoticeSettings {
            at_least: at_least.as_deref().and_then(Severity::from_word),
            quiet: minute(from).zip(minute(to)),
        };
        Ok((settings, row.try_get("", "read_ms")?))
    }

    /// Keeps what they want to be told of. Of somebody who doesn't belong here nothing is kept.
    ///
    /// # Errors
    /// The database's.
    pub async fn set(&self, settings: &NoticeSettings) -> Result<()> {
        let text = "INSERT INTO notice_settings (workspace_id, person_id, at_least, quiet_from, quiet_to)
                    SELECT workspace_id, person_id, $3, $4, $5 FROM memberships WHERE workspace_id = $1 AND person_id = $2
                    ON CONFLICT (workspace_id, person_id) DO UPDATE SET at_least = excluded.at_least,
                        quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to";
        let [workspace, person] = self.key();
        let (from, to) = settings.quiet.unzip();
        let values: [Value; 5] = [
            workspace,
            person,
            settings.at_least.map(Severity::as_str).into(),
            from.map(i32::from).into(),
            to.map(i32::from).into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// The newest.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, settings: &NoticeSettings, read_ms: i64, now_ms: i64) -> Result<Vec<Notice>> {
        let text = format!(
            "SELECT {}, {READ} AS is_read {} AND a.severity = ANY ($3) AND a.raised_ms > $5
             ORDER BY a.raised_ms DESC, a.id DESC LIMIT {SHOWN_MAX}",
            alarms::COLUMNS,
            alarms::FROM
        );
        let rows = sql::all(&self.0.tx, &text, self.values(settings, read_ms, now_ms)).await?;
        let notice =
            |row: &QueryResult| Ok(Notice { alarm: alarms::noun(row)?, read: row.try_get("", "is_read")? });
        rows.iter().map(notice).collect()
    }

    /// How many are unread, up to a hundred.
    ///
    /// # Errors
    /// The database's.
    pub async fn unread(&self, settings: &NoticeSettings, read_ms: i64, now_ms: i64) -> Result<i64> {
        let text = format!(
            "SELECT count(*) FROM (SELECT 1 FROM alarms a WHERE a.workspace_id = $1 AND a.severity = ANY ($3)
             AND a.raised_ms > $5 AND NOT {READ} LIMIT {COUNTED_MAX}) AS counted"
        );
        sql::scalar(&self.0.tx, &text, self.values(settings, read_ms, now_ms)).await
    }

    /// They have read one.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(&self, alarm: i64) -> Result<()> {
        let text = "INSERT INTO notice_reads (workspace_id, person_id, alarm_id)
                    SELECT m.workspace_id, m.person_id, a.id FROM memberships m
                    JOIN alarms a ON a.workspace_id = m.workspace_id AND a.id = $3
                    WHERE m.workspace_id = $1 AND m.person_id = $2 ON CONFLICT DO NOTHING";
        let [workspace, person] = self.key();
        sql::execute(&self.0.tx, text, [workspace, person, alarm.into()]).await?;
        Ok(())
    }

    /// They have read all that was raised until then.
    ///
    /// # Errors
    /// The database's.
    pub async fn read_all(&self, until_ms: i64) -> Result<()> {
        let (settings, _) = self.settings().await?;
        self.set(&settings).await?;
        let text = "UPDATE notice_settings SET read_ms = greatest(read_ms, $3) WHERE workspace_id = $1 AND person_id = $2";
        let [workspace, person] = self.key();
        sql::execute(&self.0.tx, text, [workspace.clone(), person.clone(), until_ms.into()]).await?;
        let text = "DELETE FROM notice_reads WHERE workspace_id = $1 AND person_id = $2";
        sql::execute(&self.0.tx, text, [workspace, person]).await?;
        Ok(())
    }

    fn key(&self) -> [Value; 2] {
        [self.0.workspace.0.into(), self.1.0.into()]
    }

    fn values(&self, settings: &NoticeSettings, read_ms: i64, now_ms: i64) -> [Value; 5] {
        let [workspace, person] = self.key();
        let severities: Vec<String> =
            settings.severities().into_iter().map(|severity| severity.as_str().to_owned()).collect();
        [workspace, person, severities.into(), read_ms.into(), (now_ms - SPAN_MS).into()]
    }
}
