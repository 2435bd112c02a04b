//! Whether clients send values of a type, receive them, or both.

use std::collections::HashSet;

use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};

/// Named types by direction.
#[derive(Default)]
pub(crate) struct Uses {
    sent: HashSet<Name>,
    received: HashSet<Name>,
}

impl Uses {
    /// Reads a schema.
    pub(crate) fn of(schema: &Schema) -> Uses {
        let mut uses = Uses::default();
        for ty in schema.types.values().filter(|ty| !ty.is_built_in()) {
            match ty {
                ExtendedType::Object(object) => object.fields.values().for_each(|field| uses.field(field)),
                ExtendedType::Interface(interface) => {
                    interface.fields.values().for_each(|field| uses.field(field));
                }
                ExtendedType::InputObject(input) => {
                    uses.sent.extend(input.fields.values().map(|field| field.ty.inner_named_type().clone()));
                }
                ExtendedType::Scalar(_) | ExtendedType::Union(_) | ExtendedType::Enum(_) => {}
            }
        }
        for directive in schema.directive_definitions.values().filter(|directive| !directive.is_built_in()) {
            uses.sent
                .extend(directive.arguments.iter().map(|argument| argument.ty.inner_named_type().clone()));
        }
        uses
    }

    /// Clients send values of it.
    pub(crate) fn is_sent(&self, name: &Name) -> bool {
        self.sent.contains(name)
    }

    /// Clients receive values of it.
    pub(crate) fn is_received(&self, name: &Name) -> bool {
        self.received.contains(name)
    }

    fn field(&mut self, field: &FieldDefinition) {
        self.received.insert(field.ty.inner_named_type().clone());
        self.sent.extend(field.arguments.iter().map(|argument| argument.ty.inner_named_type().clone()));
    }
}
