//! Enums: every value if clients only receive them, the common ones if they only send them; if both, all have to agree.

use std::collections::HashSet;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use indexmap::{IndexMap, IndexSet};

use super::{Merger, applied, names_of_kind};
use crate::composition::codes;
use crate::composition::diagnostic::Site;
use crate::composition::merged::{GraphId, Merged, MergedInput, MergedValue};
use crate::composition::subgraph::{Kind, TypeDef, ValueDef, has_directive};

type Definitions<'a> = [(GraphId, &'a TypeDef)];

/// Merges the values of all enums; everything else has been merged before, so that the use of each is known.
pub(crate) fn merge_all(merger: &mut Merger, merged: &mut Merged) {
    let uses = Uses::of(merged);
    for name in names_of_kind(&merged.types, &[Kind::Enum]) {
        let definitions = merger.definitions(&name);
        let values = merge(merger, &name, &definitions, uses.direction(&name));
        if !uses.has(&name) {
            let sites: Vec<Site> =
                definitions.iter().map(|(graph, ty)| merger.site(*graph, ty.span)).collect();
            let message = format!("nothing in the supergraph uses the enum `{name}`");
            merger.diagnostics.report(codes::UNUSED_ENUM_TYPE, message, sites);
        }
        if values.is_empty() {
            let sites: Vec<Site> =
                definitions.iter().map(|(graph, ty)| merger.site(*graph, ty.span)).collect();
            merger.diagnostics.report(
                codes::EMPTY_MERGED_ENUM_TYPE,
                format!("no value of the enum `{name}` is declared by all its subgraphs"),
                sites,
            );
        }
        if let Some(ty) = merged.types.get_mut(&name) {
            ty.values = values;
        }
    }
}

fn merge(
    merger: &mut Merger,
    parent: &Name,
    definitions: &Definitions,
    direction: Direction,
) -> IndexMap<Name, MergedValue> {
    let names: IndexSet<Name> = definitions.iter().flat_map(|(_, ty)| ty.values.keys().cloned()).collect();
    let mut values = IndexMap::new();
    for name in names {
        let declared: Vec<(GraphId, &ValueDef)> =
            definitions.iter().filter_map(|(graph, ty)| Some((*graph, ty.values.get(&name)?))).collect();
        let hidden = declared.iter().any(|(_, value)| has_directive(&value.directives, "inaccessible"));
        let coordinate = format!("{parent}.{name}");
        // An output enum has the value all the same, hidden or not.
        if declared.len() < definitions.len() && (!hidden || direction == Direction::Output) {
            report_missing(merger, &coordinate, (definitions, &declared), direction);
            if direction == Direction::Input {
                continue;
            }
        }
        let elements: Vec<applied::Source> = declared
            .iter()
            .map(|(graph, value)| applied::Source {
                graph: *graph,
                span: value.span,
                description: value.description.as_ref(),
                directives: &value.directives,
                members: 0,
            })
            .collect();
        let value = MergedValue {
            name: name.clone(),
            description: applied::description(merger, &coordinate, &elements),
            directives: applied::directives(merger, &coordinate, &elements),
            graphs: declared.iter().map(|(graph, _)| *graph).collect(),
        };
        values.insert(name, value);
    }
    values
}

fn report_missing(
    merger: &mut Merger,
    coordinate: &str,
    (definitions, declared): (&Definitions, &[(GraphId, &ValueDef)]),
    direction: Direction,
) {
    let missing: Vec<&(GraphId, &TypeDef)> =
        definitions.iter().filter(|(graph, _)| declared.iter().all(|(other, _)| other != graph)).collect();
    let names: Vec<String> =
        missing.iter().map(|(graph, _)| format!("\"{}\"", merger.subgraphs[*graph].name)).collect();
    let names = names.join(", ");
    let mut sites: Vec<Site> =
        declared.iter().map(|(graph, value)| merger.site(*graph, value.span)).collect();
    sites.extend(missing.iter().map(|(graph, ty)| merger.site(*graph, ty.span)));
    let (code, message) = match direction {
        Direction::Both => (
            codes::ENUM_VALUE_MISMATCH,
            format!("`{coordinate}` is missing in {names}, and the enum is used for input and output"),
        ),
        Direction::Output => {
            (codes::INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM, format!("`{coordinate}` is missing in {names}"))
        }
        Direction::Input => (
            codes::INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
            format!("`{coordinate}` is missing in {names} and left out of the supergraph"),
        ),
    };
    merger.diagnostics.report(code, message, sites);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Input,
    /// Also when nothing uses it.
    Output,
    Both,
}

#[derive(Default)]
struct Uses {
    input: HashSet<Name>,
    output: HashSet<Name>,
}

impl Uses {
    fn of(merged: &Merged) -> Uses {
        let mut uses = Uses::default();
        for ty in merged.types.values() {
            for field in ty.fields.values() {
                uses.output.insert(named(&field.ty));
                uses.take(field.arguments.values());
            }
            uses.take(ty.inputs.values());
        }
        let arguments = merged.directives.values().flat_map(|directive| &directive.arguments);
        uses.input.extend(arguments.map(|argument| named(&argument.ty)));
        uses
    }

    fn take<'a>(&mut self, inputs: impl Iterator<Item = &'a MergedInput>) {
        self.input.extend(inputs.map(|input| named(&input.ty)));
    }

    fn has(&self, name: &Name) -> bool {
        self.input.contains(name) || self.output.contains(name)
    }

    fn direction(&self, name: &Name) -> Direction {
        match (self.input.contains(name), self.output.contains(name)) {
            (true, true) => Direction::Both,
            (true, false) => Direction::Input,
            (false, _) => Direction::Output,
        }
    }
}

fn named(ty: &Type) -> Name {
    ty.inner_named_type().clone()
}
