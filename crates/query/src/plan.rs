//! A query whose names are known: what has to be read, and what comes of it.

use crate::ast::{Arithmetic, Comparison};
use crate::catalogue::Kind;
use crate::value::Value;
use model::TemplateId;
use model::group::GroupId;
use std::sync::Arc;

/// A query, ready to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Most rows; none: all.
    pub top: Option<u64>,
    /// Whose data.
    pub from: Source,
    /// From, inclusive, milliseconds since 1970.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// Whether the text says when.
    pub timed: bool,
    /// What is read of every message.
    pub fields: Vec<Field>,
    /// The properties that are read of every device, by path.
    pub properties: Vec<Field>,
    /// What holds of the devices that are read; asked before anything is.
    pub devices: Option<Code>,
    /// What holds of the rows that are taken.
    pub filter: Option<Code>,
    /// The columns of the answer.
    pub columns: Vec<Column>,
    /// What a row is.
    pub rows: Rows,
    /// The order of rows; empty: as they come.
    pub order: Vec<(Code, bool)>,
}

/// Whose data.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Of all devices.
    All,
    /// Of those of these templates.
    Templates(Vec<TemplateId>),
    /// Of those of these ids.
    Devices(Vec<String>),
    /// Of those of the group of this id.
    Group(GroupId),
}

/// What a row of the answer is.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// A device.
    Devices,
    /// A time at which a device sent something of what is asked for.
    Messages,
    /// A group of messages.
    Groups(Grouping),
}

/// How messages are grouped.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// Width of the windows of time, in milliseconds, counted from 1970.
    pub window_ms: Option<i64>,
    /// What else is the same within a group.
    pub keys: Vec<Code>,
    /// What is made of a group.
    pub aggregates: Vec<Aggregate>,
    /// Whether each device has groups of its own.
    pub by_device: bool,
}

/// What is made of the values of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// How.
    pub function: Function,
    /// Of what; none: of messages, counted.
    pub of: Option<Code>,
    /// Whether only numbers count.
    pub numbers: bool,
}

/// A function of many values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The sum of numbers.
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// How many there are.
    Count,
    /// The mean of numbers.
    Avg,
    /// The one of the earliest time.
    First,
    /// The one of the latest time.
    Last,
}

impl Function {
    /// All, with their names.
    pub const ALL: [(&'static str, Function); 7] = [
        ("SUM", Function::Sum),
        ("MAX", Function::Max),
        ("MIN", Function::Min),
        ("COUNT", Function::Count),
        ("AVG", Function::Avg),
        ("FIRST", Function::First),
        ("LAST", Function::Last),
    ];
}

/// A field that is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name under which it is kept.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
}

/// A column of the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub code: Code,
}

/// What is known of a device beside what it sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// What it connects with.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// The name of its template.
    pub template: Option<Arc<str>>,
    /// Whether our simulation plays it.
    pub simulated: bool,
    /// Whether it has ever sent anything.
    pub provisioned: bool,
    /// Whether it is shut out.
    pub blocked: bool,
    /// What the organization is called that it belongs to.
    pub organization: Arc<str>,
    /// What the plan's properties are now.
    pub properties: Vec<Value>,
}

/// A name of the product's that is the same for all of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// `$id`
    Id,
    /// `$name`
    Name,
    /// `$template`
    Template,
    /// `$simulated`
    Simulated,
    /// `$provisioned`
    Provisioned,
    /// `$blocked`
    Blocked,
    /// `$organization`
    Organization,
}

impl About {
    /// All, with their names.
    pub const ALL: [(&'static str, About); 7] = [
        ("$id", About::Id),
        ("$name", About::Name),
        ("$template", About::Template),
        ("$simulated", About::Simulated),
        ("$provisioned", About::Provisioned),
        ("$blocked", About::Blocked),
        ("$organization", About::Organization),
    ];

    pub(crate) fn kind(self) -> Kind {
        match self {
            About::Id | About::Name | About::Template | About::Organization => Kind::Text,
            About::Simulated | About::Provisioned | About::Blocked => Kind::Bool,
        }
    }
}

/// An expression whose names are places.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// A value.
    Constant(Value),
    /// A field, or a part of it.
    Field(usize, Vec<String>),
    /// What is known of the device.
    About(About),
    /// A property of the device, or a part of it.
    Property(usize, Vec<String>),
    /// The message's time; in groups, the beginning of the window.
    Time,
    /// What is the same within a group.
    Key(usize),
    /// What was made of a group.
    Aggregate(usize),
    /// `NOT`
    Not(Box<Code>),
    /// A minus sign.
    Negative(Box<Code>),
    /// `AND`
    All(Vec<Code>),
    /// `OR`
    Any(Vec<Code>),
    /// `a + b - c`
    Chain(Box<Code>, Vec<(Arithmetic, Code)>),
    /// A comparison.
    Compare(Box<Code>, Comparison, Box<Code>),
    /// Whether it is among these; true: whether it is not.
    In(Box<Code>, Vec<Code>, bool),
    /// Whether it is null; true: whether it is not.
    IsNull(Box<Code>, bool),
}

impl Code {
    /// Whether it is one of the things that are known of a device beside its messages.
    pub fn is_known_of_devices(&self) -> bool {
        matches!(self, Code::About(_) | Code::Property(..))
    }

    /// Whether nothing is asked but what is known of devices beside their messages.
    pub(crate) fn is_of_devices(&self) -> bool {
        let (mut some, mut only) = (false, true);
        self.walk(&mut |code| match code {
            known if known.is_known_of_devices() => some = true,
            Code::Field(..) | Code::Time | Code::Key(_) | Code::Aggregate(_) => only = false,
            _ => {}
        });
        some && only
    }

    /// Visits it and all that it is made of.
    fn walk(&self, visit: &mut impl FnMut(&Code)) {
        visit(self);
        match self {
            Code::Not(inner) | Code::Negative(inner) | Code::IsNull(inner, _) => inner.walk(visit),
            Code::All(parts) | Code::Any(parts) => parts.iter().for_each(|part| part.walk(visit)),
            Code::Chain(first, rest) => {
                first.walk(visit);
                rest.iter().for_each(|(_, part)| part.walk(visit));
            }
            Code::Compare(left, _, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Code::In(inner, list, _) => {
                inner.walk(visit);
                list.iter().for_each(|one| one.walk(visit));
            }
            Code::Constant(_) | Code::Field(..) | Code::About(_) | Code::Property(..) => {}
            Code::Time | Code::Key(_) | Code::Aggregate(_) => {}
        }
    }
}

impl Plan {
    /// Where sums over pieces of lines answer it: the field of each aggregate. Then no message has to be looked at.
    pub fn of_sums(&self) -> Option<Vec<usize>> {
        let Rows::Groups(grouping) = &self.rows else { return None };
        if self.filter.is_some() || !grouping.keys.iter().all(Code::is_known_of_devices) {
            return None;
        }
        let field = |aggregate: &Aggregate| match &aggregate.of {
            Some(Code::Field(i, path)) if path.is_empty() && aggregate.numbers => Some(*i),
            _ => None,
        };
        grouping.aggregates.iter().map(field).collect()
    }

    /// Whether rows are asked for in the order of time first, and then whether the newest comes first.
    pub fn by_time(&self) -> Option<bool> {
        match self.order.first() {
            Some((Code::Time, descending)) if self.rows == Rows::Messages => Some(*descending),
            _ => None,
        }
    }
}
