//! Selections as GraphQL text: one walk for the request of a fetch and for the printed plan, in two styles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use apollo_compiler::{Name, ast};

use super::query_plan::{FetchField, Selection};
use crate::operation::selection::Condition;

/// Writes GraphQL, indented for people or without needless white space for subgraphs.
pub(super) struct Writer {
    pub text: String,
    /// The client's variables that the text uses.
    pub variables: BTreeSet<String>,
    /// What variables that objects above fill in are called here.
    pub renamed: BTreeMap<Name, String>,
    /// `None` writes everything on one line.
    indent: Option<usize>,
}

impl Writer {
    pub fn dense() -> Self {
        Self { text: String::new(), variables: BTreeSet::new(), renamed: BTreeMap::new(), indent: None }
    }

    pub fn indented() -> Self {
        Self { indent: Some(0), ..Self::dense() }
    }

    /// Where only the eye needs a space.
    fn gap(&self) -> &'static str {
        if self.indent.is_some() { " " } else { "" }
    }

    /// `head {`, the lines, `}`.
    pub fn block(&mut self, head: &str, lines: impl FnOnce(&mut Self)) {
        let gap = if head.is_empty() { "" } else { self.gap() };
        self.line(&format!("{head}{gap}{{"));
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
                let needless = self.text.is_empty() || self.text.ends_with(['{', '}']) || line == "}";
                self.text.extend((!needless).then_some(' '));
                self.text.push_str(line);
            }
        }
    }

    pub fn selections(&mut self, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.guarded(field),
                Selection::InlineFragment { type_condition, selections } => {
                    let head = format!("...{}on {type_condition}", self.gap());
                    self.block(&head, |w| w.selections(selections));
                }
            }
        }
    }

    /// A field that several conditions may include stands once for each: the repetitions merge.
    fn guarded(&mut self, field: &FetchField) {
        if field.guard.is_always() {
            return self.field(field, "");
        }
        for all in &field.guard.any_of {
            self.variables.extend(all.iter().map(|condition| condition.variable.to_string()));
            self.conjunction(field, all);
        }
    }

    /// Neither `@include` nor `@skip` may be repeated: further ones stand on fragments around the field.
    fn conjunction(&mut self, field: &FetchField, all: &[Condition]) {
        let (here, rest) = split_conditions(all);
        let mut directives = String::new();
        for Condition { variable, value } in here {
            let name = if *value { "include" } else { "skip" };
            // Writing to a string does not fail.
            let _ = write!(directives, "{gap}@{name}(if:{gap}${variable})", gap = self.gap());
        }
        match rest.is_empty() {
            true => self.field(field, &directives),
            false => self.block(&format!("...{directives}"), |w| w.conjunction(field, &rest)),
        }
    }

    fn field(&mut self, field: &FetchField, directives: &str) {
        let gap = self.gap();
        let mut head = String::new();
        if field.response_key != field.name {
            let _ = write!(head, "{}:{gap}", field.response_key);
        }
        head.push_str(&field.name);
        if !field.arguments.is_empty() {
            let argument = |(name, value): &(Name, std::sync::Arc<ast::Value>)| {
                let renamed = value.as_variable().and_then(|variable| self.renamed.get(variable));
                match renamed {
                    Some(variable) => format!("{name}:{gap}${variable}"),
                    None => format!("{name}:{gap}{}", value.serialize().no_indent()),
                }
            };
            let arguments: Vec<String> = field.arguments.iter().map(argument).collect();
            let _ = write!(head, "({})", arguments.join(&format!(",{gap}")));
            field.arguments.iter().for_each(|(_, value)| self.note_variables(value));
        }
        head.push_str(directives);
        match field.selections.is_empty() {
            true => self.line(&head),
            false => self.block(&head, |w| w.selections(&field.selections)),
        }
    }

    fn note_variables(&mut self, value: &ast::Value) {
        match value {
            ast::Value::Variable(name) => {
                self.variables.insert(name.to_string());
            }
            ast::Value::List(items) => items.iter().for_each(|item| self.note_variables(item)),
            ast::Value::Object(fields) => fields.iter().for_each(|(_, value)| self.note_variables(value)),
            _ => {}
        }
    }
}

/// The first condition of either kind, `@include` before `@skip`, and the rest.
fn split_conditions(conditions: &[Condition]) -> (Vec<&Condition>, Vec<Condition>) {
    let (mut here, mut rest) = (Vec::<&Condition>::new(), Vec::new());
    for condition in conditions {
        if here.iter().any(|known| known.value == condition.value) {
            rest.push(condition.clone());
        } else {
            here.push(condition);
        }
    }
    here.sort_by_key(|condition| !condition.value);
    (here, rest)
}
