//! Lays a brotli and a gzip twin beside every file that gains from it, so that no request waits for it.

use super::{Error, read, write};
use flate2::{Compression, write::GzEncoder};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Endings of what is text, or as good as text.
const WORTHWHILE: [&str; 8] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];
/// Below this many bytes the headers of an answer outweigh what is saved.
const WORTHWHILE_FROM: usize = 1000;

/// Compresses what lies in the folder and below.
pub(super) fn folder(folder: &Path) -> Result<(), Error> {
    for (name, content) in super::files_below(folder)? {
        let worthwhile = name.extension().and_then(|e| e.to_str()).is_some_and(|e| WORTHWHILE.contains(&e));
        if worthwhile && content.len() >= WORTHWHILE_FROM {
            let path = folder.join(name);
            beside(&path, "br", &brotli(&content).map_err(Error::file(&path))?)?;
            beside(&path, "gz", &gzip(&content).map_err(Error::file(&path))?)?;
        }
    }
    Ok(())
}

/// `main.css` and `br` make `main.css.br`; left out where the twin would be no smaller.
fn beside(path: &Path, ending: &str, content: &[u8]) -> Result<(), Error> {
    if content.len() >= read(path)?.len() {
        return Ok(());
    }
    let mut twin = path.as_os_str().to_owned();
    twin.push(".");
    twin.push(ending);
    write(&PathBuf::from(twin), content)
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut out, &params)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_packed_is_unpacked_the_same() {
        let content = "the same again, ".repeat(300).into_bytes();
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&gzip(&content).unwrap()[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, content);
        back.clear();
        brotli::BrotliDecompress(&mut &brotli(&content).unwrap()[..], &mut back).unwrap();
        assert_eq!(back, content);
    }
}
