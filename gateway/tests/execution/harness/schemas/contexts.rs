//! Values that the nearest object above gives to a field of an entity.

use rand::Rng;

use super::Generator;
use super::draft::{FieldDraft, TypeDraft};

impl Generator<'_> {
    /// The query root sets a context, and so do some entities; a field of another takes it. What happens below a mutation
    /// has no query root above it, so there must be none.
    pub(super) fn contexts(&mut self) {
        let has_mutations = self.subgraphs.iter().any(|subgraph| subgraph.types.contains_key("Mutation"));
        let subgraph = self.random.random_range(0..self.subgraphs.len());
        let resolves = |ty: &TypeDraft| ty.keys.iter().any(|(_, is_resolvable)| *is_resolvable);
        let known: Vec<&'static str> = self.entities.iter().map(|entity| entity.name).collect();
        let own = &self.subgraphs[subgraph].types;
        let targets: Vec<&'static str> =
            known.iter().copied().filter(|name| own.get(*name).is_some_and(resolves)).collect();
        if has_mutations || targets.is_empty() || !self.chance(0.5) {
            return;
        }
        self.field(subgraph, "Query", "given", FieldDraft::plain("String"));
        let mut taken = String::from("... on Query { given }");
        self.set(subgraph, "Query");
        for name in known {
            let fields = self.subgraphs[subgraph].types.get(name).into_iter().flat_map(|ty| &ty.fields);
            let mut texts = fields.filter(|(_, field)| {
                field.ty.trim_end_matches('!') == "String"
                    && field.arguments.is_empty()
                    && !field.has("@external")
            });
            let Some(text) = texts.next().map(|(text, _)| text.clone()) else { continue };
            if self.chance(0.6) {
                taken.push_str(&format!(" ... on {name} {{ {text} }}"));
                self.set(subgraph, name);
            }
        }
        let target = self.pick(&targets);
        let arguments = format!("(near: String @fromContext(field: \"$near {taken}\"))");
        self.field(subgraph, target, "told", FieldDraft { arguments, ..FieldDraft::plain("String") });
    }

    fn set(&mut self, subgraph: usize, name: &str) {
        self.subgraphs[subgraph].types.entry(name.to_string()).or_default().contexts.insert("near");
    }
}
