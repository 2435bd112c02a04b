//! Random queries over a schema: valid more often than not, the rest is for the caller to skip.

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::world::possible;

/// Writes queries.
pub struct Writer<'a> {
    pub schema: &'a Schema,
    pub random: &'a mut ChaCha8Rng,
}

impl Writer<'_> {
    /// A query with two Boolean variables, `$a` and `$b`.
    pub fn query(&mut self) -> String {
        let root = self.schema.schema_definition.query.as_ref().unwrap().name.to_string();
        let depth = self.random.random_range(2..6);
        let selection = self.selection(&root, depth);
        format!(
            "query($a: Boolean!, $b: Boolean!) {{ d: __typename @include(if: $a) @skip(if: $b) {selection} }}"
        )
    }

    fn selection(&mut self, ty: &str, depth: usize) -> String {
        let mut parts = Vec::new();
        let fields = match self.schema.types.get(ty) {
            Some(ExtendedType::Object(object)) => object.fields.clone(),
            Some(ExtendedType::Interface(interface)) => interface.fields.clone(),
            _ => Default::default(),
        };
        let wanted = self.random.random_range(1..4);
        for _ in 0..wanted {
            if fields.is_empty() {
                break;
            }
            let (name, definition) = fields.get_index(self.random.random_range(0..fields.len())).unwrap();
            let Some(arguments) = self.arguments(definition) else { continue };
            let alias = if self.random.random_bool(0.15) {
                format!("x{}: ", self.random.random_range(0..50))
            } else {
                String::new()
            };
            let guard = self.guard();
            let inner = definition.ty.inner_named_type();
            if self.schema.types.get(inner).is_some_and(|ty| ty.is_leaf()) {
                parts.push(format!("{alias}{name}{arguments}{guard}"));
            } else if depth > 0 {
                let selection = self.selection(inner, depth - 1);
                parts.push(format!("{alias}{name}{arguments}{guard} {{ {selection} }}"));
            }
        }
        if !self.schema.types.get(ty).is_some_and(|ty| ty.is_object()) {
            for member in possible(self.schema, ty) {
                if self.random.random_bool(0.6) {
                    let selection = self.selection(&member, depth.saturating_sub(1));
                    parts.push(format!("... on {member}{} {{ {selection} }}", self.guard()));
                }
            }
        }
        if parts.is_empty() || self.random.random_bool(0.2) {
            parts.push("__typename".to_string());
        }
        parts.join(" ")
    }

    fn guard(&mut self) -> &'static str {
        match self.random.random_range(0..25) {
            0 => " @include(if: $a)",
            1 => " @skip(if: $b)",
            2 => " @include(if: $b)",
            _ => "",
        }
    }

    /// Literals for the arguments; nothing for a field whose required arguments are too special.
    fn arguments(&mut self, field: &apollo_compiler::ast::FieldDefinition) -> Option<String> {
        let mut written = Vec::new();
        for argument in &field.arguments {
            let is_required = argument.is_required();
            if !is_required && self.random.random_bool(0.6) {
                continue;
            }
            match self.literal(&argument.ty) {
                Some(literal) => written.push(format!("{}: {literal}", argument.name)),
                None if is_required => return None,
                None => {}
            }
        }
        Some(if written.is_empty() { String::new() } else { format!("({})", written.join(", ")) })
    }

    fn literal(&mut self, ty: &Type) -> Option<String> {
        if let Type::List(item) | Type::NonNullList(item) = ty {
            return Some(format!("[{}]", self.literal(item)?));
        }
        let number = self.random.random_range(1..4);
        match (ty.inner_named_type().as_str(), self.schema.types.get(ty.inner_named_type())) {
            ("Int", _) => Some(number.to_string()),
            ("Float", _) => Some(format!("{number}.5")),
            ("Boolean", _) => Some("true".to_string()),
            ("ID" | "String", _) => Some(format!("\"{number}\"")),
            (_, Some(ExtendedType::Enum(ty))) => ty.values.keys().next().map(ToString::to_string),
            _ => None,
        }
    }
}
