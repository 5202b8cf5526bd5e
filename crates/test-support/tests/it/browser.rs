//! The browser of the tests sees, types, clicks, and notices what is wrong, on a page made for it.

use std::sync::Arc;
use test_support::browser::{Browser, Key, Scheme, Screen};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PAGE: &str = r#"<!doctype html><html><head><meta name="viewport" content="width=device-width">
<style>@media (prefers-color-scheme: dark) { body { background: #111 } } .wide { width: 2000px }</style></head><body>
<h1>A page</h1>
<label>Name <input id="name"></label>
<label for="kind">Kind</label><select id="kind"><option value="a">First</option><option value="b">Second</option></select>
<button onclick="hello()">Say hello</button> <button hidden>Say nothing</button>
<button onclick="setTimeout(() => d.showModal(), 300)">Ask</button>
<button onclick="console.error('it broke')">Break</button>
<dialog id="d"><p>Really?</p><button onclick="d.close(); out.textContent = 'Done it'">Yes</button></dialog>
<p id="out"></p>
<script>
function hello() { out.textContent = 'Hello, ' + document.getElementById('name').value + ' ' + kind.value }
document.documentElement.setAttribute('data-hydrated', '')
</script></body></html>"#;

/// Serves [`PAGE`], whatever is asked.
async fn serve(page: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_fills_clicks_and_reads() {
    let browser = Browser::start(&serve(PAGE).await).await;
    browser.open("/some/where?x=1").await;
    assert_eq!(browser.path().await, "/some/where?x=1");
    browser.fill("Name", "nobody").await;
    browser.fill("Name", "Ada").await;
    browser.choose("Kind", "Second").await;
    browser.click("Say hello").await;
    browser.sees("Hello, Ada b").await;
    assert_eq!(browser.value_of("Name").await, "Ada");
    assert!(!browser.reads("Say nothing").await);
    browser.click("Ask").await;
    browser.click("Yes").await;
    browser.loses("Really?").await;
    browser.sees("Done it").await;
    browser.press(Key::Tab + "").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_photographed_light_and_dark_wide_and_narrow() {
    let browser = Browser::start(&serve(PAGE).await).await;
    browser.open("/").await;
    browser.photograph("test-support").await;
    let picture = browser.picture("test-support").await;
    let png = std::fs::read(&picture).unwrap();
    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((size(16), size(20)), (1440, 900), "it was put back as it was");
    browser.show(Scheme::Dark, Screen::Phone).await;
    assert!(browser.holds("matchMedia('(prefers-color-scheme: dark)').matches && innerWidth === 390").await);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "it broke")]
async fn an_error_in_the_console_is_noticed() {
    let browser = Browser::start(&serve(PAGE).await).await;
    browser.open("/").await;
    browser.click("Break").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announced_error_is_forgiven() {
    let browser = Browser::start(&serve(PAGE).await).await;
    browser.open("/").await;
    browser.forgive("it broke");
    browser.click("Break").await;
    browser.close().await;
}
