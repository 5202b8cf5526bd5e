//! What a scope can be asked: one repository a noun, each only on a [`WorkspaceTx`](crate::WorkspaceTx).

pub mod api_tokens;
pub mod command_runs;
pub mod device_certificates;
pub mod device_enrolments;
pub mod device_events;
pub mod device_files;
mod device_list;
pub mod device_messages;
pub mod device_retained;
pub mod device_sessions;
pub mod devices;
pub mod enrolment_groups;
pub mod import_work;
pub mod imports;
pub mod memberships;
pub mod organizations;
pub mod templates;
pub mod twins;
pub mod workspaces;

pub use api_tokens::ApiTokens;
pub use command_runs::CommandRuns;
pub use device_certificates::DeviceCertificates;
pub use device_enrolments::DeviceEnrolments;
pub use device_events::DeviceEvents;
pub use device_files::DeviceFiles;
pub use device_messages::DeviceMessages;
pub use device_retained::DeviceRetained;
pub use device_sessions::DeviceSessions;
pub use devices::Devices;
pub use enrolment_groups::EnrolmentGroups;
pub use imports::Imports;
pub use memberships::Memberships;
pub use organizations::Organizations;
pub use templates::Templates;
pub use twins::Twins;
pub use workspaces::Workspaces;
