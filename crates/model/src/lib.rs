//! The nouns of Homeport and the decisions about them that need nothing from outside.
//!
//! Safe for wasm: no IO, no clock, no database. What the browser and the server must agree on lives here,
//! so that they cannot disagree.

pub mod account;
pub mod alarm;
pub mod announcement;
pub mod audit;
pub mod azure;
pub mod branding;
pub mod certificate;
pub mod check;
pub mod colour;
pub mod command;
pub mod dashboard;
pub mod device;
pub mod device_file;
pub mod down;
pub mod dtdl;
pub mod enrolment;
pub mod event;
pub mod exploration;
pub mod export;
pub mod external_id;
pub mod group;
pub mod group_series;
pub mod housekeeping;
pub mod id;
pub mod import;
pub mod job;
pub mod limits;
pub mod live;
pub mod mail;
pub mod member;
pub mod message;
pub mod network;
pub mod organization;
pub mod page;
pub mod percent;
pub mod permission;
pub mod person;
pub mod platform;
pub mod problem;
pub mod query;
pub mod relationship;
pub mod role;
pub mod rule;
pub mod sas;
pub mod sign_on;
pub mod simulation;
pub mod storage;
pub mod support;
pub mod telemetry;
pub mod template;
pub mod tenant;
pub mod token;
pub mod topic;
pub mod twin;
pub mod unit;
pub mod usage;
pub mod workspace;

pub use id::{DeviceId, ExplorationId, MetricId, OrganizationId, PersonId, RuleId, TemplateId, WorkspaceId};
pub use problem::{Code, FieldProblem, Problem};
