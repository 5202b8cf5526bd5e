//! A device.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "devices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: i32,
    #[sea_orm(primary_key)]
    pub id: i32,
    pub external_id: String,
    pub name: String,
    pub template_id: Option<i32>,
    /// The database sets it to the newest where the template is set.
    pub template_version: Option<i32>,
    pub organization_id: i32,
    pub simulated: bool,
    pub blocked: bool,
    /// Sealed by the master key; opens only for this workspace and external id.
    pub key_encrypted: Vec<u8>,
    pub created_at: TimeDateTimeWithTimeZone,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
