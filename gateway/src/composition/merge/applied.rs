//! Descriptions and directives of one element, merged over the subgraphs that have it.

use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::Merger;
use crate::composition::access;
use crate::composition::codes::{self, Code};
use crate::composition::merged::{CacheTags, GraphId};

/// The element in one subgraph.
pub(crate) struct Source<'a> {
    pub(crate) graph: GraphId,
    pub(crate) span: Option<SourceSpan>,
    pub(crate) description: Option<&'a Node<str>>,
    pub(crate) directives: &'a [Node<Directive>],
    /// How many members of its type this subgraph defines: who knows most of a type describes it best.
    pub(crate) members: usize,
}

/// The description of the subgraph that defines most of the type; of equals the one that most of them give, then the
/// first.
pub(crate) fn description(merger: &mut Merger, coordinate: &str, sources: &[Source]) -> Option<Node<str>> {
    let described: Vec<(&Source, &Node<str>)> =
        sources.iter().filter_map(|source| Some((source, described_by(source)?))).collect();
    let count = |text: &Node<str>| described.iter().filter(|(_, other)| *other == text).count();
    if described.windows(2).any(|pair| pair[0].1 != pair[1].1) {
        let sites: Vec<_> =
            described.iter().map(|(source, _)| merger.site(source.graph, source.span)).collect();
        merger.diagnostics.report(
            codes::INCONSISTENT_DESCRIPTION,
            format!("`{coordinate}` is described differently in different subgraphs"),
            sites,
        );
    }
    // `max_by_key` takes the last of equals.
    let best = described.iter().rev().max_by_key(|(source, text)| (source.members, count(text)));
    best.map(|(_, text)| (*text).clone())
}

/// An empty description says nothing.
fn described_by<'a>(source: &Source<'a>) -> Option<&'a Node<str>> {
    source.description.filter(|text| !text.is_empty())
}

/// The directives that the supergraph carries on an element.
pub(crate) fn directives(merger: &mut Merger, coordinate: &str, sources: &[Source]) -> Vec<Node<Directive>> {
    let mut by_name: IndexMap<Name, Vec<(GraphId, Node<Directive>)>> = IndexMap::new();
    for source in sources {
        for directive in source.directives {
            if merger.is_carried(&directive.name) {
                by_name.entry(directive.name.clone()).or_default().push((source.graph, directive.clone()));
            }
        }
    }
    by_name.sort_keys();
    let mut merged = Vec::new();
    for (name, applications) in by_name {
        merged.extend(merge_one(merger, coordinate, &name, &applications));
    }
    merged
}

/// What `@cacheTag` says on an element.
pub(crate) fn cache_tags<'a>(applied: impl Iterator<Item = (GraphId, &'a [Node<Directive>])>) -> CacheTags {
    let mut tags = CacheTags::new();
    for (graph, directives) in applied {
        for directive in directives {
            let format = directive.specified_argument_by_name("format").and_then(|format| format.as_str());
            let graphs = tags.entry(format.unwrap_or_default().to_owned()).or_default();
            if !graphs.contains(&graph) {
                graphs.push(graph);
            }
        }
    }
    tags
}

impl Merger<'_> {
    fn is_carried(&self, name: &Name) -> bool {
        matches!(
            name.as_str(),
            "deprecated"
                | "specifiedBy"
                | "oneOf"
                | "tag"
                | "inaccessible"
                | "authenticated"
                | "requiresScopes"
                | "policy"
                | "cost"
                | "listSize"
        ) || self.composed.contains(name)
    }

    fn is_repeatable(&self, name: &Name) -> bool {
        name == "tag"
            || self
                .subgraphs
                .iter()
                .filter_map(|subgraph| subgraph.directives.get(name))
                .any(|definition| definition.repeatable)
    }
}

fn merge_one(
    merger: &mut Merger,
    coordinate: &str,
    name: &Name,
    applications: &[(GraphId, Node<Directive>)],
) -> Vec<Node<Directive>> {
    let mut distinct: Vec<&Node<Directive>> = Vec::new();
    for (_, directive) in applications {
        if !distinct.iter().any(|known| same_arguments(known, directive)) {
            distinct.push(directive);
        }
    }
    if distinct.len() == 1 {
        return vec![distinct[0].clone()];
    }
    if merger.is_repeatable(name) {
        let mut all: Vec<_> = distinct.into_iter().cloned().collect();
        all.sort_by_key(|directive| directive.to_string());
        return all;
    }
    let (code, what, merged) = match name.as_str() {
        "requiresScopes" | "policy" => merged(access::all(name, &distinct)),
        "cost" => merged(greatest_weight(&distinct)),
        "listSize" => merged(list_size(name, &distinct)),
        _ => {
            let code = codes::INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS;
            (code, "the most frequent are used", most_frequent(&distinct, applications))
        }
    };
    let sites: Vec<_> =
        applications.iter().map(|(graph, directive)| merger.site(*graph, directive.location())).collect();
    let message = format!("`@{name}` on `{coordinate}` has different arguments; {what}");
    merger.diagnostics.report(code, message, sites);
    vec![merged]
}

/// What says the same as all together.
fn merged(directive: Node<Directive>) -> (Code, &'static str, Node<Directive>) {
    (codes::MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS, "they are merged", directive)
}

/// The order of arguments says nothing.
fn same_arguments(a: &Directive, b: &Directive) -> bool {
    let has = |argument: &Node<Argument>| b.arguments.contains(argument);
    a.arguments.len() == b.arguments.len() && a.arguments.iter().all(has)
}

/// Of equals the first.
fn most_frequent(
    distinct: &[&Node<Directive>],
    applications: &[(GraphId, Node<Directive>)],
) -> Node<Directive> {
    let count = |directive: &Node<Directive>| {
        applications.iter().filter(|(_, applied)| same_arguments(applied, directive)).count()
    };
    let mut best = distinct[0];
    for directive in &distinct[1..] {
        if count(directive) > count(best) {
            best = directive;
        }
    }
    best.clone()
}

fn greatest_weight(applied: &[&Node<Directive>]) -> Node<Directive> {
    let weight = |directive: &Node<Directive>| {
        directive.specified_argument_by_name("weight").and_then(|value| value.to_i32()).unwrap_or_default()
    };
    let mut greatest = applied[0];
    for directive in applied {
        if weight(directive) > weight(greatest) {
            greatest = directive;
        }
    }
    greatest.clone()
}

fn list_size(name: &Name, applied: &[&Node<Directive>]) -> Node<Directive> {
    let get = |argument: &str| -> Vec<&Node<Value>> {
        applied.iter().filter_map(|directive| directive.specified_argument_by_name(argument)).collect()
    };
    let mut arguments = Vec::new();
    if let Some(size) = get("assumedSize").iter().filter_map(|v| v.to_i32()).max() {
        arguments.push(("assumedSize", Value::Int(size.into())));
    }
    for argument in ["slicingArguments", "sizedFields"] {
        let mut names: Vec<String> = get(argument)
            .iter()
            .filter_map(|value| value.as_list())
            .flatten()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect();
        names.sort();
        names.dedup();
        if !names.is_empty() {
            arguments.push((argument, string_list(names)));
        }
    }
    let require_one = applied.iter().all(|directive| {
        directive
            .specified_argument_by_name("requireOneSlicingArgument")
            .is_none_or(|value| value.to_bool() != Some(false))
    });
    if !require_one {
        arguments.push(("requireOneSlicingArgument", Value::Boolean(false)));
    }
    with_arguments(name, arguments)
}

fn string_list(items: Vec<String>) -> Value {
    Value::List(items.into_iter().map(|item| Node::new(Value::String(item))).collect())
}

fn with_arguments(name: &Name, arguments: Vec<(&str, Value)>) -> Node<Directive> {
    Node::new(Directive {
        name: name.clone(),
        arguments: arguments
            .into_iter()
            .map(|(name, value)| {
                Node::new(Argument { name: Name::new_unchecked(name), value: Node::new(value) })
            })
            .collect(),
    })
}
