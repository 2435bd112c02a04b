//! The rules of GraphQL itself: a subgraph has to be a valid schema once federation's definitions are added to it.

use apollo_compiler::ast::{Definition, Document, OperationType};
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::validation::DiagnosticList;
use apollo_compiler::{Name, Schema};

use super::links::Links;
use crate::composition::codes;
use crate::composition::diagnostic::{Diagnostics, Site};
use crate::composition::subgraph::root_name;

/// Reports everything GraphQL forbids; whether there was nothing.
pub(crate) fn check(document: &Document, links: &Links, diagnostics: &mut Diagnostics, site: &Site) -> bool {
    if wrong_root(document, diagnostics, site) {
        return false;
    }
    let prelude = Document::parse(prelude(document, links), "federation.graphql")
        .unwrap_or_else(|invalid| invalid.partial);
    let built = Schema::builder()
        .adopt_orphan_extensions()
        .ignore_builtin_redefinitions()
        .add_ast(document)
        .add_ast(&prelude)
        .build();
    let result = match built {
        Ok(schema) => schema.validate().map(|_| ()).map_err(|invalid| invalid.errors),
        Err(invalid) => Err(invalid.errors),
    };
    match result {
        Ok(()) => true,
        Err(errors) => {
            report(&errors, diagnostics, site);
            false
        }
    }
}

/// The field that is added to the query root would hide that there is none.
fn wrong_root(document: &Document, diagnostics: &mut Diagnostics, site: &Site) -> bool {
    let mut wrong = false;
    for (operation, name) in roots(document) {
        let definitions: Vec<&Definition> =
            document.definitions.iter().filter(|definition| definition.name() == Some(&name)).collect();
        let what = match definitions.first() {
            None => "is not defined",
            Some(_) if !definitions.iter().all(|definition| is_object(definition)) => "is not an object type",
            Some(_) => continue,
        };
        let defined = definitions.first().and_then(|definition| definition.name()?.location());
        let here = Site { span: name.location().or(defined), ..site.clone() };
        let message = format!("the {} root `{name}` {what}", operation.name());
        diagnostics.report(codes::INVALID_GRAPHQL, message, [here]);
        wrong = true;
    }
    wrong
}

/// The roots that a schema definition names; without one, those that there are by their names.
fn roots(document: &Document) -> Vec<(OperationType, Name)> {
    let mut found = Vec::new();
    for definition in &document.definitions {
        let roots = match definition {
            Definition::SchemaDefinition(schema) => &schema.root_operations,
            Definition::SchemaExtension(schema) => &schema.root_operations,
            _ => continue,
        };
        found.extend(roots.iter().map(|root| (root.0, root.1.clone())));
    }
    if found.is_empty() {
        let standard = [OperationType::Query, OperationType::Mutation, OperationType::Subscription];
        found.extend(standard.map(|operation| (operation, root_name(operation))));
        found.retain(|(_, name)| {
            document.definitions.iter().any(|definition| definition.name() == Some(name))
        });
    }
    found
}

fn is_object(definition: &Definition) -> bool {
    matches!(definition, Definition::ObjectTypeDefinition(_) | Definition::ObjectTypeExtension(_))
}

/// Reports what apollo-compiler found.
pub(crate) fn report(errors: &DiagnosticList, diagnostics: &mut Diagnostics, site: &Site) {
    for error in errors.iter() {
        let here = Site { span: error.error.location(), ..site.clone() };
        diagnostics.report(codes::INVALID_GRAPHQL, error.error.to_string(), [here]);
    }
}

/// Definitions that the subgraph may use without writing them.
fn prelude(document: &Document, links: &Links) -> String {
    let mut text = String::from(
        "scalar federation__FieldSet scalar federation__Scope scalar federation__Policy \
         scalar federation__ContextFieldValue scalar link__Import \
         enum link__Purpose { SECURITY EXECUTION }\n",
    );
    text.push_str(&format!(
        "directive @{}(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA\n",
        links.link_name
    ));
    for (name, known) in &links.directives {
        text.push_str(&format!("directive @{name}{}\n", known.definition(links.version)));
    }
    for scalar in &links.scalars {
        if !DEFINED_ABOVE.contains(&scalar.as_str()) {
            text.push_str(&format!("scalar {scalar}\n"));
        }
    }
    let defines_one_of = document
        .definitions
        .iter()
        .any(|definition| matches!(definition, Definition::DirectiveDefinition(d) if d.name == "oneOf"));
    if !defines_one_of {
        text.push_str("directive @oneOf on INPUT_OBJECT\n");
    }
    text.push_str(&query_root(document));
    text
}

const DEFINED_ABOVE: &[&str] =
    &["federation__FieldSet", "federation__Scope", "federation__Policy", "federation__ContextFieldValue"];

/// A subgraph needs no query root of its own, a schema does: a field is added that stands for `_service`.
fn query_root(document: &Document) -> String {
    let roots = roots(document);
    let explicit = roots.iter().any(|(operation, name)| *name != root_name(*operation))
        || document
            .definitions
            .iter()
            .any(|definition| matches!(definition, Definition::SchemaDefinition(_)));
    let query = roots.iter().find(|(operation, _)| *operation == OperationType::Query).map(|(_, name)| name);
    match (query, explicit) {
        (Some(name), _) => format!("extend type {name} {{ _service: String }}\n"),
        (None, true) => "extend schema { query: _Query } type _Query { _service: String }\n".to_owned(),
        (None, false) => "extend type Query { _service: String }\n".to_owned(),
    }
}
