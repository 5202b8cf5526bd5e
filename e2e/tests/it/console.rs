//! Whoever runs Homeport: a workspace made for somebody, looked into, shut, opened, deleted; and how its people see it.

use crate::ground::sign_in;
use test_support::TestApp;
use test_support::browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_made_helped_shut_and_deleted() {
    let app = TestApp::start().await;
    let root = app.administrator("root@example.com").await;
    let browser = Browser::start(&app.url).await;
    sign_in(&browser, &root).await;

    browser.open("/admin").await;
    browser.click("New workspace").await;
    browser.fill("Name", "Weather").await;
    browser.fill("Owner's e-mail address", "olga@example.com").await;
    browser.click("Create workspace").await;
    browser.sees("The owner was mailed this invitation.").await;
    browser.photograph("console-invitation").await;
    browser.click("To the workspace").await;
    browser.at("/admin/workspaces/weather").await;
    browser.sees("Nobody is in it yet").await;

    browser.open("/admin/mails").await;
    browser.click("Join “Weather” on Homeport").await;
    browser.sees("invites you to the workspace").await;
    browser.photograph("console-mail").await;

    browser.open("/admin/workspaces/weather").await;
    browser.click("Look inside…").await;
    browser.fill("Why? The people of the workspace read it", "Ticket 12").await;
    browser.click("Look inside").await;
    browser.sees("You find the workspace among your own").await;
    browser.photograph("console-workspace").await;
    browser.open("/w/weather/devices").await;
    browser.sees("You look into this workspace for support, as Viewer: “Ticket 12”.").await;
    browser.photograph("support").await;
    browser.forgive("status of 404");
    browser.click("End it now").await;
    browser.sees("Nothing here").await;

    browser.open("/admin/workspaces/weather").await;
    browser.click("Suspend…").await;
    browser.fill("Why? The people of the workspace read it", "The bill is open.").await;
    browser.click("Suspend").await;
    browser.sees("It is suspended: its devices are cut off").await;
    browser.click("Resume").await;
    browser.sees("It is open again.").await;
    browser.click("Delete…").await;
    browser.fill("Why? The people of the workspace read it", "They left.").await;
    browser.fill("Type “Weather” to say that it is meant", "Weather").await;
    browser.click("Delete after the grace time").await;
    browser.sees("It is deleted for good on").await;
    browser.click("Restore").await;
    browser.sees("It is open again.").await;
    browser.open("/admin/log").await;
    browser.sees("They left.").await;
    browser.photograph("console-log").await;
    browser.close().await;
}
