//! A field that requires others or takes values from contexts hands them on, so whoever may see it must be allowed to see those.

use apollo_compiler::ast::{Directive, Selection};
use apollo_compiler::{Name, Node};

use crate::composition::access;
use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::merged::Merged;
use crate::composition::subgraph::contexts::{setters, taken_of};
use crate::composition::subgraph::{FieldDef, Subgraph, TypeDef};

/// Checks all required sets.
pub(crate) fn check(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Diagnostics) {
    for subgraph in subgraphs {
        for ty in subgraph.types.values() {
            for field in ty.fields.values() {
                check_one(subgraph, merged, diagnostics, (ty, field));
            }
        }
    }
}

fn check_one(
    subgraph: &Subgraph,
    merged: &Merged,
    diagnostics: &mut Diagnostics,
    (ty, field): (&TypeDef, &FieldDef),
) {
    let mut sources = Vec::new();
    if let Some(requires) = &field.requires {
        let mut asked = Vec::new();
        collect(merged, &ty.name, &requires.selections, &mut asked);
        sources.push((requires.span, asked));
    }
    for (_, from) in field.contextual() {
        let mut asked = Vec::new();
        let (Some((context, _)), Ok(set)) = (from.parts(), from.selection()) else { continue };
        for setter in setters(subgraph, context) {
            for (on, selections) in taken_of(subgraph, setter, &set) {
                collect(merged, &on, selections, &mut asked);
            }
        }
        sources.push((from.span, asked));
    }
    let own = own(merged, &ty.name, &field.name);
    for (span, asked) in sources {
        if let Some((place, directive)) =
            asked.iter().find(|(_, directive)| !access::implies(&own, directive))
        {
            diagnostics.report(
                codes::MISSING_TRANSITIVE_AUTH_REQUIREMENTS,
                format!(
                    "`{}.{}` requires `{place}` and does not ask for its `{directive}`",
                    ty.name, field.name
                ),
                [subgraph.site(span)],
            );
        }
    }
}

/// What is asked of whoever asks for a field.
fn own(merged: &Merged, ty: &Name, field: &Name) -> Vec<Node<Directive>> {
    let Some(ty) = merged.types.get(ty) else { return Vec::new() };
    let mut own = ty.directives.clone();
    if let Some(field) = ty.fields.get(field) {
        own.extend(field.directives.iter().cloned());
        if let Some(returned) = merged.types.get(field.ty.inner_named_type()) {
            own.extend(returned.directives.iter().cloned());
        }
    }
    own
}

/// What is asked for everywhere in a set, and where.
fn collect(
    merged: &Merged,
    parent: &Name,
    selections: &[Selection],
    found: &mut Vec<(String, Node<Directive>)>,
) {
    let Some(parent) = merged.types.get(parent) else { return };
    for selection in selections {
        match selection {
            Selection::Field(selected) => {
                let Some(field) = parent.fields.get(&selected.name) else { continue };
                let place = format!("{}.{}", parent.name, field.name);
                let returned = field.ty.inner_named_type();
                let of_type =
                    merged.types.get(returned).map(|ty| ty.directives.as_slice()).unwrap_or_default();
                let asked = access::of(&field.directives).chain(access::of(of_type));
                found.extend(asked.map(|directive| (place.clone(), directive.clone())));
                collect(merged, returned, &selected.selection_set, found);
            }
            Selection::InlineFragment(fragment) => {
                let on = fragment.type_condition.as_ref().unwrap_or(&parent.name);
                let condition = merged.types.get(on).into_iter().flat_map(|ty| access::of(&ty.directives));
                found.extend(condition.map(|directive| (on.to_string(), directive.clone())));
                collect(merged, on, &fragment.selection_set, found);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}
