//! What these tests begin with: a product that is set up, and contexts in it.

use domain::people::{self, SetUp};
use domain::{Context, Endpoints, Error, Homeport, workspaces};
use model::device::NewDevice;
use model::person::Person;
use model::role::{BuiltIn, RoleId};
use model::{Code, OrganizationId, PersonId, Problem};
use store::NewPerson;
use test_support::TestDb;

/// The first administrator's password.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Where sign-ins come from.
pub(crate) const HERE: &str = "192.0.2.1";

/// A product with its administrator, Ada, and her workspace “Plant”.
pub(crate) struct Ground {
    pub(crate) homeport: Homeport,
    pub(crate) ada: Person,
    pub(crate) db: TestDb,
}

impl Ground {
    pub(crate) async fn new() -> Ground {
        let db = TestDb::new().await;
        let homeport = homeport(&db);
        let ada = people::set_up(&homeport, set_up("ada@example.com")).await.unwrap();
        Ground { homeport, ada, db }
    }

    /// Ada in her workspace.
    pub(crate) async fn context(&self) -> Context {
        workspaces::open(&self.homeport, self.ada.id, "plant").await.unwrap()
    }

    /// Someone else, with a workspace of their own.
    pub(crate) async fn stranger(&self) -> (PersonId, Context) {
        let person = self.person("eve@example.com").await;
        let own = workspaces::create(&self.homeport, person, "Elsewhere").await.unwrap();
        (person, workspaces::open(&self.homeport, person, &own.slug).await.unwrap())
    }

    /// Someone who belongs to no workspace and can't sign in.
    pub(crate) async fn person(&self, email: &str) -> PersonId {
        let person = NewPerson { email: email.into(), name: email.into(), password_hash: "none".into() };
        self.db.store().people().insert(person).await.unwrap().id
    }

    /// Someone with this role in this organization of “Plant”.
    pub(crate) async fn member(&self, name: &str, role: &RoleId, organization: OrganizationId) -> Context {
        let person = self.person(&format!("{name}@example.com")).await;
        let scope = self.db.store().workspace(self.context().await.workspace.id).await.unwrap();
        scope.memberships().set(person, role, organization).await.unwrap();
        scope.commit().await.unwrap();
        workspaces::open(&self.homeport, person, "plant").await.unwrap()
    }

    /// Someone with this role in “Plant”.
    pub(crate) async fn as_role(&self, role: BuiltIn) -> Context {
        let person = self.person(&format!("{}@example.com", role.as_str())).await;
        let scope = self.db.store().workspace(self.context().await.workspace.id).await.unwrap();
        let root = scope.organizations().root().await.unwrap();
        scope.memberships().set(person, &role.into(), root).await.unwrap();
        scope.commit().await.unwrap();
        workspaces::open(&self.homeport, person, "plant").await.unwrap()
    }
}

pub(crate) fn homeport(db: &TestDb) -> Homeport {
    let endpoints = Endpoints {
        host: "broker.example.com".into(),
        port: Some(1883),
        tls_port: Some(8883),
        ca_pem: "CA".into(),
    };
    Homeport::new(db.store().clone(), endpoints)
}

pub(crate) fn set_up(email: &str) -> SetUp {
    SetUp { name: "Ada".into(), email: email.into(), password: PASSWORD.into(), workspace: "Plant".into() }
}

pub(crate) fn new_device(external_id: &str) -> NewDevice {
    NewDevice { external_id: external_id.into(), ..Default::default() }
}

/// The problem of an outcome that had to be one.
pub(crate) fn problem<T>(outcome: Result<T, Error>) -> Problem {
    match outcome {
        Ok(_) => panic!("it should have been refused"),
        Err(Error::Problem(problem)) => problem,
        Err(other) => panic!("a failure of ours: {other:?}"),
    }
}

/// Its code.
pub(crate) fn code<T>(outcome: Result<T, Error>) -> Code {
    problem(outcome).code
}
