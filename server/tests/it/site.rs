//! Static files come as the build laid them down; where it was not run, pages still do.

use test_support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn pages_name_files_that_are_there() {
    let app = TestApp::start().await;
    let page = app.client().get(format!("{}/set-up", app.url)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let text = page.text().await.unwrap();
    assert!(text.contains("</html>"));
    let style = app.client().get(format!("{}/style/main.css", app.url)).send().await.unwrap();
    if style.status() == 404 {
        // The site isn't built; the browser tests build it.
        return;
    }
    assert!(style.headers()["content-type"].to_str().unwrap().starts_with("text/css"));
    let named: Vec<&str> = text.split(['"', '\'']).filter(|part| part.starts_with("/pkg/")).collect();
    assert!(
        named.iter().any(|path| path.ends_with(".js")) && named.iter().any(|path| path.ends_with(".wasm")),
        "{named:?}"
    );
    for path in named.iter().filter(|path| path.contains('.')) {
        let file = app.client().get(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(file.status(), 200, "{path}");
        assert!(file.headers()["cache-control"].to_str().unwrap().contains("immutable"), "{path}");
    }
}
