//! Why a use-case did not do what was asked: a problem that is the asker's to mend, or a failure that is ours.

use model::query::Mistake;
use model::{Code, Problem};

/// The result of every use-case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a use-case answers when it says no.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The asker can mend it; the problem says how.
    #[error("{0}")]
    Problem(Problem),
    /// The text of a query can't be run; the asker can mend it.
    #[error("{}", .0.sentence())]
    Mistake(Mistake),
    /// The database failed.
    #[error("the store failed")]
    Store(#[source] store::Error),
    /// The storage of files failed, or there is none.
    #[error("the storage of files failed")]
    Files(#[from] store::ShelfError),
    /// A password could not be hashed, or a kept hash not be read.
    #[error("hashing a password failed: {0}")]
    Hash(String),
    /// A task or a packed text of ours broke.
    #[error("something of ours broke: {0}")]
    Broken(String),
    /// The system gave no randomness.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// A kept key doesn't open: the master key is another than the one that sealed it.
    #[error("the key of device {0} can't be opened with this master key")]
    SealedElsewhere(String),
}

impl Error {
    /// The problem that is shown. What is ours to mend becomes [`Code::Internal`]; the boundary logs the error itself.
    pub fn problem(&self) -> Problem {
        match self {
            Error::Problem(problem) => problem.clone(),
            Error::Mistake(mistake) => Problem::field(Code::Invalid, "query", mistake.sentence()),
            _ => Problem::new(Code::Internal),
        }
    }

    /// Whether it is ours to mend, and therefore to be logged.
    pub fn is_ours(&self) -> bool {
        self.problem().code == Code::Internal
    }

    pub(crate) fn not_found() -> Error {
        Error::Problem(Problem::new(Code::NotFound))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error::Problem(problem)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        error.problem()
    }
}

/// The names of constraints, and what their violation means to people.
impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        let (code, field, message) = match error.constraint() {
            Some("templates_name_key") => (Code::Taken, "name", "A template of this name exists already."),
            Some("templates_dtmi_key" | "template_versions_dtmi_key") => {
                (Code::Taken, "/@id", "A template with this identifier exists already.")
            }
            Some("data_destinations_name_key") => {
                (Code::Taken, "name", "A destination of this name exists already.")
            }
            Some("data_exports_name_key") => {
                (Code::Taken, "name", "A data export of this name exists already.")
            }
            Some("data_exports_destination_fkey") => {
                let text = "A data export goes there. Delete it, or send it elsewhere, first.";
                return Error::Problem(Problem::with_detail(Code::Conflict, text));
            }
            Some("devices_template_unpublished") => (
                Code::Invalid,
                "template",
                "This template isn't published yet. Publish it, then devices can be of it.",
            ),
            Some("devices_external_id_key") => {
                (Code::Taken, "external_id", "A device with this id exists already.")
            }
            Some("branding_host_key") => {
                (Code::Taken, "host", "This host name is another workspace's already.")
            }
            Some("device_relationships_child_key") => (
                Code::Taken,
                "child",
                "This device stands behind another one already; take it from there first.",
            ),
            Some("devices_template_fkey") => {
                (Code::Invalid, "template", "This template doesn't exist any more.")
            }
            Some("enrolment_groups_id_key") => {
                (Code::Taken, "id", "An enrolment group with this id exists already.")
            }
            Some("enrolment_groups_name_key") => {
                (Code::Taken, "name", "An enrolment group of this name exists already.")
            }
            Some("device_groups_id_key") => {
                (Code::Taken, "id", "A device group with this id exists already.")
            }
            Some("device_groups_name_key") => {
                (Code::Taken, "name", "A device group of this name exists already.")
            }
            Some("enrolment_group_certificates_thumbprint_key") => {
                (Code::Taken, "certificate", "It is the group's other certificate already.")
            }
            Some("api_tokens_id_key") => (Code::Taken, "id", "An API token with this id exists already."),
            Some("memberships_role_fkey" | "api_tokens_role_fkey" | "invitations_role_fkey") => {
                (Code::Invalid, "role", "This role doesn't exist any more.")
            }
            Some(
                "memberships_organization_fkey"
                | "invitations_organization_fkey"
                | "api_tokens_organization_fkey"
                | "dashboards_organization_fkey"
                | "reports_organization_fkey"
                | "device_groups_organization_fkey"
                | "devices_organization_fkey"
                | "job_schedules_organization_fkey"
                | "jobs_organization_fkey",
            ) => (Code::Invalid, "organization", "This organization doesn't exist any more."),
            Some("jobs_id_key") => (Code::Taken, "id", "A job with this id exists already."),
            Some("job_schedules_id_key") => {
                (Code::Taken, "id", "A scheduled job with this id exists already.")
            }
            Some("dashboards_id_key") => (Code::Taken, "id", "A dashboard with this id exists already."),
            Some("reports_dashboard_fkey") => return Error::not_found(),
            Some("roles_name_key") => (Code::Taken, "name", "A role of this name exists already."),
            Some("roles_id_key") => (Code::Taken, "id", "A role with this id exists already."),
            Some("organizations_key_key") => {
                (Code::Taken, "key", "An organization with this id exists already.")
            }
            Some("memberships_administrator") => {
                let text = "A workspace keeps an administrator who belongs to its root organization. Make somebody else \
                            one first.";
                return Error::Problem(Problem::with_detail(Code::Conflict, text));
            }
            Some("sign_on_break_glass_fkey") => {
                let text = "They are who gets in with a password should single sign-on fail. Name somebody else first, in \
                            the settings under Sign-in.";
                return Error::Problem(Problem::with_detail(Code::Conflict, text));
            }
            Some("plans_name_key") => (Code::Taken, "name", "A plan of this name exists already."),
            Some("rules_name_key") => (Code::Taken, "name", "A rule of this name exists already."),
            Some("people_email_key") => (Code::Taken, "email", "Someone with this address exists already."),
            _ => return Error::Store(error),
        };
        Error::Problem(Problem::field(code, field, message))
    }
}
