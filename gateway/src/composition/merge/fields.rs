//! Fields of objects and interfaces: every field of any subgraph, with the widest type, and who resolves it how.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use indexmap::{IndexMap, IndexSet};

use super::overrides::{self, Fate};
use super::{Merger, applied, arguments, externals, names_of_kind, sharing, type_reference};
use crate::composition::codes;
use crate::composition::diagnostic::Site;
use crate::composition::merged::{ContextArgument, GraphId, JoinField, Merged, MergedField, context_name};
use crate::composition::subgraph::{FieldDef, Kind, TypeDef};

/// One field, as all subgraphs that have its type see it.
pub(crate) struct Field<'a> {
    pub(crate) parent: &'a Name,
    pub(crate) name: &'a Name,
    /// Number of subgraphs that have the parent.
    pub(crate) holders: usize,
    /// The subgraphs that have the field.
    pub(crate) sources: Vec<Source<'a>>,
    /// Where interface objects bring it to the parent, an implementation.
    pub(crate) through_interface_objects: Vec<(GraphId, &'a TypeDef, &'a FieldDef)>,
}

/// A field in one subgraph.
pub(crate) struct Source<'a> {
    pub(crate) graph: GraphId,
    pub(crate) parent: &'a TypeDef,
    pub(crate) field: &'a FieldDef,
    pub(crate) fate: Fate,
}

/// Merges the fields of all objects and interfaces.
pub(crate) fn merge_all(merger: &mut Merger, merged: &mut Merged) {
    for parent in names_of_kind(&merged.types, &[Kind::Object, Kind::Interface]) {
        let definitions = merger.definitions(&parent);
        let names: IndexSet<Name> =
            definitions.iter().flat_map(|(_, ty)| ty.fields.keys().cloned()).collect();
        let Some(ty) = merged.types.get(&parent) else {
            continue;
        };
        let interfaces: Vec<Name> = ty.interfaces.keys().cloned().collect();
        let mut fields = IndexMap::new();
        for name in &names {
            let mut field = Field {
                parent: &parent,
                name,
                holders: definitions.len(),
                sources: sources(&definitions, name),
                through_interface_objects: merger.through_interface_objects(&interfaces, name),
            };
            overrides::resolve(merger, &mut field);
            if let Some(field) = merge(merger, &field) {
                fields.insert(name.clone(), field);
            }
        }
        if let Some(ty) = merged.types.get_mut(&parent) {
            ty.fields = fields;
        }
    }
}

fn sources<'a>(definitions: &[(GraphId, &'a TypeDef)], name: &Name) -> Vec<Source<'a>> {
    definitions
        .iter()
        .filter_map(|(graph, parent)| {
            Some(Source { graph: *graph, parent, field: parent.fields.get(name)?, fate: Fate::default() })
        })
        .collect()
}

fn merge(merger: &mut Merger, field: &Field) -> Option<MergedField> {
    let coordinate = field.coordinate();
    let resolvers: Vec<&Source> = field.resolvers().collect();
    let only_external_elsewhere =
        field.through_interface_objects.iter().all(|(_, _, field)| field.is_external());
    if resolvers.is_empty() && only_external_elsewhere {
        let sites = field.sites(merger, |source| source.field.external_span);
        merger.diagnostics.report(
            codes::EXTERNAL_MISSING_ON_BASE,
            format!("`{coordinate}` is external in every subgraph that declares it, and resolved by none"),
            sites,
        );
        return None;
    }
    sharing::check(merger, field);
    // A field that only an interface object resolves keeps the type of its external declarations.
    let merging: Vec<&Source> = if resolvers.is_empty() { field.sources.iter().collect() } else { resolvers };
    let ty = merged_type(merger, field, &merging);
    let elements: Vec<applied::Source> = merging.iter().map(|source| source.element()).collect();
    let description = applied::description(merger, &coordinate, &elements);
    let directives = applied::directives(merger, &coordinate, &elements);
    let arguments = arguments::merge(merger, &coordinate, &merging);
    let merged = MergedField {
        name: field.name.clone(),
        description,
        directives,
        cache_tags: applied::cache_tags(
            merging.iter().map(|source| (source.graph, source.field.cache_tags.as_slice())),
        ),
        joins: joins(merger, field, &merging),
        ty: ty?,
        arguments,
    };
    externals::check(merger, field, &merged);
    Some(merged)
}

fn merged_type(merger: &mut Merger, field: &Field, merging: &[&Source]) -> Option<Type> {
    let types: Vec<&Type> = merging.iter().map(|source| &source.field.ty).collect();
    let widest = type_reference::widest(&types, &merger.subtypes);
    if widest.is_some_and(|widest| types.iter().all(|ty| *ty == widest)) {
        return widest.cloned();
    }
    let told = type_reference::tell(
        merging.iter().map(|source| (&*merger.subgraphs[source.graph].name, &source.field.ty)),
    );
    let sites: Vec<Site> =
        merging.iter().map(|source| merger.site(source.graph, source.field.span)).collect();
    let coordinate = field.coordinate();
    let (code, message) = match widest {
        Some(widest) => (
            codes::INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE,
            format!("`{coordinate}` is `{widest}` in the supergraph: {told}"),
        ),
        None => (codes::FIELD_TYPE_MISMATCH, format!("`{coordinate}` has types that do not fit: {told}")),
    };
    merger.diagnostics.report(code, message, sites);
    widest.cloned()
}

/// Nothing when every subgraph that has the type resolves the field plainly.
fn joins(merger: &Merger, field: &Field, merging: &[&Source]) -> Vec<JoinField> {
    let types_equal = merging.windows(2).all(|pair| pair[0].field.ty == pair[1].field.ty);
    let everywhere = field.sources.len() == field.holders;
    let plain = field.sources.iter().all(|source| {
        !source.field.is_external()
            && source.field.requires.is_none()
            && source.field.provides.is_none()
            && source.field.contextual().next().is_none()
            && source.fate.is_plain()
    });
    if types_equal && everywhere && plain {
        return Vec::new();
    }
    field
        .sources
        .iter()
        .filter(|source| !source.fate.is_dropped())
        .map(|source| JoinField {
            graph: Some(source.graph),
            requires: source.field.requires.as_ref().map(|set| set.print()),
            provides: source.field.provides.as_ref().map(|set| set.print()),
            ty: (!types_equal).then(|| source.field.ty.clone()),
            external: source.field.is_external(),
            overrides: source.fate.overrides.clone(),
            override_label: source.fate.label.clone(),
            used_overridden: source.fate.overridden && source.fate.used,
            context_arguments: source
                .field
                .contextual()
                .filter_map(|(argument, from)| {
                    let (context, selection) = from.parts()?;
                    Some(ContextArgument {
                        context: context_name(&merger.subgraphs[source.graph].name, context),
                        name: argument.name.clone(),
                        ty: argument.ty.clone(),
                        selection: selection.to_owned(),
                    })
                })
                .collect(),
        })
        .collect()
}

impl<'a> Field<'a> {
    /// `Type.field`.
    pub(crate) fn coordinate(&self) -> String {
        format!("{}.{}", self.parent, self.name)
    }

    /// The subgraphs where it is not external.
    pub(crate) fn resolvers(&self) -> impl Iterator<Item = &Source<'a>> {
        self.sources.iter().filter(|source| !source.field.is_external())
    }

    /// A place for each source; the field's name where there is no better one.
    pub(crate) fn sites(
        &self,
        merger: &Merger,
        span: impl Fn(&Source<'a>) -> Option<apollo_compiler::parser::SourceSpan>,
    ) -> Vec<Site> {
        self.sources
            .iter()
            .map(|source| merger.site(source.graph, span(source).or(source.field.span)))
            .collect()
    }
}

impl<'a> Source<'a> {
    fn element(&self) -> applied::Source<'a> {
        applied::Source {
            graph: self.graph,
            span: self.field.span,
            description: self.field.description.as_ref(),
            directives: &self.field.directives,
            members: self.parent.members(),
        }
    }
}
