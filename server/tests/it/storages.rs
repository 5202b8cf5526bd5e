//! The whole product with its files on somebody else's storage, set as an operator sets it: a device of Azure sends files
//! over HTTPS, people look at them, take them and delete them.

use crate::process::{KEY, PROGRAM, Process, port};
use model::sas;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use test_support::{Storage, TestDb, eventually};

const DEVICE: &str = "kitchen";

/// A server as a process of its own, and somebody signed in to it.
struct Scene {
    web: String,
    devices: String,
    client: Client,
    token: String,
    _process: Process,
    _folder: tempfile::TempDir,
    _db: TestDb,
}

impl Scene {
    async fn on(storage: &Storage) -> Scene {
        let (db, folder) = (TestDb::new().await, tempfile::tempdir().unwrap());
        let [web, mqtt, mqtts, https] = std::array::from_fn(|_| port());
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--bind", "127.0.0.1", "--port", &web.to_string()]);
        command.args(["--mqtt-port", &mqtt.to_string(), "--mqtts-port", &mqtts.to_string()]);
        command
            .args(["--device-https-port", &https.to_string(), "--data-dir"])
            .arg(folder.path().join("data"));
        command.env("DATABASE_URL", &db.urls().admin).env("HOMEPORT_MASTER_KEY", KEY);
        command.env("HOMEPORT_FILES_URL", storage.url("homeport")).envs(storage.variables());
        let process = Process::start(command.stdin(Stdio::null()).stdout(Stdio::null()));
        let web = format!("http://127.0.0.1:{web}");
        eventually("the server is healthy", async || {
            reqwest::get(format!("{web}/healthz")).await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
        let authority = reqwest::get(format!("{web}/ca.pem")).await.unwrap().bytes().await.unwrap();
        let authority = reqwest::Certificate::from_pem(&authority).unwrap();
        let client = Client::builder().cookie_store(true).add_root_certificate(authority).build().unwrap();
        let devices = format!("https://localhost:{https}");
        let mut scene =
            Scene { web, devices, client, token: String::new(), _process: process, _folder: folder, _db: db };
        let form = json!({"name": "Ada", "email": "ada@example.com", "password": "a short sentence", "workspace": "Works"});
        scene.call("set_up", form).await;
        let new = json!({"workspace": "works", "new": {"external_id": DEVICE, "name": "", "template": null}});
        scene.call("create_device", new).await;
        let key = scene.call("show_key", json!({"workspace": "works", "device": DEVICE})).await;
        let soon = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(600);
        let key = sas::key_bytes(key.as_str().unwrap()).unwrap();
        scene.token = sas::sign(&key, &format!("localhost/devices/{DEVICE}"), soon.as_secs());
        scene
    }

    async fn call(&self, function: &str, arguments: Value) -> Value {
        let asked = self.client.post(format!("{}/api/{function}", self.web)).json(&arguments);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{function}");
        answer.json().await.unwrap_or_default()
    }

    /// What the device asks of its hub.
    fn of_device(&self, path: &str) -> RequestBuilder {
        let url = format!("{}/devices/{DEVICE}{path}?api-version=2021-04-12", self.devices);
        self.client.request(Method::POST, url).header("authorization", &self.token)
    }

    /// Uploads a file in these blocks, or whole where it is one, as the SDKs' client for blobs does.
    async fn upload(&self, name: &str, blocks: &[&[u8]]) {
        let asked = self.of_device("/files").json(&json!({ "blobName": name })).send().await.unwrap();
        assert_eq!(asked.status(), 200);
        let told: Value = asked.json().await.unwrap();
        let text = |key: &str| told[key].as_str().unwrap().to_owned();
        let blob: Vec<String> = text("blobName").split('/').map(model::percent::encode).collect();
        let blob = blob.join("/");
        let url =
            format!("https://{}/{}/{blob}{}", text("hostName"), text("containerName"), text("sasToken"));
        let put = async |more: &str, body: Vec<u8>| {
            let answer = self.client.put(format!("{url}{more}")).header("x-ms-blob-type", "BlockBlob");
            assert_eq!(answer.body(body).send().await.unwrap().status(), 201, "{more}");
        };
        if let [whole] = blocks {
            put("", whole.to_vec()).await;
        } else {
            let mut list = String::new();
            for (n, block) in blocks.iter().enumerate() {
                let id = format!("MDA{n}");
                put(&format!("&comp=block&blockid={id}"), block.to_vec()).await;
                list.push_str(&format!("<Latest>{id}</Latest>"));
            }
            let list = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{list}</BlockList>");
            put("&comp=blocklist", list.into_bytes()).await;
        }
        let told = json!({"correlationId": text("correlationId"), "isSuccess": true, "statusCode": 200, "statusDescription": "OK"});
        let told = self.of_device("/files/notifications").json(&told).send().await.unwrap();
        assert_eq!(told.status(), 204);
    }

    async fn files(&self) -> Vec<Value> {
        let listed = self.call("list_device_files", json!({"workspace": "works", "device": DEVICE})).await;
        listed.as_array().unwrap().clone()
    }

    async fn fetch(&self, file: &Value, more: &str) -> reqwest::Response {
        let url = format!("{}/w/works/devices/{DEVICE}/files/{}{more}", self.web, file["id"]);
        self.client.get(url).send().await.unwrap()
    }
}

async fn from_device_to_people(storage: &Storage) {
    let scene = Scene::on(storage).await;
    scene.upload("log é.txt", &[b"hello <b>world</b>"]).await;
    let large = vec![7_u8; 5 << 20];
    scene.upload("dump.bin", &[&large, b"and ", b"the end"]).await;
    let files = scene.files().await;
    let named =
        |name: &str| files.iter().find(|file| file["name"] == name).unwrap_or_else(|| panic!("{files:?}"));
    let (log, dump) = (named("log é.txt"), named("dump.bin"));
    assert_eq!((&log["bytes"], &log["state"]), (&json!(18), &json!("uploaded")), "{log}");
    assert_eq!(dump["bytes"], json!((5 << 20) + 11), "{dump}");

    let shown = scene.fetch(log, "?show").await;
    assert_eq!(shown.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(shown.text().await.unwrap(), "hello <b>world</b>");
    let taken = scene.fetch(dump, "").await.bytes().await.unwrap();
    assert!(taken.ends_with(b"and the end") && taken[..5 << 20] == large[..], "it comes back as it was");
    let kept = storage.names();
    assert!(kept.len() >= 2 && kept.iter().all(|name| name.starts_with("homeport/")), "{kept:?}");

    for file in &files {
        let one = json!({"workspace": "works", "device": DEVICE, "file": file["id"]});
        scene.call("delete_device_file", one).await;
        assert_eq!(scene.fetch(file, "").await.status(), 404);
    }
    assert_eq!(scene.files().await, Vec::<Value>::new());
    // It is looked for what is deleted twice a minute.
    for _ in 0..2 {
        let gone = async || storage.names().is_empty().then_some(());
        if tokio::time::timeout(Duration::from_secs(29), eventually("nothing is left in the storage", gone))
            .await
            .is_ok()
        {
            return;
        }
    }
    assert_eq!(storage.names(), Vec::<String>::new(), "what is deleted is gone from the storage");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_devices_on_s3() {
    from_device_to_people(&Storage::s3().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_devices_on_azure_blob_storage() {
    from_device_to_people(&Storage::azure().await).await;
}
