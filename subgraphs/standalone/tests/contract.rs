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
