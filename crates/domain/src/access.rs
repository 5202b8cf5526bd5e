//! Permissions as arguments that can't be faked.
//!
//! A [`Granted`] has no public constructor; [`Context::grant`] makes one after asking the role, and only a `Granted`
//! opens a scope. A use-case that forgets to ask does not compile.

use crate::context::Context;
use crate::error::Result;
use model::permission::Permission;
use std::marker::PhantomData;
use store::{Snapshot, WorkspaceTx};

/// A permission as a type.
pub trait Permit {
    /// The permission that stands for it in roles.
    const PERMISSION: Permission;
}

macro_rules! permits {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Permit for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )*};
}

permits! {
    /// See devices and their values.
    ViewDevices,
    /// Make devices.
    CreateDevices,
    /// Change devices; see and rotate their keys; move them to other organizations.
    ManageDevices,
    /// Delete devices, with all that they sent.
    DeleteDevices,
    /// See device groups.
    ViewGroups,
    /// Make, change and delete device groups.
    ManageGroups,
    /// See jobs.
    ViewJobs,
    /// Begin, stop and repeat jobs, and schedule them.
    ManageJobs,
    /// Save explorations for everybody.
    ShareExplorations,
    /// See raw messages.
    ViewRawData,
    /// Import history from files.
    ImportData,
    /// See data exports, and how they do.
    ViewDataExports,
    /// Make, change, start, stop and delete data exports and their destinations.
    ManageDataExports,
    /// See templates.
    ViewTemplates,
    /// Create and change templates.
    ManageTemplates,
    /// See rules, and why they fire or don't.
    ViewRules,
    /// Make, change, switch and delete rules.
    ManageRules,
    /// Acknowledge, assign, comment and clear alarms.
    ManageAlarms,
    /// Rename the workspace and change its settings.
    ManageWorkspace,
    /// See, make and revoke API tokens.
    ManageTokens,
    /// Delete telemetry of devices that stay.
    DeleteData,
    /// See, make and change groups by which devices enrol, with their keys.
    ManageEnrolment,
    /// Run commands on devices, and send them messages.
    RunCommands,
    /// Make and change dashboards of one's own.
    ManagePersonalDashboards,
    /// Make, change and delete dashboards that others see.
    ManageDashboards,
    /// See who belongs to the workspace, its roles and its organizations.
    ViewPeople,
    /// Invite people, give them roles, remove them.
    ManagePeople,
    /// Make and change roles.
    ManageRoles,
    /// Make, rename, move and delete organizations.
    ManageOrganizations,
    /// Change how the workspace looks.
    ManageBranding,
    /// See what the workspace uses of its limits.
    ViewUsage,
    /// See who did what.
    ViewAudit,
}

/// Proof that the person of this context may do `P` in its workspace.
pub struct Granted<'a, P> {
    context: &'a Context,
    permit: PhantomData<P>,
}

impl<'a, P: Permit> Granted<'a, P> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Granted { context, permit: PhantomData }
    }

    /// Opens the scope of what they see of the workspace.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn scope(&self) -> Result<WorkspaceTx> {
        let reach = self.context.reach.clone();
        Ok(self.context.homeport.store().workspace_within(self.context.workspace.id, reach).await?)
    }

    /// Opens a scope that reads all of one moment.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot> {
        let reach = self.context.reach.clone();
        Ok(self.context.homeport.store().snapshot_within(self.context.workspace.id, reach).await?)
    }
}
