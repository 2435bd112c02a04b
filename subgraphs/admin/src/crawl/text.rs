//! Text of HTML elements: one line per block, white space folded, scripts and page furniture left out.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};
use url::Url;

/// Elements whose text is not content.
const FURNITURE: [&str; 16] = [
    "script", "style", "noscript", "template", "iframe", "svg", "nav", "header", "footer", "aside", "form",
    "button", "select", "head", "object", "dialog",
];

/// Elements inside a line; every other element begins a new one.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "bdi", "cite", "code", "data", "em", "font", "i", "kbd", "label", "mark", "q", "s",
    "small", "span", "strong", "sub", "sup", "time", "tt", "u", "wbr",
];

/// Texts longer than this are cut; no page that people read is.
pub const MAX_TEXT: usize = 1_000_000;

/// The text of an element and all below it, without page furniture. The walk keeps no stack: pages may be nested very deeply.
pub fn of_element(element: ElementRef<'_>) -> String {
    let mut lines = Lines::default();
    let mut skipping = None;
    for edge in element.traverse() {
        if lines.text.len() > MAX_TEXT {
            break;
        }
        match edge {
            Edge::Open(node) if skipping.is_none() => match node.value() {
                Node::Text(text) => lines.push(text),
                Node::Element(tag) if FURNITURE.contains(&tag.name()) => skipping = Some(node.id()),
                Node::Element(tag) if !INLINE.contains(&tag.name()) => lines.break_line(),
                _ => {}
            },
            Edge::Close(node) => {
                if skipping == Some(node.id()) {
                    skipping = None;
                }
                let is_block = node.value().as_element().is_some_and(|tag| !INLINE.contains(&tag.name()));
                if skipping.is_none() && is_block {
                    lines.break_line();
                }
            }
            Edge::Open(_) => {}
        }
    }
    lines.text.trim_end().to_owned()
}

/// Text being put together.
#[derive(Default)]
struct Lines {
    text: String,
    space: bool,
}

impl Lines {
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '\u{200b}' {
                self.space = true;
                continue;
            }
            if self.space && !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push(' ');
            }
            self.space = false;
            self.text.push(c);
        }
    }

    fn break_line(&mut self) {
        self.space = false;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

/// One line: white space folded, control characters gone.
pub fn line(text: &str) -> String {
    let mut lines = Lines::default();
    lines.push(text);
    lines.text
}

/// A plain text: lines without control characters and surplus white space, one empty line at most between two others.
pub fn plain(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(line) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// At most `max` characters, cut with an ellipsis.
pub fn shorten(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
    }
}

/// A name for what is at a URL: the last segment of its path, otherwise its host.
pub fn name_of(url: &Url) -> String {
    let segment = url.path_segments().into_iter().flatten().rfind(|segment| !segment.is_empty());
    let name = segment.map(|segment| String::from_utf8_lossy(&percent_decode(segment)).into_owned());
    let name = name.map(|name| line(&name)).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| url.host_str().unwrap_or("page").to_owned())
}

fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_lines_are_plain() {
        let name = |url: &str| name_of(&Url::parse(url).unwrap());
        assert_eq!(name("http://a.kr/%EC%A0%95%EC%B1%85.html"), "정책.html");
        assert_eq!(name("http://a.kr/a/b/"), "b");
        assert_eq!(name("http://a.kr/"), "a.kr");
        assert_eq!(name("http://a.kr/100%zz"), "100%zz");
        assert_eq!(line(" a\u{0}\u{200b}\n\t b\u{a0}c "), "a b c");
        assert_eq!(shorten("정책 보고서", 3), "정책…");
        assert_eq!(shorten("정책", 2), "정책");
    }
}
