//! A query as an exploration, where it is one: aggregates of plain fields in windows of time, of one group, of devices that
//! are named, or of all.

use crate::access::{ViewDevices, ViewGroups};
use crate::context::Context;
use crate::error::{Error, Result};
use model::exploration::{Aggregate, Exploration, Explored, SPAN_MAX_MS, Time};
use model::group::Place;
use model::group_series::{By, Whose};
use model::twin::Part;
use model::{Code, Problem};
use query::ast::{Expr, From, Item, Node, Query};
use store::WorkspaceTx;

/// Reads the exploration that a query is.
///
/// # Errors
/// [`Error::Mistake`] where it is no query; [`Code::Invalid`] with what the explorer can't show; [`Code::NotAllowed`].
pub async fn from_query(context: &Context, text: &str) -> Result<Exploration> {
    let scope = context.grant::<ViewDevices>()?.scope().await?;
    let read = query::parse(text).map_err(Error::Mistake)?;
    let whose = whose(context, &scope, &read.from).await?;
    let mut values = Vec::new();
    for item in &read.items {
        match item {
            Item::All(_) => return Err(no("`*`: name the values that are to be drawn")),
            Item::Column(expr, _) => values.extend(value(expr)?),
        }
    }
    if values.is_empty() {
        return Err(no("a query without AVG, MIN, MAX, SUM, COUNT or LAST of a field"));
    }
    let time = time(&read)?;
    let (interval_ms, by) = grouped(&scope, &read.group).await?;
    Ok(Exploration { whose, values, by, interval_ms, time, one_chart: false })
}

async fn whose(context: &Context, scope: &WorkspaceTx, from: &From) -> Result<Whose> {
    match from {
        From::All => Ok(Whose::All),
        From::Devices(names) => Ok(Whose::Devices(names.iter().map(|name| name.text.clone()).collect())),
        From::Group(name) => {
            context.grant::<ViewGroups>()?;
            let said = name.text.replace('\0', "");
            let found = scope.device_groups().called(&said).await?;
            let group = found.into_iter().next();
            let group = group.ok_or_else(|| no(&format!("the group `{said}`, which isn't there")))?;
            Ok(Whose::Group(group.id))
        }
        From::Templates(_) => Err(no("templates in FROM: make a device group of them")),
    }
}

/// A column: a value, or nothing where it is a key that GROUP BY says again.
fn value(expr: &Expr) -> Result<Option<Explored>> {
    match &expr.node {
        Node::System(_) | Node::Path(_) => Ok(None),
        Node::Call(name, arguments) => {
            let aggregate = Aggregate::from_word(&name.text);
            let field = match arguments.as_slice() {
                [Expr { node: Node::Path(parts), .. }] => Some(parts.join(".")),
                _ => None,
            };
            match (aggregate, field) {
                (Some(aggregate), Some(name)) => Ok(Some(Explored { name, aggregate })),
                _ => Err(no(&format!("`{expr}`"))),
            }
        }
        _ => Err(no(&format!("`{expr}`"))),
    }
}

/// What `WITHIN_WINDOW` says; nothing else may stand in WHERE.
fn time(read: &Query) -> Result<Time> {
    let Some(filter) = &read.filter else { return Ok(Time::default()) };
    let Node::Call(name, arguments) = &filter.node else { return Err(no(&format!("WHERE {filter}"))) };
    if !name.text.eq_ignore_ascii_case("WITHIN_WINDOW") {
        return Err(no(&format!("WHERE {filter}")));
    }
    let said: Vec<String> = arguments.iter().map(said).collect();
    let bad = |_| no(&format!("{filter}"));
    let time = match said.as_slice() {
        [length] => Time::Last(query::value::duration(length).map_err(bad)?),
        [from, to] => {
            let moment = |text: &str| query::value::time(text).ok_or_else(|| no(&format!("{filter}")));
            Time::Between(moment(from)?, moment(to)?)
        }
        _ => return Err(no(&format!("{filter}"))),
    };
    let (from, to) = time.bounds(0);
    if to <= from || to - from > SPAN_MAX_MS {
        return Err(no("a time that is empty or longer than ten years"));
    }
    Ok(time)
}

async fn grouped(scope: &WorkspaceTx, keys: &[Expr]) -> Result<(Option<i64>, By)> {
    let (mut interval, mut by) = (None, By::Together);
    for key in keys {
        match &key.node {
            Node::Call(name, arguments) if name.text.eq_ignore_ascii_case("WINDOW") => {
                let length = arguments.first().map(said).unwrap_or_default();
                interval = Some(query::value::duration(&length).map_err(|_| no(&format!("{key}")))?);
            }
            _ if by != By::Together => return Err(no("two keys beside WINDOW in GROUP BY")),
            Node::System(name) => {
                by = match name.to_ascii_lowercase().as_str() {
                    "$id" => By::Device,
                    "$template" => By::Template,
                    "$organization" => By::Organization,
                    _ => return Err(no(&format!("GROUP BY {key}"))),
                };
            }
            Node::Path(parts) => {
                let path = parts.join(".");
                let part = part_of(scope, &path).await?;
                by = By::Property(Place { part, path });
            }
            _ => return Err(no(&format!("GROUP BY {key}"))),
        }
    }
    Ok((interval, by))
}

/// Where a property stands: in the cloud alone where a template says so.
async fn part_of(scope: &WorkspaceTx, path: &str) -> Result<Part> {
    for (_, document) in scope.templates().documents().await? {
        for capability in model::dtdl::capabilities(&document) {
            let whole = model::dtdl::whole_name(&capability.component, &capability.name);
            if capability.kind == model::dtdl::Kind::Property && whole == path {
                return Ok(if capability.cloud { Part::Cloud } else { Part::Reported });
            }
        }
    }
    Ok(Part::Reported)
}

/// A length or a time, as it is written in a call.
fn said(expr: &Expr) -> String {
    match &expr.node {
        Node::Text(text) => text.clone(),
        Node::Path(parts) => parts.join("."),
        _ => String::new(),
    }
}

fn no(what: &str) -> Error {
    let text = format!("The explorer can't show {what}. The page Query can.");
    Problem::with_detail(Code::Invalid, text).into()
}
