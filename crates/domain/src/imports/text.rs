//! Rows of a file, from any place where one begins.

use model::import::Dialect;

/// A row, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Its cells.
    pub(super) cells: Vec<String>,
    /// Where it begins in the bytes that were given.
    pub(super) begin: usize,
    /// Where the next one begins.
    pub(super) end: usize,
}

/// Up to `most` whole rows of these bytes, which begin with a row. `last`: the file ends with them; else a row that
/// reaches their end may go on behind it, and is left out.
pub(super) fn records(bytes: &[u8], dialect: &Dialect, last: bool, most: usize) -> Vec<Record> {
    let skipped = mark(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(dialect.delimiter).unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes.get(skipped..).unwrap_or_default());
    let mut found = Vec::new();
    let mut record = csv::ByteRecord::new();
    let mut begin = skipped;
    // Reading from memory doesn't fail.
    while found.len() < most && reader.read_byte_record(&mut record).unwrap_or(false) {
        let mut end =
            usize::try_from(reader.position().byte()).map_or(bytes.len(), |at| bytes.len().min(at + skipped));
        if end == bytes.len() && !last {
            break;
        }
        // The reader takes \r for the end; its \n belongs to it.
        if bytes.get(end) == Some(&b'\n') && end > 0 && bytes.get(end - 1) == Some(&b'\r') {
            end += 1;
        }
        let cells = record.iter().map(|cell| text(cell, dialect.windows_1252)).collect();
        found.push(Record { cells, begin, end });
        begin = end;
    }
    found
}

/// How long the mark is that some programs begin UTF-8 with.
fn mark(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// The text of these bytes. What is no text in its encoding shows as �.
pub(super) fn text(bytes: &[u8], windows_1252: bool) -> String {
    match windows_1252 {
        false => String::from_utf8_lossy(bytes).into_owned(),
        true => bytes.iter().map(|byte| of_windows(*byte)).collect(),
    }
}

/// Windows-1252 is Latin-1 with signs in the place of control characters.
fn of_windows(byte: u8) -> char {
    const SIGNS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => SIGNS[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8], last: bool) -> Vec<Vec<String>> {
        records(bytes, &Dialect::default(), last, 100).into_iter().map(|r| r.cells).collect()
    }

    #[test]
    fn any_beginning_of_a_row_gives_the_same_rows() {
        for file in ["a,b\r\n1,\"x\r\ny\"\r\n\r\n2,z\r\n3,", "a,b\n1,\"x\"\"\ny\"\n2,z\n3,\n"] {
            let all = records(file.as_bytes(), &Dialect::default(), true, 100);
            assert_eq!(all.len(), 4, "{file:?}");
            for record in &all {
                let rest = records(&file.as_bytes()[record.end..], &Dialect::default(), true, 100);
                let expected: Vec<_> =
                    all.iter().filter(|r| r.begin >= record.end).map(|r| &r.cells).collect();
                assert_eq!(rest.iter().map(|r| &r.cells).collect::<Vec<_>>(), expected);
            }
        }
    }

    #[test]
    fn a_row_that_may_go_on_is_left_out() {
        assert_eq!(cells(b"a,b\n1,2", false), [["a", "b"]]);
        assert_eq!(cells(b"a,b\n1,2", true), [["a", "b"], ["1", "2"]]);
        assert_eq!(cells(b"a,\"b\n1,2\n", false), Vec::<Vec<String>>::new());
    }

    #[test]
    fn marks_and_encodings() {
        assert_eq!(cells(b"\xef\xbb\xbfa,b\n", true), [["a", "b"]]);
        assert_eq!(cells(b"\xef\xbb\xbf\"a\",b\n", true), [["a", "b"]]);
        assert_eq!(text(b"21 \xb0C \x80", true), "21 °C €");
        assert_eq!(text("°C".as_bytes(), false), "°C");
    }
}
