//! What a subgraph declares as external has to fit what the field really is.

use apollo_compiler::ast::Type;

use super::fields::{Field, Source};
use super::{Merger, arguments};
use crate::composition::codes;
use crate::composition::merged::MergedField;

/// Compares every external declaration with the merged field.
pub(crate) fn check(merger: &mut Merger, field: &Field, merged: &MergedField) {
    for source in field.sources.iter().filter(|source| source.field.is_external()) {
        check_type(merger, field, merged, source);
        for argument in merged.arguments.values() {
            check_argument(merger, (field, source), argument);
        }
    }
}

fn check_type(merger: &mut Merger, field: &Field, merged: &MergedField, source: &Source) {
    let declared = &source.field.ty;
    // Where the resolving subgraphs agree on one type, it has to be declared exactly.
    let disagree = field.resolvers().any(|resolver| resolver.field.ty != merged.ty);
    if *declared == merged.ty || (disagree && merger.subtypes.is_subtype(&merged.ty, declared)) {
        return;
    }
    let site = merger.site(source.graph, source.field.span);
    merger.diagnostics.report(
        codes::EXTERNAL_TYPE_MISMATCH,
        format!(
            "`{}` is `{}` and declared as external `{}` in \"{}\"",
            field.coordinate(),
            merged.ty,
            source.field.ty,
            merger.subgraphs[source.graph].name
        ),
        [site],
    );
}

fn check_argument(
    merger: &mut Merger,
    (field, source): (&Field, &Source),
    argument: &crate::composition::merged::MergedInput,
) {
    let coordinate = format!("{}({}:)", field.coordinate(), argument.name);
    let subgraph = merger.subgraphs[source.graph].name.clone();
    let fits = |declared: &Type| merger.subtypes.is_subtype(&argument.ty, declared);
    let finding = match source.field.arguments.get(&argument.name) {
        None => Some((
            codes::EXTERNAL_ARGUMENT_MISSING,
            format!("`{coordinate}` is missing from the external declaration in \"{subgraph}\""),
        )),
        Some(declared) if !fits(&declared.ty) => Some((
            codes::EXTERNAL_ARGUMENT_TYPE_MISMATCH,
            format!(
                "`{coordinate}` is `{}` and declared as external `{}` in \"{subgraph}\"",
                argument.ty, declared.ty
            ),
        )),
        Some(declared) if !arguments::same_default(&declared.default, &argument.default) => Some((
            codes::EXTERNAL_ARGUMENT_DEFAULT_MISMATCH,
            format!("`{coordinate}` has another default in the external declaration in \"{subgraph}\""),
        )),
        Some(_) => None,
    };
    if let Some((code, message)) = finding {
        let site = merger.site(source.graph, source.field.span);
        merger.diagnostics.report(code, message, [site]);
    }
}
