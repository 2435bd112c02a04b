//! In Federation 1 a required or provided field that is not external was without effect.

use apollo_compiler::Name;
use apollo_compiler::ast::Selection;

use crate::composition::subgraph::Subgraph;
use crate::composition::subgraph::field_set::FieldSet;

/// Removes what has no effect from all required and provided sets, and sets of which nothing is left.
pub(crate) fn drop_what_is_not_external(subgraph: &mut Subgraph) {
    let known = subgraph.clone();
    for ty in subgraph.types.values_mut() {
        for field in ty.fields.values_mut() {
            let returned = field.ty.inner_named_type().clone();
            field.requires = field.requires.take().and_then(|set| filter(&known, &ty.name, set));
            field.provides = field.provides.take().and_then(|set| filter(&known, &returned, set));
        }
    }
}

fn filter(subgraph: &Subgraph, parent: &Name, mut set: FieldSet) -> Option<FieldSet> {
    set.selections = filter_selections(subgraph, parent, &set.selections, false);
    (!set.selections.is_empty()).then_some(set)
}

fn filter_selections(
    subgraph: &Subgraph,
    parent: &Name,
    selections: &[Selection],
    below_external: bool,
) -> Vec<Selection> {
    let mut kept = Vec::new();
    for selection in selections {
        match selection {
            Selection::Field(selected) => {
                let field = subgraph.types.get(parent).and_then(|ty| ty.fields.get(&selected.name));
                // What does not exist is kept: validation reports it.
                let Some(field) = field else {
                    kept.push(selection.clone());
                    continue;
                };
                let external = below_external || field.is_external();
                if selected.selection_set.is_empty() {
                    if external {
                        kept.push(selection.clone());
                    }
                    continue;
                }
                let mut selected = selected.clone();
                let inner = field.ty.inner_named_type();
                let below = filter_selections(subgraph, inner, &selected.selection_set, external);
                if !below.is_empty() {
                    selected.make_mut().selection_set = below;
                    kept.push(Selection::Field(selected));
                }
            }
            Selection::InlineFragment(fragment) => {
                let mut fragment = fragment.clone();
                let on = fragment.type_condition.clone().unwrap_or_else(|| parent.clone());
                let below = filter_selections(subgraph, &on, &fragment.selection_set, below_external);
                if !below.is_empty() {
                    fragment.make_mut().selection_set = below;
                    kept.push(Selection::InlineFragment(fragment));
                }
            }
            Selection::FragmentSpread(_) => kept.push(selection.clone()),
        }
    }
    kept
}
