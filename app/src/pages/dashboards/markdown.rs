//! Texts in Markdown: headings, lists, emphasis, code and links. Read here and drawn as elements, never as HTML, so that no
//! text can do anything but stand there.

use leptos::prelude::*;

/// A block of a text.
#[derive(Clone, Debug, PartialEq)]
enum Block {
    /// Its level, 1 to 3.
    Heading(u8, Vec<Part>),
    Paragraph(Vec<Part>),
    /// Whether its points are numbered.
    List(bool, Vec<Vec<Part>>),
    Code(String),
    Rule,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Strong(String),
    Emphasis(String),
    Code(String),
    /// Its words and its address.
    Link(String, String),
}

/// A text, drawn.
#[component]
pub(super) fn Markdown(text: String) -> impl IntoView {
    let blocks = blocks(&text).into_iter().map(block).collect_view();
    view! { <div class="markdown">{blocks}</div> }.into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Heading(1, parts) => view! { <h4>{line(parts)}</h4> }.into_any(),
        Block::Heading(2, parts) => view! { <h5>{line(parts)}</h5> }.into_any(),
        Block::Heading(_, parts) => view! { <h6>{line(parts)}</h6> }.into_any(),
        Block::Paragraph(parts) => view! { <p>{line(parts)}</p> }.into_any(),
        Block::Code(text) => view! { <pre>{text}</pre> }.into_any(),
        Block::Rule => view! { <hr /> }.into_any(),
        Block::List(numbered, points) => {
            let points = points.into_iter().map(|parts| view! { <li>{line(parts)}</li> }).collect_view();
            match numbered {
                true => view! { <ol>{points}</ol> }.into_any(),
                false => view! { <ul>{points}</ul> }.into_any(),
            }
        }
    }
}

fn line(parts: Vec<Part>) -> Vec<AnyView> {
    let one = |part| match part {
        Part::Text(text) => text.into_any(),
        Part::Strong(text) => view! { <strong>{text}</strong> }.into_any(),
        Part::Emphasis(text) => view! { <em>{text}</em> }.into_any(),
        Part::Code(text) => view! { <code>{text}</code> }.into_any(),
        Part::Link(text, href) if href.starts_with('/') => view! { <a href=href>{text}</a> }.into_any(),
        Part::Link(text, href) => {
            view! { <a href=href rel="external noopener noreferrer">{text}</a> }.into_any()
        }
    };
    parts.into_iter().map(one).collect()
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut lines = text.lines();
    let end = |paragraph: &mut Vec<&str>, blocks: &mut Vec<Block>| {
        if !paragraph.is_empty() {
            blocks.push(Block::Paragraph(parts(&paragraph.join(" "))));
            paragraph.clear();
        }
    };
    while let Some(raw) = lines.next() {
        let trimmed = raw.trim();
        let point = point(trimmed);
        let hashes = trimmed.bytes().take_while(|b| *b == b'#').count();
        let is_heading = (1..=6).contains(&hashes) && trimmed[hashes..].starts_with(' ');
        if !(trimmed.is_empty()
            || is_heading
            || point.is_some()
            || trimmed.starts_with("```")
            || trimmed == "---")
        {
            paragraph.push(trimmed);
            continue;
        }
        end(&mut paragraph, &mut blocks);
        if trimmed.starts_with("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| !line.trim().starts_with("```")).collect();
            blocks.push(Block::Code(code.join("\n")));
        } else if is_heading {
            blocks.push(Block::Heading(hashes.min(3) as u8, parts(trimmed[hashes..].trim())));
        } else if trimmed == "---" {
            blocks.push(Block::Rule);
        } else if let Some((numbered, rest)) = point {
            match blocks.last_mut() {
                Some(Block::List(of, points)) if *of == numbered => points.push(parts(rest)),
                _ => blocks.push(Block::List(numbered, vec![parts(rest)])),
            }
        }
    }
    end(&mut paragraph, &mut blocks);
    blocks
}

/// Whether a line is a numbered point of a list or not, and what it says.
fn point(line: &str) -> Option<(bool, &str)> {
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, rest));
    }
    let (number, rest) = line.split_once(". ")?;
    (!number.is_empty() && number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()))
        .then_some((true, rest))
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        match marked(rest) {
            Some((part, length)) => {
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(part);
                rest = &rest[length..];
            }
            None => {
                let escaped = rest
                    .strip_prefix('\\')
                    .filter(|after| after.starts_with(|c: char| c.is_ascii_punctuation()));
                rest = escaped.unwrap_or(rest);
                let first = rest.chars().next().unwrap_or_default();
                plain.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

/// What stands marked at the beginning, and how long it is.
fn marked(text: &str) -> Option<(Part, usize)> {
    let between = |mark: &str| {
        let inside = text.strip_prefix(mark)?;
        let end = inside.find(mark).filter(|end| *end > 0 && !inside.starts_with(' '))?;
        Some((inside[..end].to_owned(), 2 * mark.len() + end))
    };
    if let Some((inside, length)) = between("`") {
        return Some((Part::Code(inside), length));
    }
    if let Some((inside, length)) = between("**") {
        return Some((Part::Strong(inside), length));
    }
    if let Some((inside, length)) = between("*") {
        return Some((Part::Emphasis(inside), length));
    }
    let (words, after) = text.strip_prefix('[')?.split_once("](")?;
    let (href, _) = after.split_once(')')?;
    let safe = ["https://", "http://", "mailto:"].iter().any(|scheme| href.starts_with(scheme))
        || (href.starts_with('/') && !href.starts_with("//") && !href.contains('\\'));
    let plain = !words.contains('[') && !href.chars().any(|c| c.is_whitespace() || c.is_control());
    (safe && plain).then(|| (Part::Link(words.to_owned(), href.to_owned()), words.len() + href.len() + 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    #[test]
    fn blocks_are_told_apart() {
        let read = blocks("# North\nOne\ntwo\n\n- a\n- b\n1. c\n```\nx <b>\n```\n---");
        let expected = [
            Block::Heading(1, vec![text("North")]),
            Block::Paragraph(vec![text("One two")]),
            Block::List(false, vec![vec![text("a")], vec![text("b")]]),
            Block::List(true, vec![vec![text("c")]]),
            Block::Code("x <b>".into()),
            Block::Rule,
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn lines_have_marks_and_links() {
        let read = parts("a **b** *c* `d` [e](/w/x) 2 * 3 \\*f");
        let expected = [
            text("a "),
            Part::Strong("b".into()),
            text(" "),
            Part::Emphasis("c".into()),
            text(" "),
            Part::Code("d".into()),
            text(" "),
            Part::Link("e".into(), "/w/x".into()),
            text(" 2 * 3 *f"),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn what_could_do_harm_is_text() {
        for harm in
            ["[x](javascript:alert(1))", "[x](//evil.example)", "[x](data:text/html,y)", "<script>x</script>"]
        {
            assert!(parts(harm).iter().all(|part| matches!(part, Part::Text(_))), "{harm}");
        }
    }
}
