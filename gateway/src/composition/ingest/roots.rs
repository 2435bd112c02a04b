//! Gives root types their standard names, wherever they are mentioned.

use std::collections::HashMap;

use apollo_compiler::ast::{Definition, Document, FieldDefinition, OperationType, Type};
use apollo_compiler::{Name, Node};

use crate::composition::codes;
use crate::composition::diagnostic::{Diagnostics, Site};
use crate::composition::subgraph::root_name;

/// The document with its root types named `Query`, `Mutation` and `Subscription`.
pub(crate) fn rename(mut document: Document, diagnostics: &mut Diagnostics, site: &Site) -> Document {
    let renames = renames(&document, diagnostics, site);
    if renames.is_empty() {
        return document;
    }
    for definition in &mut document.definitions {
        apply(definition, &renames);
    }
    document
}

fn renames(document: &Document, diagnostics: &mut Diagnostics, site: &Site) -> HashMap<Name, Name> {
    let mut renames = HashMap::new();
    let mut declared = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::SchemaDefinition(schema) => declared.extend(&schema.root_operations),
            Definition::SchemaExtension(schema) => declared.extend(&schema.root_operations),
            _ => {}
        }
    }
    for root in declared {
        let (operation, local) = &**root;
        let standard = root_name(*operation);
        if *local == standard {
            continue;
        }
        let taken = document.definitions.iter().find(|definition| definition.name() == Some(&standard));
        if let Some(taken) = taken {
            let code = match operation {
                OperationType::Query => codes::ROOT_QUERY_USED,
                OperationType::Mutation => codes::ROOT_MUTATION_USED,
                OperationType::Subscription => codes::ROOT_SUBSCRIPTION_USED,
            };
            let here = Site { span: taken.name().and_then(Name::location), ..site.clone() };
            let message = format!(
                "the {} root is `{local}`, and a different type is named `{standard}`",
                operation.name()
            );
            diagnostics.report(code, message, [here]);
            continue;
        }
        renames.insert(local.clone(), standard);
    }
    renames
}

fn apply(definition: &mut Definition, renames: &HashMap<Name, Name>) {
    match definition {
        Definition::ObjectTypeDefinition(object) => {
            let object = object.make_mut();
            rename_name(&mut object.name, renames);
            rename_fields(&mut object.fields, renames);
        }
        Definition::ObjectTypeExtension(object) => {
            let object = object.make_mut();
            rename_name(&mut object.name, renames);
            rename_fields(&mut object.fields, renames);
        }
        Definition::InterfaceTypeDefinition(interface) => {
            rename_fields(&mut interface.make_mut().fields, renames);
        }
        Definition::InterfaceTypeExtension(interface) => {
            rename_fields(&mut interface.make_mut().fields, renames);
        }
        Definition::UnionTypeDefinition(union) => {
            for member in &mut union.make_mut().members {
                rename_name(member, renames);
            }
        }
        Definition::UnionTypeExtension(union) => {
            for member in &mut union.make_mut().members {
                rename_name(member, renames);
            }
        }
        _ => {}
    }
}

fn rename_fields(fields: &mut [Node<FieldDefinition>], renames: &HashMap<Name, Name>) {
    for field in fields {
        if renames.contains_key(field.ty.inner_named_type()) {
            rename_type(&mut field.make_mut().ty, renames);
        }
    }
}

fn rename_type(ty: &mut Type, renames: &HashMap<Name, Name>) {
    match ty {
        Type::Named(name) | Type::NonNullNamed(name) => rename_name(name, renames),
        Type::List(item) | Type::NonNullList(item) => rename_type(item, renames),
    }
}

fn rename_name(name: &mut Name, renames: &HashMap<Name, Name>) {
    if let Some(standard) = renames.get(name) {
        *name = standard.clone();
    }
}
