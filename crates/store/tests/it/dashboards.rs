//! Dashboards: whose they are is kept by the database.

use crate::ground::tenant;
use model::PersonId;
use model::dashboard::{Content, DashboardDraft};
use model::organization::{NewOrganization, Reach};
use store::NewPerson;
use test_support::TestDb;

fn draft(name: &str) -> DashboardDraft {
    DashboardDraft { name: name.into(), content: Some(Content::default()), ..DashboardDraft::default() }
}

#[tokio::test]
async fn one_sees_those_of_ones_organizations_and_ones_own() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let person = async |email: &str| -> PersonId {
        let new = NewPerson { email: email.into(), name: email.into(), password_hash: "none".into() };
        db.store().people().insert(new).await.unwrap().id
    };
    let (ada, eve) = (person("ada@x.example").await, person("eve@x.example").await);
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let root = scope.organizations().root().await.unwrap();
    let new = NewOrganization { key: "north".into(), name: "North".into(), parent: None };
    let north = scope.organizations().insert(&new, root).await.unwrap();
    let dashboards = scope.dashboards(Some(ada)).await.unwrap();
    dashboards.insert("of-root", &draft("Root"), Some(root), 1_000).await.unwrap();
    dashboards.insert("of-north", &draft("North"), Some(north), 1_000).await.unwrap();
    dashboards.insert("of-ada", &draft("Ada's"), None, 1_000).await.unwrap();
    dashboards.set_favourite("of-north", true).await.unwrap();
    dashboards.set_default("of-root", true).await.unwrap();
    scope.commit().await.unwrap();

    let seen = async |who: Option<PersonId>, reach: Reach| -> Vec<(String, bool)> {
        let scope = db.store().workspace_within(a.workspace.id, reach).await.unwrap();
        let list = scope.dashboards(who).await.unwrap().list().await.unwrap();
        list.into_iter().map(|d| (d.id, d.favourite)).collect()
    };
    let of = |ids: &[(&str, bool)]| ids.iter().map(|(id, f)| ((*id).to_owned(), *f)).collect::<Vec<_>>();
    let everything = || Reach::Everything;
    let north_only = || Reach::Organizations(vec![north]);
    assert_eq!(
        seen(Some(ada), everything()).await,
        of(&[("of-root", false), ("of-north", true), ("of-ada", false)])
    );
    assert_eq!(seen(Some(eve), everything()).await, of(&[("of-root", false), ("of-north", false)]));
    assert_eq!(seen(None, everything()).await, of(&[("of-root", false), ("of-north", false)]));
    assert_eq!(seen(Some(ada), north_only()).await, of(&[("of-north", true), ("of-ada", false)]));
    assert_eq!(seen(Some(eve), north_only()).await, of(&[("of-north", false)]));

    // Nor does anybody change or delete another's, or put one where they see nothing.
    let scope = db.store().workspace_within(a.workspace.id, north_only()).await.unwrap();
    let eves = scope.dashboards(Some(eve)).await.unwrap();
    assert!(!eves.delete("of-ada").await.unwrap() && !eves.delete("of-root").await.unwrap());
    assert!(eves.get("of-ada").await.unwrap().is_none());
    assert!(eves.insert("of-eve", &draft("Eve's"), Some(root), 1_000).await.is_err());
}

#[tokio::test]
async fn a_change_knows_from_what_it_came_and_one_is_the_default() {
    let db = TestDb::new().await;
    let a = tenant(db.store(), "a").await;
    let scope = db.store().workspace(a.workspace.id).await.unwrap();
    let root = scope.organizations().root().await.unwrap();
    let dashboards = scope.dashboards(None).await.unwrap();
    for id in ["one", "two"] {
        dashboards.insert(id, &draft(id), Some(root), 1_000).await.unwrap();
        dashboards.set_default(id, true).await.unwrap();
    }
    let list = dashboards.list().await.unwrap();
    assert_eq!(list.iter().filter(|d| d.is_default).map(|d| d.id.as_str()).collect::<Vec<_>>(), ["two"]);
    let one = dashboards.get("one").await.unwrap().unwrap();
    assert!(dashboards.update(&one, &draft("Changed"), Some(root), 2_000).await.unwrap());
    assert!(!dashboards.update(&one, &draft("Late"), Some(root), 3_000).await.unwrap());
    let now = dashboards.get("one").await.unwrap().unwrap();
    assert_eq!((now.about.name.as_str(), now.revision, now.about.updated_ms), ("Changed", 2, 2_000));
}
