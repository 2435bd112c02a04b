//! Generated operations over the fixtures' supergraphs, seeded: what is satisfiable has a plan, and every plan is sound.

use std::fmt::Write;

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::support::Fixture;
use crate::{abstract_types, conditions, interface_objects, keys, requires, value_types};

/// Operations for each fixture.
const OPERATIONS: u64 = 32;

struct Generator<'a> {
    schema: &'a Schema,
    rng: ChaCha8Rng,
    aliases: usize,
}

impl Generator<'_> {
    fn operation(&mut self, depth: usize) -> String {
        let body = self.selection("Query", depth);
        let variables: String = ["$a", "$b"]
            .iter()
            .filter(|name| body.contains(*name))
            .map(|name| format!("{name}: Boolean! "))
            .collect();
        match variables.is_empty() {
            true => body,
            false => format!("query({variables}) {body}"),
        }
    }

    fn selection(&mut self, type_name: &str, depth: usize) -> String {
        let ty = self.schema.types.get(type_name).unwrap().clone();
        let mut text = String::from("{ ");
        let fields: Vec<_> = match &ty {
            ExtendedType::Object(object) => object.fields.values().cloned().collect(),
            ExtendedType::Interface(interface) => interface.fields.values().cloned().collect(),
            _ => Vec::new(),
        };
        for field in fields {
            let inner = field.ty.inner_named_type();
            let is_leaf = self.schema.types.get(inner).unwrap().is_leaf();
            if (!is_leaf && depth == 0) || !self.rng.random_bool(0.5) {
                continue;
            }
            let arguments: String =
                field.arguments.iter().map(|a| format!("{}: {} ", a.name, constant(&a.ty))).collect();
            if self.rng.random_bool(0.2) {
                self.aliases += 1;
                write!(text, "f{}: ", self.aliases).unwrap();
            }
            text.push_str(&field.name);
            if !arguments.is_empty() {
                write!(text, "({arguments})").unwrap();
            }
            text.push_str(self.guard());
            if !is_leaf {
                text.push_str(&self.selection(inner, depth - 1));
            }
            text.push(' ');
        }
        self.fragments(type_name, depth, &mut text);
        text + "__typename }"
    }

    fn fragments(&mut self, type_name: &str, depth: usize, text: &mut String) {
        let objects: Vec<_> =
            self.schema.types.iter().filter(|(_, ty)| ty.is_object()).map(|(name, _)| name).collect();
        for object in objects {
            let fits = object == type_name || self.schema.is_subtype(type_name, object);
            if fits && depth > 0 && self.rng.random_bool(0.4) {
                let guard = self.guard();
                write!(text, "... on {object}{guard}{} ", self.selection(object, depth - 1)).unwrap();
            }
        }
    }

    fn guard(&mut self) -> &'static str {
        let guards =
            [" @include(if: $a) ", " @skip(if: $a) ", " @skip(if: $b) ", " @include(if: $b) @skip(if: $a) "];
        if self.rng.random_bool(0.1) { guards[self.rng.random_range(0..guards.len())] } else { " " }
    }
}

fn constant(ty: &Type) -> &'static str {
    match ty.inner_named_type().as_str() {
        "Int" => "1",
        _ => "\"x\"",
    }
}

#[test]
fn every_generated_operation_has_a_sound_plan() {
    let fixtures: [(&str, Fixture); 7] = [
        ("keys", keys::chain()),
        ("requires", requires::shipping()),
        ("abstract types", abstract_types::nodes()),
        ("interface objects", interface_objects::documents()),
        ("conditions", conditions::product()),
        ("value types", value_types::split_category()),
        ("look-alikes", value_types::look_alikes()),
    ];
    for (name, fixture) in fixtures {
        let problems = gateway::composition::satisfiability::check(&fixture.supergraph);
        assert!(problems.is_empty(), "{name}: {problems:?}");
        for seed in 0..OPERATIONS {
            let schema = fixture.supergraph.api_schema();
            let mut generator = Generator { schema, rng: ChaCha8Rng::seed_from_u64(seed), aliases: 0 };
            let operation = generator.operation(1 + (seed % 3) as usize);
            // Same names with different arguments or types are the generator's mistake, not the planner's.
            if fixture.is_valid(&operation) {
                let plan = fixture.plan(&operation);
                assert!(plan.starts_with("QueryPlan"), "{name}, seed {seed}: {plan}\n{operation}");
                assert_eq!(
                    plan,
                    fixture.plan(&operation),
                    "{name}, seed {seed}: planning is not deterministic"
                );
            }
        }
    }
}
