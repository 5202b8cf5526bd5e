//! What the actions of rules have to do, and what became of it.

use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::action_run::{ActionRun, ActionRunQuery, Fact, NAMED_MAX, PAGE_MAX, RunState};
use model::page::Page;
use model::rule::{Action, Rule};
use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;

/// Runs of one action that wait at most; what comes beyond is told with the newest of them.
const WAITING_MAX: i64 = 100;
/// For how long runs are kept once they are over, in milliseconds: 30 days.
const KEPT_MS: i64 = 30 * 24 * 3600 * 1000;
/// Over so long is counted how often something was done, in milliseconds.
const MINUTE_MS: i64 = 60_000;
/// Longest answer that is kept, in characters.
const ANSWER_MAX: usize = 2000;
/// Most runs of an alarm that are listed.
const OF_ALARM_MAX: i64 = 50;

/// The runs that a scope sees.
pub struct ActionRuns<'a>(pub(crate) &'a WorkspaceTx);

/// A run that somebody has leased, and has to do.
#[derive(Clone, Debug)]
pub struct DueAction {
    /// Its number in the workspace.
    pub id: i64,
    /// The rule; nothing: it is gone.
    pub rule: Option<i32>,
    /// Which of its actions.
    pub action: String,
    /// What tells the receiver doubles.
    pub key: String,
    /// Whether somebody tries it by hand.
    pub is_test: bool,
    /// Of what it tells.
    pub facts: Vec<Fact>,
    /// How often the rule fired.
    pub count: i64,
    /// When it was first wanted, milliseconds since 1970.
    pub created_ms: i64,
    /// How often it was tried before.
    pub tries: i32,
}

/// What came of a try.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The status of the answer.
    pub status: Option<i32>,
    /// What came of it, as text.
    pub answer: String,
    /// How long it took, in milliseconds.
    pub took_ms: i32,
}

const COLUMNS: &str =
    "r.id, r.rule_id, r.rule_name, r.kind, r.target, r.state, r.is_test, r.count, r.created_ms, r.try_ms,
    r.ended_ms, r.tries, r.status, r.answer, r.took_ms, r.key";

impl ActionRuns<'_> {
    /// A rule has fired so often: an action is to tell of it, in a run that waits for its time, or in a new one, which begins
    /// so long after the one before it at the least. `key` is that of a new one.
    ///
    /// # Errors
    /// The database's.
    pub async fn tell(
        &self,
        (rule, action): (&Rule, &Action),
        (facts, alarms): (&[Fact], &[i64]),
        (pace_ms, now_ms): (i64, i64),
        key: &str,
    ) -> Result<()> {
        let count = alarms.len() as i64;
        let text = format!(
            "UPDATE action_runs SET count = count + $4, facts = CASE WHEN jsonb_array_length(facts) < {NAMED_MAX}
                 THEN jsonb_path_query_array(facts || $5, '$[0 to {}]') ELSE facts END
             WHERE workspace_id = $1 AND id = (
                 SELECT id FROM action_runs WHERE workspace_id = $1 AND rule_id = $2 AND action = $3 AND state = 'waiting'
                     AND NOT is_test AND leased_until_ms <= $6
                     AND (planned_ms > $6 AND tries = 0 OR {WAITING_MAX} <= (SELECT count(*) FROM action_runs
                         WHERE workspace_id = $1 AND rule_id = $2 AND action = $3 AND state = 'waiting'))
                 ORDER BY id DESC LIMIT 1 FOR UPDATE)
             RETURNING id",
            NAMED_MAX - 1
        );
        let values: [Value; 6] = [
            self.0.workspace.0.into(),
            rule.id.into(),
            action.id.as_str().into(),
            count.into(),
            json(facts)?.into(),
            now_ms.into(),
        ];
        let id: i64 = match sql::one(&self.0.tx, &text, values).await? {
            Some(row) => row.try_get_by_index(0)?,
            None => {
                let text = "SELECT max(planned_ms) FROM action_runs WHERE workspace_id = $1 AND rule_id = $2
                            AND action = $3 AND NOT is_test AND created_ms > $4";
                let values: [Value; 4] = [
                    self.0.workspace.0.into(),
                    rule.id.into(),
                    action.id.as_str().into(),
                    (now_ms - 2 * pace_ms).into(),
                ];
                let last: Option<i64> = sql::scalar(&self.0.tx, text, values).await?;
                let planned = last.map_or(now_ms, |last| now_ms.max(last + pace_ms));
                self.insert((rule, action), "", (facts, count), (now_ms, planned), key).await?
            }
        };
        self.link(id, alarms).await
    }

    /// A rule has fired for a device: an action is to be done for it, unless it was done too often in the last minute. Tells
    /// whether it is.
    ///
    /// # Errors
    /// The database's.
    pub async fn plan(
        &self,
        (rule, action): (&Rule, &Action),
        fact: &Fact,
        (of_device, of_all): (i64, i64),
        now_ms: i64,
        key: &str,
    ) -> Result<bool> {
        let text = "SELECT count(*) FILTER (WHERE about = $5) AS here, count(*) AS everywhere FROM action_runs
                    WHERE workspace_id = $1 AND rule_id = $2 AND action = $3 AND created_ms > $4 AND state <> 'held-back'";
        let key_values = |last: Value| -> [Value; 5] {
            [
                self.0.workspace.0.into(),
                rule.id.into(),
                action.id.as_str().into(),
                (now_ms - MINUTE_MS).into(),
                last,
            ]
        };
        let row = sql::one(&self.0.tx, text, key_values(fact.device.as_str().into())).await?;
        let row = row.ok_or_else(|| Error::Unreadable("a count was expected".into()))?;
        let (here, everywhere): (i64, i64) = (row.try_get("", "here")?, row.try_get("", "everywhere")?);
        let facts = std::slice::from_ref(fact);
        if here < of_device && everywhere < of_all {
            let id = self.insert((rule, action), &fact.device, (facts, 1), (now_ms, now_ms), key).await?;
            self.link(id, &[fact.alarm]).await?;
            return Ok(true);
        }
        let text = "UPDATE action_runs SET count = count + 1, ended_ms = greatest(ended_ms, created_ms)
                    WHERE workspace_id = $1 AND rule_id = $2 AND action = $3 AND created_ms > $4 AND about = $5
                    AND state = 'held-back'";
        let about = if here < of_device { "" } else { fact.device.as_str() };
        if sql::execute(&self.0.tx, text, key_values(about.into())).await? == 0 {
            let id = self.insert((rule, action), about, (facts, 1), (now_ms, now_ms), key).await?;
            let why = match about {
                "" => format!("More than {of_all} in a minute. What is beyond is not done."),
                device => format!(
                    "More than {of_device} in a minute for {device}. What is beyond is not done: the rule may cause \
                     what it fires for."
                ),
            };
            let text = "UPDATE action_runs SET state = 'held-back', ended_ms = $3, answer = $4
                        WHERE workspace_id = $1 AND id = $2";
            let values: [Value; 4] = [self.0.workspace.0.into(), id.into(), now_ms.into(), why.into()];
            sql::execute(&self.0.tx, text, values).await?;
            self.link(id, &[fact.alarm]).await?;
        }
        Ok(false)
    }

    /// A test, which is leased to whoever makes it. Its number.
    ///
    /// # Errors
    /// The database's.
    pub async fn test(
        &self,
        (rule, action): (&Rule, &Action),
        facts: &[Fact],
        (now_ms, until_ms): (i64, i64),
        key: &str,
    ) -> Result<i64> {
        let count = facts.len() as i64;
        let id = self.insert((rule, action), "", (facts, count), (now_ms, now_ms), key).await?;
        let text =
            "UPDATE action_runs SET is_test = true, leased_until_ms = $3 WHERE workspace_id = $1 AND id = $2";
        let values = [self.0.workspace.0.into(), id.into(), until_ms.into()];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(id)
    }

    async fn insert(
        &self,
        (rule, action): (&Rule, &Action),
        about: &str,
        (facts, count): (&[Fact], i64),
        (now_ms, planned_ms): (i64, i64),
        key: &str,
    ) -> Result<i64> {
        let text = "INSERT INTO action_runs (workspace_id, rule_id, rule_name, action, kind, target, about, key, facts, count,
                created_ms, planned_ms, try_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) RETURNING id";
        let values: [Value; 12] = [
            self.0.workspace.0.into(),
            rule.id.into(),
            rule.name.as_str().into(),
            action.id.as_str().into(),
            action.kind().into(),
            action.target().into(),
            about.into(),
            key.into(),
            json(facts)?.into(),
            count.into(),
            now_ms.into(),
            planned_ms.into(),
        ];
        sql::scalar(&self.0.tx, text, values).await
    }

    async fn link(&self, run: i64, alarms: &[i64]) -> Result<()> {
        let text = "INSERT INTO action_run_alarms (workspace_id, alarm_id, run_id)
                    SELECT $1, a, $2 FROM unnest($3::int8[]) a ON CONFLICT DO NOTHING";
        let values: [Value; 3] = [self.0.workspace.0.into(), run.into(), alarms.to_vec().into()];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// Takes some that are due: so many of the workspace at most, and so many of one action, are at work at a time. Nobody else
    /// gets them until then. Forgets what was over long ago.
    ///
    /// # Errors
    /// The database's.
    pub async fn lease(
        &self,
        (of_workspace, of_action): (i64, i64),
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<DueAction>> {
        let forget = "DELETE FROM action_runs WHERE workspace_id = $1 AND id IN (SELECT id FROM action_runs
                      WHERE workspace_id = $1 AND created_ms < $2 AND state <> 'waiting' ORDER BY created_ms LIMIT 1000)";
        sql::execute(&self.0.tx, forget, [self.0.workspace.0.into(), (now_ms - KEPT_MS).into()]).await?;
        let text = "WITH at_work AS (
                SELECT rule_id, action, count(*) AS n FROM action_runs
                WHERE workspace_id = $1 AND state = 'waiting' AND leased_until_ms > $2 GROUP BY 1, 2
            ), ranked AS (
                SELECT r.id, r.try_ms, coalesce(w.n, 0) + row_number() OVER (
                    PARTITION BY r.rule_id, r.action ORDER BY r.try_ms, r.id) AS place
                FROM action_runs r LEFT JOIN at_work w ON w.rule_id = r.rule_id AND w.action = r.action
                WHERE r.workspace_id = $1 AND r.state = 'waiting' AND r.try_ms <= $2 AND r.leased_until_ms <= $2
            ), chosen AS (
                SELECT id FROM action_runs WHERE workspace_id = $1 AND state = 'waiting' AND leased_until_ms <= $2
                    AND id IN (SELECT id FROM ranked WHERE place <= $5 ORDER BY place, try_ms, id
                        LIMIT greatest($4 - (SELECT coalesce(sum(n), 0) FROM at_work), 0)::int8)
                FOR UPDATE SKIP LOCKED
            )
            UPDATE action_runs r SET leased_until_ms = $3 FROM chosen c WHERE r.workspace_id = $1 AND r.id = c.id
            RETURNING r.id, r.rule_id, r.action, r.key, r.is_test, r.facts, r.count, r.created_ms, r.tries";
        let values: [Value; 5] = [
            self.0.workspace.0.into(),
            now_ms.into(),
            until_ms.into(),
            of_workspace.into(),
            of_action.into(),
        ];
        sql::all(&self.0.tx, text, values).await?.iter().map(due).collect()
    }

    /// It was done.
    ///
    /// # Errors
    /// The database's.
    pub async fn done(&self, id: i64, outcome: &Outcome, now_ms: i64) -> Result<()> {
        self.end(id, RunState::Done, outcome, now_ms).await
    }

    /// It is not tried any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn given_up(&self, id: i64, outcome: &Outcome, now_ms: i64) -> Result<()> {
        self.end(id, RunState::GivenUp, outcome, now_ms).await
    }

    async fn end(&self, id: i64, state: RunState, outcome: &Outcome, now_ms: i64) -> Result<()> {
        let text = "UPDATE action_runs SET state = $3, status = $4, answer = $5, took_ms = $6, ended_ms = $7,
                    tries = tries + 1, leased_until_ms = 0 WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'";
        let values: [Value; 7] = [
            self.0.workspace.0.into(),
            id.into(),
            state.as_str().into(),
            outcome.status.into(),
            shortened(&outcome.answer).into(),
            outcome.took_ms.into(),
            now_ms.into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// What came of it is known better now.
    ///
    /// # Errors
    /// The database's.
    pub async fn answered(&self, id: i64, outcome: &Outcome) -> Result<()> {
        let text = "UPDATE action_runs SET status = $3, answer = $4, took_ms = $5 WHERE workspace_id = $1 AND id = $2";
        let values: [Value; 5] = [
            self.0.workspace.0.into(),
            id.into(),
            outcome.status.into(),
            shortened(&outcome.answer).into(),
            outcome.took_ms.into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// A try has failed; the next one is at that time.
    ///
    /// # Errors
    /// The database's.
    pub async fn failed(&self, id: i64, outcome: &Outcome, again_ms: i64) -> Result<()> {
        let text =
            "UPDATE action_runs SET status = $3, answer = $4, took_ms = $5, try_ms = $6, tries = tries + 1,
                    leased_until_ms = 0 WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'";
        let values: [Value; 6] = [
            self.0.workspace.0.into(),
            id.into(),
            outcome.status.into(),
            shortened(&outcome.answer).into(),
            outcome.took_ms.into(),
            again_ms.into(),
        ];
        sql::execute(&self.0.tx, text, values).await?;
        Ok(())
    }

    /// Tries one at once that waits or was given up, anew from its first try; tells whether it was one of these.
    ///
    /// # Errors
    /// The database's.
    pub async fn again(&self, id: i64, now_ms: i64) -> Result<bool> {
        let text = "UPDATE action_runs SET state = 'waiting', try_ms = $3, ended_ms = NULL, tries = 0, created_ms = $3
                    WHERE workspace_id = $1 AND id = $2 AND NOT is_test AND state IN ('waiting', 'given-up')
                    AND leased_until_ms <= $3";
        let values = [self.0.workspace.0.into(), id.into(), now_ms.into()];
        Ok(sql::execute(&self.0.tx, text, values).await? > 0)
    }

    /// A page of them, the newest first; `total` counts all of the rule, or of the workspace.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self, query: &ActionRunQuery) -> Result<Page<ActionRun>> {
        let filter = "FROM action_runs r WHERE r.workspace_id = $1 AND ($2::int4 IS NULL OR r.rule_id = $2)";
        let (workspace, rule): (Value, Value) = (self.0.workspace.0.into(), query.rule.into());
        let state: Value = query.state.map(RunState::as_str).into();
        let limit = if query.limit <= 0 { PAGE_MAX } else { query.limit.min(PAGE_MAX) };
        let text = format!(
            "SELECT {COLUMNS} {filter} AND ($3::text IS NULL OR r.state = $3)
             ORDER BY r.created_ms DESC, r.id DESC LIMIT {limit} OFFSET {}",
            query.offset.max(0)
        );
        let rows = sql::all(&self.0.tx, &text, [workspace.clone(), rule.clone(), state.clone()]).await?;
        let text =
            format!("SELECT count(*) FILTER (WHERE $3::text IS NULL OR r.state = $3), count(*) {filter}");
        let counts = sql::one(&self.0.tx, &text, [workspace, rule, state]).await?;
        let counts = counts.ok_or_else(|| Error::Unreadable("a count was expected".into()))?;
        Ok(Page {
            items: rows.iter().map(noun).collect::<Result<_>>()?,
            matching: counts.try_get_by_index(0)?,
            total: counts.try_get_by_index(1)?,
        })
    }

    /// One; nothing where there is none of this number.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: i64) -> Result<Option<ActionRun>> {
        let text = format!("SELECT {COLUMNS} FROM action_runs r WHERE r.workspace_id = $1 AND r.id = $2");
        let row = sql::one(&self.0.tx, &text, [self.0.workspace.0.into(), id.into()]).await?;
        row.as_ref().map(noun).transpose()
    }

    /// Those of an alarm, the oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn of_alarm(&self, alarm: i64) -> Result<Vec<ActionRun>> {
        let text = format!(
            "SELECT {COLUMNS} FROM action_run_alarms l JOIN action_runs r ON r.workspace_id = l.workspace_id AND r.id = l.run_id
             WHERE l.workspace_id = $1 AND l.alarm_id = $2 ORDER BY r.id DESC LIMIT {OF_ALARM_MAX}"
        );
        let rows = sql::all(&self.0.tx, &text, [self.0.workspace.0.into(), alarm.into()]).await?;
        rows.iter().rev().map(noun).collect()
    }

    /// How many wait.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting(&self) -> Result<i64> {
        let text = "SELECT count(*) FROM action_runs WHERE workspace_id = $1 AND state = 'waiting'";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into()]).await
    }
}

fn json(facts: &[Fact]) -> Result<Json> {
    serde_json::to_value(facts).map_err(|error| Error::Unreadable(error.to_string()))
}

fn due(row: &QueryResult) -> Result<DueAction> {
    let facts: Json = row.try_get("", "facts")?;
    Ok(DueAction {
        id: row.try_get("", "id")?,
        rule: row.try_get("", "rule_id")?,
        action: row.try_get("", "action")?,
        key: row.try_get("", "key")?,
        is_test: row.try_get("", "is_test")?,
        facts: serde_json::from_value(facts).map_err(|error| Error::Unreadable(error.to_string()))?,
        count: row.try_get("", "count")?,
        created_ms: row.try_get("", "created_ms")?,
        tries: row.try_get("", "tries")?,
    })
}

fn noun(row: &QueryResult) -> Result<ActionRun> {
    let word: String = row.try_get("", "state")?;
    let state = RunState::from_word(&word)
        .ok_or_else(|| Error::Unreadable(format!("a run of an action in the state {word}")))?;
    let try_ms: i64 = row.try_get("", "try_ms")?;
    Ok(ActionRun {
        id: row.try_get("", "id")?,
        rule: row.try_get("", "rule_id")?,
        rule_name: row.try_get("", "rule_name")?,
        kind: row.try_get("", "kind")?,
        target: row.try_get("", "target")?,
        state,
        is_test: row.try_get("", "is_test")?,
        count: row.try_get("", "count")?,
        created_ms: row.try_get("", "created_ms")?,
        try_ms: (state == RunState::Waiting).then_some(try_ms),
        ended_ms: row.try_get("", "ended_ms")?,
        tries: row.try_get("", "tries")?,
        status: row.try_get("", "status")?,
        answer: row.try_get("", "answer")?,
        took_ms: row.try_get("", "took_ms")?,
        key: row.try_get("", "key")?,
    })
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(ANSWER_MAX).collect()
}
