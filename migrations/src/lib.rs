//! The steps by which the database came to be what it is, one file a step, oldest first.
//!
//! A step that has been released is never changed: expand, then contract in a later step. They run as
//! `homeport_migrator`, which owns what they make; the roles themselves exist before (`store::prepare_roles`).

mod m0001_people;
mod m0002_workspaces;
mod m0003_templates;
mod m0004_devices;
mod m0005_sessions;
mod m0006_lookup;
mod m0100_telemetry;
mod m0101_device_sessions;
mod m0102_device_certificates;
mod m0103_device_retained;
mod m0104_disabled;
mod m0110_chunks;
mod m0112_retention;
mod m0113_hot_leaves;
mod m0121_api_tokens;
mod m0122_storage;
mod m0130_imports;
mod m0131_imported_batches;
mod m0140_template_versions;
mod m0141_template_lookup;
mod m0150_twins;
mod m0153_device_messages;
mod m0154_command_runs;
mod m0156_enrolment_groups;
mod m0157_device_enrolment;
mod m0158_gate_lookup;
mod m0162_device_files;
mod m0163_simulations;
mod m0164_device_imports;
mod m0165_relationships;
mod m0170_access;
mod m0171_organizations;
mod m0174_mails;
mod m0175_accounts;
mod m0176_invitations;
mod m0180_platform;
mod m0181_tenants;
mod m0182_usage;
mod m0183_announcements;
mod m0184_limit_warnings;
mod m0187_audit;
mod m0188_idempotency;
mod m0191_housekeeping;
mod m0192_seeing_more;
mod m0195_refused_registrations;
mod m0197_console;
mod m0198_support;
mod m0199_branding;
mod m0205_sign_on;
mod m0206_passkeys;
mod m0207_console_audit;
mod m0210_device_groups;
mod m0211_explorations;
mod m0214_dashboards;
mod m0215_dashboard_links;
mod m0216_annotations;
mod m0217_template_views;
mod m0218_reports;
mod m0220_rules;
mod m0221_rule_work;
mod m0222_action_runs;
mod m0223_notices;
mod m0224_web_push;
mod m0227_jobs;
mod m0232_data_exports;
mod m0233_data_export_changes;
mod m0238_quiet_alarms;
mod m0239_maintenance;
mod m0242_dashboard_pictures;
mod row_security;

pub use m0140_template_versions::BACKFILL as TEMPLATES_BACKFILL;
pub use row_security::{enable_rls, enable_rls_by};

use sea_orm_migration::sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The advisory lock that lets one process migrate at a time: "homeport" in ASCII.
const LOCK: i64 = 0x686f_6d65_706f_7274;

/// The texts of all steps, so that a database made by them can be told from one made by others.
const SOURCES: &[&str] = &[
    include_str!("row_security.rs"),
    include_str!("m0001_people.rs"),
    include_str!("m0002_workspaces.rs"),
    include_str!("m0003_templates.rs"),
    include_str!("m0004_devices.rs"),
    include_str!("m0005_sessions.rs"),
    include_str!("m0006_lookup.rs"),
    include_str!("m0100_telemetry.rs"),
    include_str!("m0101_device_sessions.rs"),
    include_str!("m0102_device_certificates.rs"),
    include_str!("m0103_device_retained.rs"),
    include_str!("m0104_disabled.rs"),
    include_str!("m0110_chunks.rs"),
    include_str!("m0112_retention.rs"),
    include_str!("m0113_hot_leaves.rs"),
    include_str!("m0121_api_tokens.rs"),
    include_str!("m0122_storage.rs"),
    include_str!("m0130_imports.rs"),
    include_str!("m0131_imported_batches.rs"),
    include_str!("m0140_template_versions.rs"),
    include_str!("m0141_template_lookup.rs"),
    include_str!("m0150_twins.rs"),
    include_str!("m0153_device_messages.rs"),
    include_str!("m0154_command_runs.rs"),
    include_str!("m0156_enrolment_groups.rs"),
    include_str!("m0157_device_enrolment.rs"),
    include_str!("m0158_gate_lookup.rs"),
    include_str!("m0162_device_files.rs"),
    include_str!("m0163_simulations.rs"),
    include_str!("m0164_device_imports.rs"),
    include_str!("m0165_relationships.rs"),
    include_str!("m0170_access.rs"),
    include_str!("m0171_organizations.rs"),
    include_str!("m0174_mails.rs"),
    include_str!("m0175_accounts.rs"),
    include_str!("m0176_invitations.rs"),
    include_str!("m0180_platform.rs"),
    include_str!("m0181_tenants.rs"),
    include_str!("m0182_usage.rs"),
    include_str!("m0183_announcements.rs"),
    include_str!("m0184_limit_warnings.rs"),
    include_str!("m0187_audit.rs"),
    include_str!("m0188_idempotency.rs"),
    include_str!("m0191_housekeeping.rs"),
    include_str!("m0192_seeing_more.rs"),
    include_str!("m0195_refused_registrations.rs"),
    include_str!("m0197_console.rs"),
    include_str!("m0198_support.rs"),
    include_str!("m0199_branding.rs"),
    include_str!("m0205_sign_on.rs"),
    include_str!("m0206_passkeys.rs"),
    include_str!("m0207_console_audit.rs"),
    include_str!("m0210_device_groups.rs"),
    include_str!("m0211_explorations.rs"),
    include_str!("m0214_dashboards.rs"),
    include_str!("m0215_dashboard_links.rs"),
    include_str!("m0216_annotations.rs"),
    include_str!("m0217_template_views.rs"),
    include_str!("m0218_reports.rs"),
    include_str!("m0220_rules.rs"),
    include_str!("m0221_rule_work.rs"),
    include_str!("m0222_action_runs.rs"),
    include_str!("m0223_notices.rs"),
    include_str!("m0224_web_push.rs"),
    include_str!("m0232_data_exports.rs"),
    include_str!("m0233_data_export_changes.rs"),
    include_str!("m0238_quiet_alarms.rs"),
    include_str!("m0239_maintenance.rs"),
    include_str!("m0242_dashboard_pictures.rs"),
    include_str!("m0227_jobs.rs"),
];

/// Why a database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It can't be reached, or doesn't let the role in.
    #[error("the database can't be reached to migrate it")]
    Connect(#[source] DbErr),
    /// A step failed; none of its changes remain.
    #[error("a migration failed")]
    Step(#[source] DbErr),
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Step),
            Box::new(m0002_workspaces::Step),
            Box::new(m0003_templates::Step),
            Box::new(m0004_devices::Step),
            Box::new(m0005_sessions::Step),
            Box::new(m0006_lookup::Step),
            Box::new(m0100_telemetry::Step),
            Box::new(m0101_device_sessions::Step),
            Box::new(m0102_device_certificates::Step),
            Box::new(m0103_device_retained::Step),
            Box::new(m0104_disabled::Step),
            Box::new(m0110_chunks::Step),
            Box::new(m0112_retention::Step),
            Box::new(m0113_hot_leaves::Step),
            Box::new(m0121_api_tokens::Step),
            Box::new(m0122_storage::Step),
            Box::new(m0130_imports::Step),
            Box::new(m0131_imported_batches::Step),
            Box::new(m0140_template_versions::Step),
            Box::new(m0141_template_lookup::Step),
            Box::new(m0150_twins::Step),
            Box::new(m0153_device_messages::Step),
            Box::new(m0154_command_runs::Step),
            Box::new(m0156_enrolment_groups::Step),
            Box::new(m0157_device_enrolment::Step),
            Box::new(m0158_gate_lookup::Step),
            Box::new(m0162_device_files::Step),
            Box::new(m0163_simulations::Step),
            Box::new(m0164_device_imports::Step),
            Box::new(m0165_relationships::Step),
            Box::new(m0170_access::Step),
            Box::new(m0171_organizations::Step),
            Box::new(m0174_mails::Step),
            Box::new(m0175_accounts::Step),
            Box::new(m0176_invitations::Step),
            Box::new(m0180_platform::Step),
            Box::new(m0181_tenants::Step),
            Box::new(m0182_usage::Step),
            Box::new(m0183_announcements::Step),
            Box::new(m0184_limit_warnings::Step),
            Box::new(m0187_audit::Step),
            Box::new(m0188_idempotency::Step),
            Box::new(m0191_housekeeping::Step),
            Box::new(m0192_seeing_more::Step),
            Box::new(m0195_refused_registrations::Step),
            Box::new(m0197_console::Step),
            Box::new(m0198_support::Step),
            Box::new(m0199_branding::Step),
            Box::new(m0205_sign_on::Step),
            Box::new(m0206_passkeys::Step),
            Box::new(m0207_console_audit::Step),
            Box::new(m0210_device_groups::Step),
            Box::new(m0211_explorations::Step),
            Box::new(m0214_dashboards::Step),
            Box::new(m0215_dashboard_links::Step),
            Box::new(m0216_annotations::Step),
            Box::new(m0217_template_views::Step),
            Box::new(m0218_reports::Step),
            Box::new(m0220_rules::Step),
            Box::new(m0221_rule_work::Step),
            Box::new(m0222_action_runs::Step),
            Box::new(m0223_notices::Step),
            Box::new(m0224_web_push::Step),
            Box::new(m0232_data_exports::Step),
            Box::new(m0233_data_export_changes::Step),
            Box::new(m0238_quiet_alarms::Step),
            Box::new(m0239_maintenance::Step),
            Box::new(m0242_dashboard_pictures::Step),
            Box::new(m0227_jobs::Step),
        ]
    }
}

/// Takes every step that this database has not taken yet. Several processes may call it at once.
///
/// # Errors
/// The database can't be reached, or a step fails; the steps before it stay.
pub async fn run(url: &str) -> Result<(), Error> {
    let mut options = ConnectOptions::new(url);
    // One connection, so that the lock of the session covers the steps.
    options.max_connections(1).sqlx_logging(false).set_application_name("homeport migrations");
    let db = Database::connect(options).await.map_err(Error::Connect)?;
    db.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await.map_err(Error::Connect)?;
    let outcome = Migrator::up(&db, None).await.map_err(Error::Step);
    // Closing the session gives the lock back.
    db.close().await.map_err(Error::Connect)?;
    outcome
}

/// A word that changes whenever a step does; test databases are kept under it.
pub fn fingerprint() -> String {
    let mut hasher = DefaultHasher::new();
    SOURCES.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
