//! Every component in every state, photographed: for eyes, not for comparison.

use test_support::TestApp;
use test_support::browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn every_component_in_every_state() {
    let app = TestApp::start().await;
    let browser = Browser::start(&app.url).await;
    browser.open("/_gallery").await;
    browser.photograph_whole("gallery").await;
    browser.close().await;
}
