//! The Digital Twins Definition Language, versions 2 and 3: the form in which device templates are kept and exchanged.
//!
//! A [`Document`] is the JSON as somebody wrote it, with everything in it that we know nothing of. What the product
//! needs of it is read out ([`capabilities`], [`fields`]), and a change is made in place, so that an export is the import
//! but for what was changed. [`validate`] says what is wrong and where, [`compare`] what a change means for devices.
//!
//! After the specifications in github.com/Azure/opendigitaltwins-dtdl (CC BY 4.0): versions 2 and 3, the extensions
//! *QuantitativeTypes* 1, *Initialization* 1 and *iotcentral* 2.

mod capability;
mod compare;
mod dialect;
mod document;
mod dtmi;
mod edit;
mod fields;
mod infer;
mod issue;
mod json;
mod new;
mod parts;
mod schema;
mod validate;

pub use capability::{Capability, Component, Kind, Payload, capabilities, components};
pub use compare::{Change, Difference, compare, is_breaking};
pub use dialect::Dialect;
pub use document::{Document, Interface};
pub use dtmi::{check as check_dtmi, dtmi_for, family, next_version, version_of};
pub use edit::{add, change, remove, rename, restore, set_version};
pub use fields::{fields, whole_name};
pub use infer::{Seen, infer};
pub use issue::{Issue, Severity, errors, problem};
pub use json::{Json, join};
pub use new::new_document;
pub use parts::{Part, add_component, disinherit, inherit, parents};
pub use schema::{EnumSchema, EnumValue, Geometry, MapSchema, Named, Schema};
pub use validate::{check_name, validate};

#[cfg(test)]
mod models_tests;
