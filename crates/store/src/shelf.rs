//! Where the bytes of files lie: a folder, or a bucket of S3 or of Azure Blob storage.

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, parse_url_opts};
use std::path::Path;
use std::sync::Arc;

/// Bytes that are gathered before they are written: S3 takes no smaller parts but the last.
const PART: usize = 8 << 20;

/// Why the storage of files doesn't do what it should.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The address of the storage is none.
    #[error("{url} is no address of a storage: {why}")]
    Address {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The storage failed.
    #[error("the storage of files failed")]
    Storage(#[from] object_store::Error),
    /// The folder can't be made.
    #[error("the folder of files can't be made")]
    Folder(#[from] std::io::Error),
}

/// Why something was not put there. Nothing of it stays.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// It is larger than it may be.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// It did not come whole.
    #[error("it did not come whole: {0}")]
    Broken(String),
    /// The storage failed.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
}

impl From<object_store::Error> for PutError {
    fn from(error: object_store::Error) -> Self {
        PutError::Shelf(error.into())
    }
}

/// The storage of files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shelf {
    objects: Arc<dyn ObjectStore>,
    /// Before all names.
    prefix: Key,
}

impl Shelf {
    /// The storage in this folder, which is made where there is none.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn folder(dir: &Path) -> Result<Shelf, ShelfError> {
        std::fs::create_dir_all(dir)?;
        let objects = LocalFileSystem::new_with_prefix(dir)?.with_automatic_cleanup(true);
        Ok(Shelf { objects: Arc::new(objects), prefix: Key::default() })
    }

    /// The storage at this address: `s3://bucket/prefix`, `az://container/prefix` or `file:///folder`; what else it needs, such
    /// as keys and an endpoint, in variables as the tools of these services know them (`AWS_…`, `AZURE_…`).
    ///
    /// # Errors
    /// It is no such address, or something that it needs is missing.
    pub fn at(url: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Shelf, ShelfError> {
        let wrong = |why: String| ShelfError::Address { url: url.to_owned(), why };
        // An error says that one is there already: just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let known = variables.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        let known = known.filter(|(name, _)| name.starts_with("aws_") || name.starts_with("azure_"));
        let parsed = url.parse().map_err(|e| wrong(format!("{e}")))?;
        let (objects, prefix) = parse_url_opts(&parsed, known).map_err(|e| wrong(e.to_string()))?;
        Ok(Shelf { objects: objects.into(), prefix })
    }

    fn key(&self, name: &str) -> Key {
        self.prefix.parts().chain(Key::from(name).parts()).collect()
    }

    /// Puts what comes there, at most so many bytes; tells how many there were. What was there is replaced at the end.
    ///
    /// # Errors
    /// See [`PutError`].
    pub async fn put<E: std::fmt::Display>(
        &self,
        name: &str,
        body: impl Stream<Item = Result<Bytes, E>>,
        most: u64,
    ) -> Result<u64, PutError> {
        let mut upload = self.objects.put_multipart(&self.key(name)).await?;
        let written = write(&mut *upload, body, most).await;
        if written.is_err()
            && let Err(error) = upload.abort().await
        {
            tracing::debug!(%error, name, "a part of a file may stay behind");
        }
        written
    }

    /// What is there, and how many bytes.
    ///
    /// # Errors
    /// The storage failed, or there is nothing.
    pub async fn get(
        &self,
        name: &str,
    ) -> Result<(u64, impl Stream<Item = Result<Bytes, ShelfError>> + use<>), ShelfError> {
        let found = self.objects.get(&self.key(name)).await?;
        Ok((found.meta.size, found.into_stream().map_err(ShelfError::from)))
    }

    /// Puts together what is there under these names, in their order; tells how many bytes it is.
    ///
    /// # Errors
    /// See [`PutError`].
    pub async fn join(&self, parts: &[String], name: &str, most: u64) -> Result<u64, PutError> {
        let shelf = self.clone();
        let bodies = futures::stream::iter(parts.to_vec()).then(move |part| {
            let shelf = shelf.clone();
            async move { shelf.get(&part).await }
        });
        let body = bodies.map_ok(|(_, body)| body).try_flatten();
        self.put(name, body, most).await
    }

    /// Deletes all that is in this folder, or nothing where it is empty.
    ///
    /// # Errors
    /// The storage failed; it can be tried again.
    pub async fn clear(&self, folder: &str) -> Result<(), ShelfError> {
        let key = self.key(folder);
        let found: Vec<Key> =
            self.objects.list(Some(&key)).map_ok(|meta| meta.location).try_collect().await?;
        for location in found {
            match self.objects.delete(&location).await {
                Err(object_store::Error::NotFound { .. }) | Ok(()) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

async fn write<E: std::fmt::Display>(
    upload: &mut dyn MultipartUpload,
    body: impl Stream<Item = Result<Bytes, E>>,
    most: u64,
) -> Result<u64, PutError> {
    let mut body = std::pin::pin!(body);
    let (mut waiting, mut count) = (Vec::new(), 0);
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| PutError::Broken(error.to_string()))?;
        count += piece.len() as u64;
        if count > most {
            return Err(PutError::TooLarge(most));
        }
        waiting.extend_from_slice(&piece);
        if waiting.len() >= PART {
            upload.put_part(std::mem::take(&mut waiting).into()).await?;
        }
    }
    if !waiting.is_empty() || count == 0 {
        upload.put_part(waiting.into()).await?;
    }
    upload.complete().await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> impl Stream<Item = Result<Bytes, String>> {
        let pieces: Vec<_> = text.as_bytes().chunks(3).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
        futures::stream::iter(pieces)
    }

    async fn text(shelf: &Shelf, name: &str) -> String {
        let (size, body) = shelf.get(name).await.unwrap();
        let bytes: Vec<Bytes> = body.try_collect().await.unwrap();
        let bytes = bytes.concat();
        assert_eq!(bytes.len() as u64, size);
        String::from_utf8(bytes).unwrap()
    }

    #[tokio::test]
    async fn what_is_put_there_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::folder(&dir.path().join("files")).unwrap();
        assert_eq!(shelf.put("1/2/file", pieces("hello, world"), 12).await.unwrap(), 12);
        assert_eq!(text(&shelf, "1/2/file").await, "hello, world");
        assert!(matches!(
            shelf.put("1/2/file", pieces("too long by far"), 12).await,
            Err(PutError::TooLarge(12))
        ));
        let broken = futures::stream::iter([Ok(Bytes::from("half")), Err("gone".to_owned())]);
        assert!(matches!(shelf.put("1/2/file", broken, 12).await, Err(PutError::Broken(_))));
        assert_eq!(text(&shelf, "1/2/file").await, "hello, world", "what was there stays");
        assert_eq!(shelf.put("1/3/file", pieces(""), 12).await.unwrap(), 0);
        assert_eq!(text(&shelf, "1/3/file").await, "");

        shelf.put("1/2/a", pieces("one "), 10).await.unwrap();
        shelf.put("1/2/b", pieces("two"), 10).await.unwrap();
        let parts = ["1/2/a".to_owned(), "1/2/b".into(), "1/2/a".into()];
        assert_eq!(shelf.join(&parts, "1/2/file", 20).await.unwrap(), 11);
        assert_eq!(text(&shelf, "1/2/file").await, "one twoone ");

        shelf.clear("1/2").await.unwrap();
        shelf.clear("1/2").await.unwrap();
        assert!(shelf.get("1/2/file").await.is_err());
        assert_eq!(text(&shelf, "1/3/file").await, "", "its neighbour stays");
        assert!(!dir.path().join("files/1/2").exists(), "nor does the folder stay");
    }

    #[test]
    fn addresses_are_checked() {
        let given = |url: &str, variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            Shelf::at(url, variables.collect::<Vec<_>>()).map(|shelf| shelf.key("1/2").to_string())
        };
        let keys =
            [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "eu-central-1")];
        assert_eq!(given("s3://bucket/homeport", &keys).unwrap(), "homeport/1/2");
        let account = [("AZURE_STORAGE_ACCOUNT_NAME", "us"), ("AZURE_STORAGE_ACCOUNT_KEY", "a2V5")];
        assert_eq!(given("az://container", &account).unwrap(), "1/2");
        for bad in ["nonsense", "ftp://x/y", "az://container"] {
            let said = given(bad, &[]).unwrap_err().to_string();
            assert!(said.starts_with(bad), "{said}");
        }
    }
}
