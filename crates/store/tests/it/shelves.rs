//! Files on storages that are somebody else's: S3, and Azure Blob storage.

use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use store::{Lake, PutError, Shelf};
use test_support::Storage;

/// More than one part of an upload to S3, which takes none smaller than 5 MiB but the last.
const LARGE: usize = (20 << 20) + 17;
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

/// What an operator sets under this name.
fn set(storage: &Storage, name: &str) -> String {
    storage.variables().into_iter().find(|(known, _)| known == name).unwrap().1
}

#[tokio::test]
async fn s3_keeps_files() {
    let storage = Storage::s3().await;
    let at = |prefix| Shelf::at(&storage.url(prefix), storage.variables()).unwrap();
    keeps_files(&at("homeport"), &at("other")).await;
    let endpoint = set(&storage, "AWS_ENDPOINT");
    let lake = Lake::s3(("files", "us-east-1", &endpoint), ("key", "secret"), &client()).unwrap();
    takes_exports(&lake, &at("")).await;
}

#[tokio::test]
async fn azure_blob_storage_keeps_files() {
    let storage = Storage::azure().await;
    let at = |prefix| Shelf::at(&storage.url(prefix), storage.variables()).unwrap();
    keeps_files(&at("homeport"), &at("")).await;
    let (account, endpoint) =
        (set(&storage, "AZURE_STORAGE_ACCOUNT_NAME"), set(&storage, "AZURE_STORAGE_ENDPOINT"));
    let lake = |key: &str| Lake::azure((&account, "files", &endpoint), key, &client()).unwrap();
    takes_exports(&lake(&set(&storage, "AZURE_STORAGE_ACCOUNT_KEY")), &at("")).await;
    assert!(lake("b3RoZXI=").put("lake/2.jsonl", b"x".to_vec()).await.is_err());
    // Azurite looks at signatures: who has another key keeps nothing there.
    let mut known = storage.variables();
    for (name, value) in &mut known {
        if name == "AZURE_STORAGE_ACCOUNT_KEY" {
            *value = "b3RoZXI=".into();
        }
    }
    let stranger = Shelf::at(&storage.url("homeport"), known).unwrap();
    assert!(matches!(stranger.put("1/2/file", pieces(b"x"), 1).await, Err(PutError::Shelf(_))));
}
