//! Response keys, last and per fetch: keys that agree in public can clash inside one subgraph, where sibling types
//! declare a field differently. The clashing one gets an alias; its slot stays.

use apollo_compiler::Name;
use indexmap::IndexMap;
use rustc_hash::FxHashSet;

use crate::planning::query_plan::{FetchField, Selection};

/// Gives every field of a selection a response key with which the subgraph accepts it.
pub(super) fn assign(selections: &mut [Selection]) {
    let mut fields = Vec::new();
    flatten(selections, &mut fields);
    level(fields);
}

fn flatten<'a>(selections: &'a mut [Selection], into: &mut Vec<&'a mut FetchField>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => into.push(field),
            Selection::InlineFragment { selections, .. } => flatten(selections, into),
        }
    }
}

/// All fields that can meet under one object of the answer, whatever fragment they stand in.
fn level(fields: Vec<&mut FetchField>) {
    let mut taken: FxHashSet<Name> = fields.iter().map(|field| field.response_key.clone()).collect();
    let mut groups: IndexMap<Name, Vec<&mut FetchField>> = IndexMap::new();
    let mut keys: IndexMap<Name, Vec<Name>> = IndexMap::new();
    for field in fields {
        let wanted = field.response_key.clone();
        let known = keys.entry(wanted.clone()).or_default();
        let fits = |key: &&Name| {
            groups.get(*key).and_then(|group| group.first()).is_some_and(|first| agree(first, field))
        };
        let key = match known.iter().find(fits) {
            Some(key) => key.clone(),
            None if known.is_empty() => wanted,
            None => free(&wanted, &mut taken),
        };
        if !known.contains(&key) {
            known.push(key.clone());
        }
        field.response_key = key.clone();
        groups.entry(key).or_default().push(field);
    }
    for group in groups.into_values() {
        let mut below = Vec::new();
        for field in group {
            flatten(&mut field.selections, &mut below);
        }
        if !below.is_empty() {
            level(below);
        }
    }
}

fn agree(one: &FetchField, two: &FetchField) -> bool {
    one.name == two.name && one.arguments == two.arguments && one.ty == two.ty
}

fn free(wanted: &Name, taken: &mut FxHashSet<Name>) -> Name {
    for count in 1..u32::MAX {
        // A valid name with a valid suffix is a valid name.
        match Name::new(&format!("{wanted}_{count}")) {
            Ok(name) if taken.insert(name.clone()) => return name,
            _ => {}
        }
    }
    wanted.clone()
}
