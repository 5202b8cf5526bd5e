//! Mails on their way: a mail server that is away, slow or refusing loses none, and no page waits for it.

use domain::mail::{self, Letter};
use homeport::domain;
use model::mail::MailState;
use std::time::{Duration, Instant};
use test_support::{SmtpServer, TestApp, Way, eventually};

async fn queue(app: &TestApp, to: &str) {
    let mail = Letter::new("Grüße from “Plant”")
        .says("A very long line that must come whole, with ümläuts and dots.\n.\n..")
        .leads("Look", "http://localhost/x?a=1&b=2")
        .to(to);
    app.within(async move |homeport| mail::queue(&homeport, &mail).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_once_and_whole() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    for to in ["ada@example.com", "bob@example.com"] {
        queue(&app, to).await;
    }
    let mail = smtp.mail("ada@example.com", "Grüße from “Plant”").await;
    assert!(
        mail.text().contains("A very long line that must come whole, with ümläuts and dots.\n.\n.."),
        "{}",
        mail.raw
    );
    assert!(mail.html().contains("href=\"http://localhost/x?a=1&amp;b=2\""), "{}", mail.html());
    assert_eq!(mail.field("from").as_deref(), Some("Homeport <homeport@example.com>"));
    assert!(mail.field("message-id").unwrap().ends_with("@example.com>"), "{}", mail.raw);
    smtp.mail("bob@example.com", "Plant").await;
    let listed = eventually("both are noted as sent", async || {
        let listed = app.db().store().mails().list(Some(MailState::Sent), 0, 10).await.unwrap();
        (listed.matching == 2).then_some(listed)
    })
    .await;
    // Of what was sent the words are kept, and no link that opens anything.
    for entry in listed.items {
        let body = app.within(async move |homeport| mail::show(&homeport, entry.id).await).await.1.unwrap();
        assert!(body.text.contains("A very long line") && !body.text.contains("://"), "{}", body.text);
        assert_eq!(body.html, "");
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(smtp.mails().is_empty(), "nothing comes twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_misbehaves_loses_no_mail_and_blocks_no_page() {
    let smtp = SmtpServer::start().await;
    let app = TestApp::with_mail(&smtp).await;
    let ada = app.person("ada@example.com").await;
    for (way, said) in
        [(Way::Busy, "451"), (Way::Refuses, "550"), (Way::Silent, "no answer"), (Way::Breaks, "")]
    {
        smtp.behave(way);
        let to = format!("{way:?}@example.com").to_lowercase();
        queue(&app, &to).await;
        let tried = eventually("it was tried, and says why it waits", async || {
            let listed = app.db().store().mails().list(Some(MailState::Waiting), 0, 10).await.unwrap();
            listed.items.into_iter().find(|mail| mail.to == to && mail.tries > 0)
        })
        .await;
        let error = tried.last_error.unwrap_or_default();
        assert!(
            !error.is_empty() && (error.contains(said) || error.contains("timed out")),
            "{way:?}: {error}"
        );
        let begun = Instant::now();
        assert_eq!(ada.get(&format!("/w/{}/settings", ada.workspace.slug)).await.status(), 200);
        assert!(begun.elapsed() < Duration::from_secs(5), "a page waited for the mail server");
        smtp.behave(Way::Takes);
        smtp.mail(&to, "Plant").await;
    }
    // And one whose port is closed.
    smtp.close();
    queue(&app, "closed@example.com").await;
    eventually("it was tried", async || {
        let listed = app.db().store().mails().list(Some(MailState::Waiting), 0, 10).await.unwrap();
        listed.items.iter().any(|mail| mail.tries > 0).then_some(())
    })
    .await;
    smtp.open().await;
    smtp.mail("closed@example.com", "Plant").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_sealed_and_outlives_the_server() {
    let smtp = SmtpServer::start().await;
    smtp.close();
    let mut app = TestApp::with_mail(&smtp).await;
    queue(&app, "ada@example.com").await;
    let listed = app.db().store().mails().list(None, 0, 10).await.unwrap();
    let (_, body) = app.db().store().mails().get(listed.items[0].id).await.unwrap().unwrap();
    assert!(
        !String::from_utf8_lossy(&body.unwrap()).contains("localhost"),
        "a link stands readable in the database"
    );
    // Whoever runs the server can read it, and what it says of itself.
    let id = listed.items[0].id;
    let (entry, body) = app.within(async move |homeport| mail::show(&homeport, id).await).await;
    assert_eq!((entry.to.as_str(), entry.state), ("ada@example.com", MailState::Waiting));
    assert!(body.unwrap().text.contains("http://localhost/x?a=1&b=2"));
    app.within(async move |homeport| mail::again(&homeport, id).await).await;
    app.restart().await;
    smtp.open().await;
    smtp.mail("ada@example.com", "Plant").await;
}
