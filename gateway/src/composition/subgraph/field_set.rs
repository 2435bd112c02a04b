//! Field sets: the `fields` strings of `@key`, `@requires` and `@provides`.

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, Field, Selection};
use apollo_compiler::parser::SourceSpan;

use super::{FieldDef, Subgraph, TypeDef};

/// A parsed field set.
#[derive(Clone, Debug)]
pub(crate) struct FieldSet {
    pub(crate) selections: Vec<Selection>,
    /// Where the directive stands.
    pub(crate) span: Option<SourceSpan>,
}

/// A field that a field set selects.
pub(crate) struct Selected<'a> {
    pub(crate) parent: &'a TypeDef,
    pub(crate) field: &'a FieldDef,
}

impl FieldSet {
    /// Parses the text of a `fields` argument; the braces around it are optional.
    pub(crate) fn parse(text: &str, span: Option<SourceSpan>) -> Result<FieldSet, String> {
        let text = text.trim();
        let wrapped = match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(_) => text.to_owned(),
            None => format!("{{ {text} }}"),
        };
        let document = Document::parse(wrapped, "fields.graphql").map_err(|invalid| {
            invalid
                .errors
                .iter()
                .next()
                .map_or_else(|| "syntax error".to_owned(), |error| error.error.to_string())
        })?;
        match document.definitions.as_slice() {
            [Definition::OperationDefinition(operation)] => {
                Ok(FieldSet { selections: operation.selection_set.clone(), span })
            }
            _ => Err("syntax error: expected a list of fields".to_owned()),
        }
    }

    /// The fields of the outermost level.
    pub(crate) fn top_fields(&self) -> impl Iterator<Item = &Name> {
        self.selections.iter().filter_map(|selection| selection.as_field().map(|field| &field.name))
    }

    /// The set on one line, as it is written into the supergraph.
    pub(crate) fn print(&self) -> String {
        print(&self.selections)
    }

    /// Every field selected anywhere in the set, as far as it exists.
    pub(crate) fn selected<'a>(&self, subgraph: &'a Subgraph, parent: &Name) -> Vec<Selected<'a>> {
        let mut found = Vec::new();
        collect(subgraph, parent, &self.selections, &mut found);
        found
    }
}

fn collect<'a>(
    subgraph: &'a Subgraph,
    parent: &Name,
    selections: &[Selection],
    found: &mut Vec<Selected<'a>>,
) {
    let Some(parent) = subgraph.types.get(parent) else {
        return;
    };
    for selection in selections {
        match selection {
            Selection::Field(selected) => {
                let Some(field) = parent.fields.get(&selected.name) else {
                    continue;
                };
                found.push(Selected { parent, field });
                collect(subgraph, field.ty.inner_named_type(), &selected.selection_set, found);
            }
            Selection::InlineFragment(fragment) => {
                let on = fragment.type_condition.as_ref().unwrap_or(&parent.name);
                collect(subgraph, on, &fragment.selection_set, found);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn print(selections: &[Selection]) -> String {
    let mut parts = Vec::with_capacity(selections.len());
    for selection in selections {
        parts.push(match selection {
            Selection::Field(field) => print_field(field),
            Selection::InlineFragment(fragment) => {
                let condition =
                    fragment.type_condition.as_ref().map_or_else(String::new, |on| format!(" on {on}"));
                format!("...{condition} {{ {} }}", print(&fragment.selection_set))
            }
            Selection::FragmentSpread(spread) => format!("...{}", spread.fragment_name),
        });
    }
    parts.join(" ")
}

fn print_field(field: &Field) -> String {
    let mut text = field.name.to_string();
    if !field.arguments.is_empty() {
        let arguments: Vec<String> = field
            .arguments
            .iter()
            .map(|argument| {
                let value = argument.value.serialize().no_indent();
                format!("{}: {value}", argument.name)
            })
            .collect();
        text.push_str(&format!("({})", arguments.join(", ")));
    }
    if !field.selection_set.is_empty() {
        text.push_str(&format!(" {{ {} }}", print(&field.selection_set)));
    }
    text
}
