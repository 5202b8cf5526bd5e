//! Puts the style sheets together: `style/main.css` and what it imports, in its order, as one file.
//!
//! Browsers understand the CSS that we write; all that is left to do is to spare them a request per file.
//! `@import "x.css" layer(name);` becomes `@layer name { … }`. Comments and indentation go.

use super::{Error, read};
use std::path::{Path, PathBuf};

/// The sheet with its imports in their places.
pub(super) fn bundle(sheet: &Path) -> Result<String, Error> {
    let mut open = Vec::new();
    include(sheet, &mut open)
}

fn include(sheet: &Path, open: &mut Vec<PathBuf>) -> Result<String, Error> {
    let wrong = |line: usize, reason: String| Error::Style { path: sheet.to_owned(), line, reason };
    if open.iter().any(|o| o == sheet) {
        return Err(wrong(1, "this sheet imports itself".into()));
    }
    open.push(sheet.to_owned());
    let source = String::from_utf8(read(sheet)?).map_err(|_| wrong(1, "not UTF-8".into()))?;
    let mut out = String::with_capacity(source.len());
    for (at, line) in without_comments(&source).lines().enumerate() {
        let line = line.trim();
        if line.starts_with("@import") {
            let import = Import::parse(line).map_err(|reason| wrong(at + 1, reason))?;
            let path = sheet.with_file_name(import.file);
            let inner = include(&path, open)?;
            match import.layer {
                Some(layer) => out.push_str(&format!("@layer {layer} {{\n{inner}}}\n")),
                None => out.push_str(&inner),
            }
        } else if !line.is_empty() {
            out.push_str(line);
            out.push('\n');
        }
    }
    open.pop();
    Ok(out)
}

#[derive(Debug, PartialEq)]
struct Import<'a> {
    file: &'a str,
    layer: Option<&'a str>,
}

impl<'a> Import<'a> {
    /// `@import "file.css";`, `@import url("file.css");`, each with `layer(name)` behind it or not.
    fn parse(line: &'a str) -> Result<Self, String> {
        let rest = line.trim_start_matches("@import").trim();
        let rest =
            rest.strip_suffix(';').ok_or("an @import stands on a line of its own and ends with ;")?.trim();
        let mut parts = rest.splitn(3, ['"', '\'']);
        let (before, file, after) = match (parts.next(), parts.next(), parts.next()) {
            (Some(before), Some(file), Some(after)) => (before.trim(), file, after.trim()),
            _ => return Err("the file of an @import stands in quotes".into()),
        };
        let after = match before {
            "" => after,
            "url(" => after.strip_prefix(')').ok_or("url( is not closed")?.trim(),
            _ => return Err(format!("“{before}” is not understood before the file of an @import")),
        };
        if file.contains("://") || file.starts_with('/') {
            return Err(format!("“{file}” is not a file of this folder"));
        }
        let layer = match after {
            "" => None,
            _ => Some(
                after
                    .strip_prefix("layer(")
                    .and_then(|l| l.strip_suffix(')'))
                    .ok_or_else(|| format!("“{after}” is not understood behind the file of an @import"))?,
            ),
        };
        Ok(Import { file, layer })
    }
}

/// Every comment gone but its line breaks, so that lines keep their numbers. What stands in quotes is left alone.
fn without_comments(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |e| e + 2);
            out.extend(rest[..end].chars().filter(|c| *c == '\n'));
            end
        } else {
            let end = if rest.starts_with('/') { 1 } else { quoted(rest) };
            out.push_str(&rest[..end]);
            end
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// How long the string is that the text begins with, in bytes; to the end where it is not closed.
fn quoted(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, quote)) = chars.next() else { return 0 };
    let mut escaped = false;
    for (at, c) in chars {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            super::super::write(&folder.path().join(name), content.as_bytes()).unwrap();
        }
        folder
    }

    #[test]
    fn imports_keep_their_order_and_their_layers() {
        let folder = folder(&[
            (
                "main.css",
                "@layer a, b;\n@import \"one.css\" layer(a);\n@import url('parts/two.css');\n.z { x: y }\n",
            ),
            ("one.css", "/* first\n */ .one { content: \"/* kept */\" }\n"),
            ("parts/two.css", "@import \"three.css\" layer(b);\n  .two {}\n"),
            ("parts/three.css", ".three {}\n"),
        ]);
        let bundled = bundle(&folder.path().join("main.css")).unwrap();
        let expected = "@layer a, b;\n@layer a {\n.one { content: \"/* kept */\" }\n}\n\
                        @layer b {\n.three {}\n}\n.two {}\n.z { x: y }\n";
        assert_eq!(bundled, expected);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_place() {
        for bad in [
            "@import \"https://example.com/x.css\";",
            "@import \"/x.css\";",
            "@import \"x.css\" screen;",
            "@import x.css;",
            "@import \"x.css\"",
            "@import foo(\"x.css\");",
        ] {
            let folder = folder(&[("main.css", &format!("\n{bad}\n")), ("x.css", "")]);
            let error = bundle(&folder.path().join("main.css")).unwrap_err();
            assert!(matches!(error, Error::Style { line: 2, .. }), "{bad}: {error}");
        }
    }

    #[test]
    fn a_circle_and_a_missing_file_are_named() {
        let circle = folder(&[("main.css", "@import \"a.css\";"), ("a.css", "@import \"main.css\";")]);
        assert!(matches!(bundle(&circle.path().join("main.css")), Err(Error::Style { .. })));
        let missing = folder(&[("main.css", "@import \"gone.css\";")]);
        let error = bundle(&missing.path().join("main.css")).unwrap_err();
        assert!(error.to_string().contains("gone.css"), "{error}");
    }
}
