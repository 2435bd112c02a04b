//! Arguments that the gateway fills in with values from objects above (`@context`, `contextArguments`).

use apollo_compiler::ast::{self, Definition, Document, Selection};
use apollo_compiler::schema::{Directive, ExtendedType};
use apollo_compiler::{Name, Schema};
use rustc_hash::FxHashMap;

use super::SubgraphId;
use super::error::SupergraphError;
use super::field_set::FieldSetId;
use super::machinery::Machinery;
use super::types::{TypeId, TypeTable};

/// Index of a [`ContextArgument`] in the supergraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextArgumentId(pub u32);

/// An argument of a subgraph's field that is taken from the nearest object above that sets its context.
#[derive(Clone, Debug)]
pub struct ContextArgument {
    /// Whose field it is of.
    pub subgraph: SubgraphId,
    /// The field's type and name.
    pub parent: TypeId,
    /// The field.
    pub field: Name,
    /// The argument's name there.
    pub name: Name,
    /// The argument's type there.
    pub ty: ast::Type,
    /// By object type that sets the context: what is taken of it, a field set with one leaf; `None` takes null.
    pub values: FxHashMap<usize, Option<FieldSetId>>,
}

/// The object types that set each context.
pub(super) fn setters(
    schema: &Schema,
    machinery: &Machinery,
    table: &TypeTable,
) -> FxHashMap<String, Vec<usize>> {
    let directive = machinery.directive("context", "context");
    let mut found: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (name, ty) in &schema.types {
        if !matches!(ty, ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)) {
            continue;
        }
        for applied in ty.directives().iter().filter(|applied| applied.name == directive.as_str()) {
            let context = applied.specified_argument_by_name("name").and_then(|value| value.as_str());
            let setters = found.entry(context.unwrap_or_default().to_owned()).or_default();
            setters.extend(table.possible(name).ones());
        }
    }
    for setters in found.values_mut() {
        setters.sort_unstable();
        setters.dedup();
    }
    found
}

/// One element of `contextArguments`, as it is written.
pub(super) struct Written {
    pub context: String,
    pub name: Name,
    pub ty: ast::Type,
    pub selection: String,
}

/// The elements of `contextArguments` of a `@join__field`.
pub(super) fn written(at: &str, application: &Directive) -> Result<Vec<Written>, SupergraphError> {
    let wrong = || SupergraphError::Join { at: at.to_owned(), reason: "its `contextArguments`".to_owned() };
    let Some(value) = application.specified_argument_by_name("contextArguments") else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for element in value.as_list().unwrap_or_default() {
        let fields = element.as_object().unwrap_or_default();
        let text = |key: &str| {
            let value = fields.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_str());
            value.ok_or_else(wrong)
        };
        found.push(Written {
            context: text("context")?.to_owned(),
            name: Name::new(text("name")?).map_err(|_| wrong())?,
            ty: apollo_compiler::parser::Parser::new()
                .parse_type(text("type")?, "type")
                .map_err(|_| wrong())?,
            selection: text("selection")?.to_owned(),
        });
    }
    Ok(found)
}

/// What a selection takes of one object type, as a field set on it: a field, or what stands in the fragment that applies.
pub(super) fn taken_of(table: &TypeTable, object: usize, selection: &str) -> Option<String> {
    let text = selection.trim();
    let text = if text.starts_with('{') { text.to_owned() } else { format!("{{ {text} }}") };
    let document = Document::parse(text, "selection").ok()?;
    let Some(Definition::OperationDefinition(operation)) = document.definitions.first() else { return None };
    let own = &table.get(table.object(object)).name;
    let fragments = operation.selection_set.iter().filter_map(|selection| selection.as_inline_fragment());
    let on = |fragment: &&&apollo_compiler::Node<ast::InlineFragment>| {
        fragment.type_condition.as_ref().is_some_and(|on| on == own)
    };
    let covers = |fragment: &&&apollo_compiler::Node<ast::InlineFragment>| {
        fragment.type_condition.as_ref().is_none_or(|on| table.possible(on).contains(object))
    };
    let all: Vec<_> = fragments.collect();
    let set = match all.is_empty() {
        true => &operation.selection_set,
        false => &all.iter().find(on).or_else(|| all.iter().find(covers))?.selection_set,
    };
    let texts: Vec<String> = set.iter().map(Selection::to_string).collect();
    Some(texts.join(" "))
}
