//! The public schema: the supergraph without machinery and without inaccessible elements.

use apollo_compiler::ast::{Definition, DirectiveDefinition, DirectiveList as AstDirectives, Document};
use apollo_compiler::collections::HashSet;
use apollo_compiler::schema::{
    Component, DirectiveList, ExtendedType, FieldDefinition, InputValueDefinition,
};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema, ast, name};

use super::error::SupergraphError;
use super::machinery::Machinery;

/// What clients may ask for in parts. A schema's own directive of this name would be taken for it by every client.
const DEFER: &str = r#"
"""Lets a fragment come after the rest of the answer, to clients that take an answer in parts."""
directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
"#;

/// Directives that clients may see applied.
const PUBLIC_DIRECTIVES: [&str; 3] = ["deprecated", "specifiedBy", "oneOf"];

/// Makes the public schema.
pub(super) fn public(full: &Schema, machinery: &Machinery) -> Result<Valid<Schema>, SupergraphError> {
    let inaccessible = machinery.directive("inaccessible", "inaccessible");
    let mut schema = full.clone();
    schema.types.retain(|name, ty| {
        !machinery.owns_type(name)
            && (ty.is_built_in() || !ty.directives().iter().any(|d| d.name == inaccessible.as_str()))
    });
    let strip = Strip { inaccessible, kept: schema.types.keys().cloned().collect() };
    for ty in schema.types.values_mut().filter(|ty| !ty.is_built_in()) {
        strip.extended_type(ty);
    }
    schema.directive_definitions.retain(|name, definition| {
        definition.is_built_in()
            // apollo-compiler does not know `@oneOf` by itself.
            || name == "oneOf"
            || (!machinery.owns_directive(name)
                && definition.locations.iter().any(|location| is_executable(*location)))
    });
    schema.directive_definitions.extend(defer_directive());
    add_is_one_of(&mut schema);
    let definition = schema.schema_definition.make_mut();
    definition.directives = DirectiveList::new();
    for root in [&mut definition.query, &mut definition.mutation, &mut definition.subscription] {
        if root.as_ref().is_some_and(|name| !strip.kept.contains(&name.name)) {
            *root = None;
        }
    }
    schema.validate().map_err(|errors| SupergraphError::PublicSchema(errors.errors.to_string()))
}

/// `__Type.isOneOf`, which apollo-compiler's introspection schema lacks.
fn add_is_one_of(schema: &mut Schema) {
    let Some(ExtendedType::Object(ty)) = schema.types.get_mut("__Type") else { return };
    let field = FieldDefinition {
        description: Some("may be non-null for INPUT_OBJECT, otherwise null.".into()),
        name: name!("isOneOf"),
        arguments: Vec::new(),
        ty: ast::Type::Named(name!("Boolean")),
        directives: AstDirectives::default(),
    };
    ty.make_mut().fields.insert(field.name.clone(), Component::new(field));
}

fn defer_directive() -> Option<(Name, Node<DirectiveDefinition>)> {
    let document = Document::parse(DEFER, "defer.graphql").ok()?;
    document.definitions.into_iter().find_map(|definition| match definition {
        Definition::DirectiveDefinition(directive) => Some((directive.name.clone(), directive)),
        _ => None,
    })
}

/// The supergraph without machinery, with its inaccessible elements: what keys and required sets are read against.
pub(super) fn full(mut schema: Schema, machinery: &Machinery) -> Schema {
    schema.types.retain(|name, _| !machinery.owns_type(name));
    schema
}

fn is_executable(location: apollo_compiler::ast::DirectiveLocation) -> bool {
    use apollo_compiler::ast::DirectiveLocation as L;
    matches!(
        location,
        L::Query
            | L::Mutation
            | L::Subscription
            | L::Field
            | L::FragmentDefinition
            | L::FragmentSpread
            | L::InlineFragment
            | L::VariableDefinition
    )
}

struct Strip {
    inaccessible: String,
    kept: HashSet<Name>,
}

impl Strip {
    fn extended_type(&self, ty: &mut ExtendedType) {
        match ty {
            ExtendedType::Scalar(scalar) => self.directives(&mut scalar.make_mut().directives),
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                self.directives(&mut object.directives);
                object.implements_interfaces.retain(|name| self.kept.contains(&name.name));
                self.fields(&mut object.fields);
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                self.directives(&mut interface.directives);
                interface.implements_interfaces.retain(|name| self.kept.contains(&name.name));
                self.fields(&mut interface.fields);
            }
            ExtendedType::Union(union) => {
                let union = union.make_mut();
                self.directives(&mut union.directives);
                union.members.retain(|name| self.kept.contains(&name.name));
            }
            ExtendedType::Enum(definition) => {
                let definition = definition.make_mut();
                self.directives(&mut definition.directives);
                definition.values.retain(|_, value| !self.hides(&value.directives));
                for value in definition.values.values_mut() {
                    self.ast_directives(&mut value.make_mut().directives);
                }
            }
            ExtendedType::InputObject(input) => {
                let input = input.make_mut();
                self.directives(&mut input.directives);
                input.fields.retain(|_, field| !self.hides(&field.directives) && self.knows(field));
                for field in input.fields.values_mut() {
                    self.ast_directives(&mut field.make_mut().directives);
                }
            }
        }
    }

    fn fields(&self, fields: &mut apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>) {
        fields.retain(|_, field| {
            !self.hides(&field.directives) && self.kept.contains(field.ty.inner_named_type())
        });
        for field in fields.values_mut() {
            let field = field.make_mut();
            self.ast_directives(&mut field.directives);
            field.arguments.retain(|argument| !self.hides(&argument.directives) && self.knows(argument));
            for argument in &mut field.arguments {
                self.ast_directives(&mut Node::make_mut(argument).directives);
            }
        }
    }

    fn knows(&self, value: &InputValueDefinition) -> bool {
        self.kept.contains(value.ty.inner_named_type())
    }

    fn hides(&self, directives: &AstDirectives) -> bool {
        directives.iter().any(|directive| directive.name == self.inaccessible.as_str())
    }

    fn directives(&self, directives: &mut DirectiveList) {
        directives.0.retain(|directive| PUBLIC_DIRECTIVES.contains(&directive.name.as_str()));
    }

    fn ast_directives(&self, directives: &mut AstDirectives) {
        directives.0.retain(|directive| PUBLIC_DIRECTIVES.contains(&directive.name.as_str()));
    }
}
