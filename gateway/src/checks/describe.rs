//! Composition's findings for people: where, what, the line itself, and what to do.

use std::collections::BTreeMap;

use crate::composition::diagnostic::{Diagnostic, Place, Severity};

/// By subgraph: the name of its file and its text.
pub type Texts = BTreeMap<String, (String, String)>;

/// One finding in the form that editors jump from: `file:line:column: severity CODE: message`, then the line itself.
pub fn describe(found: &Diagnostic, texts: &Texts) -> String {
    let severity = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    };
    let head = format!("{severity} {}: {}", found.code, found.message);
    let mut places = found.places.iter();
    let mut text = match places.next() {
        Some(place) => format!("{}: {head}{}", position(place, texts), excerpt(place, texts)),
        None if found.subgraphs.is_empty() => head,
        None => format!("[{}] {head}", found.subgraphs.join(", ")),
    };
    for place in places {
        text.push_str(&format!("\n  and {}:{}", position(place, texts), excerpt(place, texts)));
    }
    if !found.help.is_empty() {
        text.push_str(&format!("\n  help: {}", found.help));
    }
    text
}

/// All findings, a blank line between them.
pub fn describe_all(found: &[Diagnostic], texts: &Texts) -> String {
    let described: Vec<String> = found.iter().map(|diagnostic| describe(diagnostic, texts)).collect();
    described.join("\n\n")
}

fn position(place: &Place, texts: &Texts) -> String {
    let file = texts.get(&place.subgraph).map_or(&place.subgraph, |(file, _)| file);
    format!("{file}:{}:{}", place.start.line, place.start.column)
}

/// The line, and a mark under what is meant.
fn excerpt(place: &Place, texts: &Texts) -> String {
    let line =
        texts.get(&place.subgraph).and_then(|(_, text)| text.lines().nth(place.start.line.saturating_sub(1)));
    let Some(line) = line.filter(|line| !line.trim().is_empty()) else {
        return String::new();
    };
    let length = if place.start.line == place.end.line {
        place.end.column.saturating_sub(place.start.column)
    } else {
        line.chars().count().saturating_sub(place.start.column - 1)
    };
    let number = place.start.line.to_string();
    let margin = " ".repeat(number.len());
    let indent: String = line
        .chars()
        .take(place.start.column.saturating_sub(1))
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    format!("\n  {number} | {line}\n  {margin} | {indent}{}", "^".repeat(length.max(1)))
}
