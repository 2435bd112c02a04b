//! Who may see what all implementations hold may see it through their interface: it asks for what they ask for.

use apollo_compiler::ast::Directive;
use apollo_compiler::{Name, Node};

use super::names_of_kind;
use crate::composition::access;
use crate::composition::merged::{Merged, MergedType};
use crate::composition::subgraph::Kind;

/// Gives interfaces and their fields the access directives of their implementations; those that an interface object brings stay.
pub(crate) fn carry(merged: &mut Merged) {
    for name in names_of_kind(&merged.types, &[Kind::Interface]) {
        let implementations: Vec<&MergedType> = merged
            .types
            .values()
            .filter(|ty| ty.kind == Kind::Object && ty.interfaces.contains_key(&name))
            .collect();
        let Some(interface) = merged.types.get(&name) else { continue };
        let of_types = implementations.iter().flat_map(|ty| access::of(&ty.directives));
        let on_type = asked(access::of(&interface.directives).chain(of_types));
        let on_fields: Vec<(Name, Vec<Node<Directive>>)> = interface
            .fields
            .values()
            .map(|field| {
                let fields = implementations.iter().filter_map(|ty| ty.fields.get(&field.name));
                let of_fields = fields.flat_map(|field| access::of(&field.directives));
                (field.name.clone(), asked(access::of(&field.directives).chain(of_fields)))
            })
            .collect();
        let Some(interface) = merged.types.get_mut(&name) else { continue };
        replace(&mut interface.directives, on_type);
        for (name, directives) in on_fields {
            if let Some(field) = interface.fields.get_mut(&name) {
                replace(&mut field.directives, directives);
            }
        }
    }
}

fn replace(directives: &mut Vec<Node<Directive>>, access: Vec<Node<Directive>>) {
    directives.retain(|directive| !access::is_access(directive));
    directives.extend(access);
}

/// Each directive once, with all that its applications ask for.
fn asked<'a>(applied: impl Iterator<Item = &'a Node<Directive>>) -> Vec<Node<Directive>> {
    let applied: Vec<&Node<Directive>> = applied.collect();
    access::DIRECTIVES
        .iter()
        .filter_map(|(name, _)| {
            let same: Vec<_> = applied.iter().copied().filter(|directive| directive.name == *name).collect();
            same.first().map(|first| access::all(&first.name, &same))
        })
        .collect()
}
