//! Storages of files that are somebody else's: S3, as `moto` speaks it, and Azure Blob storage, as `azurite` does. What the
//! operator sets for them is what an operator sets for the real ones.

use crate::eventually;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The account that azurite knows, with the key that is printed in its manual.
const ACCOUNT: &str = "devstoreaccount1";
const ACCOUNT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
/// Makes the container `files`, or prints the names of what is in it.
const CONTAINER: &str =
    "const { BlobServiceClient, StorageSharedKeyCredential } = require('@azure/storage-blob');
    const [endpoint, account, key, deed] = process.argv.slice(1);
    const service = new BlobServiceClient(endpoint, new StorageSharedKeyCredential(account, key));
    const container = service.getContainerClient('files');
    const list = async () => { for await (const blob of container.listBlobsFlat()) console.log(blob.name); };
    (deed === 'make' ? container.create() : list()).catch(() => process.exit(1));";

/// A storage of a test's own, which ends with it, with the bucket or container `files`.
pub struct Storage {
    server: Child,
    port: u16,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    S3,
    Azure,
}

impl Drop for Storage {
    fn drop(&mut self) {
        // It may be gone already; nothing is left then.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Storage {
    /// One that speaks S3.
    ///
    /// # Panics
    /// When it doesn't start; the message says why.
    pub async fn s3() -> Storage {
        let port = free_port();
        let mut command = Command::new(fetched("moto-python/bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let storage = Storage::start(command, port, Kind::S3);
        let bucket = format!("http://127.0.0.1:{port}/files");
        eventually("the bucket", async || {
            said(Command::new("curl").args(["--fail", "--silent", "-X", "PUT", &bucket]))
        })
        .await;
        storage
    }

    /// One that speaks as Azure Blob storage does.
    ///
    /// # Panics
    /// When it doesn't start; the message says why.
    pub async fn azure() -> Storage {
        let port = free_port();
        let mut command = Command::new("node");
        command.arg(fetched("azurite-node/node_modules/azurite/dist/src/blob/main.js"));
        command.args(["--blobPort", &port.to_string()]);
        command.args(["--inMemoryPersistence", "--skipApiVersionCheck", "--silent"]);
        let storage = Storage::start(command, port, Kind::Azure);
        eventually("the container", async || storage.container("make")).await;
        storage
    }

    fn start(mut command: Command, port: u16, kind: Kind) -> Storage {
        let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let server = started.unwrap_or_else(|e| panic!("{command:?}: {e}; ./homeport test fetches it"));
        Storage { server, port, kind }
    }

    /// What `HOMEPORT_FILES_URL` says for this prefix in it.
    pub fn url(&self, prefix: &str) -> String {
        match self.kind {
            Kind::S3 => format!("s3://files/{prefix}"),
            Kind::Azure => format!("az://files/{prefix}"),
        }
    }

    /// What else an operator sets.
    pub fn variables(&self) -> Vec<(String, String)> {
        let endpoint = self.endpoint();
        let pairs = match self.kind {
            Kind::S3 => vec![
                ("AWS_ACCESS_KEY_ID", "key"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
                ("AWS_REGION", "us-east-1"),
                ("AWS_ENDPOINT", &*endpoint),
                ("AWS_ALLOW_HTTP", "true"),
            ],
            Kind::Azure => vec![
                ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
                ("AZURE_STORAGE_ACCOUNT_KEY", ACCOUNT_KEY),
                ("AZURE_STORAGE_ENDPOINT", &*endpoint),
                ("AZURE_ALLOW_HTTP", "true"),
            ],
        };
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The names of what is kept, as its own tools tell them.
    ///
    /// # Panics
    /// When it can't be asked.
    pub fn names(&self) -> Vec<String> {
        let listed = match self.kind {
            Kind::S3 => {
                let list = format!("http://127.0.0.1:{}/files?list-type=2", self.port);
                said(Command::new("curl").args(["--fail", "--silent", &list]))
            }
            Kind::Azure => self.container("list"),
        };
        let listed = listed.expect("the storage can be asked");
        match self.kind {
            Kind::S3 => {
                let keys = listed.split("<Key>").skip(1);
                keys.filter_map(|rest| rest.split_once("</Key>")).map(|(key, _)| key.to_owned()).collect()
            }
            Kind::Azure => listed.lines().map(str::to_owned).collect(),
        }
    }

    fn container(&self, deed: &str) -> Option<String> {
        let mut node = Command::new("node");
        node.env("NODE_PATH", fetched("azurite-node/node_modules"));
        said(node.args(["-e", CONTAINER, &self.endpoint(), ACCOUNT, ACCOUNT_KEY, deed]))
    }

    fn endpoint(&self) -> String {
        match self.kind {
            Kind::S3 => format!("http://127.0.0.1:{}", self.port),
            Kind::Azure => format!("http://127.0.0.1:{}/{ACCOUNT}", self.port),
        }
    }
}

/// What a program prints; nothing where it fails.
fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

fn free_port() -> u16 {
    let socket = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    socket.local_addr().expect("its number").port()
}

/// What `./homeport test` has fetched.
fn fetched(path: &str) -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(root).join("target"), PathBuf::from);
    target.join(path)
}
