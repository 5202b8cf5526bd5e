//! The error file: a line for each thing that is wrong with a row.

use crate::error::{Error, Result};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use model::export::guarded;
use model::import::RowProblem;
use std::io::Read;

/// Most of a row that is repeated in the file, in characters.
const ORIGINAL_MAX: usize = 10_000;
/// Largest part of an error file that is unpacked, in bytes.
const PART_MAX: u64 = 1 << 30;

/// The first line.
pub(super) const HEADER: &str = "row,column,problem,allowed,original\r\n";

/// Lines of a part of the file.
#[derive(Default)]
pub(super) struct Wrong(Option<csv::Writer<DeflateEncoder<Vec<u8>>>>);

impl Wrong {
    /// Adds what is wrong with a row.
    pub(super) fn add(&mut self, row: i64, problem: &RowProblem, original: &str) {
        let lines = self.0.get_or_insert_with(|| {
            let packed = DeflateEncoder::new(Vec::new(), Compression::fast());
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(packed)
        });
        let original: String = original.trim_end_matches(['\r', '\n']).chars().take(ORIGINAL_MAX).collect();
        let cells = [
            row.to_string(),
            guarded(&problem.column),
            guarded(&problem.problem),
            guarded(&problem.allowed),
            guarded(original.trim_start_matches('\n')),
        ];
        // Writing to memory doesn't fail.
        let _ = lines.write_record(cells);
    }

    /// The lines, deflated; nothing where there are none.
    pub(super) fn finish(self) -> Result<Option<Vec<u8>>> {
        let Some(lines) = self.0 else { return Ok(None) };
        let packed = lines.into_inner().map_err(|e| Error::Broken(e.to_string()))?;
        packed.finish().map(Some).map_err(|e| Error::Broken(e.to_string()))
    }
}

/// The lines of a part.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut lines = Vec::new();
    let unpacked = DeflateDecoder::new(packed).take(PART_MAX).read_to_end(&mut lines);
    unpacked.map_err(|e| Error::Broken(e.to_string()))?;
    Ok(lines)
}
