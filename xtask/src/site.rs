//! Makes the folder that the server hands out: script, wasm, styles, and the compressed twin of each.
//!
//! ```text
//! pkg/homeport.js  pkg/homeport.wasm  style/main.css  …and what lies in style/assets
//! ```
//! A finished folder takes the old one's place in one step, so a running server never sees half of one.

mod compress;
mod css;

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// The name of script and wasm; the same as `LEPTOS_OUTPUT_NAME` in `.cargo/config.toml`.
const NAME: &str = "homeport";
/// Says from what a folder was made.
const STAMP: &str = ".made-from";

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file or folder refused.
    #[error("{path}", path = path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The wasm file was refused by wasm-bindgen.
    #[error("wasm-bindgen refused {path}: {reason}", path = path.display())]
    Bindings { path: PathBuf, reason: String },
    /// A style sheet asks for something that can't be done here.
    #[error("{path}:{line}: {reason}", path = path.display())]
    Style { path: PathBuf, line: usize, reason: String },
}

impl Error {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
        move |source| Error::File { path: path.to_owned(), source }
    }
}

/// What to build.
pub(crate) struct Site {
    /// The folder of the workspace.
    pub(crate) root: PathBuf,
    /// What cargo made of the crate `frontend`.
    pub(crate) wasm: PathBuf,
    /// Where the site goes.
    pub(crate) out: PathBuf,
    /// Whether `.br` and `.gz` are laid beside what compresses. Brotli at its best takes its time: for releases.
    pub(crate) compress: bool,
}

/// What was built.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Built {
    /// The folder was made from the same inputs before.
    Fresh(PathBuf),
    /// Made anew; the size of the wasm as it stands, and as browsers get it, in bytes.
    Anew { out: PathBuf, wasm: u64, sent: u64 },
}

impl fmt::Display for Built {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Built::Fresh(out) => write!(f, "The site in {} is up to date.", out.display()),
            Built::Anew { out, wasm, sent } => {
                write!(f, "The site is in {}: {} kB of wasm", out.display(), wasm / 1000)?;
                if sent < wasm { write!(f, ", {} kB over the wire.", sent / 1000) } else { write!(f, ".") }
            }
        }
    }
}

impl Site {
    /// Builds the site, unless it stands there already, made from the same inputs.
    pub(crate) fn build(&self) -> Result<Built, Error> {
        let wasm = read(&self.wasm)?;
        let style = css::bundle(&self.root.join("style/main.css"))?;
        let assets = files_below(&self.root.join("style/assets"))?;
        let stamp = self.stamp(&wasm, &style, &assets);
        if std::fs::read_to_string(self.out.join(STAMP)).is_ok_and(|was| was == stamp) {
            return Ok(Built::Fresh(self.out.clone()));
        }

        let next = self.out.with_extension("next");
        remove(&next)?;
        for (name, content) in &assets {
            write(&next.join(name), content)?;
        }
        write(&next.join("style/main.css"), style.as_bytes())?;
        self.bindings(&wasm, &next.join("pkg"))?;
        if self.compress {
            compress::folder(&next)?;
        }
        also_as_bg(&next.join("pkg"))?;
        let made = next.join("pkg").join(format!("{NAME}.wasm"));
        let size = |path: &Path| std::fs::metadata(path).map(|m| m.len()).ok();
        let wasm = size(&made).unwrap_or_default();
        let sent = size(&made.with_extension("wasm.br")).unwrap_or(wasm);
        write(&next.join(STAMP), stamp.as_bytes())?;
        swap(&next, &self.out)?;
        Ok(Built::Anew { out: self.out.clone(), wasm, sent })
    }

    fn stamp(&self, wasm: &[u8], style: &str, assets: &BTreeMap<PathBuf, Vec<u8>>) -> String {
        let mut hasher = DefaultHasher::new();
        (wasm, style, assets, self.compress).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    fn bindings(&self, wasm: &[u8], pkg: &Path) -> Result<(), Error> {
        // The names of functions are a third of a release, and only a developer's stack traces want them.
        let nameless = self.compress;
        let made = Bindgen::new().input_bytes(NAME, wasm.to_vec()).web(true).and_then(|b| {
            b.typescript(false).remove_producers_section(true).remove_name_section(nameless).generate(pkg)
        });
        made.map_err(|error| Error::Bindings { path: self.wasm.clone(), reason: format!("{error:#}") })?;
        let bound = pkg.join(format!("{NAME}_bg.wasm"));
        std::fs::rename(&bound, pkg.join(format!("{NAME}.wasm"))).map_err(Error::file(&bound))
    }
}

/// Leptos asks for `homeport.wasm` where it knew the name when it was compiled, for `homeport_bg.wasm` where it
/// did not: cargo doesn't compile a dependency again because a variable changed. Both are there, as one file.
fn also_as_bg(pkg: &Path) -> Result<(), Error> {
    for end in ["wasm", "wasm.br", "wasm.gz"] {
        let real = pkg.join(format!("{NAME}.{end}"));
        let twin = pkg.join(format!("{NAME}_bg.{end}"));
        if real.exists() {
            std::fs::hard_link(&real, &twin)
                .or_else(|_| std::fs::copy(&real, &twin).map(drop))
                .map_err(Error::file(&twin))?;
        }
    }
    Ok(())
}

/// Every file below, by its path from there; nothing where there is no such folder.
fn files_below(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Error> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(at) = waiting.pop() {
        let here = folder.join(&at);
        let entries = match std::fs::read_dir(&here) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::File { path: here, source: error }),
        };
        for entry in entries {
            let entry = entry.map_err(Error::file(&here))?;
            let name = at.join(entry.file_name());
            if entry.path().is_dir() {
                waiting.push(name);
            } else {
                found.insert(name, read(&entry.path())?);
            }
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(Error::file(path))
}

fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    std::fs::write(path, content).map_err(Error::file(path))
}

fn remove(folder: &Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::File { path: folder.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

fn swap(next: &Path, out: &Path) -> Result<(), Error> {
    let old = out.with_extension("old");
    remove(&old)?;
    if out.exists() {
        std::fs::rename(out, &old).map_err(Error::file(out))?;
    }
    std::fs::rename(next, out).map_err(Error::file(next))?;
    remove(&old)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest module that wasm-bindgen takes: the eight bytes that every module begins with.
    const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

    fn site(compress: bool) -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        write(&root.join("style/main.css"), b"@import url(\"base.css\");\n").unwrap();
        write(&root.join("style/base.css"), "a { color: red; }\n".repeat(200).as_bytes()).unwrap();
        write(&root.join("style/assets/icons/mark.svg"), "<svg></svg>".repeat(100).as_bytes()).unwrap();
        write(&root.join("in.wasm"), EMPTY).unwrap();
        let site = Site { wasm: root.join("in.wasm"), out: root.join("target/site"), root, compress };
        (folder, site)
    }

    #[test]
    fn a_site_is_built_once_and_again_when_something_changed() {
        let (_folder, site) = site(true);
        assert!(matches!(site.build().unwrap(), Built::Anew { .. }));
        for name in [
            "pkg/homeport.js",
            "pkg/homeport.js.br",
            "pkg/homeport.wasm",
            "pkg/homeport_bg.wasm",
            "style/main.css",
            "style/main.css.br",
            "style/main.css.gz",
            "icons/mark.svg",
            "icons/mark.svg.gz",
        ] {
            assert!(site.out.join(name).is_file(), "{name}");
        }
        assert_eq!(site.build().unwrap(), Built::Fresh(site.out.clone()));

        write(&site.root.join("style/base.css"), b"a { color: blue; }").unwrap();
        assert!(matches!(site.build().unwrap(), Built::Anew { .. }));
        let style = std::fs::read_to_string(site.out.join("style/main.css")).unwrap();
        assert!(style.contains("blue") && !style.contains("red"));
        assert!(!site.out.join("style/main.css.br").exists(), "too short to gain from compression");
        assert!(!site.out.with_extension("next").exists() && !site.out.with_extension("old").exists());
    }

    #[test]
    fn for_development_nothing_is_compressed() {
        let (_folder, site) = site(false);
        site.build().unwrap();
        assert!(site.out.join("style/main.css").exists());
        assert!(!site.out.join("style/main.css.br").exists());
    }

    #[test]
    fn what_is_not_wasm_is_refused_and_the_old_site_stays() {
        let (_folder, site) = site(false);
        site.build().unwrap();
        write(&site.wasm, b"not wasm").unwrap();
        let error = site.build().unwrap_err();
        assert!(error.to_string().contains("in.wasm"), "{error}");
        assert!(site.out.join("pkg/homeport.wasm").exists());
    }
}
