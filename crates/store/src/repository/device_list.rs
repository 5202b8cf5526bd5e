//! The list of devices: search, filters, order, counts, and when each was last heard.

use super::group_filter::{self, TWINS};
use crate::error::Result;
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::device::{Device, DeviceQuery, DeviceSort, SILENT_AFTER_MS, Status};
use model::organization::OrganizationName;
use model::page::{Direction, Page};
use model::{DeviceId, OrganizationId, TemplateId};
use sea_orm::{QueryResult, Value};
use time::OffsetDateTime;

/// Most devices of one page.
const PAGE_MAX: i64 = 200;
/// Longest search that is looked at, in characters.
const SEARCH_MAX: usize = 200;

pub(super) const COLUMNS: &str = "d.id, d.external_id, d.name, d.template_id, d.template_version, t.name AS template_name, d.simulated, d.blocked, d.approved, d.registered_at, g.name AS group_name, o.id AS organization_id, o.key AS organization_key, o.name AS organization_name, d.created_at, l.last_arrived";

pub(super) const FROM: &str = "
    FROM devices d
    JOIN organizations o ON o.workspace_id = d.workspace_id AND o.id = d.organization_id
    LEFT JOIN templates t ON t.workspace_id = d.workspace_id AND t.id = d.template_id
    LEFT JOIN enrolment_groups g ON g.workspace_id = d.workspace_id AND g.number = d.enrolment_group
    LEFT JOIN tm_last l ON l.workspace_id = d.workspace_id AND l.device_id = d.id
    WHERE d.workspace_id = $1";

/// The same with their twins, for a filter that asks for them.
pub(super) fn from(filter: Option<&model::group::Filter>) -> String {
    match filter.is_some_and(group_filter::asks_for_twins) {
        true => FROM.replacen("WHERE", &format!("{TWINS}\n    WHERE"), 1),
        false => FROM.to_owned(),
    }
}

/// A condition that grows, with its values.
struct Filter {
    text: String,
    values: Vec<Value>,
}

impl Filter {
    /// Adds a condition in which `$` stands for the value.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.text.push_str(" AND ");
        self.text.push_str(&condition.replace('$', &place));
    }
}

pub(super) async fn list(scope: &WorkspaceTx, query: &DeviceQuery, now_ms: i64) -> Result<Page<Device>> {
    let filter = filter(scope, query, now_ms);
    let total: i64 = sql::scalar(
        &scope.tx,
        "SELECT count(*) FROM devices WHERE workspace_id = $1",
        [scope.workspace.0.into()],
    )
    .await?;
    let from = from(query.filter.as_ref());
    let counted = async |values: Vec<Value>| -> Result<i64> {
        let text = format!("SELECT count(*) {from} {}", filter.text);
        sql::scalar(&scope.tx, &text, values).await
    };
    // What a group asks of each device is asked once: the page counts what it is a page of.
    let at_once = query.filter.is_some();
    let known = match (filter.text.is_empty(), at_once) {
        (true, _) => Some(total),
        (false, true) => None,
        (false, false) => Some(counted(filter.values.clone()).await?),
    };
    let mut values = filter.values.clone();
    values.push(query.limit.clamp(1, PAGE_MAX).into());
    values.push(query.offset.max(0).into());
    let text = format!(
        "SELECT {COLUMNS}{} {from} {} ORDER BY {} LIMIT ${} OFFSET ${}",
        if at_once { ", count(*) OVER () AS matching" } else { "" },
        filter.text,
        order(query.sort, query.direction),
        values.len() - 1,
        values.len()
    );
    let rows = sql::all(&scope.tx, &text, values).await?;
    let matching = match (known, rows.first()) {
        (Some(matching), _) => matching,
        (None, Some(row)) => row.try_get("", "matching")?,
        (None, None) if query.offset <= 0 => 0,
        (None, None) => counted(filter.values).await?,
    };
    Ok(Page { items: rows.iter().map(noun).collect::<Result<_>>()?, matching, total })
}

fn filter(scope: &WorkspaceTx, query: &DeviceQuery, now_ms: i64) -> Filter {
    let mut filter = Filter { text: String::new(), values: vec![scope.workspace.0.into()] };
    let search: String = query.search.trim().chars().filter(|c| *c != '\0').take(SEARCH_MAX).collect();
    if !search.is_empty() {
        let pattern = if query.loosely { in_order(&search) } else { contains(&search) };
        filter.and("(d.name ILIKE $ OR d.external_id ILIKE $)", pattern);
    }
    if let Some(template) = query.template {
        filter.and("d.template_id = $", template.0);
    }
    if let Some(organization) = query.organization {
        // Asked once, not for every row.
        let here = "current_setting('app.workspace')::int4";
        let subtree = format!("(SELECT organization_subtree({here}, $))");
        filter.and(&format!("d.organization_id = ANY (coalesce({subtree}, '{{}}'))"), organization.0);
    }
    match query.status {
        Some(Status::Live) => filter.and("l.last_arrived >= $", now_ms - SILENT_AFTER_MS),
        Some(Status::Silent) => filter.and("l.last_arrived < $", now_ms - SILENT_AFTER_MS),
        Some(Status::NeverConnected) => filter.text.push_str(" AND l.last_arrived IS NULL"),
        None => {}
    }
    if let Some(waiting) = query.waiting {
        // A constant, so that the index of those that wait is used. Who was rejected waits no more.
        let waits = "(NOT d.approved AND NOT d.blocked)";
        filter.text.push_str(&format!(" AND {}{waits}", if waiting { "" } else { "NOT " }));
    }
    if let Some(group) = &query.filter {
        let holds = group_filter::predicate(group, &mut filter.values, now_ms);
        filter.text.push_str(&format!(" AND {holds}"));
    }
    filter
}

/// A pattern that finds the text itself anywhere, whatever signs are in it.
pub(super) fn contains(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// A pattern that finds the letters of the text in their order, whatever stands between them.
fn in_order(text: &str) -> String {
    let letters = text.chars().filter(|c| !c.is_whitespace());
    letters.fold("%".to_owned(), |pattern, letter| pattern + &contains(&letter.to_string())[1..])
}

/// Never heard is older than anything heard; without a template comes after all templates.
fn order(sort: DeviceSort, direction: Direction) -> String {
    let up = direction == Direction::Ascending;
    let way = if up { "ASC" } else { "DESC" };
    let first = match sort {
        DeviceSort::Name => format!("d.name COLLATE by_name {way}"),
        DeviceSort::Id => format!("d.external_id COLLATE by_name {way}"),
        DeviceSort::Template => {
            format!("t.name COLLATE by_name {way} NULLS LAST, d.name COLLATE by_name {way}")
        }
        DeviceSort::LastSeen => format!("l.last_arrived {way} NULLS {}", if up { "FIRST" } else { "LAST" }),
        DeviceSort::Created => format!("d.created_at {way}"),
    };
    format!("{first}, d.id {way}")
}

pub(super) fn noun(row: &QueryResult) -> Result<Device> {
    let template_id: Option<i32> = row.try_get("", "template_id")?;
    let template_name: Option<String> = row.try_get("", "template_name")?;
    let created_at: OffsetDateTime = row.try_get("", "created_at")?;
    Ok(Device {
        id: DeviceId(row.try_get("", "id")?),
        external_id: row.try_get("", "external_id")?,
        name: row.try_get("", "name")?,
        template: template_id.map(TemplateId).zip(template_name),
        template_version: row.try_get("", "template_version")?,
        organization: organization(row)?,
        moved_away_ms: None,
        simulated: row.try_get("", "simulated")?,
        blocked: row.try_get("", "blocked")?,
        approved: row.try_get("", "approved")?,
        registered_ms: row.try_get::<Option<OffsetDateTime>>("", "registered_at")?.map(sql::millis),
        group: row.try_get("", "group_name")?,
        created_ms: sql::millis(created_at),
        last_seen_ms: row.try_get("", "last_arrived")?,
    })
}

pub(crate) fn organization(row: &QueryResult) -> Result<OrganizationName> {
    Ok(OrganizationName {
        id: OrganizationId(row.try_get("", "organization_id")?),
        key: row.try_get("", "organization_key")?,
        name: row.try_get("", "organization_name")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_taken_by_the_letter() {
        assert_eq!(contains(r"50%_a\b"), r"%50\%\_a\\b%");
        assert_eq!(in_order("r 2%"), r"%r%2%\%%");
    }
}
