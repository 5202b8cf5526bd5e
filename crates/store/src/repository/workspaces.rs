//! The workspace's own row.

use crate::entity::{membership, organization, workspace};
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::{WorkspaceTx, set_workspace};
use model::organization::Reach;
use model::role::BuiltIn;
use model::workspace::Workspace;
use model::{PersonId, WorkspaceId};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait};

/// How many slugs are tried for a name: `name`, `name-2`, …
const SLUGS: u32 = 1000;
/// What programs know the root organization by.
const ROOT_KEY: &str = "root";

/// The workspace that a scope sees.
pub struct Workspaces<'a>(pub(crate) &'a WorkspaceTx);

/// What is needed to make one.
#[derive(Clone, Debug)]
pub struct NewWorkspace {
    /// What people call it.
    pub name: String,
    /// The wanted slug; where it is taken, a number is added.
    pub slug: String,
    /// Its ID scope.
    pub scope: String,
    /// How long telemetry is kept, in days.
    pub retention_days: i32,
}

impl Workspaces<'_> {
    /// The workspace; nothing where it is gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self) -> Result<Option<Workspace>> {
        Ok(workspace::Entity::find_by_id(self.0.workspace.0).one(&self.0.tx).await?.map(noun))
    }

    /// Renames it; nothing where it is gone. Its slug stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn rename(&self, name: &str) -> Result<Option<Workspace>> {
        self.change(|row| row.name = Set(name.to_owned())).await
    }

    /// Sets how long telemetry is kept, in days; nothing where it is gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_retention(&self, days: i32) -> Result<Option<Workspace>> {
        self.change(|row| row.retention_days = Set(days)).await
    }

    /// Shuts it or opens it again; nothing where it is gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_disabled(&self, disabled: bool, now_ms: i64) -> Result<Option<Workspace>> {
        self.change(|row| row.disabled_at = Set(disabled.then(|| sql::at(now_ms)))).await
    }

    async fn change(&self, change: impl FnOnce(&mut workspace::ActiveModel)) -> Result<Option<Workspace>> {
        let Some(found) = workspace::Entity::find_by_id(self.0.workspace.0).one(&self.0.tx).await? else {
            return Ok(None);
        };
        let mut row: workspace::ActiveModel = found.into();
        change(&mut row);
        Ok(Some(noun(row.update(&self.0.tx).await?)))
    }
}

/// Makes a workspace, its root organization and its first administrator. The transaction sees it from then on.
pub(crate) async fn insert(
    tx: &DatabaseTransaction,
    person: PersonId,
    new: NewWorkspace,
) -> Result<Workspace> {
    let id: i64 = sql::scalar(tx, "SELECT nextval('workspaces_id_seq')", []).await?;
    let id = i32::try_from(id)
        .map_err(|_| Error::Unreadable("there are no more numbers for workspaces".into()))?;
    set_workspace(tx, WorkspaceId(id), &Reach::Everything).await?;
    let slug = insert_row(tx, id, &new).await?;
    let root = organization::ActiveModel {
        workspace_id: Set(id),
        name: Set(new.name.clone()),
        key: Set(ROOT_KEY.into()),
        ..Default::default()
    }
    .insert(tx)
    .await?;
    membership::ActiveModel {
        workspace_id: Set(id),
        person_id: Set(person.0),
        role: Set(BuiltIn::Administrator.as_str().into()),
        organization_id: Set(root.id),
    }
    .insert(tx)
    .await?;
    Ok(Workspace {
        id: WorkspaceId(id),
        slug,
        scope: new.scope,
        name: new.name,
        retention_days: new.retention_days,
        disabled: false,
    })
}

/// Other workspaces' slugs can't be seen, so the unique index answers whether one is free.
async fn insert_row(tx: &DatabaseTransaction, id: i32, new: &NewWorkspace) -> Result<String> {
    for attempt in 1..=SLUGS {
        let slug = if attempt == 1 { new.slug.clone() } else { format!("{}-{attempt}", new.slug) };
        let made = sql::execute(
            tx,
            "INSERT INTO workspaces (id, slug, scope, name, retention_days) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (slug) DO NOTHING",
            [
                id.into(),
                slug.as_str().into(),
                new.scope.as_str().into(),
                new.name.as_str().into(),
                new.retention_days.into(),
            ],
        )
        .await?;
        if made > 0 {
            return Ok(slug);
        }
    }
    Err(Error::Unreadable(format!("{SLUGS} workspaces are called {}", new.slug)))
}

pub(crate) fn noun(row: workspace::Model) -> Workspace {
    Workspace {
        id: WorkspaceId(row.id),
        slug: row.slug,
        scope: row.scope,
        name: row.name,
        retention_days: row.retention_days,
        disabled: row.disabled_at.is_some(),
    }
}
