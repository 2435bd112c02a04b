//! Puts `@defer` into an operation, at random: on fragments that are there, and on new ones around neighbours.

use apollo_compiler::Node;
use apollo_compiler::ast::{
    self, Argument, Definition, Directive, DirectiveList, Document, InlineFragment, OperationType, Selection,
    Value,
};
use apollo_compiler::name;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::operations::Written;

/// The operation with deferred fragments.
pub fn defer(operation: &Written, random: &mut ChaCha8Rng) -> Written {
    let mut document = Document::parse(operation.text.clone(), "q.graphql").unwrap();
    let mut deferring = Deferring { random, labels: 0 };
    for definition in &mut document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                let operation = operation.make_mut();
                let is_query = operation.operation_type == OperationType::Query;
                deferring.set(&mut operation.selection_set, is_query);
            }
            Definition::FragmentDefinition(fragment) => {
                // At the top of a mutation nothing may be deferred.
                let allowed = fragment.type_condition != "Mutation";
                deferring.set(&mut fragment.make_mut().selection_set, allowed);
            }
            _ => {}
        }
    }
    Written { text: document.to_string(), ..operation.clone() }
}

struct Deferring<'r> {
    random: &'r mut ChaCha8Rng,
    labels: usize,
}

impl Deferring<'_> {
    fn set(&mut self, selections: &mut Vec<Selection>, allowed: bool) {
        for selection in selections.iter_mut() {
            match selection {
                Selection::Field(field) => self.set(&mut field.make_mut().selection_set, true),
                Selection::InlineFragment(inline) => {
                    let inline = inline.make_mut();
                    self.set(&mut inline.selection_set, allowed);
                    if allowed && self.random.random_bool(0.5) {
                        inline.directives.0.push(self.directive());
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if allowed && self.random.random_bool(0.5) {
                        spread.make_mut().directives.0.push(self.directive());
                    }
                }
            }
        }
        if allowed && !selections.is_empty() && self.random.random_bool(0.35) {
            let selection_set = selections.split_off(self.random.random_range(0..selections.len()));
            let directives = DirectiveList(vec![self.directive()]);
            let inline = InlineFragment { type_condition: None, directives, selection_set };
            selections.push(Selection::InlineFragment(Node::new(inline)));
        }
    }

    fn directive(&mut self) -> Node<Directive> {
        let argument = |name, value| Node::new(Argument { name, value: Node::new(value) });
        let arguments = match self.random.random_range(0..8) {
            0 => vec![argument(name!("if"), Value::Variable(name!("a")))],
            1 => vec![argument(name!("if"), Value::Boolean(false))],
            2 => {
                self.labels += 1;
                vec![argument(name!("label"), Value::String(format!("l{}", self.labels)))]
            }
            _ => Vec::new(),
        };
        Node::new(ast::Directive { name: name!("defer"), arguments })
    }
}
