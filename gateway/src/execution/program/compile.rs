//! `compile`: a query plan to a program.

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::Name;
use rustc_hash::{FxHashMap, FxHashSet};

use super::positions::{Position, Positions, ROOT};
use super::projection::Projections;
use super::representation::{context, representation};
use super::shape::Shapes;
use super::types::{RuntimeTypes, UNKNOWN_TYPE};
use super::{
    Content, EntitiesProgram, FetchProgram, GuardId, Move, Program, ProjectionSet, Route, SetId, StepProgram,
};
use crate::operation::selection::Guard;
use crate::planning::query_plan::{Fetch, FetchStep, Path, PathSegment, QueryPlan, Selection};
use crate::planning::{EntitiesNames, fetch_document};

/// The distinct guards of a program.
pub(super) struct Guards(Vec<Guard>);

impl Guards {
    pub fn intern(&mut self, guard: &Guard) -> GuardId {
        let known = self.0.iter().position(|g| g == guard);
        let index = known.unwrap_or_else(|| {
            self.0.push(guard.clone());
            self.0.len() - 1
        });
        index as GuardId
    }
}

/// Which steps bring a composite value: by position and slot, the numbers of the steps.
type Sources = FxHashMap<(Position, u32), FxHashSet<usize>>;

struct Compiler {
    positions: Positions,
    types: Arc<RuntimeTypes>,
    guards: Guards,
    sets: Vec<ProjectionSet>,
    sources: Sources,
}

/// Compiles a plan.
pub(crate) fn compile(types: &Arc<RuntimeTypes>, plan: &QueryPlan) -> Program {
    let positions = Positions::of(plan);
    let mut guards = Guards(vec![Guard::default()]);
    let schema = types.supergraph.api_schema();
    let root_name = schema
        .root_operation(plan.operation.kind)
        .cloned()
        .unwrap_or_else(|| Name::new_static_unchecked("Query"));
    let mut projections = Projections {
        positions: &positions,
        types,
        guards: &mut guards,
        sets: Vec::new(),
        leaves: FxHashMap::default(),
        defers: &plan.operation.defers,
    };
    projections.set(&root_name, &plan.operation.selection, Some(ROOT));
    let sets = projections.sets;
    let sources = sources(&positions, plan);
    let mut compiler = Compiler { positions, types: types.clone(), guards, sets, sources };
    let mut steps_before = 0;
    let mut fetches = Vec::with_capacity(plan.fetches.len());
    for fetch in &plan.fetches {
        fetches.push(compiler.fetch(plan, fetch, steps_before));
        steps_before += fetch.steps.len();
    }
    let introspects = compiler
        .sets
        .first()
        .is_some_and(|set| set.fields.iter().any(|f| matches!(f.content, Content::Introspection)));
    Program {
        operation: plan.operation.clone(),
        root_slots: compiler.positions.slots(ROOT),
        root_type: compiler.types.id(&root_name),
        types: compiler.types,
        fetches,
        guards: compiler.guards.0,
        sets: compiler.sets,
        introspects,
    }
}

impl Compiler {
    fn fetch(&mut self, plan: &QueryPlan, fetch: &Fetch, steps_before: usize) -> FetchProgram {
        let document = fetch_document(&plan.operation, fetch);
        let subgraph = self.types.supergraph.subgraphs().get(fetch.subgraph.0 as usize);
        let service: Arc<str> = subgraph.map(|s| s.name.as_str()).unwrap_or_default().into();
        let text = serde_json::Value::String(document.text);
        let mut steps = Vec::with_capacity(fetch.steps.len());
        for (index, (step, names)) in fetch.steps.iter().zip(&document.entities).enumerate() {
            steps.push(self.step(step, names.as_ref(), steps_before + index));
        }
        FetchProgram {
            subgraph: fetch.subgraph,
            service,
            due: fetch.due,
            after: fetch.after.iter().map(|id| id.0 as usize).collect::<BTreeSet<_>>().into_iter().collect(),
            guard: self.guards.intern(&fetch.guard),
            body: format!("{{\"query\":{text}").into(),
            variables: document
                .variables
                .iter()
                .map(|name| (name.clone(), format!("\"{name}\":").into()))
                .collect(),
            planned: fetch.steps.iter().any(is_filled).then(|| Box::new(fetch.clone())),
            steps,
        }
    }

    fn step(&mut self, step: &FetchStep, names: Option<&EntitiesNames>, number: usize) -> StepProgram {
        let (paths, representations, contexts, selection) = match step {
            FetchStep::Root { path, selection } => (std::slice::from_ref(path), &[][..], &[][..], selection),
            FetchStep::Entities { paths, representations, contexts, selection } => {
                (&paths[..], &representations[..], &contexts[..], selection)
            }
        };
        let position = paths.first().and_then(|path| self.positions.at(path)).unwrap_or(ROOT);
        let compiled = representations
            .iter()
            .map(|r| representation(&self.positions, &self.types, position, r))
            .collect();
        let guards = contexts.iter().map(|known| self.guards.intern(&known.guard)).collect::<Vec<_>>();
        let entities = names.map(|names| EntitiesProgram {
            response_key: names.response_key.as_bytes().to_vec(),
            variable: format!("\"{}\":", names.variable).into(),
            representations: compiled,
            contexts: contexts
                .iter()
                .zip(guards)
                .map(|(known, guard)| context(&self.positions, &self.types, (&paths[0], known), guard))
                .collect(),
            names: names.clone(),
        });
        let mut shapes = Shapes { positions: &self.positions, types: &self.types, guards: &mut self.guards };
        let shape = shapes.shape(position, &[selection], UNKNOWN_TYPE);
        let is_sole_source = self.is_sole_source(position, selection, number);
        let routes = paths.iter().map(|path| self.route(path)).collect();
        StepProgram { routes, entities, shape, is_sole_source }
    }

    fn route(&mut self, path: &Path) -> Route {
        let (mut position, mut sets, mut moves) = (ROOT, vec![0], Vec::new());
        for segment in &path.0 {
            match segment {
                PathSegment::OnTypes(names) => moves.push(Move::OnTypes(self.types.set(names))),
                PathSegment::Key(key) => {
                    sets = self.sets_under(&sets, key);
                    let client_key = (!sets.is_empty()).then(|| key.clone());
                    let slot = self.positions.slot(position, key);
                    moves.extend(slot.map(|slot| Move::Slot { slot, client_key }));
                    position = self.positions.child(position, key).unwrap_or(ROOT);
                }
            }
        }
        Route { moves, sets }
    }

    fn sets_under(&self, sets: &[SetId], key: &Name) -> Vec<SetId> {
        let fields =
            sets.iter().flat_map(|&set| &self.sets[set].fields).filter(|field| field.response_key == *key);
        fields
            .filter_map(|field| match field.content {
                Content::Composite { set, .. } => Some(set),
                _ => None,
            })
            .collect()
    }

    fn is_sole_source(&self, position: Position, selection: &[Selection], step: usize) -> bool {
        let mut is_sole = true;
        each_composite(&self.positions, position, selection, &mut |at| {
            is_sole &= self.sources.get(&at).is_none_or(|steps| steps.iter().all(|&other| other == step));
        });
        is_sole
    }
}

fn sources(positions: &Positions, plan: &QueryPlan) -> Sources {
    let mut sources = Sources::default();
    for (number, step) in plan.fetches.iter().flat_map(|fetch| &fetch.steps).enumerate() {
        let (path, selection) = match step {
            FetchStep::Root { path, selection } => (Some(path), selection),
            FetchStep::Entities { paths, selection, .. } => (paths.first(), selection),
        };
        let Some(position) = path.and_then(|path| positions.at(path)) else { continue };
        each_composite(positions, position, selection, &mut |at| {
            sources.entry(at).or_default().insert(number);
        });
        if let Some(path) = path.filter(|_| is_filled(step)) {
            keep_apart(positions, path, &mut sources);
        }
    }
    sources
}

fn is_filled(step: &FetchStep) -> bool {
    matches!(step, FetchStep::Entities { contexts, .. } if !contexts.is_empty())
}

/// What contexts give depends on the way to an entity, so equal entities must not become one object on it.
fn keep_apart(positions: &Positions, path: &Path, sources: &mut Sources) {
    let mut position = ROOT;
    for segment in &path.0 {
        let PathSegment::Key(key) = segment else { continue };
        if let Some(slot) = positions.slot(position, key) {
            sources.entry((positions.find(position), slot)).or_default().insert(usize::MAX);
        }
        position = positions.child(position, key).unwrap_or(ROOT);
    }
}

/// Visits the composite slots that a selection fills.
fn each_composite(
    positions: &Positions,
    position: Position,
    selections: &[Selection],
    visit: &mut impl FnMut((Position, u32)),
) {
    for selection in selections {
        match selection {
            Selection::InlineFragment { selections, .. } => {
                each_composite(positions, position, selections, visit)
            }
            Selection::Field(field) => {
                let Some(key) = &field.slot else { continue };
                let (Some(slot), Some(child)) =
                    (positions.slot(position, key), positions.child(position, key))
                else {
                    continue;
                };
                visit((positions.find(position), slot));
                each_composite(positions, child, &field.selections, visit);
            }
        }
    }
}
