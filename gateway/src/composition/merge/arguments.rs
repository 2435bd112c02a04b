//! Arguments of a field: those that every subgraph takes, with the narrowest type.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::{Name, Node};
use indexmap::{IndexMap, IndexSet};

use super::fields::Source;
use super::{Merger, applied, type_reference};
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::{Severity, Site};
use crate::composition::merged::{GraphId, MergedInput};
use crate::composition::subgraph::InputDef;

/// Merges the arguments of one field.
pub(crate) fn merge(
    merger: &mut Merger,
    coordinate: &str,
    sources: &[&Source],
) -> IndexMap<Name, MergedInput> {
    let names: IndexSet<Name> =
        sources.iter().flat_map(|source| source.field.arguments.keys().cloned()).collect();
    let mut merged = IndexMap::new();
    for name in names {
        let declared: Vec<(GraphId, &InputDef)> = sources
            .iter()
            .filter_map(|source| Some((source.graph, source.field.arguments.get(&name)?)))
            .collect();
        let argument = format!("{coordinate}({name}:)");
        if declared.iter().any(|(_, argument)| argument.context.is_some()) {
            check_contextual(merger, &argument, &declared);
            continue;
        }
        if declared.len() < sources.len() {
            report_missing(merger, &argument, sources, &declared);
            continue;
        }
        if let Some(input) = merge_input(merger, &argument, &declared, ARGUMENT) {
            merged.insert(name, input);
        }
    }
    merged
}

/// Where it comes from a context no client gives it; a subgraph that needs one from the client would never get it.
fn check_contextual(merger: &mut Merger, coordinate: &str, declared: &[(GraphId, &InputDef)]) {
    let others = declared.iter().filter(|(_, argument)| argument.context.is_none());
    let (required, optional): (Vec<_>, Vec<_>) = others.partition(|(_, argument)| argument.is_required());
    let code = codes::CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS;
    let hint = Code { severity: Severity::Hint, ..code };
    for (code, what, concerned) in [(code, "required", required), (hint, "left out", optional)] {
        if !concerned.is_empty() {
            let sites: Vec<Site> =
                concerned.iter().map(|(graph, argument)| merger.site(*graph, argument.span)).collect();
            let message = format!("`{coordinate}` comes from a context elsewhere and is {what} here");
            merger.diagnostics.report(code, message, sites);
        }
    }
}

fn report_missing(
    merger: &mut Merger,
    coordinate: &str,
    sources: &[&Source],
    declared: &[(GraphId, &InputDef)],
) {
    let required = declared.iter().any(|(_, argument)| argument.is_required());
    let missing: Vec<&&Source> =
        sources.iter().filter(|source| declared.iter().all(|(graph, _)| *graph != source.graph)).collect();
    let names: Vec<String> =
        missing.iter().map(|source| format!("\"{}\"", merger.subgraphs[source.graph].name)).collect();
    let mut sites: Vec<Site> =
        declared.iter().map(|(graph, argument)| merger.site(*graph, argument.span)).collect();
    sites.extend(missing.iter().map(|source| merger.site(source.graph, source.field.span)));
    let names = names.join(", ");
    let (code, message) = if required {
        (
            codes::REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH,
            format!("`{coordinate}` is required and missing in {names}"),
        )
    } else {
        (
            codes::INCONSISTENT_ARGUMENT_PRESENCE,
            format!("`{coordinate}` is missing in {names} and left out of the supergraph"),
        )
    };
    merger.diagnostics.report(code, message, sites);
}

/// The codes for an argument or an input field.
#[derive(Clone, Copy)]
pub(crate) struct InputKind {
    pub(crate) type_mismatch: Code,
    pub(crate) types_differ: Code,
    pub(crate) default_mismatch: Code,
}

/// The codes for an argument.
pub(crate) const ARGUMENT: InputKind = InputKind {
    type_mismatch: codes::FIELD_ARGUMENT_TYPE_MISMATCH,
    types_differ: codes::INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE,
    default_mismatch: codes::FIELD_ARGUMENT_DEFAULT_MISMATCH,
};

/// Merges an argument or input field that all concerned subgraphs declare.
pub(crate) fn merge_input(
    merger: &mut Merger,
    coordinate: &str,
    declared: &[(GraphId, &InputDef)],
    kind: InputKind,
) -> Option<MergedInput> {
    let sites: Vec<Site> = declared.iter().map(|(graph, input)| merger.site(*graph, input.span)).collect();
    let types: Vec<&Type> = declared.iter().map(|(_, input)| &input.ty).collect();
    let ty = type_reference::narrowest(&types, &merger.subtypes);
    let told = || {
        type_reference::tell(
            declared.iter().map(|(graph, input)| (&*merger.subgraphs[*graph].name, &input.ty)),
        )
    };
    if let Some(ty) = ty
        && types.iter().any(|other| *other != ty)
    {
        let message = format!("`{coordinate}` is `{ty}` in the supergraph: {}", told());
        merger.diagnostics.report(kind.types_differ, message, sites.clone());
    } else if ty.is_none() {
        let message = format!("`{coordinate}` has types that do not fit: {}", told());
        merger.diagnostics.report(kind.type_mismatch, message, sites.clone());
    }
    let (_, first) = declared.first()?;
    let same_default = declared.iter().all(|(_, input)| same_default(&input.default, &first.default));
    let all_have_one = declared.iter().all(|(_, input)| input.default.is_some());
    if !same_default && all_have_one {
        let message = format!("`{coordinate}` has different defaults");
        merger.diagnostics.report(kind.default_mismatch, message, sites);
    } else if !same_default {
        let message = format!("`{coordinate}` has a default in some subgraphs only");
        merger.diagnostics.report(codes::INCONSISTENT_DEFAULT_VALUE_PRESENCE, message, sites);
    }
    let elements: Vec<applied::Source> = declared
        .iter()
        .map(|(graph, input)| applied::Source {
            graph: *graph,
            span: input.span,
            description: input.description.as_ref(),
            directives: &input.directives,
            members: 0,
        })
        .collect();
    Some(MergedInput {
        name: first.name.clone(),
        description: applied::description(merger, coordinate, &elements),
        directives: applied::directives(merger, coordinate, &elements),
        ty: ty?.clone(),
        default: first.default.clone().filter(|_| same_default),
        joins: Vec::new(),
    })
}

/// Whether two defaults are the same value.
pub(crate) fn same_default(a: &Option<Node<Value>>, b: &Option<Node<Value>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same_value(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// The order of an object's fields says nothing.
fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let has = |(name, value): &(Name, Node<Value>)| {
                b.iter().any(|(other, theirs)| other == name && same_value(value, theirs))
            };
            a.len() == b.len() && a.iter().all(has)
        }
        _ => a == b,
    }
}
