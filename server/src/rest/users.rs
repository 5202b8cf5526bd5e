//! `/api/users`: people of the workspace, and those who are invited (`invitation-7`).

use super::if_match::{etag_of, matched};
use super::tokens::{role_id, role_of};
use super::{Body, Caller, Fault, Listed, Paging};
use axum::Json;
use axum::extract::Path;
use domain::{invitations, members};
use http::{HeaderMap, StatusCode, header};
use model::member::{Invitation, InviteDraft, Member};
use model::organization::OrganizationName;
use model::role::RoleId;
use model::{Code, OrganizationId, PersonId, Problem};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the ids of those begin with who have not come yet.
const INVITED: &str = "invitation-";

/// Somebody as they are answered.
#[derive(Serialize, ToSchema)]
pub(super) struct UserOut {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    email: String,
    #[schema(value_type = Vec<RoleAt>)]
    roles: [RoleAt; 1],
    /// `joined` or `invited`.
    state: &'static str,
}

/// A role in an organization.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleAt {
    role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
}

/// Somebody as they are wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserIn {
    /// The same as in the address, or nothing.
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: IgnoredAny,
    /// `email`.
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    roles: Vec<RoleAt>,
    #[serde(default, rename = "state")]
    #[schema(ignore)]
    _state: IgnoredAny,
}

/// The organizations of the workspace, with the keys that programs know them by.
struct Keys(Vec<OrganizationName>);

fn member(member: Member) -> UserOut {
    let role = RoleAt { role: role_id(&member.role.id), organization: Some(member.organization.key) };
    let id = member.person.to_string();
    UserOut { id, kind: "email", email: member.email, roles: [role], state: "joined" }
}

fn invited(invited: Invitation) -> UserOut {
    let role = RoleAt { role: role_id(&invited.role.id), organization: Some(invited.organization.key) };
    let id = format!("{INVITED}{}", invited.id);
    UserOut { id, kind: "email", email: invited.email, roles: [role], state: "invited" }
}

impl Keys {
    async fn of(caller: &Caller) -> Result<Keys, Fault> {
        Ok(Keys(members::organizations(caller).await?))
    }

    /// The one role that is wanted, and its organization where one is named.
    fn wanted(&self, roles: &[RoleAt]) -> Result<(RoleId, Option<OrganizationId>), Fault> {
        let [RoleAt { role, organization }] = roles else {
            return Err(Fault::field("roles", "Somebody has one role, in one organization."));
        };
        let organization = match organization {
            None => None,
            Some(key) => {
                let found = self.0.iter().find(|known| known.key == *key).map(|known| known.id);
                let unknown = || Fault::field("roles", format!("There is no organization “{key}”."));
                Some(found.ok_or_else(unknown)?)
            }
        };
        Ok((role_of(role), organization))
    }
}

/// Whom an id names.
enum Whom {
    Member(PersonId),
    Invited(i32),
}

fn whom(id: &str) -> Option<Whom> {
    match id.strip_prefix(INVITED) {
        Some(number) => Some(Whom::Invited(number.parse().ok()?)),
        None => Some(Whom::Member(PersonId(id.parse().ok()?))),
    }
}

fn nobody() -> Fault {
    Problem::new(Code::NotFound).into()
}

async fn read(caller: &Caller, whom: &Whom) -> Result<UserOut, Fault> {
    match whom {
        Whom::Member(person) => Ok(member(members::get(caller, *person).await?)),
        Whom::Invited(number) => {
            let all = invitations::list(caller).await?;
            let found = all.into_iter().find(|invited| invited.id == *number).ok_or_else(nobody)?;
            Ok(invited(found))
        }
    }
}

#[utoipa::path(
    get,
    path = "/api/users",
    tag = "Users",
    summary = "Lists people, and then those who are invited",
    responses((status = 200, description = "As it is", body = Listed<UserOut>)),
)]
pub(super) async fn list(caller: Caller, paging: Paging) -> Result<Listed<UserOut>, Fault> {
    let mut all: Vec<UserOut> = members::list(&caller).await?.into_iter().map(member).collect();
    all.extend(invitations::list(&caller).await?.into_iter().map(invited));
    Ok(paging.of(all))
}

#[utoipa::path(
    get,
    path = "/api/users/{user}",
    tag = "Users",
    summary = "Reads somebody",
    responses((status = 200, description = "As it is", body = UserOut)),
)]
pub(super) async fn get(caller: Caller, Path(id): Path<String>) -> Result<Json<UserOut>, Fault> {
    Ok(Json(read(&caller, &whom(&id).ok_or_else(nobody)?).await?))
}

/// Changes somebody's role; who isn't there yet is invited, whatever id was thought of for them.
#[utoipa::path(
    put,
    path = "/api/users/{user}",
    tag = "Users",
    summary = "Changes somebody's role, or invites who isn't there yet",
    request_body = UserIn,
    responses((status = 200, description = "As it is", body = UserOut)),
)]
pub(super) async fn put(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<UserIn>,
) -> Result<Json<UserOut>, Fault> {
    if wanted.kind.as_deref().is_some_and(|kind| kind != "email") {
        return Err(Fault::field("type", "People are of the type email here."));
    }
    let keys = Keys::of(&caller).await?;
    let (role, organization) = keys.wanted(&wanted.roles)?;
    if let Some(Whom::Member(person)) = whom(&id)
        && let Some(present) = members::list(&caller).await?.into_iter().find(|one| one.person == person)
    {
        matched(&headers, Some(etag_of(&member(present))))?;
        return Ok(Json(member(members::change(&caller, person, Some(role), organization).await?)));
    }
    matched(&headers, None)?;
    let Some(email) = wanted.email else {
        return Err(Fault::field("email", "Give the e-mail address of whom to invite."));
    };
    let draft = InviteDraft { emails: email, role, organization };
    if draft.addresses().is_ok_and(|addresses| addresses.len() > 1) {
        return Err(Fault::field("email", "Invite one person at a time here."));
    }
    let fresh = invitations::create(&caller, &draft).await?;
    let all = invitations::list(&caller).await?;
    let made = |invited: &Invitation| fresh.iter().any(|fresh| fresh.id == invited.id);
    let found = all.into_iter().find(made).ok_or_else(nobody)?;
    Ok(Json(invited(found)))
}

#[utoipa::path(
    patch,
    path = "/api/users/{user}",
    tag = "Users",
    summary = "Changes somebody's role",
    request_body = UserIn,
    responses((status = 200, description = "As it is", body = UserOut)),
)]
pub(super) async fn patch(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(wanted): Body<UserIn>,
) -> Result<Json<UserOut>, Fault> {
    let keys = Keys::of(&caller).await?;
    let Some(Whom::Member(person)) = whom(&id) else { return Err(nobody()) };
    matched(&headers, Some(etag_of(&member(members::get(&caller, person).await?))))?;
    let (role, organization) = keys.wanted(&wanted.roles)?;
    Ok(Json(member(members::change(&caller, person, Some(role), organization).await?)))
}

#[utoipa::path(
    delete,
    path = "/api/users/{user}",
    tag = "Users",
    summary = "Ends somebody's membership, or takes an invitation back",
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let whom = whom(&id).ok_or_else(nobody)?;
    if headers.contains_key(header::IF_MATCH) {
        matched(&headers, Some(etag_of(&read(&caller, &whom).await?)))?;
    }
    match whom {
        Whom::Member(person) => members::remove(&caller, person).await?,
        Whom::Invited(number) => invitations::revoke(&caller, number).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}
