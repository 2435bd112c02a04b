//! Removes what servers print along with their schema but is no part of it: `_service`, `_entities` and their types,
//! and definitions of federation's own directives and scalars.

use apollo_compiler::ast::{Definition, Document, FieldDefinition};
use apollo_compiler::{Name, Node};

use super::federation_spec::{SERVICE_FIELDS, SERVICE_TYPES};
use super::links::Links;
use super::redefinition;
use crate::composition::codes;
use crate::composition::diagnostic::{Diagnostics, Site};

/// Scalars of the language itself, which a schema may write down and need not.
const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// The document without machinery; `None` if a redefinition contradicts the specification, which is reported.
pub(crate) fn remove(
    document: &Document,
    links: &Links,
    diagnostics: &mut Diagnostics,
    site: &Site,
) -> Option<Document> {
    let mut contradicts = false;
    let mut kept = Document { sources: document.sources.clone(), definitions: Vec::new() };
    for definition in &document.definitions {
        if is_machinery(definition, links) {
            contradicts |= check_redefinition(definition, links, diagnostics, site);
            continue;
        }
        if let Some(definition) = without_service_fields(definition) {
            kept.definitions.push(definition);
        }
    }
    (!contradicts).then_some(kept)
}

fn is_machinery(definition: &Definition, links: &Links) -> bool {
    let Some(name) = definition.name() else {
        return false;
    };
    match definition {
        Definition::DirectiveDefinition(_) => {
            links.known(name).is_some()
                || name == links.link_name.as_str()
                || in_apollo_namespace(name, links)
        }
        Definition::OperationDefinition(_) | Definition::FragmentDefinition(_) => false,
        _ => {
            SERVICE_TYPES.contains(&name.as_str())
                || BUILT_IN.contains(&name.as_str())
                || links.scalars.iter().any(|scalar| name == scalar.as_str())
                || in_apollo_namespace(name, links)
        }
    }
}

fn in_apollo_namespace(name: &Name, links: &Links) -> bool {
    let Some((namespace, _)) = name.split_once("__") else {
        return false;
    };
    let foreign = links.foreign.iter().any(|link| link.namespace == namespace);
    !foreign
        && (links.namespaces.iter().any(|known| known == namespace)
            || matches!(namespace, "link" | "federation" | "core" | "join"))
}

/// Whether a redefinition contradicts the specification.
fn check_redefinition(
    definition: &Definition,
    links: &Links,
    diagnostics: &mut Diagnostics,
    site: &Site,
) -> bool {
    let here = Site { span: definition.name().and_then(Name::location), ..site.clone() };
    match definition {
        Definition::DirectiveDefinition(directive) => {
            let problems = redefinition::problems(directive, links);
            for what in &problems {
                let message = format!("the definition of `@{}` {what}", directive.name);
                diagnostics.report(codes::DIRECTIVE_DEFINITION_INVALID, message, [here.clone()]);
            }
            !problems.is_empty()
        }
        Definition::ScalarTypeDefinition(_) | Definition::ScalarTypeExtension(_) => false,
        _ => {
            let name = definition.name().map_or("", Name::as_str);
            let must_be_scalar =
                links.scalars.iter().any(|scalar| scalar == name) || matches!(name, "_Any" | "_FieldSet");
            if must_be_scalar {
                let message = format!("`{name}` belongs to federation and is a scalar there");
                diagnostics.report(codes::TYPE_DEFINITION_INVALID, message, [here]);
            }
            must_be_scalar
        }
    }
}

/// `None` when nothing is left of a root type.
fn without_service_fields(definition: &Definition) -> Option<Definition> {
    let mut definition = definition.clone();
    let fields = match &mut definition {
        Definition::ObjectTypeDefinition(object) => &mut object.make_mut().fields,
        Definition::ObjectTypeExtension(object) => &mut object.make_mut().fields,
        _ => return Some(definition),
    };
    let before = fields.len();
    fields.retain(|field: &Node<FieldDefinition>| !SERVICE_FIELDS.contains(&field.name.as_str()));
    let emptied = before > 0 && fields.is_empty();
    (!emptied).then_some(definition)
}
