//! The static files: script, wasm, styles, pictures, as the build laid them down, with their compressed twins.
//!
//! A file may be asked for by a name with the hash of its content in it (`homeport.0123456789abcdef.js`): then the
//! browser keeps it for ever. By its plain name it is asked again each time, and answered with 304 while it is the
//! same. Files are read anew when they change, so a rebuilt site needs no restart.

use axum::body::{Body, Bytes};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

/// The longest a browser may keep a file whose name holds its hash: a year, as the standard wishes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// The folder of static files.
#[derive(Debug)]
pub struct Site {
    folder: PathBuf,
    read: RwLock<HashMap<PathBuf, Arc<Asset>>>,
}

#[derive(Debug)]
struct Asset {
    changed: Option<SystemTime>,
    hash: String,
    kind: &'static str,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Site {
    /// The files below this folder, which need not exist.
    pub fn new(folder: &Path) -> Site {
        Site { folder: folder.to_owned(), read: RwLock::default() }
    }

    /// Whether the build has been there.
    pub fn is_built(&self) -> bool {
        self.folder.join("pkg/homeport.js").exists()
    }

    /// The hash of a file's content, as it stands in hashed names.
    pub async fn hash(&self, name: &str) -> Option<String> {
        Some(self.asset(Path::new(name)).await?.hash.clone())
    }

    /// The file of this address; nothing where there is none.
    pub async fn answer(&self, method: &Method, path: &str, asked: &HeaderMap) -> Option<Response> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let path = relative(path)?;
        let (asset, named) = match self.asset(&path).await {
            Some(asset) => (asset, None),
            None => {
                let (plain, hash) = without_hash(&path)?;
                (self.asset(&plain).await?, Some(hash))
            }
        };
        let caching = if named.as_ref() == Some(&asset.hash) { FOR_EVER } else { ASK_AGAIN };
        Some(asset.respond(method, asked, caching))
    }

    /// The file, read again if it has changed.
    async fn asset(&self, path: &Path) -> Option<Arc<Asset>> {
        let full = self.folder.join(path);
        let about = tokio::fs::metadata(&full).await.ok().filter(std::fs::Metadata::is_file)?;
        let changed = about.modified().ok();
        let known = self.read.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(asset) = known.filter(|asset| asset.changed == changed && changed.is_some()) {
            return Some(asset);
        }
        match Asset::read(&full, changed).await {
            Ok(asset) => {
                let asset = Arc::new(asset);
                self.read
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(path.to_owned(), asset.clone());
                Some(asset)
            }
            Err(error) => {
                tracing::warn!(%error, path = %full.display(), "a static file can't be read");
                None
            }
        }
    }
}

impl Asset {
    async fn read(path: &Path, changed: Option<SystemTime>) -> io::Result<Asset> {
        let plain = Bytes::from(tokio::fs::read(path).await?);
        let mut hasher = DefaultHasher::new();
        plain.hash(&mut hasher);
        let twin = |end: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            async move { tokio::fs::read(PathBuf::from(name)).await.ok().map(Bytes::from) }
        };
        let hash = format!("{:016x}", hasher.finish());
        Ok(Asset {
            changed,
            hash,
            kind: kind(path),
            plain,
            brotli: twin(".br").await,
            gzip: twin(".gz").await,
        })
    }

    fn respond(&self, method: &Method, asked: &HeaderMap, caching: &'static str) -> Response {
        let text = |name: header::HeaderName| {
            asked.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
        };
        let accepts = |coding: &str| {
            text(header::ACCEPT_ENCODING).split(',').any(|part| {
                let (name, quality) = part.split_once(';').unwrap_or((part, ""));
                name.trim() == coding && quality.trim() != "q=0"
            })
        };
        let (body, coding) = match (&self.brotli, &self.gzip) {
            (Some(body), _) if accepts("br") => (body, Some("br")),
            (_, Some(body)) if accepts("gzip") => (body, Some("gzip")),
            _ => (&self.plain, None),
        };
        let tag = format!("\"{}{}\"", self.hash, coding.map(|c| format!("-{c}")).unwrap_or_default());
        let same =
            text(header::IF_NONE_MATCH).split(',').any(|known| known.trim().trim_start_matches("W/") == tag);
        let mut response = Response::new(match *method {
            Method::GET if !same => Body::from(body.clone()),
            _ => Body::empty(),
        });
        if same {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(coding) = coding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

/// The address as a path below the folder; nothing where it leads out of it or to a hidden file.
fn relative(path: &str) -> Option<PathBuf> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let plain = |part: &&str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    parts.iter().all(plain).then(|| parts.iter().collect())
}

/// `pkg/homeport.0123456789abcdef.js` as `pkg/homeport.js` and the hash.
fn without_hash(path: &Path) -> Option<(PathBuf, String)> {
    let name = path.file_name()?.to_str()?;
    let mut parts: Vec<&str> = name.split('.').collect();
    let at = parts.iter().position(|part| part.len() == 16 && part.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let hash = parts.remove(at).to_owned();
    Some((path.with_file_name(parts.join(".")), hash))
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(site: &Site, path: &str, headers: &[(header::HeaderName, &str)]) -> Option<Response> {
        let headers = headers.iter().map(|(n, v)| (n.clone(), HeaderValue::from_str(v).unwrap())).collect();
        site.answer(&Method::GET, path, &headers).await
    }

    fn said(response: &Response, name: header::HeaderName) -> &str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn names_hashes_and_twins() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pkg")).unwrap();
        let file = folder.path().join("pkg/homeport.js");
        std::fs::write(&file, "one").unwrap();
        std::fs::write(folder.path().join("pkg/homeport.js.br"), "br").unwrap();
        std::fs::write(folder.path().join(".made-from"), "secret").unwrap();
        let site = Site::new(folder.path());

        let plain = ask(&site, "/pkg/homeport.js", &[]).await.unwrap();
        assert_eq!(said(&plain, header::CACHE_CONTROL), ASK_AGAIN);
        let tag = said(&plain, header::ETAG).to_owned();
        let again = ask(&site, "/pkg/homeport.js", &[(header::IF_NONE_MATCH, &tag)]).await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let small =
            ask(&site, "/pkg/homeport.js", &[(header::ACCEPT_ENCODING, "gzip, br;q=1")]).await.unwrap();
        assert_eq!(said(&small, header::CONTENT_ENCODING), "br");

        let hash = site.hash("pkg/homeport.js").await.unwrap();
        let hashed = ask(&site, &format!("/pkg/homeport.{hash}.js"), &[]).await.unwrap();
        assert_eq!(said(&hashed, header::CACHE_CONTROL), FOR_EVER);
        let old = ask(&site, "/pkg/homeport.00000000deadbeef.js", &[]).await.unwrap();
        assert_eq!(said(&old, header::CACHE_CONTROL), ASK_AGAIN);

        std::fs::File::options()
            .write(true)
            .open(&file)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
        std::fs::write(&file, "two").unwrap();
        assert_ne!(site.hash("pkg/homeport.js").await.unwrap(), hash);
        for bad in ["/", "/pkg", "/pkg/../pkg/homeport.js", "/.made-from", "/pkg/%2e%2e/x", "/nothing.js"] {
            assert!(ask(&site, bad, &[]).await.is_none(), "{bad}");
        }
    }
}
