//! The committed contract is what the code says.

use std::path::Path;

#[test]
fn schema_folder_equals_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    standalone::contract::compare(&folder).unwrap();
}

/// A fault must stay in its part: a root field that is null must not take the others along, and neither must a reference to
/// what another server owns.
#[test]
fn root_fields_and_references_to_other_servers_are_nullable() {
    let foreign: [(&str, &[&str]); 4] = [
        ("auth", &[]),
        ("admin", &["Category", "Organization", "User", "Document"]),
        ("common", &["Document", "User"]),
        ("document", &["Category", "Organization"]),
    ];
    let files = standalone::contract::generate().unwrap();
    let mut faults = Vec::new();
    for (server, foreign) in foreign {
        let (_, sdl) = files.iter().find(|(path, _)| *path == format!("subgraphs/{server}.graphql")).unwrap();
        let schema = async_graphql::parser::parse_schema(sdl).unwrap();
        for (parent, field, ty) in output_fields(&schema) {
            let references = foreign.iter().any(|name| ty.trim_matches(['[', ']', '!']) == *name);
            if ty.ends_with('!')
                && (["Query", "Mutation"].contains(&parent.as_str()) || references && !ty.starts_with('['))
            {
                faults.push(format!("{server}: {parent}.{field}: {ty}"));
            }
        }
    }
    assert!(faults.is_empty(), "not nullable:\n{}", faults.join("\n"));
}

/// The descriptions are the API's documentation.
#[test]
fn every_type_and_field_of_the_public_schema_is_described() {
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
    let files = standalone::contract::generate().unwrap();
    let (_, sdl) = files.iter().find(|(path, _)| path == "api.graphql").unwrap();
    let mut silent = Vec::new();
    for definition in async_graphql::parser::parse_schema(sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let name = ty.node.name.node.to_string();
        if ty.node.description.is_none() {
            silent.push(name.clone());
        }
        let without = |fields: Vec<(bool, String)>| -> Vec<String> {
            fields
                .into_iter()
                .filter(|(described, _)| !described)
                .map(|(_, field)| format!("{name}.{field}"))
                .collect()
        };
        silent.extend(without(match ty.node.kind {
            TypeKind::Object(object) => described_fields(&object.fields),
            TypeKind::Interface(interface) => described_fields(&interface.fields),
            TypeKind::InputObject(input) => described_inputs(&input.fields),
            TypeKind::Enum(values) => {
                let described =
                    |value: &async_graphql::Positioned<async_graphql::parser::types::EnumValueDefinition>| {
                        (value.node.description.is_some(), value.node.value.node.to_string())
                    };
                values.values.iter().map(described).collect()
            }
            TypeKind::Scalar | TypeKind::Union(_) => Vec::new(),
        }));
    }
    assert!(silent.is_empty(), "not described: {}", silent.join(", "));
}

type Fields = [async_graphql::Positioned<async_graphql::parser::types::FieldDefinition>];
type Inputs = [async_graphql::Positioned<async_graphql::parser::types::InputValueDefinition>];

fn described_fields(fields: &Fields) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for field in fields {
        found.push((field.node.description.is_some(), field.node.name.node.to_string()));
        found.extend(described_inputs(&field.node.arguments));
    }
    found
}

fn described_inputs(inputs: &Inputs) -> Vec<(bool, String)> {
    inputs.iter().map(|input| (input.node.description.is_some(), input.node.name.node.to_string())).collect()
}

fn output_fields(schema: &async_graphql::parser::types::ServiceDocument) -> Vec<(String, String, String)> {
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
    let mut found = Vec::new();
    for definition in &schema.definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        if let TypeKind::Object(object) = &ty.node.kind {
            let name = ty.node.name.node.to_string();
            let field = |field: &async_graphql::Positioned<async_graphql::parser::types::FieldDefinition>| {
                (name.clone(), field.node.name.node.to_string(), field.node.ty.node.to_string())
            };
            found.extend(object.fields.iter().map(field));
        }
    }
    assert!(found.len() > 20, "only {} fields", found.len());
    found
}
