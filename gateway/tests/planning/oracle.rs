//! Oracle: every fetch of a plan is a valid document of its subgraph's schema, asks nothing that the subgraph declares
//! external without its being provided, and its representations carry exactly what some key and requirements name.

use apollo_compiler::ast::{FieldDefinition, InputValueDefinition, Type};
use apollo_compiler::parser::Parser;
use apollo_compiler::schema::{ComponentName, ExtendedType, ObjectType, ScalarType, UnionType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema, name, ty};
use gateway::operation::selection::{PartSet, SelectionSet};
use gateway::planning::fetch_document;
use gateway::planning::query_plan::{Fetch, FetchId, FetchStep, PathSegment, QueryPlan};
use gateway::supergraph::Supergraph;

/// A subgraph's schema as its server would serve it: without federation directives, with `_entities`.
pub fn served(sdl: &str) -> Valid<Schema> {
    let builder = Schema::builder().adopt_orphan_extensions();
    let mut builder = builder;
    Parser::new().parse_into_schema_builder(sdl, "subgraph.graphql", &mut builder);
    let mut schema = builder.build().unwrap_or_else(|invalid| invalid.partial);
    let entities: Vec<Name> = schema
        .types
        .iter()
        .filter(|(_, ty)| {
            ty.is_object() && ty.directives().iter().any(|d| d.name == "key" || d.name == "federation__key")
        })
        .map(|(name, _)| name.clone())
        .collect();
    for ty in schema.types.values_mut() {
        strip(ty);
    }
    schema.directive_definitions.retain(|_, definition| definition.is_built_in());
    schema.schema_definition.make_mut().directives.0.clear();
    add_entities(&mut schema, &entities);
    schema.validate().unwrap_or_else(|invalid| panic!("subgraph schema: {}", invalid.errors))
}

fn strip(ty: &mut ExtendedType) {
    match ty {
        ExtendedType::Scalar(ty) => ty.make_mut().directives.0.clear(),
        ExtendedType::Object(ty) => {
            let ty = ty.make_mut();
            ty.directives.0.clear();
            ty.fields.values_mut().for_each(|field| strip_field(field.make_mut()));
        }
        ExtendedType::Interface(ty) => {
            let ty = ty.make_mut();
            ty.directives.0.clear();
            ty.fields.values_mut().for_each(|field| strip_field(field.make_mut()));
        }
        ExtendedType::Union(ty) => ty.make_mut().directives.0.clear(),
        ExtendedType::Enum(ty) => {
            let ty = ty.make_mut();
            ty.directives.0.clear();
            ty.values.values_mut().for_each(|value| value.make_mut().directives.0.clear());
        }
        ExtendedType::InputObject(ty) => {
            let ty = ty.make_mut();
            ty.directives.0.clear();
            ty.fields.values_mut().for_each(|field| field.make_mut().directives.0.clear());
        }
    }
}

fn strip_field(field: &mut FieldDefinition) {
    field.directives.0.clear();
    field.arguments.iter_mut().for_each(|argument| argument.make_mut().directives.0.clear());
}

fn add_entities(schema: &mut Schema, entities: &[Name]) {
    let query = schema.schema_definition.query.as_ref().map_or(name!("Query"), |query| query.name.clone());
    schema.schema_definition.make_mut().query.get_or_insert(ComponentName::from(query.clone()));
    let any = ScalarType { description: None, name: name!("_Any"), directives: Default::default() };
    schema.types.insert(name!("_Any"), ExtendedType::Scalar(Node::new(any)));
    let root = schema.types.entry(query.clone()).or_insert_with(|| {
        ExtendedType::Object(Node::new(ObjectType {
            description: None,
            name: query,
            implements_interfaces: Default::default(),
            directives: Default::default(),
            fields: Default::default(),
        }))
    });
    let ExtendedType::Object(root) = root else { panic!("Query is an object type") };
    let field = |name: Name, ty: Type, arguments: Vec<Node<InputValueDefinition>>| FieldDefinition {
        description: None,
        name,
        arguments,
        ty,
        directives: Default::default(),
    };
    let fields = &mut root.make_mut().fields;
    fields.insert(name!("_service"), field(name!("_service"), ty!(String), Vec::new()).into());
    if entities.is_empty() {
        return;
    }
    let argument = InputValueDefinition {
        description: None,
        name: name!("representations"),
        ty: Node::new(ty!([_Any!]!)),
        default_value: None,
        directives: Default::default(),
    };
    let entities_field = field(name!("_entities"), ty!([_Entity]!), vec![Node::new(argument)]);
    fields.insert(name!("_entities"), entities_field.into());
    let union = UnionType {
        description: None,
        name: name!("_Entity"),
        directives: Default::default(),
        members: entities.iter().cloned().map(ComponentName::from).collect(),
    };
    schema.types.insert(name!("_Entity"), ExtendedType::Union(Node::new(union)));
}

/// Every complaint about a plan; empty when it is sound. `schemas` are in the order of the supergraph's subgraphs.
pub fn complaints(supergraph: &Supergraph, plan: &QueryPlan, schemas: &[Valid<Schema>]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, fetch) in plan.fetches.iter().enumerate() {
        let subgraph = &supergraph.subgraphs()[fetch.subgraph.0 as usize].name;
        let document = fetch_document(&plan.operation, fetch);
        let schema = &schemas[fetch.subgraph.0 as usize];
        if let Err(invalid) = ExecutableDocument::parse_and_validate(schema, &document.text, "fetch.graphql")
        {
            found.push(format!(
                "fetch {index} of `{subgraph}` is invalid: {}\n{}",
                document.text, invalid.errors
            ));
        }
        if fetch.after.iter().any(|before| before.0 as usize >= index) {
            found.push(format!("fetch {index} waits for a later one"));
        }
        let waits_for_later = |before: &&FetchId| {
            let other = plan.fetches[before.0 as usize].due;
            fetch.due == PartSet::FIRST && other != PartSet::FIRST
        };
        if let Some(before) = fetch.after.iter().find(waits_for_later) {
            found.push(format!("fetch {index} is for the first part and waits for {before:?}, which is not"));
        }
        found.extend(inputs(plan, index, fetch));
    }
    covered(supergraph, plan, (&plan.operation.selection, &mut Vec::new()), &mut found);
    found
}

/// Everything the client asked is asked of somebody. Below positions of an abstract type a field may be dead.
fn covered<'a>(
    supergraph: &Supergraph,
    plan: &QueryPlan,
    (set, path): (&'a SelectionSet, &mut Vec<&'a Name>),
    found: &mut Vec<String>,
) {
    let everything = vec![true; plan.fetches.len()];
    for field in set.fields.iter().filter(|field| !field.name.starts_with("__")) {
        path.push(&field.response_key);
        if !slots::asked(plan, &everything, path) {
            let text: Vec<&str> = path.iter().map(|name| name.as_str()).collect();
            found.push(format!("nothing asks for `{}`", text.join(".")));
        }
        let is_object = |ty: &Name| supergraph.object_type_id(ty).is_some();
        if let Some(below) =
            field.selection.as_ref().filter(|below| below.parent.as_ref().is_some_and(is_object))
        {
            covered(supergraph, plan, (below, path), found);
        }
        path.pop();
    }
}

/// Whether what a fetch's representations are written from is asked for by the fetches it waits for.
fn inputs(plan: &QueryPlan, index: usize, fetch: &Fetch) -> Vec<String> {
    let mut before = vec![false; plan.fetches.len()];
    let mut open: Vec<usize> = fetch.after.iter().map(|id| id.0 as usize).collect();
    while let Some(next) = open.pop() {
        if !std::mem::replace(&mut before[next], true) {
            open.extend(plan.fetches[next].after.iter().map(|id| id.0 as usize));
        }
    }
    let mut found = Vec::new();
    for step in &fetch.steps {
        let FetchStep::Entities { paths, representations, contexts, .. } = step else { continue };
        for path in paths {
            let keys: Vec<&Name> = path
                .0
                .iter()
                .filter_map(|segment| match segment {
                    PathSegment::Key(key) => Some(key),
                    PathSegment::OnTypes(_) => None,
                })
                .collect();
            for source in contexts.iter().flat_map(|variable| &variable.sources) {
                for slot in slots::leaves(source.value.as_slice()) {
                    let full: Vec<&Name> = keys[..source.depth].iter().copied().chain(slot).collect();
                    if !slots::asked(plan, &before, &full) {
                        found.push(format!("fetch {index} takes {full:?}, which nothing before it asks for"));
                    }
                }
            }
            for representation in representations {
                for slot in slots::leaves(&representation.fields) {
                    let full: Vec<&Name> = keys.iter().copied().chain(slot.iter().copied()).collect();
                    if !slots::asked(plan, &before, &full) {
                        let text: Vec<&str> = full.iter().map(|name| name.as_str()).collect();
                        found.push(format!(
                            "fetch {index} needs `{}`, which nothing before it asks for",
                            text.join(".")
                        ));
                    }
                }
            }
        }
    }
    found
}

mod slots {
    //! Which slots of the merged answer fetches ask for.

    use apollo_compiler::Name;
    use gateway::planning::query_plan::{
        FetchStep, Path, PathSegment, QueryPlan, RepresentationField, Selection,
    };

    pub fn leaves(fields: &[RepresentationField]) -> Vec<Vec<&Name>> {
        let mut all = Vec::new();
        for field in fields {
            match field.fields.is_empty() {
                true => all.push(vec![&field.slot]),
                false => all.extend(leaves(&field.fields).into_iter().map(|mut below| {
                    below.insert(0, &field.slot);
                    below
                })),
            }
        }
        all
    }

    pub fn asked(plan: &QueryPlan, before: &[bool], full: &[&Name]) -> bool {
        plan.fetches
            .iter()
            .zip(before)
            .filter(|(_, before)| **before)
            .flat_map(|(fetch, _)| &fetch.steps)
            .any(|step| match step {
                FetchStep::Root { path, selection } => {
                    from(path, full).is_some_and(|rest| has(selection, rest))
                }
                FetchStep::Entities { paths, selection, .. } => {
                    paths.iter().any(|path| from(path, full).is_some_and(|rest| has(selection, rest)))
                }
            })
    }

    fn from<'a, 'n>(path: &Path, full: &'a [&'n Name]) -> Option<&'a [&'n Name]> {
        let mut rest = full;
        for segment in &path.0 {
            if let PathSegment::Key(key) = segment {
                let (first, tail) = rest.split_first()?;
                if *first != key {
                    return None;
                }
                rest = tail;
            }
        }
        Some(rest)
    }

    fn has(selection: &[Selection], path: &[&Name]) -> bool {
        let Some((first, rest)) = path.split_first() else { return true };
        selection.iter().any(|selection| match selection {
            Selection::Field(field) => field.slot.as_ref() == Some(*first) && has(&field.selections, rest),
            Selection::InlineFragment { selections, .. } => has(selections, path),
        })
    }
}
