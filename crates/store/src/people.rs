//! People: who signs in, and the workspaces that they belong to. Stands outside of workspaces.

use crate::entity::{person, workspace};
use crate::error::Result;
use crate::person_tx::PersonTx;
use crate::place::{self, Place, Support};
use crate::repository::branding;
use crate::repository::workspaces::{self, NewWorkspace};
use crate::sql;
use crate::workspace_tx::WorkspaceTx;
use model::branding::Brand;
use model::organization::Reach;
use model::person::{Person, Theme};
use model::sign_on::Demands;
use model::workspace::{Membership, Workspace};
use model::{PersonId, WorkspaceId};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait,
    FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, TransactionTrait,
};
use std::collections::HashMap;

/// Most workspaces of one person that are listed.
const WORKSPACES_MAX: u64 = 500;
/// The advisory lock under which the first administrator is made: "set up" in ASCII.
const SET_UP_LOCK: i64 = 0x7365_7420_7570;

/// The narrow handle for them.
pub struct People<'a>(pub(crate) &'a DatabaseConnection);

/// What is needed to make someone.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Lower case.
    pub email: String,
    /// What others see.
    pub name: String,
    /// As argon2 writes it.
    pub password_hash: String,
}

impl People<'_> {
    /// Whether there is nobody yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_empty(&self) -> Result<bool> {
        Ok(person::Entity::find().limit(1).count(self.0).await? == 0)
    }

    /// Makes the first person, who administers the platform, with a first workspace that they administer too; nothing where somebody exists. Of two
    /// at once, one does it.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_up(
        &self,
        person: NewPerson,
        workspace: NewWorkspace,
    ) -> Result<Option<(WorkspaceTx, Person, Workspace)>> {
        let tx = self.0.begin().await?;
        sql::execute(&tx, "SELECT pg_advisory_xact_lock($1)", [SET_UP_LOCK.into()]).await?;
        if person::Entity::find().limit(1).count(&tx).await? > 0 {
            return Ok(None);
        }
        let person = insert(&tx, person, true).await?;
        let made = workspaces::insert(&tx, person.id, workspace).await?;
        Ok(Some((WorkspaceTx { tx, workspace: made.id }, person, made)))
    }

    /// Makes a person. A taken address violates `people_email_key`.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, person: NewPerson) -> Result<Person> {
        let tx = self.0.begin().await?;
        let person = insert(&tx, person, false).await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Makes a workspace with its root organization; the person becomes its administrator. It is there once the scope is
    /// committed.
    ///
    /// # Errors
    /// The database's.
    pub async fn create_workspace(
        &self,
        person: PersonId,
        workspace: NewWorkspace,
    ) -> Result<(WorkspaceTx, Workspace)> {
        let tx = self.0.begin().await?;
        let made = workspaces::insert(&tx, person, workspace).await?;
        Ok((WorkspaceTx { tx, workspace: made.id }, made))
    }

    /// Makes one for somebody who asks for it themselves. While people come by themselves, it is on trial unless they
    /// administer the platform; nothing where they have one on trial already. It is there once the scope is committed.
    ///
    /// # Errors
    /// The database's.
    pub async fn create_own_workspace(
        &self,
        person: &Person,
        workspace: NewWorkspace,
    ) -> Result<Option<(WorkspaceTx, Workspace)>> {
        let tx = self.0.begin().await?;
        let made = workspaces::insert(&tx, person.id, workspace).await?;
        if !person.administrator && !begin_trial(&tx, &person.email).await? {
            return Ok(None);
        }
        Ok(Some((WorkspaceTx { tx, workspace: made.id }, made)))
    }

    /// The person of this address, with the hash of their password.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_email(&self, email: &str) -> Result<Option<(Person, String)>> {
        let found = person::Entity::find().filter(person::Column::Email.eq(email)).one(self.0).await?;
        Ok(found.map(with_hash))
    }

    /// The person, with the hash of their password.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: PersonId) -> Result<Option<(Person, String)>> {
        Ok(person::Entity::find_by_id(id.0).one(self.0).await?.map(with_hash))
    }

    /// Begins to change what is a person's own.
    ///
    /// # Errors
    /// The database's.
    pub async fn change(&self, id: PersonId) -> Result<PersonTx> {
        Ok(PersonTx { tx: self.0.begin().await?, person: id })
    }

    /// Replaces the hash of a person's password.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_password(&self, id: PersonId, hash: &str) -> Result<()> {
        sql::execute(
            self.0,
            "UPDATE people SET password_hash = $2 WHERE id = $1",
            [id.0.into(), hash.into()],
        )
        .await?;
        Ok(())
    }

    /// The workspaces that a person belongs to, by name, with the counts of their devices, and what each demands of them.
    ///
    /// # Errors
    /// The database's.
    pub async fn memberships(&self, id: PersonId) -> Result<Vec<(Membership, Demands)>> {
        let tx = self.of_person(id).await?;
        let rows = places(&tx, id, None).await?;
        let mut counts = HashMap::new();
        for row in
            sql::all(&tx, "SELECT workspace_id, devices FROM lookup_device_counts($1)", [id.0.into()]).await?
        {
            counts.insert(WorkspaceId(row.try_get("", "workspace_id")?), row.try_get::<i64>("", "devices")?);
        }
        let listed = rows.into_iter().map(|(workspace, place, brand, demands)| {
            let devices = counts.get(&workspace.id).copied().unwrap_or_default();
            let at_root = place.reach == Reach::Everything;
            let support_until_ms = place.support.map(|support| support.to_ms);
            let Place { role, organization, .. } = place;
            let barred = None;
            let one = Membership {
                workspace,
                role,
                organization,
                at_root,
                devices,
                support_until_ms,
                brand,
                barred,
            };
            (one, demands)
        });
        Ok(listed.collect())
    }

    /// The workspace of this slug, what the person is in it, and what it demands of them; nothing where they don't belong
    /// to it.
    ///
    /// # Errors
    /// The database's.
    pub async fn membership(&self, id: PersonId, slug: &str) -> Result<Option<(Workspace, Place, Demands)>> {
        let tx = self.of_person(id).await?;
        let found = places(&tx, id, Some(slug)).await?.pop();
        Ok(found.map(|(workspace, place, _, demands)| (workspace, place, demands)))
    }

    /// A transaction that sees the person's own memberships and these workspaces.
    async fn of_person(&self, id: PersonId) -> Result<DatabaseTransaction> {
        let tx = self.0.begin().await?;
        sql::execute(
            &tx,
            "SELECT set_config('app.person', $1, true), set_config('app.organizations', '*', true)",
            [id.to_string().into()],
        )
        .await?;
        Ok(tx)
    }
}

/// The workspaces of a person by name, or the one of this slug, with what they are in each: a statement, since every
/// request asks it.
async fn places(
    tx: &DatabaseTransaction,
    id: PersonId,
    slug: Option<&str>,
) -> Result<Vec<(Workspace, Place, Brand, Demands)>> {
    const LOOK: &str =
        "b.name AS brand_name, b.colour AS brand_colour, b.links AS brand_links, b.logo_hash AS brand_logo";
    // Who looks for support administers the platform still, and belongs to the workspace not at all. The workspace's
    // provider knows nothing of them; a second factor they have of their own.
    let columns = place::COLUMNS;
    let text = format!(
        "SELECT w.*, {columns}, {LOOK}, NULL::int4 AS support_id, NULL::timestamptz AS support_to,
             coalesce(d.second_factor, false) AS second_factor_demanded,
             coalesce(d.enforced AND d.break_glass <> m.person_id, false) AS provider_demanded
         FROM memberships m
         JOIN workspaces w ON w.id = m.workspace_id
         LEFT JOIN sign_on d ON d.workspace_id = m.workspace_id
         LEFT JOIN branding b ON b.workspace_id = w.id
         CROSS JOIN LATERAL lookup_standing(m.workspace_id, m.role, m.organization_id) s
         WHERE m.person_id = $1 AND ($2::text IS NULL OR w.slug = $2)
         UNION ALL
         SELECT w.*, {columns}, {LOOK}, a.id, a.to_at, coalesce(d.second_factor, false), false
         FROM support_accesses a
         JOIN workspaces w ON w.id = a.workspace_id
         LEFT JOIN sign_on d ON d.workspace_id = a.workspace_id
         LEFT JOIN branding b ON b.workspace_id = w.id
         CROSS JOIN LATERAL lookup_standing(a.workspace_id, a.role, a.root_id) s
         WHERE a.person_id = $1 AND a.ended_at IS NULL AND a.to_at > now() AND ($2::text IS NULL OR w.slug = $2)
           AND EXISTS (SELECT FROM people p WHERE p.id = $1 AND p.administrator)
           AND NOT EXISTS (SELECT FROM memberships m WHERE m.person_id = $1 AND m.workspace_id = a.workspace_id)
         ORDER BY name, id LIMIT {WORKSPACES_MAX}"
    );
    let rows = sql::all(tx, &text, [id.0.into(), slug.into()]).await?;
    rows.iter()
        .map(|row| {
            let workspace = workspaces::noun(workspace::Model::from_query_result(row, "")?);
            let mut place = place::read(row)?;
            if let Some(id) = row.try_get::<Option<i32>>("", "support_id")? {
                place.support = Some(Support { id, to_ms: sql::millis(row.try_get("", "support_to")?) });
            }
            let demands = Demands {
                second_factor: row.try_get("", "second_factor_demanded")?,
                provider: row.try_get("", "provider_demanded")?,
            };
            Ok((workspace, place, branding::brand(row)?, demands))
        })
        .collect()
}

/// Puts the workspace that this transaction has just made on trial, where people come by themselves; false where its owner
/// has one on trial already.
pub(crate) async fn begin_trial(tx: &DatabaseTransaction, owner: &str) -> Result<bool> {
    sql::scalar(tx, "SELECT begin_trial($1)", [owner.into()]).await
}

pub(crate) async fn insert(tx: &DatabaseTransaction, new: NewPerson, administrator: bool) -> Result<Person> {
    let row = person::ActiveModel {
        email: Set(new.email),
        name: Set(new.name),
        password_hash: Set(new.password_hash),
        theme: Set(Theme::default().as_str().into()),
        time_zone: Set(String::new()),
        created_at: Set(time::OffsetDateTime::now_utc()),
        administrator: Set(administrator),
        ..Default::default()
    };
    Ok(with_hash(row.insert(tx).await?).0)
}

pub(crate) fn with_hash(row: person::Model) -> (Person, String) {
    let person = Person {
        id: PersonId(row.id),
        email: row.email,
        name: row.name,
        theme: Theme::from_word(&row.theme),
        time_zone: row.time_zone,
        administrator: row.administrator,
    };
    (person, row.password_hash)
}
