//! Writing SDL: descriptions, directives and values.

use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, Value};

/// A text being written.
#[derive(Default)]
pub(crate) struct Text {
    out: String,
}

impl Text {
    /// Adds a piece.
    pub(crate) fn push(&mut self, piece: &str) {
        self.out.push_str(piece);
    }

    /// A description on lines of its own, before its element.
    pub(crate) fn description(&mut self, description: Option<&Node<str>>, indent: &str) {
        let Some(description) = description else {
            return;
        };
        if description.is_empty() {
            return;
        }
        if can_be_block(description) {
            self.out.push_str(&format!("{indent}\"\"\"\n"));
            for line in description.split('\n') {
                let line = line.replace("\"\"\"", "\\\"\"\"");
                let indent = if line.is_empty() { "" } else { indent };
                self.out.push_str(&format!("{indent}{line}\n"));
            }
            self.out.push_str(&format!("{indent}\"\"\"\n"));
        } else {
            let value = Value::String(description.to_string());
            self.out.push_str(&format!("{indent}{}\n", quoted(&value)));
        }
    }

    /// What was written.
    pub(crate) fn into_string(self) -> String {
        self.out
    }
}

/// A directive on one line.
pub(crate) fn directive(directive: &Directive) -> String {
    let mut text = format!("@{}", directive.name);
    if !directive.arguments.is_empty() {
        let arguments: Vec<String> = directive
            .arguments
            .iter()
            .map(|argument| format!("{}: {}", argument.name, value(&argument.value)))
            .collect();
        text.push_str(&format!("({})", arguments.join(", ")));
    }
    text
}

/// A value on one line.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::String(_) => quoted(value),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| self::value(item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, field)| format!("{name}: {}", self::value(field))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.serialize().no_indent().to_string(),
    }
}

/// A string in quotes, also when it has several lines.
fn quoted(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.serialize().no_indent().to_string();
    };
    string(text)
}

/// A string in quotes.
pub(crate) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A block string loses common indentation, blank lines at its ends and carriage returns, so a text with such cannot be
/// written as one.
fn can_be_block(text: &str) -> bool {
    let blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let lines: Vec<&str> = text.split('\n').collect();
    let indented = lines.iter().filter(|line| !blank(line)).all(|line| line.starts_with([' ', '\t']));
    let ends_blank =
        lines.first().is_some_and(|line| blank(line)) || lines.last().is_some_and(|line| blank(line));
    let unprintable = text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    !indented && !ends_blank && !unprintable && !text.ends_with('\\')
}
