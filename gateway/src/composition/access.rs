//! What the access directives ask of a client: to be authenticated, and sets of scopes and policies of which one has to be held.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::{Name, Node};

/// The directives, each with its argument.
pub(crate) const DIRECTIVES: [(&str, Option<&str>); 3] =
    [("authenticated", None), ("requiresScopes", Some("scopes")), ("policy", Some("policies"))];

/// Sets of which one has to be held whole. For `@authenticated` it is one empty set.
type Alternatives = BTreeSet<BTreeSet<String>>;

/// What one directive asks for on several elements at once: a set of each, in every combination. At least one is given.
pub(crate) fn all(name: &Name, applied: &[&Node<Directive>]) -> Node<Directive> {
    let combined =
        applied.iter().fold(anything(), |combined, directive| both(&combined, &alternatives(directive)));
    let Some(argument) = argument(name) else {
        return Node::new(Directive { name: name.clone(), arguments: Vec::new() });
    };
    let list = |items: Vec<Value>| Value::List(items.into_iter().map(Node::new).collect());
    let set = |set: &BTreeSet<String>| list(set.iter().cloned().map(Value::String).collect());
    let value = Node::new(list(minimal(&combined).map(set).collect()));
    let argument = Argument { name: Name::new_unchecked(argument), value };
    Node::new(Directive { name: name.clone(), arguments: vec![Node::new(argument)] })
}

/// Whether whoever may see an element with the directives `own` may see one with those of `other` too: each directive of it
/// has to be among its own, and each of its own sets has to hold one of the other's.
pub(crate) fn implies(own: &[Node<Directive>], other: &Node<Directive>) -> bool {
    let mine: Vec<&Node<Directive>> = own.iter().filter(|directive| directive.name == other.name).collect();
    let held = mine.iter().fold(anything(), |held, directive| both(&held, &alternatives(directive)));
    let asked = alternatives(other);
    !mine.is_empty() && held.iter().all(|set| asked.iter().any(|asked| asked.is_subset(set)))
}

/// The access directives among those applied.
pub(crate) fn of(applied: &[Node<Directive>]) -> impl Iterator<Item = &Node<Directive>> {
    applied.iter().filter(|directive| is_access(directive))
}

/// Whether a directive is one of them.
pub(crate) fn is_access(directive: &Directive) -> bool {
    DIRECTIVES.iter().any(|(name, _)| directive.name == *name)
}

fn argument(name: &Name) -> Option<&'static str> {
    DIRECTIVES.iter().find(|(known, _)| name == *known).and_then(|(_, argument)| *argument)
}

fn anything() -> Alternatives {
    BTreeSet::from([BTreeSet::new()])
}

fn both(left: &Alternatives, right: &Alternatives) -> Alternatives {
    left.iter().flat_map(|left| right.iter().map(move |right| left | right)).collect()
}

/// Without the sets that hold another one.
fn minimal(sets: &Alternatives) -> impl Iterator<Item = &BTreeSet<String>> {
    sets.iter().filter(|set| !sets.iter().any(|other| other != *set && other.is_subset(set)))
}

fn alternatives(directive: &Directive) -> Alternatives {
    let value = argument(&directive.name).and_then(|argument| directive.specified_argument_by_name(argument));
    let Some(list) = value.and_then(|value| value.as_list()) else { return anything() };
    let text = |value: &Node<Value>| value.as_str().map(str::to_owned);
    list.iter()
        .map(|set| match &**set {
            Value::List(items) => items.iter().filter_map(text).collect(),
            _ => text(set).into_iter().collect(),
        })
        .collect()
}
