//! What a message holds beside its numbers. Short keys: they stand in every row.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a message holds beside its packed numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extra {
    /// Fields that are no numbers, break the template, or are whole numbers that a double can't hold.
    #[serde(rename = "f", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
    /// What is wrong with a field, by its path.
    #[serde(rename = "p", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub problems: BTreeMap<String, String>,
    /// Message properties.
    #[serde(rename = "m", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// The device's id of the message.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The component that sent it.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
}

impl Extra {
    /// Whether there is nothing, as with most messages: then nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
            && self.problems.is_empty()
            && self.properties.is_empty()
            && self.id.is_none()
            && self.component.is_none()
    }
}
