//! The exported schema: valid, federated, and every part of it described.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

#[test]
fn the_schema_parses_and_everything_in_it_is_described() {
    let sdl = auth::sdl();
    assert!(sdl.ends_with("}\n") || sdl.ends_with(")\n"), "ends with one newline");
    assert!(sdl.contains("type User @key(fields: \"id\")"));
    assert!(!sdl.contains("_service") && !sdl.contains("_entities") && !sdl.contains('\t'));
    assert!(!sdl.contains("directive @include"));
    let document = parse_schema(&sdl).unwrap();
    let mut undescribed = Vec::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.to_string();
        let mut check = |described: bool, place: String| {
            if !described {
                undescribed.push(place);
            }
        };
        check(definition.node.description.is_some(), name.clone());
        match definition.node.kind {
            TypeKind::Object(object) => {
                for field in object.fields {
                    let place = format!("{name}.{}", field.node.name.node);
                    check(field.node.description.is_some(), place.clone());
                    for argument in field.node.arguments {
                        check(
                            argument.node.description.is_some(),
                            format!("{place}({})", argument.node.name.node),
                        );
                    }
                }
            }
            TypeKind::InputObject(object) => {
                for field in object.fields {
                    check(field.node.description.is_some(), format!("{name}.{}", field.node.name.node));
                }
            }
            TypeKind::Enum(values) => {
                for value in values.values {
                    check(value.node.description.is_some(), format!("{name}.{}", value.node.value.node));
                }
            }
            _ => {}
        }
    }
    assert_eq!(undescribed, Vec::<String>::new());
}

#[test]
fn the_schema_is_the_same_each_time() {
    assert_eq!(auth::sdl(), auth::sdl());
}
