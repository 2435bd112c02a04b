//! The search: for every position, from which subgraphs its fields are taken and how those are entered.
//!
//! A position is solved for each of its runtime types apart (`position`); an object of one type is solved by choosing
//! the cheapest set of subgraphs to enter (`object`), each entered with inputs that are themselves solved at the same
//! position (`opens`). Solutions are remembered, so look-alike subgraphs multiply states, not plans.

mod cost;
mod coverage;
mod landing;
mod later;
mod object;
mod opens;
mod position;
mod together;

use std::rc::Rc;

use rustc_hash::FxHashMap;

pub(super) use self::cost::Cost;
pub(super) use self::landing::LandingId;
use self::landing::Landings;
pub(super) use self::later::{Deferred, Later, Standing};
use super::needs::{NeedId, Needs};
use crate::operation::selection::TypeSet;
use crate::supergraph::query_graph::{EntryKind, FieldMove, PlaceId, QueryGraph};
use crate::supergraph::{FieldSetId, SubgraphId, Supergraph};

/// How a position is answered.
#[derive(Debug)]
pub(super) struct PositionSolution {
    /// By runtime type; `None` for a position that has none.
    pub objects: Vec<(Option<usize>, Rc<ObjectSolution>)>,
    /// How what comes with later parts of the answer is answered.
    pub later: Vec<Deferred>,
    /// The need, with what solving added to it.
    pub need: NeedId,
    /// Which arrivals are used.
    pub used: Vec<bool>,
    pub cost: Cost,
}

/// How objects of one type at a position are answered. Sources are numbered: the arrivals, then the opens.
#[derive(Debug, Default)]
pub(super) struct ObjectSolution {
    pub opens: Vec<Open>,
    pub takes: Vec<Take>,
    /// Which arrivals are used.
    pub used: Vec<bool>,
    pub cost: Cost,
}

/// A subgraph entered at a position.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub place: PlaceId,
    pub kind: EntryKind,
    /// What the representation is written from, and how that is obtained from the sources before this open.
    pub input: NeedId,
    pub inputs: Rc<ObjectSolution>,
    pub extra: Extra,
    pub depth: u32,
    pub cost: Cost,
}

/// What is sent along with a representation, besides its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Extra {
    /// A required set.
    pub requires: Option<FieldSetId>,
    /// Whether fields may take values from contexts.
    pub contexts: bool,
}

impl Extra {
    /// What a field needs to be sent along.
    pub fn of(field: &FieldMove) -> Self {
        Self { requires: field.requires, contexts: !field.contexts.is_empty() }
    }

    /// Whether nothing has to be.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// Whether what is sent is enough for what a field needs.
    pub fn serves(self, field: &FieldMove) -> bool {
        (self.contexts || field.contexts.is_empty())
            && (field.requires.is_none() || self.requires == field.requires)
    }
}

/// A wanted field and where it is taken from.
#[derive(Clone, Debug)]
pub(super) struct Take {
    /// Index into the need's wants.
    pub want: usize,
    /// The sources asked; several when parts of a composite value come from several subgraphs. One for each arrival of
    /// `child`.
    pub sources: Vec<usize>,
    pub child: Option<Rc<PositionSolution>>,
    pub cost: Cost,
}

/// A position to be solved for one object type.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub need: NeedId,
    /// Names the position; equal for a position and for what is needed there as input.
    pub anchor: u64,
    pub object: Option<usize>,
    /// All runtime types of the position; ties go to a subgraph that serves more of them.
    pub siblings: Rc<TypeSet>,
    pub landing: LandingId,
    /// The field must come from one source (mutations, subscriptions).
    pub single: bool,
    /// Inputs of a key move come from fewer hops away than where it leads; that is why solving them ends.
    pub limit: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ObjectKey {
    need: NeedId,
    anchor: u64,
    object: Option<usize>,
    landing: LandingId,
    limit: Option<usize>,
    sources: Vec<PlaceId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PositionKey {
    need: NeedId,
    anchor: u64,
    landing: LandingId,
    arrivals: Vec<PlaceId>,
}

/// A required set that is being solved: met again, it is a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Opening {
    object: Option<usize>,
    place: PlaceId,
    extra: Extra,
    sources: Vec<PlaceId>,
}

/// States that a hasty plan may take: about those that the largest allowed operation has.
const HASTY: usize = 100_000;
/// How deep inputs may need one another.
const NESTING: usize = 40;

/// Solves positions.
pub(super) struct Solver<'a> {
    pub supergraph: &'a Supergraph,
    pub graph: &'a QueryGraph,
    pub needs: Needs<'a>,
    landings: Landings,
    objects: FxHashMap<ObjectKey, Option<Rc<ObjectSolution>>>,
    positions: FxHashMap<PositionKey, Option<Rc<PositionSolution>>>,
    coverage: coverage::Coverage,
    /// By two places and a need: whether the first brings something of it that the second does not bring.
    completes: FxHashMap<(PlaceId, PlaceId, NeedId), bool>,
    opening: Vec<Opening>,
    /// Inputs of inputs that are being solved.
    nesting: usize,
    /// The lowest entry of `opening` that was met again: results above it are provisional and not remembered.
    tainted: usize,
    spent: usize,
    /// How many states may be spent.
    budget: usize,
    /// Takes the first way that works: what is left to do when looking for the best took too long.
    hasty: bool,
    /// A subgraph that this run tries to do without, where another serves as well.
    avoid: Option<SubgraphId>,
    /// The deepest position that had no solution: (steps, field).
    pub failed_at: Option<(usize, String)>,
    path: Vec<String>,
}

impl<'a> Solver<'a> {
    pub fn new(supergraph: &'a Supergraph, needs: Needs<'a>, budget: usize) -> Self {
        Self {
            supergraph,
            graph: supergraph.query_graph(),
            needs,
            landings: Landings::default(),
            objects: FxHashMap::default(),
            positions: FxHashMap::default(),
            coverage: coverage::Coverage::default(),
            completes: FxHashMap::default(),
            opening: Vec::new(),
            nesting: 0,
            tainted: usize::MAX,
            spent: 0,
            budget,
            hasty: false,
            avoid: None,
            failed_at: None,
            path: Vec::new(),
        }
    }

    /// Whether the budget is used up; then nothing more is solved.
    pub fn exhausted(&self) -> bool {
        self.spent > self.budget
    }

    /// Whether the first plan that works is wanted, and not the best one.
    pub fn hasty(&self) -> bool {
        self.hasty
    }

    /// How much of the budget is used.
    pub fn spent(&self) -> usize {
        self.spent
    }

    fn spend(&mut self, states: usize) {
        self.spent = self.spent.saturating_add(states);
    }

    /// Starts over with another subgraph to avoid.
    pub fn restart(&mut self, avoid: Option<SubgraphId>) {
        self.objects.clear();
        self.positions.clear();
        self.avoid = avoid;
    }

    /// Starts over, with a budget as large again, for a plan that need not be the best one.
    pub fn hurry(&mut self) {
        self.restart(None);
        self.opening.clear();
        self.path.clear();
        (self.nesting, self.tainted, self.failed_at) = (0, usize::MAX, None);
        self.budget = self.spent.saturating_add(HASTY);
        self.hasty = true;
    }

    fn provisional(&self) -> bool {
        self.tainted < self.opening.len() || self.exhausted()
    }

    /// The landing set of a root type's subgraphs.
    pub fn landing(&mut self, places: Vec<PlaceId>) -> LandingId {
        self.landings.intern(places)
    }

    fn note_failure(&mut self, field: &str) {
        let depth = self.path.len();
        if self.nesting == 0 && self.failed_at.as_ref().is_none_or(|(known, _)| depth > *known) {
            let path: Vec<&str> = self.path.iter().map(String::as_str).chain([field]).collect();
            self.failed_at = Some((depth, path.join(".")));
        }
    }
}

/// Names a position below another.
fn anchor(parent: u64, parts: &impl std::hash::Hash) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
    hasher.write_u64(parent);
    parts.hash(&mut hasher);
    hasher.finish()
}
