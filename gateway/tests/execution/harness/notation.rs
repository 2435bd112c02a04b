//! Plans as text, one string a fetch:
//!
//! `subgraph [after 0,1] [if $v|unless $v] [at a.b.[T] | c] [send T,U(id! price org{id!})[->Name] …] : { selection }`
//!
//! The selection is GraphQL; the slot key is the response key, or `@slot(key: "…")`, or none with `@nowhere`; `@include`
//! and `@skip` with a variable become guards. Types come from the subgraph's SDL.

use std::sync::Arc;

use apollo_compiler::ast::{self, Definition};
use apollo_compiler::{Name, Schema};
use gateway::operation::selection::{Condition, Guard, OperationType, PartSet};
use gateway::planning::query_plan::{
    Fetch, FetchField, FetchId, FetchStep, Path, PathSegment, Representation, RepresentationField, Selection,
};
use gateway::supergraph::Supergraph;

/// Reads a plan's fetches.
pub fn fetches(subgraphs: &[(&str, &str)], supergraph: &Supergraph, plan: &[&str]) -> Vec<Fetch> {
    plan.iter().map(|text| fetch(subgraphs, supergraph, text)).collect()
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn fetch(subgraphs: &[(&str, &str)], supergraph: &Supergraph, text: &str) -> Fetch {
    let (header, selection) = text.split_once(" : ").unwrap();
    let (first, header) = header.split_once(' ').unwrap_or((header, ""));
    let (kind, subgraph) = match first.split_once('/') {
        Some(("mutation", subgraph)) => (OperationType::Mutation, subgraph),
        Some((_, subgraph)) => (OperationType::Subscription, subgraph),
        None => (OperationType::Query, first),
    };
    let sdl = subgraphs.iter().find(|(name, _)| *name == subgraph).unwrap().1;
    let schema = Schema::parse(sdl, "subgraph.graphql").unwrap_or_else(|errors| errors.partial);
    let id = supergraph.subgraphs().iter().position(|s| s.name == subgraph).unwrap();
    let mut fetch = Fetch {
        subgraph: gateway::supergraph::SubgraphId(id as u32),
        kind,
        due: PartSet::FIRST,
        after: Vec::new(),
        guard: Guard::default(),
        steps: Vec::new(),
    };
    let (mut paths, mut representations) = (Vec::new(), Vec::new());
    for part in parts(header) {
        let (word, rest) = part.split_once(' ').unwrap();
        let rest = rest.trim();
        match word {
            "after" => fetch.after = rest.split(',').map(|n| FetchId(n.trim().parse().unwrap())).collect(),
            "if" | "unless" => {
                let condition = Condition { variable: name(&rest[1..]), value: word == "if" };
                fetch.guard = Guard { any_of: vec![vec![condition]] };
            }
            "at" => paths = rest.split('|').map(|path| self::path(path.trim())).collect(),
            _ => representations.push(representation(rest)),
        }
    }
    let document = ast::Document::parse(selection, "selection.graphql").unwrap();
    let Some(Definition::OperationDefinition(operation)) = document.definitions.first() else {
        panic!("{selection}")
    };
    let parent = match (paths.is_empty() || representations.is_empty(), kind) {
        (true, OperationType::Query) => "Query",
        (true, OperationType::Mutation) => "Mutation",
        (true, OperationType::Subscription) => "Subscription",
        (false, _) => "_Entity",
    };
    let selection = selections(&schema, parent, &operation.selection_set);
    fetch.steps.push(if representations.is_empty() {
        FetchStep::Root { path: paths.pop().unwrap_or_default(), selection }
    } else {
        FetchStep::Entities { paths, representations, contexts: Vec::new(), selection }
    });
    fetch
}

/// The parts of a header: each begins with a key word.
fn parts(header: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in header.split_whitespace() {
        if matches!(word, "after" | "if" | "unless" | "at" | "send") {
            parts.push(word.to_string());
        } else {
            let last = parts.last_mut().unwrap();
            last.push(' ');
            last.push_str(word);
        }
    }
    parts
}

fn path(text: &str) -> Path {
    let segment = |segment: &str| match segment.strip_prefix('[') {
        Some(types) => PathSegment::OnTypes(types.trim_end_matches(']').split('/').map(name).collect()),
        None => PathSegment::Key(name(segment)),
    };
    Path(text.split('.').map(segment).collect())
}

fn representation(text: &str) -> Representation {
    let (types, rest) = text.split_once('(').unwrap();
    let (fields, type_name) = rest.rsplit_once(')').unwrap();
    let mut tokens = fields.replace('{', " { ").replace('}', " } ");
    tokens.push_str(" }");
    Representation {
        types: types.split(',').map(name).collect(),
        type_name: type_name.strip_prefix("->").map(name),
        fields: representation_fields(&mut tokens.split_whitespace()),
    }
}

/// `name!` is a key field, `name=slot` stands under another slot key, `T?name` is on a type only.
fn representation_fields<'a>(tokens: &mut impl Iterator<Item = &'a str>) -> Vec<RepresentationField> {
    let mut fields: Vec<RepresentationField> = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            "}" => break,
            "{" => fields.last_mut().unwrap().fields = representation_fields(tokens),
            token => {
                let (types, token) =
                    token.split_once('?').map_or((Vec::new(), token), |(t, rest)| (vec![name(t)], rest));
                let is_key = token.ends_with('!');
                let token = token.trim_end_matches('!');
                let (field, slot) = token.split_once('=').unwrap_or((token, token));
                fields.push(RepresentationField {
                    name: name(field),
                    slot: name(slot),
                    types,
                    is_key,
                    fields: vec![],
                });
            }
        }
    }
    fields
}

fn selections(schema: &Schema, parent: &str, selection_set: &[ast::Selection]) -> Vec<Selection> {
    let selection = |selection: &ast::Selection| match selection {
        ast::Selection::Field(field) => Selection::Field(self::field(schema, parent, field)),
        ast::Selection::InlineFragment(fragment) => {
            let condition = fragment.type_condition.clone().unwrap();
            let selections = selections(schema, &condition, &fragment.selection_set);
            Selection::InlineFragment { type_condition: condition, selections }
        }
        ast::Selection::FragmentSpread(_) => panic!("no fragments in fetches"),
    };
    selection_set.iter().map(selection).collect()
}

fn field(schema: &Schema, parent: &str, field: &ast::Field) -> FetchField {
    let ty = match schema.type_field(parent, &field.name) {
        Ok(definition) => definition.ty.clone(),
        Err(_) => ast::Type::NonNullNamed(name("String")),
    };
    let response_key = field.alias.clone().unwrap_or_else(|| field.name.clone());
    let slot = field.directives.get("slot").and_then(|slot| slot.arguments.first());
    let slot =
        slot.and_then(|argument| argument.value.as_str()).map(name).unwrap_or_else(|| response_key.clone());
    FetchField {
        name: field.name.clone(),
        slot: (!field.directives.has("nowhere")).then_some(slot),
        response_key,
        arguments: field.arguments.iter().map(|a| (a.name.clone(), Arc::new((*a.value).clone()))).collect(),
        guard: guard(field),
        selections: selections(schema, ty.inner_named_type(), &field.selection_set),
        ty,
    }
}

fn guard(field: &ast::Field) -> Guard {
    let conditions = field.directives.iter().filter_map(|directive| {
        let variable = directive.arguments.first()?.value.as_variable()?.clone();
        matches!(directive.name.as_str(), "include" | "skip")
            .then(|| Condition { variable, value: directive.name == "include" })
    });
    let conditions: Vec<_> = conditions.collect();
    Guard { any_of: if conditions.is_empty() { Vec::new() } else { vec![conditions] } }
}
