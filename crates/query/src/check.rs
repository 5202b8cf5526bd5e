//! From what was written to what is done: names are looked up, kinds compared, and what says *whose* and *when* is told
//! apart from what has to be asked of every row.

mod expressions;
mod filter;
mod names;

use crate::ast::{Expr, Item, Node, Query};
use crate::catalogue::{Catalogue, Kind, Known};
use crate::mistakes::Wrong;
use crate::plan::{About, Code, Column, Field, Function, Grouping, Plan, Rows, Source};
use crate::value;
use model::query::Mistake;
use model::telemetry::{AHEAD_MS, EARLIEST_MS};
use std::collections::HashSet;

/// Makes a plan of a query that was read from `text`; `now_ms` is what the ends of windows are counted from.
///
/// # Errors
/// The first name that is unknown or kind that does not fit, with its place.
pub fn plan(text: &str, query: &Query, catalogue: &Catalogue, now_ms: i64) -> Result<Plan, Mistake> {
    planned(query, catalogue, now_ms).map_err(|wrong| wrong.at(text))
}

fn planned(query: &Query, catalogue: &Catalogue, now_ms: i64) -> Result<Plan, Wrong> {
    let (from, known) = names::source(&query.from, catalogue)?;
    let (fields, properties) = (Vec::new(), Vec::new());
    let mut check = Check { known, catalogue, fields, properties, groups: None, query, now_ms };
    let mut when =
        filter::When { from_ms: EARLIEST_MS, to_ms: now_ms.saturating_add(AHEAD_MS), timed: false };
    let (devices, filter) = check.filter(&mut when)?;
    check.begin_groups()?;
    let columns = check.columns()?;
    let order = check.order()?;
    let rows = match check.groups.take() {
        Some(groups) => Rows::Groups(groups.grouping),
        None if !when.timed && filter.is_none() && check.is_about_devices() => Rows::Devices,
        None => Rows::Messages,
    };
    if check.fields.is_empty() && rows != Rows::Devices {
        // Whoever asks for times only, or counts messages, asks for messages whatever is in them.
        check.every_field();
    }
    Ok(Plan {
        top: query.top.map(names::top).transpose()?,
        from,
        from_ms: when.from_ms,
        to_ms: when.to_ms,
        timed: when.timed,
        fields: check.fields,
        properties: check.properties,
        devices,
        filter,
        columns,
        rows,
        order,
    })
}

/// What is known while a query is gone through.
struct Check<'a> {
    /// The templates whose fields may be named.
    known: Vec<&'a Known>,
    catalogue: &'a Catalogue,
    fields: Vec<Field>,
    properties: Vec<Field>,
    groups: Option<Groups<'a>>,
    query: &'a Query,
    now_ms: i64,
}

/// The groups in the making.
struct Groups<'a> {
    grouping: Grouping,
    /// What each key was written as, where it was written.
    written: Vec<Option<&'a Expr>>,
    kinds: Vec<Kind>,
}

/// Whether an expression is asked of a message, or of a group of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Message,
    Group,
}

impl<'a> Check<'a> {
    /// Reads `GROUP BY`. An aggregate without it makes one group of all.
    fn begin_groups(&mut self) -> Result<(), Wrong> {
        let items = self.query.items.iter().filter_map(|item| match item {
            Item::Column(expr, _) => Some(expr),
            Item::All(_) => None,
        });
        let mut aggregates = false;
        for expr in items.chain(self.query.order.iter().map(|order| &order.by)) {
            expr.walk(&mut |expr| aggregates |= expressions::aggregate(expr).is_some());
        }
        if self.query.group.is_empty() && !aggregates {
            return Ok(());
        }
        let grouping =
            Grouping { window_ms: None, keys: Vec::new(), aggregates: Vec::new(), by_device: false };
        let mut groups = Groups { grouping, written: Vec::new(), kinds: Vec::new() };
        for expr in &self.query.group {
            if let Some(width) = window(expr)? {
                if groups.grouping.window_ms.replace(width).is_some() {
                    return Err(Wrong::new(expr.span(), "One WINDOW is enough: this is a second one."));
                }
                continue;
            }
            let (code, kind) = self.compile(expr, Level::Message)?;
            groups.grouping.by_device |= code == Code::About(About::Id);
            groups.grouping.keys.push(code);
            groups.written.push(Some(expr));
            groups.kinds.push(kind);
        }
        self.groups = Some(groups);
        Ok(())
    }

    fn level(&self) -> Level {
        if self.groups.is_some() { Level::Group } else { Level::Message }
    }

    fn columns(&mut self) -> Result<Vec<Column>, Wrong> {
        let mut columns = Vec::new();
        let mut taken = HashSet::new();
        for item in &self.query.items {
            let (expr, alias) = match item {
                Item::All(spot) => {
                    if self.groups.is_some() {
                        let message =
                            "`*` stands for the fields of single messages; name what to make of each group.";
                        return Err(Wrong::new(spot.0, message));
                    }
                    for column in self.all_columns() {
                        if taken.insert(column.name.clone()) {
                            columns.push(column);
                        }
                    }
                    continue;
                }
                Item::Column(expr, alias) => (expr, alias),
            };
            let (code, _) = self.compile(expr, self.level())?;
            let name = match (alias, &expr.node) {
                (Some(alias), _) => alias.text.clone(),
                (None, Node::Path(parts)) => parts.join("."),
                (None, _) => expr.to_string(),
            };
            if !taken.insert(name.clone()) {
                let message = format!("Two columns are called `{name}`: give one another name, with AS.");
                return Err(Wrong::new(alias.as_ref().map_or(expr.span(), |alias| alias.spot.0), message));
            }
            columns.push(Column { name, code });
        }
        Ok(columns)
    }

    /// What `*` stands for.
    fn all_columns(&mut self) -> Vec<Column> {
        self.every_field();
        let fixed = [("$id", Code::About(About::Id)), ("$ts", Code::Time)];
        let fixed = fixed.into_iter().map(|(name, code)| Column { name: name.into(), code });
        let fields = self.fields.iter().enumerate();
        let fields =
            fields.map(|(i, field)| Column { name: field.name.clone(), code: Code::Field(i, Vec::new()) });
        fixed.chain(fields).collect()
    }

    fn order(&mut self) -> Result<Vec<(Code, bool)>, Wrong> {
        let mut order = Vec::new();
        for by in &self.query.order {
            // A column may be called by the name that it was given.
            let named = self.query.items.iter().find_map(|item| match (item, &by.by.node) {
                (Item::Column(expr, Some(alias)), Node::Path(parts))
                    if parts.as_slice() == [alias.text.as_str()] =>
                {
                    Some(expr)
                }
                _ => None,
            });
            let (code, _) = self.compile(named.unwrap_or(&by.by), self.level())?;
            order.push((code, by.descending));
        }
        Ok(order)
    }

    /// Whether nothing is asked but what is known of devices beside their messages.
    fn is_about_devices(&self) -> bool {
        let mut about = self.fields.is_empty();
        for item in &self.query.items {
            match item {
                Item::All(_) => about = false,
                Item::Column(expr, _) => expr.walk(&mut |expr| about &= !is_time(expr)),
            }
        }
        self.query.order.iter().for_each(|order| order.by.walk(&mut |expr| about &= !is_time(expr)));
        about
    }

    fn every_field(&mut self) {
        let known = self.known.clone();
        for (name, _) in known.iter().flat_map(|template| &template.fields) {
            self.field(name);
        }
    }
}

/// Whether it is the time of a message.
fn is_time(expr: &Expr) -> bool {
    matches!(&expr.node, Node::System(name) if name.eq_ignore_ascii_case("$ts"))
}

/// The width of `WINDOW(PT10M)`, in milliseconds; nothing of what is no window.
fn window(expr: &Expr) -> Result<Option<i64>, Wrong> {
    let Node::Call(name, arguments) = &expr.node else { return Ok(None) };
    if !name.text.eq_ignore_ascii_case("WINDOW") {
        return Ok(None);
    }
    match arguments.as_slice() {
        [width] => length(width).map(Some),
        _ => Err(Wrong::new(expr.span(), "WINDOW takes one length of time: WINDOW(PT10M).")),
    }
}

/// A length of time, as a word or between quotes, in milliseconds.
fn length(expr: &Expr) -> Result<i64, Wrong> {
    let said = match &expr.node {
        Node::Path(parts) if parts.len() == 1 => parts.concat(),
        Node::Text(text) => text.clone(),
        _ => String::new(),
    };
    value::duration(&said).map_err(|why| Wrong::new(expr.span(), why))
}

/// The functions that make one value of many, for messages.
fn functions() -> impl Iterator<Item = &'static str> + Clone {
    Function::ALL.iter().map(|(name, _)| *name).chain(["IS_DEFINED", "WITHIN_WINDOW", "WINDOW"])
}

/// Which templates a query is about when it names none.
fn all(catalogue: &Catalogue) -> Vec<&Known> {
    catalogue.templates.iter().collect()
}

/// The source as it was written, and whose fields it brings.
type Resolved<'a> = (Source, Vec<&'a Known>);
