//! Files of devices: sent to a signed address whole or in blocks, taken by people and programs, bounded, deleted to the last
//! byte; and everything that strangers try.

use domain::device_files::upload::{self, Address, Uploader};
use domain::provision;
use model::device_file::{DeviceFile, FileState};
use serde_json::{Value, json};
use test_support::{TestApp, TestDevice, TestPerson, eventually};

/// What the device of this scope and id is told that wants to upload a file of this name.
async fn ask(app: &TestApp, scope: &str, id: &str, name: &str) -> Result<Address, model::Problem> {
    let (scope, id, name) = (scope.to_owned(), id.to_owned(), name.to_owned());
    app.within(async move |homeport| {
        let known = homeport.store().lookup().device(&scope, &id).await?.unwrap();
        let who =
            Uploader { workspace: known.workspace, scope: &scope, device: known.device, external_id: &id };
        Ok(upload::ask(&homeport, who, &name).await.map_err(|e| e.problem()))
    })
    .await
}

/// The whole address.
fn url(app: &TestApp, address: &Address) -> String {
    let blob: Vec<String> = address.blob.split('/').map(model::percent::encode).collect();
    format!("{}/{}/{}?{}", app.url, address.container, blob.join("/"), address.query)
}

/// Uploads a file as this device does.
pub(crate) async fn upload_one(app: &TestApp, id: &str, scope: &str, name: &str) {
    let address = ask(app, scope, id, name).await.unwrap();
    let sent = app.client().put(url(app, &address)).body("x").send().await.unwrap();
    assert_eq!(sent.status(), 201);
}

struct Scene {
    app: TestApp,
    ada: TestPerson,
    device: TestDevice,
}

impl Scene {
    async fn new() -> Scene {
        let app = TestApp::start().await;
        let ada = app.person("ada@example.com").await;
        let device = app.device(&ada, "kitchen").await;
        Scene { app, ada, device }
    }

    async fn try_ask(&self, name: &str) -> Result<Address, model::Problem> {
        ask(&self.app, &self.device.scope, &self.device.id, name).await
    }

    async fn ask(&self, name: &str) -> Address {
        self.try_ask(name).await.unwrap()
    }

    fn url(&self, address: &Address, more: &str) -> String {
        format!("{}{more}", url(&self.app, address))
    }

    async fn put(&self, url: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let answer = self.app.client().put(url).body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn files(&self) -> Vec<DeviceFile> {
        let asked = json!({"workspace": self.ada.workspace.slug, "device": self.device.id});
        self.ada.call("list_device_files", asked).await.read()
    }

    async fn fetch(&self, id: i32, more: &str) -> reqwest::Response {
        self.ada.get(&format!("/w/{}/devices/kitchen/files/{id}{more}", self.ada.workspace.slug)).await
    }

    async fn limit(&self, file: i64, all: i64) {
        let slug = self.ada.workspace.slug.clone();
        let bound = async move |homeport| provision::bound_files(&homeport, &slug, file, all).await;
        self.app.within(bound).await;
    }

    /// Files of the storage below the data folder.
    fn stored(&self) -> usize {
        fn count(dir: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
            entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
        }
        count(&self.app.folder().join("data/files"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_shown_taken_and_deleted() {
    let scene = Scene::new().await;
    let address = scene.ask("logs/a b é.txt").await;
    assert_eq!(scene.files().await[0].state, FileState::Asked);
    assert_eq!(scene.put(&scene.url(&address, ""), "hello <b>world</b>").await.0, 201);
    let file = scene.files().await.remove(0);
    assert_eq!((file.name.as_str(), file.bytes, file.state), ("logs/a b é.txt", 18, FileState::Uploaded));
    assert_eq!(file.content_type, "text/plain");
    // One SDK encodes the slash behind its id too.
    let again = scene.ask("logs/a b é.txt").await;
    let whole = format!(
        "{}/{}/{}?{}",
        scene.app.url,
        again.container,
        model::percent::encode(&again.blob),
        again.query
    );
    assert!(whole.contains("kitchen%2Flogs%2Fa%20b"), "{whole}");
    assert_eq!(scene.put(&whole, "hello <b>world</b>").await.0, 201);
    let file = scene.files().await.remove(0);
    assert_eq!((file.name.as_str(), file.bytes), ("logs/a b é.txt", 18));
    // To keep: never as something that a browser runs.
    let taken = scene.fetch(file.id, "").await;
    assert_eq!(taken.headers()["content-type"], "application/octet-stream");
    assert_eq!(
        taken.headers()["content-disposition"],
        "attachment; filename=\"a_b__.txt\"; filename*=UTF-8''a%20b%20%C3%A9.txt"
    );
    assert_eq!(taken.text().await.unwrap(), "hello <b>world</b>");
    let shown = scene.fetch(file.id, "?show").await;
    assert_eq!(shown.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(shown.headers()["content-security-policy"], "default-src 'none'; sandbox");
    let asked = json!({"workspace": scene.ada.workspace.slug, "device": "kitchen", "file": file.id});
    let text: String = scene.ada.call("device_file_text", asked.clone()).await.read();
    assert_eq!(text, "hello <b>world</b>");

    // Its address is used up; another file of its name takes its place.
    let (status, said) = scene.put(&scene.url(&address, ""), "again").await;
    assert_eq!(status, 403, "{said}");
    let second = scene.ask("logs/a b é.txt").await;
    assert_eq!(scene.put(&scene.url(&second, ""), "new").await.0, 201);
    let files = scene.files().await;
    assert_eq!(files.iter().map(|f| f.bytes).collect::<Vec<_>>(), [3]);
    assert_ne!(files[0].id, file.id);

    let asked = json!({"workspace": scene.ada.workspace.slug, "device": "kitchen", "file": files[0].id});
    assert_eq!(scene.ada.call("delete_device_file", asked.clone()).await.status, 200);
    assert_eq!(scene.ada.call("delete_device_file", asked).await.status, 404);
    assert!(scene.files().await.is_empty());
    scene.app.within(async |homeport| domain::device_files::clear_garbage(&homeport).await).await;
    assert_eq!(scene.stored(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_in_blocks_as_azure_sends_them() {
    let scene = Scene::new().await;
    let address = scene.ask("big.bin").await;
    for (block, body) in [("YQ==", "one "), ("Yg==", "two "), ("Yw==", "never used"), ("YQ==", "ONE ")] {
        let url = scene.url(&address, &format!("&comp=block&blockid={}", model::percent::encode(block)));
        assert_eq!(scene.put(&url, body).await.0, 201, "{block}");
    }
    let list = |ids: &[&str]| {
        let ids: String = ids.iter().map(|id| format!("<Latest>{id}</Latest>")).collect();
        format!("<?xml version='1.0' encoding='utf-8'?>\n<BlockList>{ids}</BlockList>")
    };
    let url = scene.url(&address, "&comp=blocklist");
    let (status, said) = scene.put(&url, list(&["YQ==", "eA=="])).await;
    assert_eq!((status, said["detail"].as_str()), (422, Some("The block “eA==” is not here.")));
    assert_eq!(scene.put(&url, list(&["Yg==", "YQ==", "Yg=="])).await.0, 201);
    let file = scene.files().await.remove(0);
    assert_eq!((file.bytes, file.state), (12, FileState::Uploaded));
    assert_eq!(scene.fetch(file.id, "").await.text().await.unwrap(), "two ONE two ");
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_are_told_and_nothing_of_what_is_too_large_stays() {
    let scene = Scene::new().await;
    scene.limit(10, 15).await;
    let address = scene.ask("a").await;
    let (status, said) = scene.put(&scene.url(&address, ""), "eleven bytes").await;
    assert_eq!(
        (status, said["detail"].as_str()),
        (413, Some("A file of this workspace has at most 10 bytes."))
    );
    // The address is good still: a smaller one may come.
    assert_eq!(scene.put(&scene.url(&address, ""), "ten bytes!").await.0, 201);
    let address = scene.ask("b").await;
    let (status, said) = scene.put(&scene.url(&address, ""), "nine byte").await;
    assert_eq!(status, 413);
    assert!(said["detail"].as_str().unwrap().contains("have reached 15 bytes"), "{said}");
    let block = |id: &str| scene.url(&address, &format!("&comp=block&blockid={id}"));
    assert_eq!(scene.put(&block("YQ"), "abc").await.0, 201);
    assert_eq!(scene.put(&block("Yg"), "def").await.0, 413, "together they are too large");
    assert_eq!(scene.put(&block("YQ"), "abcde").await.0, 201, "one block may be sent again");
    let full = scene.try_ask("c").await.unwrap_err();
    assert_eq!(full.code, model::Code::TooLarge);

    scene.limit(10, 1000).await;
    for number in 0..9 {
        scene.ask(&format!("n{number}")).await;
    }
    assert_eq!(scene.try_ask("one too many").await.unwrap_err().code, model::Code::TooMany);
    assert_eq!(scene.try_ask("../etc/passwd").await.unwrap_err().fields[0].field, "name");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_good_for_what_it_was_signed_for() {
    let scene = Scene::new().await;
    let other = scene.app.device(&scene.ada, "cellar").await;
    let address = scene.ask("a.txt").await;
    let good = scene.url(&address, "");
    let changed = [
        good.replace("kitchen", &other.id),
        good.replace("a.txt", "b.txt"),
        good.replace(&address.correlation, &"0".repeat(32)),
        good.replace("&se=", "&se=9"),
        good.replace("&sig=", "&sig=0"),
        good.split("&sig=").next().unwrap().to_owned(),
        good.split('?').next().unwrap().to_owned(),
    ];
    for url in changed {
        assert_eq!(scene.put(&url, "x").await.0, 403, "{url}");
    }
    assert_eq!(scene.put(&format!("{good}&comp=page"), "x").await.0, 422);
    // Nor does it help a device that is shut out.
    let block = json!({"workspace": scene.ada.workspace.slug, "device": "kitchen", "blocked": true});
    assert_eq!(scene.ada.call("set_blocked", block).await.status, 200);
    assert_eq!(scene.put(&good, "x").await.0, 403);
    assert!(scene.files().await.iter().all(|file| file.state == FileState::Asked));
    assert_eq!(scene.stored(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_with_their_device() {
    let scene = Scene::new().await;
    let address = scene.ask("a.txt").await;
    assert_eq!(scene.put(&scene.url(&address, ""), "x").await.0, 201);
    assert_eq!(scene.stored(), 1);
    let gone = json!({"workspace": scene.ada.workspace.slug, "device": "kitchen"});
    assert_eq!(scene.ada.call("delete_device", gone).await.status, 200);
    eventually("its bytes are gone", async || {
        scene.app.within(async |homeport| domain::device_files::clear_garbage(&homeport).await).await;
        (scene.stored() == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_asks_for_an_address_over_mqtt() {
    let scene = Scene::new().await;
    let mut kitchen = scene.device.connect().await.unwrap();
    kitchen.subscribe(&scene.device.topic("files/res/+")).await;
    kitchen.publish(&scene.device.topic("files/1"), r#"{"name":"a b.txt"}"#).await.unwrap();
    let (topic, body) = kitchen.message().await;
    assert_eq!(topic, scene.device.topic("files/res/1"));
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert!(told["expires"].as_i64().unwrap() > 1_700_000_000_000, "{told}");
    assert_eq!(scene.put(told["url"].as_str().unwrap(), "hello").await.0, 201);
    assert_eq!(scene.files().await[0].state, FileState::Uploaded);

    // What can't be is answered, and stands in the log.
    for (body, said) in
        [("name", "A file is asked for by"), (r#"{"name":"a/../b"}"#, "No part between slashes")]
    {
        kitchen.publish(&scene.device.topic("files/2"), body).await.unwrap();
        let (topic, answer) = kitchen.message().await;
        assert_eq!(topic, scene.device.topic("files/res/2"));
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert!(answer["message"].as_str().unwrap().starts_with(said), "{answer}");
    }
    let asked = json!({"workspace": scene.ada.workspace.slug, "device": "kitchen"});
    let log = scene.ada.call("device_events", asked).await.body;
    let kinds: Vec<_> = log.as_array().unwrap().iter().filter_map(|line| line["kind"].as_str()).collect();
    assert!(kinds.contains(&"message-refused") && kinds.contains(&"file-uploaded"), "{kinds:?}");
}
