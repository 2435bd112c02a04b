//! Selections as GraphQL text: for the request of a fetch and for the printed plan, so that both agree.

use std::fmt::Write;

use super::query_plan::{FetchField, Selection};
use crate::operation::selection::Condition;

/// Writes GraphQL, on one line or indented.
pub(super) struct Writer {
    pub text: String,
    /// `None` writes everything on one line.
    pub indent: Option<usize>,
}

impl Writer {
    pub fn compact() -> Self {
        Self { text: String::new(), indent: None }
    }

    pub fn indented(indent: usize) -> Self {
        Self { text: String::new(), indent: Some(indent) }
    }

    /// `head {`, the lines, `}`.
    pub fn block(&mut self, head: &str, lines: impl FnOnce(&mut Self)) {
        self.line(&match head.is_empty() {
            true => "{".to_owned(),
            false => format!("{head} {{"),
        });
        self.indent = self.indent.map(|indent| indent + 1);
        lines(self);
        self.indent = self.indent.map(|indent| indent.saturating_sub(1));
        self.line("}");
    }

    pub fn line(&mut self, line: &str) {
        match self.indent {
            Some(indent) => {
                self.text.extend(std::iter::repeat_n("  ", indent));
                self.text.push_str(line);
                self.text.push('\n');
            }
            None => {
                if !self.text.is_empty()
                    && !self.text.ends_with('{')
                    && line != "}"
                    && !self.text.ends_with('}')
                {
                    self.text.push(' ');
                }
                self.text.push_str(line);
            }
        }
    }

    pub fn selections(&mut self, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.guarded(field),
                Selection::InlineFragment { type_condition, selections } => {
                    self.block(&format!("... on {type_condition}"), |w| w.selections(selections));
                }
            }
        }
    }

    /// A field that several conditions may include stands once for each.
    fn guarded(&mut self, field: &FetchField) {
        if field.guard.is_always() {
            return self.field(field, "");
        }
        for all in &field.guard.any_of {
            self.conjunction(field, all);
        }
    }

    /// Neither `@include` nor `@skip` may be repeated: further ones stand on fragments around the field.
    fn conjunction(&mut self, field: &FetchField, all: &[Condition]) {
        let include = all.iter().position(|condition| condition.value);
        let skip = all.iter().position(|condition| !condition.value);
        let chosen: Vec<usize> = include.into_iter().chain(skip).collect();
        let mut directives = String::new();
        for index in &chosen {
            let name = if all[*index].value { "include" } else { "skip" };
            // Writing to a string does not fail.
            let _ = write!(directives, " @{name}(if: ${})", all[*index].variable);
        }
        let rest: Vec<Condition> = all
            .iter()
            .enumerate()
            .filter(|(index, _)| !chosen.contains(index))
            .map(|(_, c)| c.clone())
            .collect();
        match rest.is_empty() {
            true => self.field(field, &directives),
            false => self.block(&format!("...{directives}"), |w| w.conjunction(field, &rest)),
        }
    }

    fn field(&mut self, field: &FetchField, directives: &str) {
        let mut head = String::new();
        if field.response_key != field.name {
            let _ = write!(head, "{}: ", field.response_key);
        }
        head.push_str(&field.name);
        if !field.arguments.is_empty() {
            let arguments: Vec<String> = field
                .arguments
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.serialize().no_indent()))
                .collect();
            let _ = write!(head, "({})", arguments.join(", "));
        }
        head.push_str(directives);
        match field.selections.is_empty() {
            true => self.line(&head),
            false => self.block(&head, |w| w.selections(&field.selections)),
        }
    }
}
