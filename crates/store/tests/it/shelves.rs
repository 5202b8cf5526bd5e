//! Files on storages that are somebody else's: S3, as `moto` speaks it, and Azure Blob storage, as `azurite` does. What the
//! operator sets for them is what an operator sets for the real ones.

use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use store::{Lake, PutError, Shelf};
use test_support::eventually;

/// More than one part of an upload to S3, which takes none smaller than 5 MiB but the last.
const LARGE: usize = (20 << 20) + 17;
/// The account that azurite knows, with the key that is printed in its manual.
const ACCOUNT: &str = "devstoreaccount1";
const ACCOUNT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// A storage of this test's own, which ends with it.
struct Storage {
    server: Child,
    port: u16,
}

impl Drop for Storage {
    fn drop(&mut self) {
        // It may be gone already; nothing is left then.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// What `./homeport test` has fetched.
fn fetched(path: &str) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(root).join("target"), PathBuf::from);
    target.join(path)
}

impl Storage {
    fn start(mut command: Command, port: u16) -> Storage {
        let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let server = started.unwrap_or_else(|e| panic!("{command:?}: {e}; ./homeport test fetches it"));
        Storage { server, port }
    }

    async fn s3(bucket: &str) -> Storage {
        let port = free_port();
        let mut command = Command::new(fetched("moto-python/bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let storage = Storage::start(command, port);
        let bucket = format!("http://127.0.0.1:{port}/{bucket}");
        eventually("the bucket", async || {
            let made =
                Command::new("curl").args(["--fail", "--silent", "-X", "PUT", &bucket]).output().unwrap();
            made.status.success().then_some(())
        })
        .await;
        storage
    }

    async fn azure(container: &str) -> Storage {
        let (port, packages) = (free_port(), fetched("azurite-node/node_modules"));
        let mut command = Command::new("node");
        command.arg(packages.join("azurite/dist/src/blob/main.js"));
        command.args([
            "--blobPort",
            &port.to_string(),
            "--inMemoryPersistence",
            "--skipApiVersionCheck",
            "--silent",
        ]);
        let storage = Storage::start(command, port);
        const MAKE: &str =
            "const { BlobServiceClient, StorageSharedKeyCredential } = require('@azure/storage-blob');
            const [endpoint, account, key, container] = process.argv.slice(1);
            const service = new BlobServiceClient(endpoint, new StorageSharedKeyCredential(account, key));
            service.createContainer(container).catch(() => process.exit(1));";
        eventually("the container", async || {
            let mut make = Command::new("node");
            make.env("NODE_PATH", &packages).args([
                "-e",
                MAKE,
                &storage.endpoint(),
                ACCOUNT,
                ACCOUNT_KEY,
                container,
            ]);
            make.output().unwrap().status.success().then_some(())
        })
        .await;
        storage
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/{ACCOUNT}", self.port)
    }
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn pieces(bytes: &[u8]) -> impl Stream<Item = Result<Bytes, String>> {
    let pieces: Vec<_> = bytes.chunks(1 << 16).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    futures::stream::iter(pieces)
}

async fn bytes(shelf: &Shelf, name: &str) -> Vec<u8> {
    let (size, body) = shelf.get(name).await.unwrap();
    let bytes = body.try_collect::<Vec<Bytes>>().await.unwrap().concat();
    assert_eq!(bytes.len() as u64, size);
    bytes
}

/// All that files ask of a storage: whole ones, large ones, blocks that are joined, what breaks off, deletion.
async fn keeps_files(shelf: &Shelf, neighbour: &Shelf) {
    let most = LARGE as u64;
    assert_eq!(shelf.put("1/2/file", pieces(b"hello"), most).await.unwrap(), 5);
    assert_eq!(bytes(shelf, "1/2/file").await, b"hello");
    assert_eq!(shelf.put("1/2/empty", pieces(b""), most).await.unwrap(), 0);
    assert_eq!(bytes(shelf, "1/2/empty").await, b"");
    let large: Vec<u8> = (0..LARGE).map(|n| (n % 251) as u8).collect();
    assert_eq!(shelf.put("1/3/large", pieces(&large), most).await.unwrap(), most);
    assert!(bytes(shelf, "1/3/large").await == large, "a large file comes back as it was");

    let refused = shelf.put("1/2/file", pieces(&large), most - 1).await;
    assert!(matches!(refused, Err(PutError::TooLarge(_))), "{refused:?}");
    let broken = futures::stream::iter([Ok(Bytes::from("half")), Err("gone".to_owned())]);
    assert!(matches!(shelf.put("1/2/file", broken, most).await, Err(PutError::Broken(_))));
    assert_eq!(bytes(shelf, "1/2/file").await, b"hello", "what was there stays");

    let blocks: Vec<String> = ["b", "a", "b"].iter().map(|block| format!("1/2/{block}")).collect();
    shelf.put("1/2/a", pieces(b"one "), most).await.unwrap();
    shelf.put("1/2/b", pieces(b"two "), most).await.unwrap();
    assert_eq!(shelf.join(&blocks, "1/2/file", most).await.unwrap(), 12);
    assert_eq!(bytes(shelf, "1/2/file").await, b"two one two ");

    // The same names under another prefix are others'.
    neighbour.put("1/2/file", pieces(b"theirs"), most).await.unwrap();
    shelf.clear("1/2").await.unwrap();
    shelf.clear("1/2").await.unwrap();
    for name in ["1/2/file", "1/2/empty", "1/2/a", "1/2/b"] {
        assert!(shelf.get(name).await.is_err(), "{name} is deleted");
    }
    assert_eq!(bytes(shelf, "1/3/large").await.len(), LARGE, "its neighbour stays");
    assert_eq!(bytes(neighbour, "1/2/file").await, b"theirs");
}

fn client() -> reqwest::Client {
    // Whoever was earlier has set the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().build().unwrap()
}

/// What exports write is there, and what is written again is there once.
async fn takes_exports(lake: &Lake, shelf: &Shelf) {
    lake.put("lake/1.jsonl", b"one".to_vec()).await.unwrap();
    assert_eq!(bytes(shelf, "lake/1.jsonl").await, b"one");
    lake.put("lake/1.jsonl", b"one and two".to_vec()).await.unwrap();
    assert_eq!(bytes(shelf, "lake/1.jsonl").await, b"one and two");
}

#[tokio::test]
async fn s3_keeps_files() {
    let storage = Storage::s3("files").await;
    let endpoint = format!("http://127.0.0.1:{}", storage.port);
    let known = variables(&[
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT", &endpoint),
        ("AWS_ALLOW_HTTP", "true"),
    ]);
    let at = |url| Shelf::at(url, known.clone()).unwrap();
    keeps_files(&at("s3://files/homeport"), &at("s3://files/other")).await;
    let lake = Lake::s3(("files", "us-east-1", &endpoint), ("key", "secret"), &client()).unwrap();
    takes_exports(&lake, &at("s3://files")).await;
}

#[tokio::test]
async fn azure_blob_storage_keeps_files() {
    let storage = Storage::azure("files").await;
    let endpoint = storage.endpoint();
    let known = |key: &str| {
        variables(&[
            ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
            ("AZURE_STORAGE_ACCOUNT_KEY", key),
            ("AZURE_STORAGE_ENDPOINT", &endpoint),
            ("AZURE_ALLOW_HTTP", "true"),
        ])
    };
    let at = |url| Shelf::at(url, known(ACCOUNT_KEY)).unwrap();
    keeps_files(&at("az://files/homeport"), &at("az://files")).await;
    let lake = |key: &str| Lake::azure((ACCOUNT, "files", &endpoint), key, &client()).unwrap();
    takes_exports(&lake(ACCOUNT_KEY), &at("az://files")).await;
    assert!(lake("b3RoZXI=").put("lake/2.jsonl", b"x".to_vec()).await.is_err());
    // Azurite looks at signatures: who has another key keeps nothing there.
    let stranger = Shelf::at("az://files/homeport", known("b3RoZXI=")).unwrap();
    assert!(matches!(stranger.put("1/2/file", pieces(b"x"), 1).await, Err(PutError::Shelf(_))));
}
