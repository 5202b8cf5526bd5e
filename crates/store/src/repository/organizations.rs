//! The organization tree of a workspace. Every workspace has its root from the beginning.

use crate::entity::organization;
use crate::error::{Error, Result};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::OrganizationId;
use model::organization::{NewOrganization, Organization};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryResult};
use std::collections::{HashMap, HashSet};

/// The organizations that a scope sees.
pub struct Organizations<'a>(pub(crate) &'a WorkspaceTx);

/// Those that the scope sees, with what belongs to each.
const LIST: &str = "
    SELECT o.id, o.key, o.name, o.parent_id,
        (SELECT count(*) FROM devices d WHERE d.workspace_id = $1 AND d.organization_id = o.id) AS devices,
        (SELECT count(*) FROM memberships m WHERE m.workspace_id = $1 AND m.organization_id = o.id) AS people,
        (SELECT count(*) FROM alarms a JOIN devices d ON d.workspace_id = a.workspace_id AND d.id = a.device_id
            WHERE a.workspace_id = $1 AND a.cleared_ms IS NULL AND d.organization_id = o.id) AS alarms
    FROM organizations o WHERE o.workspace_id = $1
    ORDER BY o.name COLLATE by_name, o.id";

impl Organizations<'_> {
    /// The tree: a node stands behind its parent, siblings by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn tree(&self) -> Result<Vec<Organization>> {
        let rows = sql::all(&self.0.tx, LIST, [self.0.workspace.0.into()]).await?;
        let all = rows.iter().map(noun).collect::<Result<Vec<_>>>()?;
        Ok(added_up(in_order(all)))
    }

    /// One of the tree.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: OrganizationId) -> Result<Option<Organization>> {
        Ok(self.tree().await?.into_iter().find(|node| node.id == id))
    }

    /// The one that programs know by this key.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_key(&self, key: &str) -> Result<Option<OrganizationId>> {
        let text = "SELECT id FROM organizations WHERE workspace_id = $1 AND key = $2";
        let row = sql::one(&self.0.tx, text, [self.0.workspace.0.into(), key.into()]).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.map(OrganizationId))
    }

    /// Whether there is one of this id that the scope sees.
    ///
    /// # Errors
    /// The database's.
    pub async fn exists(&self, id: OrganizationId) -> Result<bool> {
        let text = "SELECT EXISTS (SELECT FROM organizations WHERE workspace_id = $1 AND id = $2)";
        sql::scalar(&self.0.tx, text, [self.0.workspace.0.into(), id.0.into()]).await
    }

    /// The root.
    ///
    /// # Errors
    /// The database's; [`Error::Unreadable`] where the workspace is gone, or the scope doesn't see its root.
    pub async fn root(&self) -> Result<OrganizationId> {
        let found = organization::Entity::find()
            .filter(organization::Column::WorkspaceId.eq(self.0.workspace.0))
            .filter(organization::Column::ParentId.is_null())
            .one(&self.0.tx)
            .await?;
        let root = found.ok_or_else(|| Error::Unreadable("the workspace has no root organization".into()))?;
        Ok(OrganizationId(root.id))
    }

    /// Holds everybody else's changes of the tree up until this scope ends, so that its depth, its number and its shape
    /// can be judged.
    ///
    /// # Errors
    /// The database's.
    pub async fn lock(&self) -> Result<()> {
        let lock = "SELECT pg_advisory_xact_lock(hashtext('organizations'), $1)";
        sql::execute(&self.0.tx, lock, [self.0.workspace.0.into()]).await.map(|_| ())
    }

    /// How many the workspace has, and how deep these lie (the root: 1), each with how many levels begin with it: what the
    /// scope doesn't see counts too.
    ///
    /// # Errors
    /// The database's.
    pub async fn shape(&self, ids: &[OrganizationId]) -> Result<(i64, Vec<(OrganizationId, usize, usize)>)> {
        let ids: Vec<i32> = ids.iter().map(|id| id.0).collect();
        let rows =
            sql::all(&self.0.tx, "SELECT total, id, depth, height FROM organization_shape($1)", [ids.into()])
                .await?;
        let mut total = 0;
        let mut shapes = Vec::new();
        for row in &rows {
            total = row.try_get_by_index(0)?;
            if let Some(id) = row.try_get_by_index::<Option<i32>>(1)? {
                let number = |i| row.try_get_by_index::<i32>(i).map(|n| usize::try_from(n).unwrap_or(0));
                shapes.push((OrganizationId(id), number(2)?, number(3)?));
            }
        }
        Ok((total, shapes))
    }

    /// Makes one. A taken key violates `organizations_key_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, new: &NewOrganization, parent: OrganizationId) -> Result<OrganizationId> {
        // The number alone is what is asked for next: the scope's own list of organizations doesn't hold it yet.
        let id: i32 = sql::scalar(
            &self.0.tx,
            "SELECT nextval(pg_get_serial_sequence('organizations', 'id'))::int4",
            [],
        )
        .await?;
        self.see(OrganizationId(id)).await?;
        sql::execute(
            &self.0.tx,
            "INSERT INTO organizations (workspace_id, id, parent_id, name, key) VALUES ($1, $2, $3, $4, $5)",
            [
                self.0.workspace.0.into(),
                id.into(),
                parent.0.into(),
                new.name.as_str().into(),
                new.key.as_str().into(),
            ],
        )
        .await?;
        Ok(OrganizationId(id))
    }

    /// Lets this scope see one more: one that it makes below one that it sees.
    async fn see(&self, id: OrganizationId) -> Result<()> {
        sql::execute(
            &self.0.tx,
            "SELECT set_config('app.organizations', array_append(current_setting('app.organizations')::int4[], $1)::text,
                 true)
             WHERE current_setting('app.organizations') <> '*'",
            [id.0.into()],
        )
        .await
        .map(|_| ())
    }

    /// Renames one and hangs it below another; tells whether there is such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn update(
        &self,
        id: OrganizationId,
        name: &str,
        parent: Option<OrganizationId>,
    ) -> Result<bool> {
        let touched = sql::execute(
            &self.0.tx,
            "UPDATE organizations SET name = $3, parent_id = coalesce($4, parent_id)
             WHERE workspace_id = $1 AND id = $2",
            [self.0.workspace.0.into(), id.0.into(), name.into(), parent.map(|p| p.0).into()],
        )
        .await?;
        Ok(touched > 0)
    }

    /// Deletes one; its parent inherits what lies behind it: histories of devices that moved on, explorations, imports, notes, and tokens
    /// that were revoked. Tells whether there was one. What still belongs to it violates the constraint of that table.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: OrganizationId) -> Result<bool> {
        for (table, these) in [
            ("annotations", "true"),
            ("device_organizations", "true"),
            ("explorations", "true"),
            ("imports", "true"),
            ("api_tokens", "revoked_at IS NOT NULL"),
        ] {
            let to_parent = format!(
                "UPDATE {table} SET organization_id = (
                     SELECT parent_id FROM organizations WHERE workspace_id = $1 AND id = $2)
                 WHERE workspace_id = $1 AND organization_id = $2 AND {these}"
            );
            sql::execute(&self.0.tx, &to_parent, [self.0.workspace.0.into(), id.0.into()]).await?;
        }
        let text = "DELETE FROM organizations WHERE workspace_id = $1 AND id = $2";
        Ok(sql::execute(&self.0.tx, text, [self.0.workspace.0.into(), id.0.into()]).await? > 0)
    }
}

/// Each behind its parent, with its depth; whose parent isn't there stands at the top.
fn in_order(all: Vec<Organization>) -> Vec<Organization> {
    let known: HashSet<OrganizationId> = all.iter().map(|node| node.id).collect();
    let mut below: HashMap<Option<OrganizationId>, Vec<Organization>> = HashMap::new();
    for mut node in all {
        node.parent = node.parent.filter(|parent| known.contains(parent));
        below.entry(node.parent).or_default().push(node);
    }
    let mut tree = Vec::with_capacity(known.len());
    // The last is taken first.
    let mut open: Vec<Organization> = below.remove(&None).unwrap_or_default();
    open.reverse();
    while let Some(node) = open.pop() {
        for mut child in below.remove(&Some(node.id)).unwrap_or_default().into_iter().rev() {
            child.depth = node.depth + 1;
            open.push(child);
        }
        tree.push(node);
    }
    tree
}

/// With the alarms of all below it on each; children stand behind their parents.
fn added_up(mut tree: Vec<Organization>) -> Vec<Organization> {
    for at in (0..tree.len()).rev() {
        let Some((parent, alarms)) = tree.get(at).map(|node| (node.parent, node.alarms)) else { continue };
        if let Some(above) = tree.iter_mut().take(at).find(|node| Some(node.id) == parent) {
            above.alarms += alarms;
        }
    }
    tree
}

fn noun(row: &QueryResult) -> Result<Organization> {
    let parent: Option<i32> = row.try_get("", "parent_id")?;
    Ok(Organization {
        id: OrganizationId(row.try_get("", "id")?),
        key: row.try_get("", "key")?,
        name: row.try_get("", "name")?,
        parent: parent.map(OrganizationId),
        depth: 0,
        devices: row.try_get("", "devices")?,
        people: row.try_get("", "people")?,
        alarms: row.try_get("", "alarms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stands_behind_its_parent() {
        let node = |id: i32, parent: Option<i32>| Organization {
            id: OrganizationId(id),
            key: String::new(),
            name: String::new(),
            parent: parent.map(OrganizationId),
            depth: 0,
            devices: 0,
            people: 0,
            alarms: 1,
        };
        // 9 is not seen: 2 is the highest.
        let all = vec![node(5, Some(3)), node(4, Some(2)), node(3, Some(2)), node(2, Some(9))];
        let order: Vec<(i32, usize)> =
            in_order(all.clone()).iter().map(|node| (node.id.0, node.depth)).collect();
        assert_eq!(order, [(2, 0), (4, 1), (3, 1), (5, 2)]);
        // Each has the alarms of those below it too.
        let alarms: Vec<i64> = added_up(in_order(all)).iter().map(|node| node.alarms).collect();
        assert_eq!(alarms, [4, 1, 2, 1]);
    }
}
