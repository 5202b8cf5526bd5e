//! To which organization a device's history belongs, by intervals of time.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "device_organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub device_id: i32,
    pub organization_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_at: TimeDateTimeWithTimeZone,
    /// None: until now.
    pub to_at: Option<TimeDateTimeWithTimeZone>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
