//! The one door to what belongs to a workspace: a transaction in which the workspace is set.

use crate::error::Result;
use crate::mails::{self, SealedMail};
use crate::notices::{self, Notice};
use crate::repository::{
    ActionRuns, Alarms, Allowances, Annotations, ApiAnswers, ApiTokens, AuditEntries, Brandings, CommandRuns,
    DashboardLinks, Dashboards, DataDestinations, DataExports, DeviceCertificates, DeviceEnrolments,
    DeviceEvents, DeviceFiles, DeviceGroups, DeviceMessages, DeviceRetained, DeviceSessions, Devices,
    EnrolmentGroups, Explorations, ExportWork, Imports, Invitations, JobSchedules, Jobs, MaintenanceWindows,
    Members, Memberships, NoticeBoard, Organizations, PushSubscriptions, RefusedRegistrations, Relationships,
    Reports, Roles, RuleWork, Rules, SignOnRules, Simulations, SupportAccesses, Templates, Twins, Workspaces,
};
use crate::sql;
use model::organization::Reach;
use model::{PersonId, WorkspaceId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use std::ops::Deref;

/// A transaction that sees one workspace. Dropped without [`commit`](WorkspaceTx::commit), it changes nothing.
pub struct WorkspaceTx {
    pub(crate) tx: DatabaseTransaction,
    pub(crate) workspace: WorkspaceId,
}

/// A scope that reads, and sees everything as it was at its first statement.
pub struct Snapshot(WorkspaceTx);

impl Snapshot {
    pub(crate) async fn begin(
        db: &DatabaseConnection,
        workspace: WorkspaceId,
        reach: &Reach,
    ) -> Result<Snapshot> {
        let tx = db.begin().await?;
        // In one way to Postgres; the workspace is a number of ours, and so are the organizations. The lock goes before the
        // moment that is seen: a slot of messages that is packed and dropped after it could be found in neither place.
        let settings = format!(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
             LOCK TABLE ONLY tm_hot IN ACCESS SHARE MODE; \
             SELECT set_config('app.workspace', '{}', true), set_config('app.organizations', '{}', true)",
            workspace.0,
            reach.setting()
        );
        tx.execute_unprepared(&settings).await?;
        Ok(Snapshot(WorkspaceTx { tx, workspace }))
    }
}

impl Deref for Snapshot {
    type Target = WorkspaceTx;

    fn deref(&self) -> &WorkspaceTx {
        &self.0
    }
}

impl WorkspaceTx {
    pub(crate) async fn begin(
        db: &DatabaseConnection,
        workspace: WorkspaceId,
        reach: &Reach,
    ) -> Result<WorkspaceTx> {
        let tx = db.begin().await?;
        set_workspace(&tx, workspace, reach).await?;
        Ok(WorkspaceTx { tx, workspace })
    }

    /// Which workspace it sees.
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// What the actions of rules have to do, and what became of it.
    pub fn action_runs(&self) -> ActionRuns<'_> {
        ActionRuns(self)
    }

    /// Alarms.
    pub fn alarms(&self) -> Alarms<'_> {
        Alarms(self)
    }

    /// What it may take, and what it has used.
    pub fn allowances(&self) -> Allowances<'_> {
        Allowances(self)
    }

    /// Notes on time.
    pub fn annotations(&self) -> Annotations<'_> {
        Annotations(self)
    }

    /// Answers to requests that may come again.
    pub fn api_answers(&self) -> ApiAnswers<'_> {
        ApiAnswers(self)
    }

    /// API tokens.
    pub fn api_tokens(&self) -> ApiTokens<'_> {
        ApiTokens(self)
    }

    /// The audit log.
    pub fn audit(&self) -> AuditEntries<'_> {
        AuditEntries(self)
    }

    /// How the workspace looks.
    pub fn brandings(&self) -> Brandings<'_> {
        Brandings(self)
    }

    /// Commands that were run on devices.
    pub fn command_runs(&self) -> CommandRuns<'_> {
        CommandRuns(self)
    }

    /// Links to dashboards.
    pub fn dashboard_links(&self) -> DashboardLinks<'_> {
        DashboardLinks(self)
    }

    /// Dashboards, as this person sees them: those of organizations, and their own. Without a person, none is anybody's own.
    ///
    /// # Errors
    /// The database's.
    pub async fn dashboards(&self, person: Option<PersonId>) -> Result<Dashboards<'_>> {
        Dashboards::of(self, person).await
    }

    /// What this person is told of within the product.
    pub fn notice_board(&self, person: PersonId) -> NoticeBoard<'_> {
        NoticeBoard(self, person)
    }

    /// Browsers that people have asked to be woken.
    pub fn push_subscriptions(&self) -> PushSubscriptions<'_> {
        PushSubscriptions(self)
    }

    /// Where exported data goes.
    pub fn data_destinations(&self) -> DataDestinations<'_> {
        DataDestinations(self)
    }

    /// Data exports.
    pub fn data_exports(&self) -> DataExports<'_> {
        DataExports(self)
    }

    /// What the delivery of data exports reads and writes.
    pub fn export_work(&self) -> ExportWork<'_> {
        ExportWork(self)
    }

    /// Messages to devices.
    pub fn device_messages(&self) -> DeviceMessages<'_> {
        DeviceMessages(self)
    }

    /// How people come to it.
    pub fn sign_on(&self) -> SignOnRules<'_> {
        SignOnRules(self)
    }

    /// Devices.
    pub fn devices(&self) -> Devices<'_> {
        Devices(self)
    }

    /// Certificates of devices.
    pub fn device_certificates(&self) -> DeviceCertificates<'_> {
        DeviceCertificates(self)
    }

    /// How devices prove who they are, and who waits.
    pub fn device_enrolments(&self) -> DeviceEnrolments<'_> {
        DeviceEnrolments(self)
    }

    /// Groups by which devices enrol.
    pub fn enrolment_groups(&self) -> EnrolmentGroups<'_> {
        EnrolmentGroups(self)
    }

    /// Logs of devices.
    pub fn device_events(&self) -> DeviceEvents<'_> {
        DeviceEvents(self)
    }

    /// Files that devices upload.
    pub fn device_files(&self) -> DeviceFiles<'_> {
        DeviceFiles(self)
    }

    /// Groups of devices.
    pub fn device_groups(&self) -> DeviceGroups<'_> {
        DeviceGroups(self)
    }

    /// Retained messages to devices.
    pub fn device_retained(&self) -> DeviceRetained<'_> {
        DeviceRetained(self)
    }

    /// Sessions of devices at the embedded broker.
    pub fn device_sessions(&self) -> DeviceSessions<'_> {
        DeviceSessions(self)
    }

    /// Saved explorations.
    pub fn explorations(&self) -> Explorations<'_> {
        Explorations(self)
    }

    /// Imports of history.
    pub fn imports(&self) -> Imports<'_> {
        Imports(self)
    }

    /// Maintenance windows.
    pub fn maintenance(&self) -> MaintenanceWindows<'_> {
        MaintenanceWindows(self)
    }

    /// Registrations that were refused before there was a device.
    pub fn refused_registrations(&self) -> RefusedRegistrations<'_> {
        RefusedRegistrations(self)
    }

    /// Jobs.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    /// Jobs that begin by themselves.
    pub fn job_schedules(&self) -> JobSchedules<'_> {
        JobSchedules(self)
    }

    /// Which devices stand behind which.
    pub fn relationships(&self) -> Relationships<'_> {
        Relationships(self)
    }

    /// Rules.
    pub fn rules(&self) -> Rules<'_> {
        Rules(self)
    }

    /// What the evaluation of rules reads and writes.
    pub fn rule_work(&self) -> RuleWork<'_> {
        RuleWork(self)
    }

    /// Simulations of devices.
    pub fn simulations(&self) -> Simulations<'_> {
        Simulations(self)
    }

    /// Who looks into the workspace for support.
    pub fn support_accesses(&self) -> SupportAccesses<'_> {
        SupportAccesses(self)
    }

    /// Device templates.
    pub fn templates(&self) -> Templates<'_> {
        Templates(self)
    }

    /// Digital twins of devices.
    pub fn twins(&self) -> Twins<'_> {
        Twins(self)
    }

    /// The organization tree.
    pub fn organizations(&self) -> Organizations<'_> {
        Organizations(self)
    }

    /// Reports of dashboards.
    pub fn reports(&self) -> Reports<'_> {
        Reports(self)
    }

    /// Roles that the workspace has made.
    pub fn roles(&self) -> Roles<'_> {
        Roles(self)
    }

    /// Who is invited.
    pub fn invitations(&self) -> Invitations<'_> {
        Invitations(self)
    }

    /// People of the workspace, as people see them.
    pub fn members(&self) -> Members<'_> {
        Members(self)
    }

    /// Who belongs to the workspace.
    pub fn memberships(&self) -> Memberships<'_> {
        Memberships(self)
    }

    /// The workspace's own row.
    pub fn settings(&self) -> Workspaces<'_> {
        Workspaces(self)
    }

    /// Queues a mail, which is sent once this is committed.
    ///
    /// # Errors
    /// The database's.
    pub async fn queue_mail(&self, mail: &SealedMail) -> Result<()> {
        mails::queue(&self.tx, mail, Some(self.workspace)).await
    }

    /// Tells every process, once this is committed, that a device's connections must end and that what is
    /// remembered of it is old.
    ///
    /// # Errors
    /// The database's.
    pub async fn cut_off(&self, external_id: &str) -> Result<()> {
        self.notify(&Notice::CutOff { workspace: self.workspace, external_id: external_id.to_owned() }).await
    }

    /// Tells every process, once this is committed, that the connections of all devices of the workspace must end.
    ///
    /// # Errors
    /// The database's.
    pub async fn cut_off_workspace(&self) -> Result<()> {
        self.notify(&Notice::CutOffWorkspace { workspace: self.workspace }).await
    }

    /// Tells every process, once this is committed, that some devices of the workspace may have lost what they are
    /// connected by: each that is connected is looked at again, at once.
    ///
    /// # Errors
    /// The database's.
    pub async fn look_again(&self) -> Result<()> {
        self.notify(&Notice::LookAgain { workspace: self.workspace }).await
    }

    /// Tells every process, once this is committed, that what is remembered of devices and templates is old.
    ///
    /// # Errors
    /// The database's.
    pub async fn changed(&self) -> Result<()> {
        self.notify(&Notice::Changed).await
    }

    /// Tells every process, once this is committed, that a device has answered a command.
    ///
    /// # Errors
    /// The database's.
    pub async fn answered(&self, run: i64) -> Result<()> {
        self.notify(&Notice::Answered { workspace: self.workspace, run }).await
    }

    /// Tells every process, once this is committed, that somebody may see more or less of the workspace than before: open
    /// pages look again, at once.
    ///
    /// # Errors
    /// The database's.
    pub async fn access_changed(&self) -> Result<()> {
        self.notify(&Notice::Access { workspace: self.workspace }).await
    }

    async fn notify(&self, notice: &Notice) -> Result<()> {
        let values = [notices::CHANNEL.into(), notice.to_string().into()];
        sql::one(&self.tx, "SELECT pg_notify($1, $2)::text", values).await?;
        Ok(())
    }

    /// Makes all that was done in it lasting.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

/// Sets the workspace and the organizations that the policies of row-level security read, until the transaction ends.
pub(crate) async fn set_workspace(
    tx: &DatabaseTransaction,
    workspace: WorkspaceId,
    reach: &Reach,
) -> Result<()> {
    sql::execute(
        tx,
        "SELECT set_config('app.workspace', $1, true), set_config('app.organizations', $2, true)",
        [workspace.to_string().into(), reach.setting().into()],
    )
    .await?;
    Ok(())
}
