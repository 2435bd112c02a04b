//! `@context` and `@fromContext`: values that a field takes from an object above it instead of from the client.

use apollo_compiler::Name;
use apollo_compiler::ast::Selection;
use apollo_compiler::parser::SourceSpan;

use super::field_set::FieldSet;
use super::{Subgraph, TypeDef};

/// `@context(name:)` of a type.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) name: String,
    pub(crate) span: Option<SourceSpan>,
}

/// `@fromContext(field:)` of an argument.
#[derive(Clone, Debug)]
pub(crate) struct FromContext {
    /// As written: `$context { field }`.
    pub(crate) text: String,
    pub(crate) span: Option<SourceSpan>,
}

impl FromContext {
    /// The context's name and what is taken of it, as far as both are there.
    pub(crate) fn parts(&self) -> Option<(&str, &str)> {
        let text = self.text.trim_start().strip_prefix('$')?.trim_start();
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, selection) = text.split_at(end);
        (!name.is_empty() && !selection.trim().is_empty()).then_some((name, selection))
    }

    /// What is taken, parsed.
    pub(crate) fn selection(&self) -> Result<FieldSet, String> {
        let (_, selection) = self.parts().unwrap_or_default();
        FieldSet::parse(selection, self.span)
    }
}

/// The types of a subgraph that set a context.
pub(crate) fn setters<'a>(subgraph: &'a Subgraph, context: &str) -> impl Iterator<Item = &'a TypeDef> {
    subgraph.types.values().filter(move |ty| ty.contexts.iter().any(|known| known.name == context))
}

/// What is taken of one type that sets the context: by the fragments that apply to it, if there are any.
pub(crate) fn taken_of<'a>(
    subgraph: &Subgraph,
    setter: &TypeDef,
    set: &'a FieldSet,
) -> Vec<(Name, &'a [Selection])> {
    let mut found = Vec::new();
    for selection in &set.selections {
        match selection {
            Selection::InlineFragment(fragment) => {
                if let Some(on) = fragment.type_condition.as_ref().filter(|on| applies(subgraph, on, setter))
                {
                    found.push((on.clone(), fragment.selection_set.as_slice()));
                }
            }
            _ => found.push((setter.name.clone(), std::slice::from_ref(selection))),
        }
    }
    found
}

/// Whether objects of a setter can be of a type.
pub(crate) fn applies(subgraph: &Subgraph, on: &Name, setter: &TypeDef) -> bool {
    let theirs = subgraph.runtime_types(on);
    subgraph.runtime_types(&setter.name).iter().any(|own| theirs.iter().any(|other| other.name == own.name))
}
