//! Input types: the fields that every subgraph takes.

use apollo_compiler::Name;
use indexmap::{IndexMap, IndexSet};

use super::arguments::{InputKind, merge_input};
use super::{Merger, names_of_kind};
use crate::composition::codes;
use crate::composition::diagnostic::Site;
use crate::composition::merged::{GraphId, JoinField, Merged, MergedInput};
use crate::composition::subgraph::{InputDef, Kind, TypeDef, has_directive};

type Definitions<'a> = [(GraphId, &'a TypeDef)];

/// Merges the fields of all input types.
pub(crate) fn merge_all(merger: &mut Merger, merged: &mut Merged) {
    for name in names_of_kind(&merged.types, &[Kind::Input]) {
        let definitions = merger.definitions(&name);
        let fields = merge(merger, &name, &definitions);
        // A field whose types do not fit is an error of its own.
        if fields.is_empty() && !have_common_field(&definitions) {
            let sites: Vec<Site> =
                definitions.iter().map(|(graph, ty)| merger.site(*graph, ty.span)).collect();
            merger.diagnostics.report(
                codes::EMPTY_MERGED_INPUT_TYPE,
                format!("no field of the input type `{name}` is declared by all its subgraphs"),
                sites,
            );
        }
        if let Some(ty) = merged.types.get_mut(&name) {
            ty.inputs = fields;
        }
    }
}

fn merge(merger: &mut Merger, parent: &Name, definitions: &Definitions) -> IndexMap<Name, MergedInput> {
    let names: IndexSet<Name> = definitions.iter().flat_map(|(_, ty)| ty.inputs.keys().cloned()).collect();
    let mut fields = IndexMap::new();
    for name in names {
        let coordinate = format!("{parent}.{name}");
        let declared: Vec<(GraphId, &InputDef)> =
            definitions.iter().filter_map(|(graph, ty)| Some((*graph, ty.inputs.get(&name)?))).collect();
        let hidden = declared.iter().any(|(_, input)| has_directive(&input.directives, "inaccessible"));
        let missing = declared.len() < definitions.len();
        if missing && !hidden {
            report_missing(merger, &coordinate, definitions, &declared);
            continue;
        }
        let kind = InputKind {
            type_mismatch: codes::FIELD_TYPE_MISMATCH,
            types_differ: codes::INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE,
            default_mismatch: codes::INPUT_FIELD_DEFAULT_MISMATCH,
        };
        if let Some(mut input) = merge_input(merger, &coordinate, &declared, kind) {
            input.joins = joins(&declared, missing);
            fields.insert(name, input);
        }
    }
    fields
}

fn have_common_field(definitions: &Definitions) -> bool {
    let [(_, first), rest @ ..] = definitions else {
        return false;
    };
    first.inputs.keys().any(|name| rest.iter().all(|(_, ty)| ty.inputs.contains_key(name)))
}

fn joins(declared: &[(GraphId, &InputDef)], missing: bool) -> Vec<JoinField> {
    let types_equal = declared.windows(2).all(|pair| pair[0].1.ty == pair[1].1.ty);
    if types_equal && !missing {
        return Vec::new();
    }
    declared
        .iter()
        .map(|(graph, input)| JoinField {
            graph: Some(*graph),
            ty: (!types_equal).then(|| input.ty.clone()),
            ..JoinField::default()
        })
        .collect()
}

fn report_missing(
    merger: &mut Merger,
    coordinate: &str,
    definitions: &Definitions,
    declared: &[(GraphId, &InputDef)],
) {
    let missing: Vec<&(GraphId, &TypeDef)> =
        definitions.iter().filter(|(graph, _)| declared.iter().all(|(other, _)| other != graph)).collect();
    let names: Vec<String> =
        missing.iter().map(|(graph, _)| format!("\"{}\"", merger.subgraphs[*graph].name)).collect();
    let names = names.join(", ");
    let mut sites: Vec<Site> =
        declared.iter().map(|(graph, input)| merger.site(*graph, input.span)).collect();
    sites.extend(missing.iter().map(|(graph, ty)| merger.site(*graph, ty.span)));
    let required = declared.iter().any(|(_, input)| input.is_required());
    let (code, message) = if required {
        (
            codes::REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH,
            format!("`{coordinate}` is required and missing in {names}"),
        )
    } else {
        (
            codes::INCONSISTENT_INPUT_OBJECT_FIELD,
            format!("`{coordinate}` is missing in {names} and left out of the supergraph"),
        )
    };
    merger.diagnostics.report(code, message, sites);
}
