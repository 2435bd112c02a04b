//! A field that several subgraphs resolve has to be shareable in all of them.

use apollo_compiler::Name;
use apollo_compiler::parser::SourceSpan;

use super::Merger;
use super::fields::Field;
use crate::composition::codes;
use crate::composition::diagnostic::Site;
use crate::composition::merged::GraphId;
use crate::composition::subgraph::{FieldDef, Kind, TypeDef};

struct Resolver {
    graph: GraphId,
    span: Option<SourceSpan>,
    shareable: bool,
}

/// Reports `INVALID_FIELD_SHARING`.
pub(crate) fn check(merger: &mut Merger, field: &Field) {
    if field.parent == "Subscription" {
        return check_subscription(merger, field);
    }
    let own = field
        .sources
        .iter()
        .filter(|source| !source.fate.overridden)
        .map(|source| (source.graph, source.parent, source.field));
    let mut resolvers = Vec::new();
    for (graph, parent, definition) in own.chain(field.through_interface_objects.iter().copied()) {
        // The fields of an interface are resolved by its implementations, those of an interface object by itself.
        let provided = merger.is_provided(graph, parent, definition);
        if parent.kind == Kind::Object && (provided || !definition.is_external()) {
            resolvers.push(Resolver {
                graph,
                span: definition.span,
                shareable: merger.is_shareable(graph, parent, definition),
            });
        }
    }
    if resolvers.len() < 2 || resolvers.iter().all(|resolver| resolver.shareable) {
        return;
    }
    let not_shareable: Vec<String> = resolvers
        .iter()
        .filter(|resolver| !resolver.shareable)
        .map(|resolver| format!("\"{}\"", merger.subgraphs[resolver.graph].name))
        .collect();
    let sites: Vec<Site> =
        resolvers.iter().map(|resolver| merger.site(resolver.graph, resolver.span)).collect();
    let count = resolvers.len();
    merger.diagnostics.report(
        codes::INVALID_FIELD_SHARING,
        format!(
            "`{}` is resolved by {count} subgraphs and not shareable in {}",
            field.coordinate(),
            not_shareable.join(", ")
        ),
        sites,
    );
}

/// A stream has one source.
fn check_subscription(merger: &mut Merger, field: &Field) {
    let resolvers: Vec<_> = field.resolvers().filter(|source| !source.fate.overridden).collect();
    let is_shared = resolvers.len() > 1 || resolvers.iter().any(|source| source.field.shareable);
    if is_shared {
        let sites =
            resolvers.iter().map(|source| merger.site(source.graph, source.field.span)).collect::<Vec<_>>();
        let message = format!("`{}` is a subscription, and those cannot be shared", field.coordinate());
        merger.diagnostics.report(codes::INVALID_FIELD_SHARING, message, sites);
    }
}

impl<'a> Merger<'a> {
    fn is_shareable(&self, graph: GraphId, parent: &TypeDef, field: &FieldDef) -> bool {
        field.shareable
            || self.is_provided(graph, parent, field)
            || self.keys[graph].contains(&(parent.name.clone(), field.name.clone()))
    }

    /// What a subgraph provides it resolves, if only on some paths.
    fn is_provided(&self, graph: GraphId, parent: &TypeDef, field: &FieldDef) -> bool {
        self.provided[graph].contains(&(parent.name.clone(), field.name.clone()))
    }

    /// The fields that interface objects bring to an implementation of these interfaces.
    pub(crate) fn through_interface_objects(
        &self,
        interfaces: &[Name],
        field: &Name,
    ) -> Vec<(GraphId, &'a TypeDef, &'a FieldDef)> {
        let mut found = Vec::new();
        for interface in interfaces {
            for (graph, ty) in self.definitions(interface) {
                if ty.is_interface_object
                    && let Some(field) = ty.fields.get(field)
                {
                    found.push((graph, ty, field));
                }
            }
        }
        found
    }
}
