//! The walk: breadth first over (object type, landing set).

use std::collections::{BTreeSet, VecDeque};

use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use fixedbitset::FixedBitSet;
use rustc_hash::{FxHashMap, FxHashSet};

use super::reasons::{self, Resolving};
use super::{Problem, Reason, Step, Unsatisfiable};
use crate::supergraph::query_graph::{EntryKind, PlaceId, QueryGraph};
use crate::supergraph::{ContextArgumentId, Supergraph, TypeKind};

/// How many states are visited before the search is given up.
const BUDGET: usize = 200_000;
/// How often a state may be come to: most were visited before, which is seen at once.
const ARRIVALS: usize = 20_000_000;

/// A type and every place where an object of it can have landed.
#[derive(Clone)]
struct State {
    object: usize,
    landing: Vec<PlaceId>,
    /// The arguments that an object above gives a value.
    contexts: BTreeSet<ContextArgumentId>,
    /// Index into the trail: how one got here.
    from: Option<usize>,
    in_fragment: bool,
}

impl State {
    fn start(object: usize, landing: Vec<PlaceId>) -> Self {
        Self { object, landing, contexts: BTreeSet::new(), from: None, in_fragment: false }
    }
}

/// How a state was reached.
struct Trail {
    from: Option<usize>,
    step: Step,
}

pub(super) struct Walk<'a> {
    supergraph: &'a Supergraph,
    graph: &'a QueryGraph,
    trail: Vec<Trail>,
    told: FxHashSet<(Problem, usize, Name)>,
    found: Vec<Unsatisfiable>,
    spent: usize,
    arrived: usize,
}

/// What is known to be checked: by object type, landing sets with what contexts give.
type Seen = FxHashMap<usize, Vec<(Vec<PlaceId>, BTreeSet<ContextArgumentId>)>>;

impl<'a> Walk<'a> {
    pub fn new(supergraph: &'a Supergraph) -> Self {
        Self {
            supergraph,
            graph: supergraph.query_graph(),
            trail: Vec::new(),
            told: FxHashSet::default(),
            found: Vec::new(),
            spent: 0,
            arrived: 0,
        }
    }

    pub fn run(mut self) -> Vec<Unsatisfiable> {
        let mut seen = Seen::default();
        for kind in [OperationType::Query, OperationType::Mutation, OperationType::Subscription] {
            let root = self.supergraph.root_type(kind).and_then(|ty| self.supergraph.types().get(ty).object);
            let Some(root) = root else { continue };
            let entries = self.graph.entries(root).iter().filter(|entry| entry.kind == EntryKind::Root);
            let landing: Vec<PlaceId> = entries.map(|entry| entry.place).collect();
            match kind {
                OperationType::Query => {
                    self.search(vec![State::start(root, landing)], &mut seen);
                }
                _ => self.one_by_one(root, &landing),
            }
        }
        if self.exhausted() {
            self.found.push(Unsatisfiable {
                kind: Problem::BudgetExceeded,
                path: Vec::new(),
                reasons: Vec::new(),
                labels: Vec::new(),
            });
        }
        self.found
    }

    fn search(&mut self, start: Vec<State>, seen: &mut Seen) {
        let mut queue: VecDeque<State> = start.into();
        while let Some(state) = queue.pop_front() {
            self.arrived += 1;
            if self.exhausted() {
                return;
            }
            let known = seen.entry(state.object).or_default();
            // What fewer places could answer, more places can.
            let less = |(places, contexts): &(Vec<PlaceId>, BTreeSet<_>)| {
                places.iter().all(|place| state.landing.contains(place))
                    && contexts.is_subset(&state.contexts)
            };
            if known.iter().any(less) {
                continue;
            }
            known.push((state.landing.clone(), state.contexts.clone()));
            self.spent += 1;
            for field in self.public_fields(state.object) {
                queue.extend(self.field(&state, &field));
            }
        }
    }

    fn exhausted(&self) -> bool {
        self.spent > BUDGET || self.arrived > ARRIVALS
    }

    /// A mutation's (or subscription's) root field is answered by one subgraph, which must be able to answer all of it.
    fn one_by_one(&mut self, root: usize, landing: &[PlaceId]) {
        for field in self.public_fields(root) {
            let able: Vec<PlaceId> =
                landing.iter().copied().filter(|place| self.graph.field(*place, &field).is_some()).collect();
            let before = (self.found.len(), self.told.clone());
            let mut fewest: Option<(Vec<Unsatisfiable>, FxHashSet<_>)> = None;
            for place in
                able.iter().map(|place| vec![*place]).chain(able.is_empty().then(|| landing.to_vec()))
            {
                let state = State::start(root, place);
                // No move at the top: a mutation is never started in a second subgraph.
                let targets = state.landing.iter().filter_map(|place| self.graph.field(*place, &field));
                let targets = targets.map(|field| field.target).collect();
                let below = self.land(&state, &field, targets);
                self.search(below, &mut Seen::default());
                let problems = self.found.split_off(before.0);
                let told = std::mem::replace(&mut self.told, before.1.clone());
                let faults = |found: &[Unsatisfiable]| {
                    found.iter().filter(|found| found.kind != Problem::DifferingRuntimeTypes).count()
                };
                if fewest.as_ref().is_none_or(|(known, _)| faults(&problems) < faults(known)) {
                    fewest = Some((problems, told));
                }
            }
            if let Some((problems, told)) = fewest {
                self.found.extend(problems);
                self.told = told;
            }
        }
    }

    fn public_fields(&self, object: usize) -> Vec<Name> {
        let name = self.supergraph.object_type_name(object);
        let fields =
            self.supergraph.api_schema().get_object(name).map(|ty| ty.fields.keys().cloned().collect());
        fields.unwrap_or_default()
    }

    /// Takes a field from a state: a problem, or the states below.
    fn field(&mut self, state: &State, field: &Name) -> Vec<State> {
        let mut targets: Vec<Option<PlaceId>> = Vec::new();
        for place in &state.landing {
            targets.extend(self.graph.takes(self.supergraph, (*place, state.object), field, &|argument| {
                state.contexts.contains(&argument)
            }));
        }
        self.land(state, field, targets)
    }

    /// What comes after a field that may land in these places.
    fn land(&mut self, state: &State, field: &Name, mut targets: Vec<Option<PlaceId>>) -> Vec<State> {
        let supergraph = self.supergraph;
        targets.sort();
        targets.dedup();
        if targets.is_empty() {
            self.tell(Problem::NotAnswered, state, field);
            return Vec::new();
        }
        let mut landing: Vec<PlaceId> = targets.into_iter().flatten().collect();
        landing.sort();
        let Some((types, is_abstract)) = self.runtime_types(state.object, field, &landing) else {
            return Vec::new();
        };
        if types.is_clear() && is_abstract && self.differ(&landing) {
            self.tell(Problem::MismatchedRuntimeTypes, state, field);
        } else if is_abstract {
            self.compare_runtime_types(state, field, &landing);
        }
        self.trail.push(Trail { from: state.from, step: self.step(state, field) });
        let from = Some(self.trail.len() - 1);
        let contexts = self.contexts_below(state);
        let below = types.ones().map(|object| {
            let mut cast: Vec<PlaceId> =
                landing.iter().filter_map(|place| self.graph.cast(supergraph, *place, object)).collect();
            cast.sort();
            cast.dedup();
            State { object, landing: cast, contexts: contexts.clone(), from, in_fragment: is_abstract }
        });
        below.collect()
    }

    /// What contexts give below a state's objects: the nearest that sets a context decides.
    fn contexts_below(&self, state: &State) -> BTreeSet<ContextArgumentId> {
        let mut contexts = state.contexts.clone();
        for (id, argument) in self.supergraph.context_arguments() {
            let Some(value) = argument.values.get(&state.object) else { continue };
            let obtains =
                |place: &PlaceId, set| self.graph.obtains(self.supergraph, *place, state.object, set);
            match value.is_none_or(|set| state.landing.iter().any(|place| obtains(place, set))) {
                true => contexts.insert(id),
                false => contexts.remove(&id),
            };
        }
        contexts
    }

    /// The public object types that every landing place can hold; `None` for leaves.
    fn runtime_types(&self, object: usize, field: &Name, landing: &[PlaceId]) -> Option<(FixedBitSet, bool)> {
        let table = self.supergraph.types();
        let parent = self.supergraph.object_type_name(object);
        let declared = self.supergraph.api_schema().type_field(parent, field).ok()?;
        let ty = table.get(table.id(declared.ty.inner_named_type())?);
        let mut types = ty.possible.clone();
        types.set_range(table.public_object_count().., false);
        for place in landing.iter().map(|place| self.graph.place(*place)) {
            if place.kind != TypeKind::InterfaceObject {
                types.intersect_with(&self.supergraph.known(place.subgraph, place.ty)?.possible);
            }
        }
        Some((types, ty.object.is_none()))
    }

    /// Whether several places hold types at all, so that an empty intersection is their doing.
    fn differ(&self, landing: &[PlaceId]) -> bool {
        let holds = |place: &&PlaceId| {
            let place = self.graph.place(**place);
            place.kind != TypeKind::InterfaceObject
                && self
                    .supergraph
                    .known(place.subgraph, place.ty)
                    .is_some_and(|known| !known.possible.is_clear())
        };
        landing.iter().filter(holds).count() > 1
    }

    fn step(&self, state: &State, field: &Name) -> Step {
        Step {
            type_name: self.supergraph.object_type_name(state.object).to_string(),
            field: field.to_string(),
            in_fragment: state.in_fragment,
        }
    }

    /// Tells when subgraphs that share a field of abstract type know different objects of it.
    fn compare_runtime_types(&mut self, state: &State, field: &Name, landing: &[PlaceId]) {
        let is_told = self.told.contains(&(Problem::DifferingRuntimeTypes, state.object, field.clone()));
        if is_told || landing.len() < 2 {
            return;
        }
        let returned = self.resolving(state, field, landing);
        let is_abstract = |(_, kind, _): &Resolving| matches!(kind, TypeKind::Interface | TypeKind::Union);
        if returned.iter().all(is_abstract) && returned.windows(2).any(|pair| pair[0].2 != pair[1].2) {
            let reasons = reasons::returned(self.supergraph, &returned);
            self.tell_why(Problem::DifferingRuntimeTypes, state, field, reasons);
        }
    }

    /// The subgraphs of these places that resolve the field by themselves, and what they can return.
    fn resolving(&self, state: &State, field: &Name, landing: &[PlaceId]) -> Vec<Resolving> {
        let parent = self.supergraph.types().object(state.object);
        let places = landing.iter().map(|place| self.graph.place(*place));
        places
            .filter_map(|place| {
                let own = self.supergraph.known(place.subgraph, parent)?.fields.get(field)?;
                let known = self.supergraph.known(place.subgraph, place.ty)?;
                (!own.external).then(|| (place.subgraph, known.kind, known.possible.clone()))
            })
            .collect()
    }

    fn tell(&mut self, kind: Problem, state: &State, field: &Name) {
        if self.told.contains(&(kind, state.object, field.clone())) {
            return;
        }
        let reasons = reasons::reasons(self.supergraph, state.object, field, &state.landing);
        self.tell_why(kind, state, field, reasons);
    }

    fn tell_why(&mut self, kind: Problem, state: &State, field: &Name, reasons: Vec<Reason>) {
        self.told.insert((kind, state.object, field.clone()));
        let mut path = vec![self.step(state, field)];
        let mut from = state.from;
        while let Some(index) = from {
            path.push(self.trail[index].step.clone());
            from = self.trail[index].from;
        }
        path.reverse();
        self.found.push(Unsatisfiable { kind, path, reasons, labels: Vec::new() });
    }
}
