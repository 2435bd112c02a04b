//! A key of an interface is a key of all its implementations.

use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::{Kind, Subgraph, TypeDef};

/// Checks the keys of all interfaces of a subgraph.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    for interface in subgraph.types.values().filter(|ty| ty.kind == Kind::Interface) {
        for object in subgraph.runtime_types(&interface.name) {
            check_implementation(subgraph, diagnostics, (interface, object));
        }
    }
}

fn check_implementation(
    subgraph: &Subgraph,
    diagnostics: &mut Diagnostics,
    (interface, object): (&TypeDef, &TypeDef),
) {
    for key in &interface.keys {
        // A key that is none is told as such.
        if !key.fields.top_fields().all(|name| interface.fields.contains_key(name)) {
            continue;
        }
        let fields = sorted(&key.fields.print());
        let same = object.keys.iter().find(|own| sorted(&own.fields.print()) == fields);
        let problem = match same {
            None => "is not a key of",
            Some(own) if own.resolvable != key.resolvable => "is resolvable in only one of it and",
            Some(_) => continue,
        };
        diagnostics.report(
            codes::INTERFACE_KEY_NOT_ON_IMPLEMENTATION,
            format!(
                "the key \"{}\" of the interface `{}` {problem} its implementation `{}`",
                key.fields.print(),
                interface.name,
                object.name
            ),
            [subgraph.site(object.span), subgraph.site(key.fields.span)],
        );
    }
}

/// Keys that differ in the order of their top fields only are the same; nested order is compared as written.
fn sorted(fields: &str) -> Vec<String> {
    let mut words: Vec<String> = fields.split(' ').map(str::to_owned).collect();
    if !words.iter().any(|word| word == "{") {
        words.sort();
    }
    words
}
