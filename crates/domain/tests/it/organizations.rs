//! Who sees what of an organization tree: siblings are strangers, whoever stands above sees all below.

use crate::ground::{Ground, code, new_device, problem};
use crate::groups::explored;
use crate::roles::everything;
use crate::templates::{draft, published};
use domain::{Context, devices, organizations, roles, storage, tokens, workspaces};
use model::dashboard::DashboardDraft;
use model::device::DeviceQuery;
use model::organization::{NewOrganization, Organization, OrganizationPatch};
use model::permission::{Permission, Permissions};
use model::role::{BuiltIn, RoleDraft, RoleId};
use model::token::NewApiToken;
use model::{Code, OrganizationId};

fn new(name: &str, parent: Option<OrganizationId>) -> NewOrganization {
    NewOrganization { key: name.to_lowercase(), name: name.into(), parent }
}

/// “Plant” with two wings, of which one has a lab.
struct Tree {
    ground: Ground,
    ada: Context,
    north: Organization,
    lab: Organization,
    south: Organization,
}

impl Tree {
    async fn new() -> Tree {
        let ground = Ground::new().await;
        let ada = ground.context().await;
        let north = organizations::create(&ada, &new("North", None)).await.unwrap();
        let lab = organizations::create(&ada, &new("Lab", Some(north.id))).await.unwrap();
        let south = organizations::create(&ada, &new("South", None)).await.unwrap();
        for (id, organization) in
            [("root-1", None), ("north-1", Some(&north)), ("lab-1", Some(&lab)), ("south-1", Some(&south))]
        {
            let organization = organization.map(|organization: &Organization| organization.id);
            devices::create(&ada, model::device::NewDevice { organization, ..new_device(id) }).await.unwrap();
        }
        Tree { ground, ada, north, lab, south }
    }

    /// Somebody with this role there.
    async fn member(&self, name: &str, role: BuiltIn, organization: &Organization) -> Context {
        self.ground.member(name, &role.into(), organization.id).await
    }
}

async fn seen(context: &Context) -> Vec<String> {
    let query = DeviceQuery { limit: 50, ..Default::default() };
    let page = devices::list(context, query).await.unwrap();
    assert_eq!((page.total, page.matching), (page.items.len() as i64, page.items.len() as i64));
    page.items.into_iter().map(|row| row.device.external_id).collect()
}

#[tokio::test]
async fn each_sees_their_subtree_and_its_count() {
    let tree = Tree::new().await;
    assert_eq!(seen(&tree.ada).await, ["lab-1", "north-1", "root-1", "south-1"]);
    for (name, organization, expected) in [
        ("noor", &tree.north, vec!["lab-1", "north-1"]),
        ("lars", &tree.lab, vec!["lab-1"]),
        ("sue", &tree.south, vec!["south-1"]),
    ] {
        let context = tree.member(name, BuiltIn::Viewer, organization).await;
        assert_eq!(seen(&context).await, expected, "{name}");
        let nodes = organizations::tree(&context).await.unwrap();
        assert_eq!((nodes[0].id, nodes[0].parent, nodes[0].depth), (organization.id, None, 0), "{name}");
        let me =
            workspaces::memberships(&tree.ground.homeport, context.actor.person().unwrap()).await.unwrap();
        assert_eq!((me[0].devices, me[0].at_root), (expected.len() as i64, false), "{name}");
    }
}

#[tokio::test]
async fn who_belongs_to_a_sibling_is_a_stranger_whatever_their_role() {
    let tree = Tree::new().await;
    let template = published(&tree.ada, draft("Room", &[])).await.id;
    for role in BuiltIn::ALL {
        let sue = tree.member(&format!("sue-{}", role.as_str()), role, &tree.south).await;
        let noor = tree.member(&format!("noor-{}", role.as_str()), role, &tree.north).await;
        for (what, end) in everything(&sue, "lab-1", template).await {
            // Templates belong to the whole workspace: they are seen, and changed from the root alone.
            let expected = match what {
                "get template" => None,
                what if what.ends_with("template") => Some(Code::NotAllowed),
                "migrate devices" if sue.role.allows(Permission::ManageDevices) => None,
                _ => end.filter(|code| *code == Code::NotAllowed).or(Some(Code::NotFound)),
            };
            assert_eq!(end, expected, "{role:?} of a sibling: {what}");
        }
        for id in ["lab-1", "north-1"] {
            assert!(devices::get(&noor, id).await.is_ok(), "{role:?} above: {id}");
        }
        assert_eq!(code(devices::get(&noor, "south-1").await), Code::NotFound);
        assert_eq!(code(devices::get(&noor, "root-1").await), Code::NotFound);
        // What is the whole workspace's is not for a part of it.
        assert_eq!(code(workspaces::rename(&noor, "Ours").await), Code::NotAllowed, "{role:?}");
        assert_eq!(code(storage::erasures(&noor).await), Code::NotAllowed, "{role:?}");
    }
}

#[tokio::test]
async fn nothing_is_made_or_moved_beyond_ones_own() {
    let tree = Tree::new().await;
    let noor = tree.member("noor", BuiltIn::Administrator, &tree.north).await;
    let there = model::device::NewDevice { organization: Some(tree.south.id), ..new_device("x") };
    assert!(problem(devices::create(&noor, there).await).of_field("organization").is_some());
    let moved = devices::move_to(&noor, &["lab-1".into()], tree.south.id).await;
    assert!(problem(moved).of_field("organization").is_some());
    let moved = devices::move_to(&noor, &["south-1".into()], tree.lab.id).await;
    assert_eq!(code(moved), Code::NotFound);
    let made = devices::create(&noor, new_device("own")).await.unwrap();
    assert_eq!(made.organization.id, tree.north.id, "what is made lies where its maker is");
    assert_eq!(devices::move_to(&noor, &["own".into(), "lab-1".into()], tree.lab.id).await.unwrap(), 1);
    for parent in [Some(tree.south.id), Some(tree.ada.organization.id)] {
        assert!(
            problem(organizations::create(&noor, &new("Attic", parent)).await).of_field("parent").is_some()
        );
    }
    let attic = organizations::create(&noor, &new("Attic", None)).await.unwrap();
    assert_eq!(attic.parent, Some(tree.north.id));
    // The next request knows what was made.
    let person = noor.actor.person().unwrap();
    let noor = workspaces::open(&tree.ground.homeport, person, "plant").await.unwrap();
    let up = OrganizationPatch { parent: Some(tree.ada.organization.id), ..Default::default() };
    assert!(problem(organizations::update(&noor, attic.id, &up).await).of_field("parent").is_some());
    assert_eq!(code(organizations::delete(&noor, tree.south.id).await), Code::NotFound);
    assert_eq!(code(organizations::delete(&noor, tree.north.id).await), Code::Conflict, "their own highest");
}

#[tokio::test]
async fn re_parenting_moves_what_is_seen_at_once() {
    let tree = Tree::new().await;
    let sue = tree.member("sue", BuiltIn::Viewer, &tree.south).await;
    let again =
        async || workspaces::open(&tree.ground.homeport, sue.actor.person().unwrap(), "plant").await.unwrap();
    let below = |parent: OrganizationId| OrganizationPatch { parent: Some(parent), ..Default::default() };
    organizations::update(&tree.ada, tree.lab.id, &below(tree.south.id)).await.unwrap();
    assert_eq!(seen(&again().await).await, ["lab-1", "south-1"]);
    // Not below itself, and not too deep.
    let loops = organizations::update(&tree.ada, tree.south.id, &below(tree.lab.id)).await;
    assert!(problem(loops).of_field("parent").is_some());
    let mut parent = tree.lab.id;
    for name in ["four", "five"] {
        parent = organizations::create(&tree.ada, &new(name, Some(parent))).await.unwrap().id;
    }
    assert!(
        problem(organizations::create(&tree.ada, &new("six", Some(parent))).await)
            .of_field("parent")
            .is_some()
    );
    let deeper = organizations::update(&tree.ada, tree.south.id, &below(tree.north.id)).await;
    assert!(problem(deeper).of_field("parent").is_some(), "the whole subtree counts");
}

#[tokio::test]
async fn only_what_is_empty_is_deleted_and_its_past_goes_up() {
    let tree = Tree::new().await;
    assert_eq!(
        code(organizations::delete(&tree.ada, tree.north.id).await),
        Code::Conflict,
        "others hang below"
    );
    assert_eq!(
        code(organizations::delete(&tree.ada, tree.lab.id).await),
        Code::Conflict,
        "a device is there"
    );
    devices::move_to(&tree.ada, &["lab-1".into()], tree.south.id).await.unwrap();
    let token = NewApiToken {
        id: "lab".into(),
        name: String::new(),
        role: BuiltIn::Viewer.into(),
        organization: Some(tree.lab.id),
        expires_ms: None,
    };
    tokens::create(&tree.ada, token).await.unwrap();
    assert_eq!(code(organizations::delete(&tree.ada, tree.lab.id).await), Code::Conflict, "a token is of it");
    tokens::revoke(&tree.ada, "lab").await.unwrap();
    let noor = tree.member("noor", BuiltIn::Operator, &tree.north).await;
    organizations::delete(&tree.ada, tree.lab.id).await.unwrap();
    let away = DeviceQuery { moved_away: true, limit: 10, ..Default::default() };
    let gone = devices::list(&noor, away).await.unwrap().items;
    assert_eq!(gone.iter().map(|row| row.device.external_id.as_str()).collect::<Vec<_>>(), ["lab-1"]);
    assert_eq!(devices::get(&noor, "lab-1").await.unwrap().organization.id, tree.north.id);
    assert_eq!(
        code(devices::key(&noor, "lab-1").await),
        Code::NotFound,
        "what moved away is read and no more"
    );
}

#[tokio::test]
async fn a_token_sees_what_its_organization_does_and_no_more_than_its_maker() {
    let tree = Tree::new().await;
    let noor = tree.member("noor", BuiltIn::Administrator, &tree.north).await;
    let token = |role: BuiltIn, organization: Option<OrganizationId>| NewApiToken {
        id: String::new(),
        name: "Program".into(),
        role: role.into(),
        organization,
        expires_ms: None,
    };
    assert!(
        problem(tokens::create(&noor, token(BuiltIn::Viewer, Some(tree.south.id))).await)
            .of_field("organization")
            .is_some()
    );
    let own = tokens::create(&noor, token(BuiltIn::Administrator, None)).await.unwrap();
    assert_eq!(own.token.organization.id, tree.north.id);
    let program = tokens::open(&tree.ground.homeport, &own.secret).await.unwrap();
    assert_eq!(seen(&program).await, ["lab-1", "north-1"]);
    assert_eq!(code(workspaces::rename(&program, "Ours").await), Code::NotAllowed);
    let lab = tokens::create(&tree.ada, token(BuiltIn::Viewer, Some(tree.lab.id))).await.unwrap();
    let program = tokens::open(&tree.ground.homeport, &lab.secret).await.unwrap();
    assert_eq!(seen(&program).await, ["lab-1"]);
    // The lab's token is known to whoever stands above it, and not to siblings.
    let sue = tree.member("sue", BuiltIn::Administrator, &tree.south).await;
    assert!(tokens::get(&noor, &lab.token.id).await.is_ok());
    assert_eq!(code(tokens::get(&sue, &lab.token.id).await), Code::NotFound);
    assert_eq!(tokens::list(&sue).await.unwrap(), []);
}

#[tokio::test]
async fn a_role_that_is_made_allows_what_it_says_and_a_change_counts_at_once() {
    let tree = Tree::new().await;
    let draft = |permissions: Permissions| RoleDraft {
        name: "Night shift".into(),
        description: String::new(),
        permissions,
    };
    let looks: Permissions = [Permission::ViewDevices].into_iter().collect();
    let role = roles::create(&tree.ada, None, &draft(looks)).await.unwrap();
    assert_eq!(role.id, RoleId("night-shift".into()));
    assert_eq!(code(roles::create(&tree.ada, None, &draft(looks)).await), Code::Taken);
    let nils = tree.ground.member("nils", &role.id, tree.ada.organization.id).await;
    assert!(devices::get(&nils, "north-1").await.is_ok());
    assert_eq!(code(devices::set_blocked(&nils, "north-1", true).await), Code::NotAllowed);
    assert_eq!(code(roles::list(&nils).await), Code::NotAllowed);
    let token = NewApiToken {
        id: "t".into(),
        name: String::new(),
        role: role.id.clone(),
        organization: None,
        expires_ms: None,
    };
    let secret = tokens::create(&tree.ada, token).await.unwrap().secret;

    roles::update(&tree.ada, &role.id, &draft(looks.with(Permission::ManageDevices))).await.unwrap();
    let nils = workspaces::open(&tree.ground.homeport, nils.actor.person().unwrap(), "plant").await.unwrap();
    assert!(devices::set_blocked(&nils, "north-1", true).await.is_ok());
    let program = tokens::open(&tree.ground.homeport, &secret).await.unwrap();
    assert!(devices::set_blocked(&program, "north-1", false).await.is_ok());
    assert_eq!(code(roles::delete(&tree.ada, &role.id).await), Code::Conflict, "somebody has it");
    let listed = roles::list(&tree.ada).await.unwrap();
    let own = listed.iter().find(|listed| listed.role.id == role.id).unwrap();
    assert_eq!((listed.len(), own.people, own.tokens), (5, 1, 1));
}

#[tokio::test]
async fn nobody_makes_or_gives_more_than_they_hold() {
    let tree = Tree::new().await;
    let some: Permissions =
        [Permission::ManageRoles, Permission::ManageTokens, Permission::ViewDevices].into_iter().collect();
    let draft =
        |name: &str, permissions| RoleDraft { name: name.into(), description: String::new(), permissions };
    let clerk = roles::create(&tree.ada, None, &draft("Clerk", some)).await.unwrap();
    let owner = roles::create(&tree.ada, None, &draft("Owner", Permissions::ALL)).await.unwrap();
    let cleo = tree.ground.member("cleo", &clerk.id, tree.ada.organization.id).await;
    let more = some.with(Permission::DeleteData);
    assert!(
        problem(roles::create(&cleo, None, &draft("More", more)).await).of_field("permissions").is_some()
    );
    assert!(
        problem(roles::update(&cleo, &clerk.id, &draft("Clerk", more)).await)
            .of_field("permissions")
            .is_some()
    );
    assert_eq!(code(roles::update(&cleo, &owner.id, &draft("Owner", some)).await), Code::NotAllowed);
    assert_eq!(code(roles::delete(&cleo, &owner.id).await), Code::NotAllowed);
    for built_in in BuiltIn::ALL {
        assert_eq!(code(roles::delete(&tree.ada, &built_in.into()).await), Code::Invalid, "{built_in:?}");
    }
    let token = |role: RoleId| NewApiToken {
        id: String::new(),
        name: "x".into(),
        role,
        organization: None,
        expires_ms: None,
    };
    assert!(problem(tokens::create(&cleo, token(owner.id)).await).of_field("role").is_some());
    assert!(problem(tokens::create(&cleo, token(RoleId("nobody".into()))).await).of_field("role").is_some());
    tokens::create(&cleo, token(clerk.id)).await.unwrap();
    assert_eq!(code(roles::get(&cleo, &RoleId("nobody".into())).await), Code::NotFound);
}

/// Every set of permissions with the one that a use-case wants, and without it.
#[tokio::test]
async fn each_permission_opens_its_own_use_cases() {
    let tree = Tree::new().await;
    fn end<T>(outcome: Result<T, domain::Error>) -> Option<Code> {
        outcome.err().map(|error| error.problem().code)
    }
    for permission in Permission::ALL {
        let (just, all) = (Permissions::NONE.with(permission), Permissions::ALL.without(permission));
        for (held, allowed) in [(just, true), (all, false)] {
            let name = format!("{} {}", permission.as_str(), allowed);
            let role = roles::create(
                &tree.ada,
                None,
                &RoleDraft { name: name.clone(), description: String::new(), permissions: held },
            )
            .await
            .unwrap();
            let who = tree.ground.member(&name.replace(' ', "-"), &role.id, tree.ada.organization.id).await;
            let ends = match permission {
                Permission::ViewDevices => end(devices::get(&who, "root-1").await),
                Permission::CreateDevices => end(devices::create(&who, new_device(&role.id.0)).await),
                Permission::ManageDevices => end(devices::set_blocked(&who, "root-1", false).await),
                Permission::DeleteDevices => end(devices::delete(&who, "nobody").await),
                Permission::RunCommands => end(domain::messages::purge(&who, "root-1").await),
                Permission::ManageEnrolment => end(domain::provisioning::groups::list(&who).await),
                Permission::ViewGroups => end(domain::groups::list(&who, "", 0, 1).await),
                Permission::ManageGroups => {
                    end(domain::groups::delete(&who, &model::group::GroupId("nobody".into())).await)
                }
                Permission::ViewJobs => end(domain::jobs::list(&who).await),
                Permission::ManageJobs => {
                    end(domain::jobs::delete(&who, &model::job::JobId("nobody".into())).await)
                }
                Permission::ShareExplorations => {
                    end(domain::explorations::create(&who, &explored("All", true)).await)
                }
                Permission::ViewRawData => end(domain::telemetry::raw(&who, "root-1", None, 10).await),
                Permission::ImportData => end(domain::imports::list(&who).await),
                Permission::DeleteData => {
                    let new = model::storage::NewErasure {
                        devices: vec!["nobody".into()],
                        from: "2026-01-01".into(),
                        to: "2026-01-01".into(),
                    };
                    end(storage::erase(&who, new).await)
                }
                Permission::ViewTemplates => end(domain::templates::list(&who).await),
                Permission::ManageTemplates => {
                    end(domain::templates::create(&who, &draft(&role.id.0, &[])).await)
                }
                Permission::ViewPeople => end(roles::list(&who).await),
                Permission::ManageDashboards | Permission::ManagePersonalDashboards => {
                    let personal = permission == Permission::ManagePersonalDashboards;
                    let draft = DashboardDraft { name: name.clone(), personal, ..DashboardDraft::default() };
                    end(domain::dashboards::create(&who, None, &draft).await)
                }
                Permission::ManageRoles => end(roles::delete(&who, &RoleId("nobody".into())).await),
                Permission::ManageOrganizations => {
                    end(organizations::delete(&who, OrganizationId(i32::MAX)).await)
                }
                Permission::ViewDataExports => end(domain::data_exports::list(&who).await),
                Permission::ManageDataExports => end(domain::data_exports::delete(&who, i32::MAX).await),
                Permission::ViewRules => end(domain::rules::list(&who).await),
                Permission::ManageRules => end(domain::rules::delete(&who, i32::MAX).await),
                Permission::ManageAlarms => {
                    let change = model::alarm::AlarmChange::Clear;
                    end(domain::alarms::change(&who, &[i64::MAX], change).await)
                }
                Permission::ManageTokens => end(tokens::revoke(&who, "nobody").await),
                Permission::ManageWorkspace => end(workspaces::rename(&who, "Plant").await),
                // Their use-cases come with what they are about.
                Permission::ManagePeople
                | Permission::ManageBranding
                | Permission::ViewUsage
                | Permission::ViewAudit => continue,
            };
            let refused = ends == Some(Code::NotAllowed);
            assert_eq!(refused, !allowed, "{permission:?} held: {allowed}, ended {ends:?}");
        }
    }
}
