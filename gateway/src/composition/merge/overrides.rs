//! `@override`: which subgraph still resolves a field, and which one did.

use super::Merger;
use super::fields::{Field, Source};
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::Site;
use crate::composition::subgraph::Override;

/// What `@override` does to a field in one subgraph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    /// It takes the field from this subgraph.
    pub(crate) overrides: Option<String>,
    /// Both sides of a progressive override carry its label.
    pub(crate) label: Option<String>,
    /// It is taken from here.
    pub(crate) overridden: bool,
    /// It is taken from here, and still stands in a key, a required or provided set or an interface here.
    pub(crate) used: bool,
}

impl Fate {
    /// `@override` has nothing to do with it.
    pub(crate) fn is_plain(&self) -> bool {
        self.overrides.is_none() && !self.overridden
    }

    /// The subgraph has the field no longer.
    pub(crate) fn is_dropped(&self) -> bool {
        self.overridden && !self.used && self.label.is_none()
    }
}

/// Decides the fates of all sources of a field.
pub(crate) fn resolve(merger: &mut Merger, field: &mut Field) {
    for index in 0..field.sources.len() {
        let source = &field.sources[index];
        let Some(overriding) = source.field.overrides.clone() else {
            continue;
        };
        let graph = source.graph;
        if *overriding.from == *merger.subgraphs[graph].name {
            let message =
                format!("`{}` is overridden from \"{}\" itself", field.coordinate(), overriding.from);
            report(merger, codes::OVERRIDE_FROM_SELF_ERROR, message, [(graph, overriding.span)]);
            continue;
        }
        let target =
            field.sources.iter().position(|other| *merger.subgraphs[other.graph].name == *overriding.from);
        let Some(target) = target else {
            if missing(merger, field, graph, &overriding) {
                field.sources[index].fate.overrides = Some(overriding.from);
            }
            continue;
        };
        take(merger, field, (index, target), &overriding);
        let fate = &mut field.sources[index].fate;
        fate.overrides = Some(overriding.from);
        fate.label = overriding.label;
    }
}

/// Nobody to take it from: the override has no effect. Whether at least the type is there.
fn missing(merger: &mut Merger, field: &Field, graph: usize, overriding: &Override) -> bool {
    let source = merger.subgraphs.iter().find(|subgraph| *subgraph.name == *overriding.from);
    let has_type = source.is_some_and(|subgraph| subgraph.types.contains_key(field.parent));
    let (code, what) = if source.is_some() {
        (codes::OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, "which does not have it")
    } else {
        (codes::FROM_SUBGRAPH_DOES_NOT_EXIST, "which does not exist")
    };
    let message =
        format!("`{}` is overridden from the subgraph \"{}\", {what}", field.coordinate(), overriding.from);
    report(merger, code, message, [(graph, overriding.span)]);
    has_type
}

fn take(merger: &mut Merger, field: &mut Field, (to, from): (usize, usize), overriding: &Override) {
    let coordinate = field.coordinate();
    let (taker, source) = (&field.sources[to], &field.sources[from]);
    let sites = [(taker.graph, overriding.span), (source.graph, source.field.span)];
    if source.field.overrides.is_some() {
        let message = format!(
            "`{coordinate}` is overridden from \"{}\", where it is overridden itself",
            overriding.from
        );
        report(merger, codes::OVERRIDE_SOURCE_HAS_OVERRIDE, message, sites);
        return;
    }
    if let Some((directive, at)) = collision(taker, source) {
        let at = &merger.subgraphs[at].name;
        let message = format!("`{coordinate}` is overridden and carries `@{directive}` in \"{at}\"");
        report(merger, codes::OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE, message, sites);
        return;
    }
    if source.field.is_external() {
        let message =
            format!("`{coordinate}` is overridden from \"{}\", where it is external", overriding.from);
        report(merger, codes::OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, message, [sites[0]]);
        return;
    }
    let used = merger.used[source.graph].contains(&(field.parent.clone(), field.name.clone()));
    let (code, what) = match (overriding.label.is_some(), used) {
        (true, _) => (codes::OVERRIDE_MIGRATION_IN_PROGRESS, "is being moved from"),
        (false, true) => {
            (codes::OVERRIDDEN_FIELD_CAN_BE_REMOVED, "is overridden and only used by the schema of")
        }
        (false, false) => (codes::OVERRIDDEN_FIELD_CAN_BE_REMOVED, "is overridden and used no more in"),
    };
    let message = format!("`{coordinate}` {what} \"{}\"", overriding.from);
    report(merger, code, message, [sites[1]]);
    let fate = &mut field.sources[from].fate;
    fate.overridden = true;
    fate.used = used;
    fate.label.clone_from(&overriding.label);
}

/// A directive that cannot stand on either side of an override, and where it does.
fn collision(taker: &Source, source: &Source) -> Option<(&'static str, usize)> {
    if source.field.requires.is_some() {
        return Some(("requires", source.graph));
    }
    if source.field.provides.is_some() {
        return Some(("provides", source.graph));
    }
    taker.field.is_external().then_some(("external", taker.graph))
}

fn report<const N: usize>(
    merger: &mut Merger,
    code: Code,
    message: String,
    places: [(usize, Option<apollo_compiler::parser::SourceSpan>); N],
) {
    let sites: Vec<Site> = places.iter().map(|(graph, span)| merger.site(*graph, *span)).collect();
    merger.diagnostics.report(code, message, sites);
}
