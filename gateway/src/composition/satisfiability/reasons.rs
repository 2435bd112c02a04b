//! Why each subgraph cannot go on.

use fixedbitset::FixedBitSet;

use super::Reason;
use crate::supergraph::query_graph::PlaceId;
use crate::supergraph::{SubgraphId, SubgraphType, Supergraph, TypeId, TypeKind};

/// One reason for each subgraph that knows the type, or has the field through an interface object.
pub(super) fn reasons(
    supergraph: &Supergraph,
    object: usize,
    field: &str,
    landing: &[PlaceId],
) -> Vec<Reason> {
    let graph = supergraph.query_graph();
    let here: Vec<SubgraphId> = landing.iter().map(|place| graph.place(*place).subgraph).collect();
    let mut found = Vec::new();
    for subgraph in supergraph.subgraph_ids() {
        for ty in holders(supergraph, object) {
            let Some(known) = supergraph.known(subgraph, ty) else { continue };
            let is_own = supergraph.types().object(object) == ty;
            if !is_own && known.kind != TypeKind::InterfaceObject {
                continue;
            }
            let text = reason(supergraph, (ty, known), field, here.contains(&subgraph));
            found.push(Reason { subgraph, text });
        }
    }
    found
}

/// A subgraph that resolves a field, the kind of the field's type there, and the object types that can come.
pub(super) type Resolving = (SubgraphId, TypeKind, FixedBitSet);

/// What each of these subgraphs can return.
pub(super) fn returned(supergraph: &Supergraph, resolving: &[Resolving]) -> Vec<Reason> {
    let names = |types: &FixedBitSet| {
        let names = types.ones().map(|object| format!("`{}`", supergraph.object_type_name(object)));
        names.collect::<Vec<_>>().join(", ")
    };
    let reason = |(subgraph, _, types): &Resolving| Reason {
        subgraph: *subgraph,
        text: format!("it can return {}", names(types)),
    };
    resolving.iter().map(reason).collect()
}

/// The type itself and those that can stand for it.
fn holders(supergraph: &Supergraph, object: usize) -> Vec<TypeId> {
    let table = supergraph.types();
    table.ids().filter(|ty| table.get(*ty).possible.contains(object)).collect()
}

fn reason(
    supergraph: &Supergraph,
    (ty, known): (TypeId, &SubgraphType),
    field: &str,
    is_here: bool,
) -> String {
    let name = &supergraph.types().get(ty).name;
    match known.fields.get(field) {
        None => format!("it does not define `{name}.{field}`"),
        Some(definition) if definition.external => format!("`{name}.{field}` is external there"),
        Some(definition) if !definition.contexts.is_empty() => {
            format!(
                "no object above sets a context that `{name}.{field}` takes a value from, or it is not entered"
            )
        }
        Some(_) if is_here => format!("what `{name}.{field}` requires cannot be obtained"),
        Some(_) => match known
            .keys
            .iter()
            .filter(|key| key.resolvable)
            .map(|key| key.text.as_str())
            .collect::<Vec<_>>()
        {
            keys if keys.is_empty() => {
                format!("`{name}` has no resolvable key there, so it cannot be entered")
            }
            keys => {
                format!("`{name}` cannot be entered: no subgraph on the way gives all of {}", keyed(&keys))
            }
        },
    }
}

fn keyed(keys: &[&str]) -> String {
    let texts: Vec<String> = keys.iter().map(|key| format!("its key `{key}`")).collect();
    texts.join(" or ")
}
