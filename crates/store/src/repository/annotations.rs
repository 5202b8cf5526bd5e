//! Notes on time, and what else charts tell of it.

use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::annotation::{Annotation, AnnotationDraft, MARKS_MAX, Mark, MarkKind};
use model::{DeviceId, OrganizationId, PersonId};
use sea_orm::{QueryResult, Value};

/// The notes that a scope sees.
pub struct Annotations<'a>(pub(crate) &'a WorkspaceTx);

const SELECT: &str = "
    SELECT a.id, a.from_ms, a.to_ms, a.text, a.dashboard_id, a.author, a.created_at, d.external_id,
        a.person_id IS NOT DISTINCT FROM $2 AND $2 IS NOT NULL AS mine
    FROM annotations a
    LEFT JOIN devices d ON d.workspace_id = a.workspace_id AND d.id = a.device_id
    WHERE a.workspace_id = $1";

/// Which notes are wanted.
#[derive(Clone, Debug, Default)]
pub struct AnnotationQuery {
    /// Those that touch this time, milliseconds since 1970.
    pub times: (i64, i64),
    /// Of this device alone, and those of none; none: of every one.
    pub device: Option<String>,
    /// Those of this dashboard too; without, those that stand on none.
    pub dashboard: Option<String>,
}

impl Annotations<'_> {
    /// The newest of those that are wanted, by time.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, person: Option<PersonId>, query: &AnnotationQuery) -> Result<Vec<Annotation>> {
        let text = format!(
            "{SELECT} AND a.from_ms <= $4 AND coalesce(a.to_ms, a.from_ms) >= $3
             AND ($5::text IS NULL OR a.device_id IS NULL OR d.external_id = $5)
             AND (a.dashboard_id IS NULL OR a.dashboard_id = $6)
             ORDER BY a.from_ms DESC, a.id DESC LIMIT {MARKS_MAX}"
        );
        let [workspace, person] = self.us(person);
        let values = [
            workspace,
            person,
            query.times.0.into(),
            query.times.1.into(),
            query.device.clone().into(),
            query.dashboard.clone().into(),
        ];
        let rows = sql::all(&self.0.tx, &text, values).await?;
        rows.iter().map(noun).collect()
    }

    /// One.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, person: Option<PersonId>, id: i64) -> Result<Option<Annotation>> {
        let text = format!("{SELECT} AND a.id = $3");
        let [workspace, person] = self.us(person);
        let row = sql::one(&self.0.tx, &text, [workspace, person, id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// How many there are, as far as the scope sees them.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self) -> Result<i64> {
        let text = "SELECT count(*) FROM annotations WHERE workspace_id = $1";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }

    /// Writes one; gives its number.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(
        &self,
        draft: &AnnotationDraft,
        (device, organization): (Option<DeviceId>, OrganizationId),
        (person, author): (Option<PersonId>, &str),
        now_ms: i64,
    ) -> Result<i64> {
        sql::scalar(
            &self.0.tx,
            "INSERT INTO annotations (workspace_id, organization_id, device_id, dashboard_id, from_ms, to_ms, text,
                 author, person_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
            [
                self.0.workspace.0.into(),
                organization.0.into(),
                device.map(|device| device.0).into(),
                draft.dashboard.clone().into(),
                draft.from_ms.into(),
                draft.to_ms.into(),
                draft.text.as_str().into(),
                author.into(),
                person.map(|person| person.0).into(),
                sql::at(now_ms).into(),
            ],
        )
        .await
    }

    /// Changes the time and the text of one.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(&self, id: i64, draft: &AnnotationDraft) -> Result<()> {
        let text =
            "UPDATE annotations SET from_ms = $3, to_ms = $4, text = $5 WHERE workspace_id = $1 AND id = $2";
        let values = [
            self.0.workspace.0.into(),
            id.into(),
            draft.from_ms.into(),
            draft.to_ms.into(),
            draft.text.as_str().into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// Takes one away.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: i64) -> Result<()> {
        let text = "DELETE FROM annotations WHERE workspace_id = $1 AND id = $2";
        sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.into()]).await?;
        Ok(())
    }

    /// Alarms that were raised, or stood, in this time, and commands that were run: the newest of each.
    ///
    /// # Errors
    /// The database's.
    pub async fn happened(&self, times: (i64, i64), device: Option<&str>) -> Result<Vec<Mark>> {
        let values =
            || [self.0.workspace.0.into(), times.0.into(), times.1.into(), device.map(str::to_owned).into()];
        let alarms = format!(
            "SELECT a.severity, a.raised_ms, a.cleared_ms, a.rule_name, d.external_id, d.name
             FROM alarms a JOIN devices d ON d.workspace_id = a.workspace_id AND d.id = a.device_id
             WHERE a.workspace_id = $1 AND a.raised_ms <= $3 AND (a.cleared_ms IS NULL OR a.cleared_ms >= $2)
               AND ($4::text IS NULL OR d.external_id = $4)
             ORDER BY a.raised_ms DESC, a.id DESC LIMIT {MARKS_MAX}"
        );
        let mut marks = Vec::new();
        for row in sql::all(&self.0.tx, &alarms, values()).await? {
            let severity: String = row.try_get("", "severity")?;
            let kind = match severity.as_str() {
                "information" | "warning" => MarkKind::Warning,
                _ => MarkKind::Alarm,
            };
            let (rule, name): (String, String) = (row.try_get("", "rule_name")?, row.try_get("", "name")?);
            marks.push(Mark {
                kind,
                from_ms: row.try_get("", "raised_ms")?,
                to_ms: row.try_get("", "cleared_ms")?,
                text: format!("Alarm: {rule}, {name}"),
                device: Some(row.try_get("", "external_id")?),
                removable: None,
            });
        }
        let runs = format!(
            "SELECT c.component, c.name AS command, c.created_at, c.by, d.external_id, d.name
             FROM command_runs c JOIN devices d ON d.workspace_id = c.workspace_id AND d.id = c.device_id
             WHERE c.workspace_id = $1 AND c.created_at BETWEEN to_timestamp($2::int8 / 1000.0) AND to_timestamp($3::int8 / 1000.0)
               AND ($4::text IS NULL OR d.external_id = $4)
             ORDER BY c.created_at DESC, c.id DESC LIMIT {MARKS_MAX}"
        );
        for row in sql::all(&self.0.tx, &runs, values()).await? {
            let (command, by, name): (String, String, String) =
                (row.try_get("", "command")?, row.try_get("", "by")?, row.try_get("", "name")?);
            marks.push(Mark {
                kind: MarkKind::Command,
                from_ms: sql::millis(row.try_get("", "created_at")?),
                to_ms: None,
                text: format!("Command: {command}, {name}, by {by}"),
                device: Some(row.try_get("", "external_id")?),
                removable: None,
            });
        }
        Ok(marks)
    }

    fn us(&self, person: Option<PersonId>) -> [Value; 2] {
        [self.0.workspace.0.into(), person.map(|person| person.0).into()]
    }
}

fn noun(row: &QueryResult) -> Result<Annotation> {
    Ok(Annotation {
        id: row.try_get("", "id")?,
        from_ms: row.try_get("", "from_ms")?,
        to_ms: row.try_get("", "to_ms")?,
        text: row.try_get("", "text")?,
        device: row.try_get("", "external_id")?,
        dashboard: row.try_get("", "dashboard_id")?,
        author: row.try_get("", "author")?,
        mine: row.try_get("", "mine")?,
        created_ms: sql::millis(row.try_get("", "created_at")?),
    })
}
