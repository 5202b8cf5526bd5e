//! Roles, organizations, people and invitations, one function after the other.

use super::Scene;
use serde_json::{Value, json};

/// What the link of an invitation ends with.
fn end(link: &Value) -> &str {
    link.as_str().unwrap().rsplit('/').next().unwrap()
}

impl Scene<'_> {
    pub(super) async fn roles_and_organizations(&mut self) {
        let draft = |name: &str| json!({"draft": {"name": name, "permissions": ["view-devices"]}});
        let made = self.does("create_role", draft("Watchman"), "create role").await;
        let mut changed = draft("Guard");
        changed["role"] = made["id"].clone();
        self.does("update_role", changed, "update role").await;
        self.does("delete_role", json!({"role": made["id"]}), "delete role").await;

        let new = json!({"new": {"name": "North", "parent": null}});
        let north = self.does("create_organization", new, "create organization").await["id"].clone();
        let patch = json!({"organization": north, "patch": {"name": "The North"}});
        self.does("update_organization", patch, "update organization").await;
        for organization in [north.clone(), json!(1)] {
            let moves = json!({"devices": ["pump"], "organization": organization});
            self.does("move_devices", moves, "update device").await;
        }
        self.does("delete_organization", json!({"organization": north}), "delete organization").await;
    }

    pub(super) async fn people(&mut self) {
        let bob = self.app.person("bob@example.com").await;
        let draft =
            json!({"draft": {"emails": "bob@example.com cyd@example.com dan@example.com", "role": "viewer"}});
        let made = self.does("invite_people", draft, "invite invitation").await;
        let again = json!({"invitation": made[1]["id"]});
        let again = self.does("resend_invitation", again, "invite invitation").await;
        self.does("revoke_invitation", json!({"invitation": made[2]["id"]}), "revoke invitation").await;

        let link = json!({"link": end(&made[0]["link"])});
        self.others("accept_invitation", bob.client(), link, "join person").await;
        let new = json!({"link": end(&again["link"]), "name": "Cyd", "password": "another long sentence"});
        self.others("join_by_invitation", &self.app.client(), new, "join person").await;

        let change = json!({"person": bob.id, "role": "operator", "organization": 1});
        self.does("change_person", change, "update person").await;
        let leave = json!({"workspace": self.ada.workspace.slug});
        self.others("leave_workspace", bob.client(), leave, "leave person").await;
        let people = self.read("list_people", json!({})).await;
        let cyd = people.as_array().unwrap().iter().find(|person| person["name"] == "Cyd").unwrap();
        self.does("remove_person", json!({"person": cyd["person"]}), "delete person").await;
    }

    pub(super) async fn sign_on(&mut self) {
        let draft = json!({"issuer": "https://login.example.com", "client_id": "x", "secret": "a secret", "domains": ["example.com"], "others": "viewer"});
        self.does("set_sign_on_provider", json!({"draft": draft}), "update sign-on").await;
        // What somebody has come by is another test's.
        let workspace = self.ada.workspace.id;
        self.app
            .within(async move |homeport| {
                let scope = homeport.store().workspace(workspace).await?;
                scope.sign_on().proved(0).await?;
                Ok(scope.commit().await?)
            })
            .await;
        let enforce = json!({"enforced": true, "break_glass": self.ada.id});
        self.does("enforce_sign_on", enforce, "update sign-on").await;
        self.does("remove_sign_on_provider", json!({}), "delete sign-on").await;
        // Who demands it is not spared, and has to show one.
        let current = json!({"current": "a short sentence"});
        let secret: Value = self.ada.call("begin_two_factor", current).await.read();
        let code = json!({"code": test_support::totp(secret["secret"].as_str().unwrap(), 0)});
        let codes: Vec<String> = self.ada.call("confirm_two_factor", code).await.read();
        for demanded in [true, false] {
            self.does("demand_second_factor", json!({"demanded": demanded}), "update sign-on").await;
        }
        let off = json!({"current": "a short sentence", "code": codes[0]});
        assert_eq!(self.ada.call("end_two_factor", off).await.status, 200);
    }

    pub(super) async fn support(&mut self) {
        let root = self.app.administrator("root@example.com").await;
        let ask = json!({"reason": "Ticket 12", "hours": 1, "role": "viewer"});
        let taken = json!({"slug": self.ada.workspace.slug, "ask": ask});
        let given: Value = root.call("admin_take_support", taken).await.read();
        let fresh = self.log.fresh().await;
        assert!(fresh.iter().any(|fresh| fresh == "support-access workspace"), "{fresh:?}");
        self.does("end_support", json!({"access": given["id"]}), "revoke workspace").await;
    }

    /// What somebody else does, that stands in Ada's log all the same.
    async fn others(&mut self, name: &str, client: &reqwest::Client, arguments: Value, entry: &str) {
        let answer = self.app.call(client, name, arguments).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        self.done.insert(name.to_owned());
        let fresh = self.log.fresh().await;
        assert!(fresh.iter().any(|fresh| fresh == entry), "{name} leaves {fresh:?}");
    }
}
