//! Rules about what is written for people: links lead somewhere, decisions are findable, invariants have tests.

use super::Finding;
use super::files::SourceFile;
use std::collections::BTreeSet;

const MAP: &str = "ARCHITECTURE.md";
/// Where each promise of security names what proves it.
const SECURITY: &str = "docs/security.md";
/// The heading under which [`MAP`] lists what must hold, as a table whose last column names tests.
const INVARIANTS: &str = "## Invariants";

/// Links and pictures in documents that lead nowhere.
pub(super) fn links(files: &[SourceFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    for document in documents(files) {
        for (line, target) in targets(&document.text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let full = if path.is_empty() { document.path.clone() } else { resolve(&document.path, path) };
            let at = format!("{}:{line}", document.path);
            if !exists(files, &full) {
                found.push(Finding::new(at, format!("{target} leads nowhere")));
            } else if !anchor.is_empty() && full.ends_with(".md") && !has_anchor(files, &full, anchor) {
                found.push(Finding::new(at, format!("{full} has no heading for #{anchor}")));
            }
        }
    }
    found
}

/// Decisions that nobody finds, because no other document leads to them.
pub(super) fn decisions(files: &[SourceFile]) -> Vec<Finding> {
    let linked: BTreeSet<String> = documents(files)
        .filter(|d| !is_decision(d))
        .flat_map(|d| targets(&d.text).into_iter().map(|(_, target)| resolve(&d.path, target)))
        .collect();
    documents(files)
        .filter(|d| is_decision(d) && !linked.contains(&d.path))
        .map(|d| Finding::new(&d.path, "no document outside docs/adr leads here"))
        .collect()
}

/// Invariants without a test, and tests that are named but not there.
pub(super) fn invariants(files: &[SourceFile]) -> Vec<Finding> {
    let Some(map) = files.iter().find(|f| f.path == MAP) else {
        return vec![Finding::new(MAP, "is missing")];
    };
    let rows: Vec<(usize, &str)> = map
        .text
        .lines()
        .enumerate()
        .skip_while(|(_, line)| *line != INVARIANTS)
        .skip(1)
        .take_while(|(_, line)| !line.starts_with("## "))
        .filter(|(_, line)| line.starts_with('|'))
        .skip(2)
        .collect();
    if rows.is_empty() {
        return vec![Finding::new(MAP, format!("has no table under “{INVARIANTS}”"))];
    }
    let mut found = Vec::new();
    for (number, row) in rows {
        let at = format!("{MAP}:{}", number + 1);
        let last = row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap_or_default();
        let tests: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        if tests.is_empty() {
            found.push(Finding::new(&at, "an invariant without a test"));
        }
        for test in tests {
            let name = test.rsplit("::").next().unwrap_or(test);
            if !files.iter().any(|f| f.is(&[".rs"]) && f.text.contains(&format!("fn {name}("))) {
                found.push(Finding::new(&at, format!("there is no test “{test}”")));
            }
        }
    }
    found
}

/// Functions that the page on security names as proof, and that are not there.
pub(super) fn proofs(files: &[SourceFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    for page in documents(files).filter(|document| document.path == SECURITY) {
        for (number, line) in page.text.lines().enumerate() {
            for name in line.split('`').skip(1).step_by(2).filter(|span| is_sentence(span)) {
                if !files.iter().any(|f| f.is(&[".rs"]) && f.text.contains(&format!("fn {name}("))) {
                    found.push(Finding::new(
                        format!("{SECURITY}:{}", number + 1),
                        format!("there is no “{name}”"),
                    ));
                }
            }
        }
    }
    found
}

/// A name of three words or more, as tests have: `nobody_gets_in`.
fn is_sentence(span: &str) -> bool {
    span.matches('_').count() >= 2
        && span.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn documents(files: &[SourceFile]) -> impl Iterator<Item = &SourceFile> {
    files.iter().filter(|f| f.is(&[".md"]))
}

/// `docs/adr/0001-….md`
fn is_decision(file: &SourceFile) -> bool {
    file.path.strip_prefix("docs/adr/").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_digit()))
}

/// What stands in `[…](here)` and `src="here"`, with its line; not in blocks of code.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (start, end) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')] {
            for part in line.split(start).skip(1) {
                if let Some((target, _)) = part.split_once(end) {
                    found.push((number + 1, target.split(' ').next().unwrap_or(target)));
                }
            }
        }
    }
    found
}

/// `docs/adr/a.md` and `../b.md` make `docs/b.md`.
fn resolve(document: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or(target);
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether there is such a file, or such a folder. Pictures are not text, so they are asked for by themselves.
fn exists(files: &[SourceFile], path: &str) -> bool {
    let folder = format!("{path}/");
    files.iter().any(|f| f.path == path || f.path.starts_with(&folder)) || crate::root().join(path).exists()
}

fn has_anchor(files: &[SourceFile], path: &str, anchor: &str) -> bool {
    files
        .iter()
        .filter(|f| f.path == path)
        .flat_map(|f| f.text.lines())
        .filter(|line| line.starts_with('#'))
        .any(|line| anchor_of(line.trim_start_matches('#')) == anchor)
}

/// The anchor that is made of a heading: lower case, spaces to hyphens, signs gone.
fn anchor_of(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            _ if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let files = [
            SourceFile::new("docs/a.md", "[b](adr/b.md) [c](c.md)\n[d](#a-b)\n```\n[x](code.md)\n```\n"),
            SourceFile::new(
                "docs/adr/b.md",
                "# One & two\n[up](../a.md) [gone](a.md) [web](https://example.com)\n",
            ),
        ];
        let found: Vec<String> = links(&files).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "docs/a.md:1: c.md leads nowhere",
                "docs/a.md:2: docs/a.md has no heading for #a-b",
                "docs/adr/b.md:2: a.md leads nowhere",
            ]
        );
    }

    #[test]
    fn headings_have_anchors() {
        assert_eq!(anchor_of(" What a PUBACK means"), "what-a-puback-means");
        assert_eq!(anchor_of(" One & two"), "one--two");
        let files = [SourceFile::new("a.md", "# One & two\n[x](#one--two)")];
        assert!(links(&files).is_empty());
    }

    #[test]
    fn a_decision_that_nobody_links_is_found() {
        let decision = SourceFile::new("docs/adr/0001-x.md", "# X\n[other](0002-y.md)");
        let other = SourceFile::new("docs/adr/0002-y.md", "# Y");
        let map = SourceFile::new("ARCHITECTURE.md", "[X](docs/adr/0001-x.md)");
        let found = decisions(&[decision, other, map]);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("docs/adr/0002-y.md"));
    }

    #[test]
    fn a_proof_that_isn_t_there_is_found() {
        let code = SourceFile::new("a/src/lib.rs", "async fn nobody_gets_in() {}");
        let page = |text: &str| SourceFile::new(SECURITY, text);
        assert!(proofs(&[page("`nobody_gets_in`, `no_store`, `docs/a_b_c.md`"), code.clone()]).is_empty());
        assert_eq!(proofs(&[page("one\n`everybody_gets_in`"), code]).len(), 1);
    }

    #[test]
    fn an_invariant_needs_a_test_that_exists() {
        let code = SourceFile::new("a/src/lib.rs", "#[test]\nfn it_holds() {}");
        let map = |last: &str| {
            let text =
                format!("{INVARIANTS}\n\n| what | test |\n|---|---|\n| it holds | {last} |\n\n## Next\n");
            SourceFile::new(MAP, &text)
        };
        assert!(invariants(&[map("`a::it_holds`"), code.clone()]).is_empty());
        assert_eq!(invariants(&[map("`a::it_breaks`"), code.clone()]).len(), 1);
        assert_eq!(invariants(&[map("none"), code.clone()]).len(), 1);
        assert_eq!(invariants(&[SourceFile::new(MAP, "# Map"), code]).len(), 1);
        assert_eq!(invariants(&[]).len(), 1);
    }
}
