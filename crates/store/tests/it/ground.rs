//! What these tests begin with: two workspaces of two people, each with a template and a device.

use model::dtdl::new_document;
use model::role::RoleId;
use model::workspace::Workspace;
use model::{DeviceId, PersonId, TemplateId};
use sqlx::{Connection, PgConnection};
use store::{InsertDevice, NewPerson, NewWorkspace, Publication, Store, WorkspaceTx};
use test_support::TestDb;

/// A workspace with something in it.
pub(crate) struct Tenant {
    pub(crate) person: PersonId,
    pub(crate) workspace: Workspace,
    pub(crate) template: TemplateId,
    pub(crate) device: DeviceId,
}

/// A workspace of this name, with a template “Room” and a device `room-1`.
pub(crate) async fn tenant(store: &Store, name: &str) -> Tenant {
    let person =
        NewPerson { email: format!("{name}@example.com"), name: name.into(), password_hash: "x".into() };
    let person = store.people().insert(person).await.unwrap().id;
    let (scope, workspace) = store.people().create_workspace(person, workspace(name)).await.unwrap();
    scope.commit().await.unwrap();
    let scope = store.workspace(workspace.id).await.unwrap();
    let document = new_document(&format!("dtmi:{name}:room;1"), "Room", &[]);
    let template = scope.templates().insert("Room", &document).await.unwrap().unwrap();
    let publication = Publication { version: 1, name: "Room", document: &document };
    scope.templates().publish(template, &publication).await.unwrap();
    let device = device(&scope, "room-1", Some(template)).await;
    scope.commit().await.unwrap();
    Tenant { person, workspace, template, device }
}

/// What a new workspace needs.
pub(crate) fn workspace(name: &str) -> NewWorkspace {
    NewWorkspace { name: name.into(), slug: name.into(), scope: format!("0ne{name}"), retention_days: 30 }
}

/// A device of this id, and named like it.
pub(crate) async fn device(scope: &WorkspaceTx, external_id: &str, template: Option<TemplateId>) -> DeviceId {
    let new = InsertDevice {
        external_id: external_id.into(),
        name: external_id.into(),
        template,
        organization: scope.organizations().root().await.unwrap(),
        simulated: false,
        key_encrypted: vec![1],
    };
    scope.devices().insert(new, 1_000).await.unwrap()
}

/// A plain connection as this role, for what no repository offers.
pub(crate) async fn connect(db: &TestDb, role: store::Role) -> PgConnection {
    PgConnection::connect(db.urls().role(role)).await.unwrap()
}

/// A plain connection as the server's own superuser.
pub(crate) async fn connect_admin(db: &TestDb) -> PgConnection {
    PgConnection::connect(&db.urls().admin).await.unwrap()
}

/// A second administrator's role in a workspace of someone else.
pub(crate) async fn join(store: &Store, tenant: &Tenant, person: PersonId, role: &RoleId) {
    let scope = store.workspace(tenant.workspace.id).await.unwrap();
    let root = scope.organizations().root().await.unwrap();
    scope.memberships().set(person, role, root).await.unwrap();
    scope.commit().await.unwrap();
}
