//! A certificate in files of the operator's, which some other program renews.
//!
//! The files are compared by what is in them: their times say nothing where they are links that are switched over.

use super::own::read;
use crate::error::Result;
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorFiles {
    /// The chain, PEM, the server's own certificate first.
    pub chain: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Files that are looked at again and again.
#[derive(Debug)]
pub(super) struct Watched {
    files: OperatorFiles,
    last: Mutex<Last>,
}

/// What was in the files when they were last read; none where they could not be read.
#[derive(Debug)]
struct Last {
    contents: Option<(Vec<u8>, Vec<u8>)>,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// They serve.
    Good,
    /// They don't: a pair of which only one half is written, perhaps.
    Doubtful,
    /// They don't, and that was told.
    Told,
}

/// What a look at the files finds.
pub(super) enum Seen {
    /// Nothing new, or something of which it is not yet known whether it stays.
    Same,
    /// Another certificate.
    New(Arc<CertifiedKey>),
    /// What is there does not serve, and stays. Said once.
    Broken(crate::error::Error),
}

impl Watched {
    /// Reads the files for the first time.
    pub(super) fn new(files: OperatorFiles) -> Result<(Watched, Arc<CertifiedKey>)> {
        let contents = (read(&files.chain)?, read(&files.key)?);
        let key = broker::certified_key(&contents.0, &contents.1)?;
        let last = Last { contents: Some(contents), standing: Standing::Good };
        Ok((Watched { files, last: Mutex::new(last) }, key))
    }

    pub(super) fn chain(&self) -> &Path {
        &self.files.chain
    }

    /// Reads them again.
    pub(super) fn look(&self) -> Seen {
        let found = read(&self.files.chain).and_then(|chain| Ok((chain, read(&self.files.key)?)));
        let last = &mut *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (contents, unreadable) = match found {
            Ok(contents) => (Some(contents), None),
            Err(error) => (None, Some(error)),
        };
        let changed = contents != last.contents;
        if !changed && last.standing != Standing::Doubtful {
            return Seen::Same;
        }
        let outcome = match (&contents, unreadable) {
            (Some((chain, key)), _) => broker::certified_key(chain, key).map_err(Into::into),
            (None, Some(error)) => Err(error),
            (None, None) => return Seen::Same,
        };
        last.contents = contents;
        match outcome {
            Ok(key) => {
                last.standing = Standing::Good;
                Seen::New(key)
            }
            Err(_) if changed => {
                last.standing = Standing::Doubtful;
                Seen::Same
            }
            Err(error) => {
                last.standing = Standing::Told;
                Seen::Broken(error)
            }
        }
    }
}
