//! The stages of planning, and what is special at the top of an operation.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::PlanError;
use super::emit::Emitter;
use super::needs::{NeedId, Needs};
use super::passes;
use super::query_plan::QueryPlan;
use super::solve::{At, Deferred, Later, ObjectSolution, Solver, Standing};
use crate::operation::selection::{Operation, OperationType, TypeSet};
use crate::supergraph::query_graph::EntryKind;
use crate::supergraph::{SubgraphId, Supergraph};

/// States that improving a plan may take.
const IMPROVING: usize = 20_000;

/// What is solved at the top: all root fields of a query together, those of a mutation one by one.
struct Part {
    /// The client's, and what is solved of it for the first part.
    whole: NeedId,
    need: NeedId,
    solution: Rc<ObjectSolution>,
    later: Vec<Deferred>,
}

/// States that one plan may take.
const BUDGET: usize = 100_000;

/// Plans an operation. Deterministic, bounded, and never half a plan. What cannot be answered in parts is planned whole.
///
/// # Errors
/// No subgraphs answer it, or it takes more than the budget.
pub fn plan(supergraph: &Supergraph, operation: Arc<Operation>) -> Result<QueryPlan, PlanError> {
    let planned = plan_within(supergraph, operation.clone(), BUDGET);
    let planned = match planned {
        Err(_) if !operation.defers.is_empty() => {
            plan_within(supergraph, Arc::new(operation.whole()), BUDGET)
        }
        planned => planned,
    };
    planned.map(|(plan, _)| plan)
}

/// The same within a budget of one's own; also how many states it took.
///
/// # Errors
/// No subgraphs answer it, or it takes more than the budget.
pub fn plan_within(
    supergraph: &Supergraph,
    operation: Arc<Operation>,
    budget: usize,
) -> Result<(QueryPlan, usize), PlanError> {
    let root = supergraph.root_type(operation.kind).and_then(|ty| supergraph.types().get(ty).object);
    let Some(root) = root else { return Ok((QueryPlan { operation, fetches: Vec::new() }, 0)) };
    let mut needs = Needs::new(supergraph);
    let whole = needs.of_selection(&operation.selection, operation.kind == OperationType::Query);
    let needed: Vec<NeedId> = match operation.kind {
        OperationType::Query => vec![whole],
        OperationType::Mutation | OperationType::Subscription => needs.split(whole),
    };
    let mut solver = Solver::new(supergraph, needs, budget);
    let parts = match solve(&mut solver, root, operation.kind, needed.clone()) {
        Err(PlanError::BudgetExceeded) => {
            solver.hurry();
            solve(&mut solver, root, operation.kind, needed)?
        }
        solved => solved?,
    };
    let fetches = emit(&solver, root, &operation, &parts);
    Ok((QueryPlan { operation, fetches }, solver.spent()))
}

fn solve(
    solver: &mut Solver<'_>,
    root: usize,
    kind: OperationType,
    needed: Vec<NeedId>,
) -> Result<Vec<Part>, PlanError> {
    let mut types = TypeSet::with_capacity(root + 1);
    types.insert(root);
    let siblings = Rc::new(types);
    let entries = solver.graph.entries(root).iter().filter(|entry| entry.kind == EntryKind::Root);
    let landing = solver.landing(entries.map(|entry| entry.place).collect());
    let mut parts = Vec::new();
    for need in needed {
        let at = At {
            need,
            anchor: 0,
            object: Some(root),
            siblings: Rc::clone(&siblings),
            landing,
            single: kind != OperationType::Query,
            limit: None,
        };
        parts.push(solve_part(solver, at)?);
    }
    Ok(parts)
}

fn solve_part(solver: &mut Solver<'_>, mut at: At) -> Result<Part, PlanError> {
    let whole = at.need;
    loop {
        let Some(solution) = solver.object(&at, &[]) else {
            if solver.exhausted() {
                return Err(PlanError::BudgetExceeded);
            }
            let path = solver.failed_at.take().map(|(_, path)| path).unwrap_or_default();
            return Err(PlanError::Unplannable { path });
        };
        let solution = improve(solver, &at, solution);
        let standing = [Standing { at: at.clone(), places: Vec::new() }];
        match solver.later(at.need, &standing, &[(at.object, Rc::clone(&solution))]) {
            Later::Solved(later) => return Ok(Part { whole, need: at.need, solution, later }),
            Later::Sooner(instead) => at.need = instead,
            Later::Exhausted => return Err(PlanError::BudgetExceeded),
        }
    }
}

/// Positions are solved apart, so two of them may enter different subgraphs where one would do for both. Tries to do
/// without each subgraph in turn, as long as that helps and the budget allows.
fn improve(solver: &mut Solver<'_>, at: &At, first: Rc<ObjectSolution>) -> Rc<ObjectSolution> {
    let so_far = solver.spent();
    let mut best = first;
    let mut tried = BTreeSet::new();
    loop {
        let entered: BTreeSet<SubgraphId> = best.cost.entered().collect();
        let next = entered.iter().copied().find(|subgraph| !tried.contains(subgraph));
        let more = entered.len() > 1 && solver.spent() < so_far + IMPROVING && !solver.hasty();
        let Some(avoid) = next.filter(|_| more && !solver.exhausted()) else { break };
        tried.insert(avoid);
        solver.restart(Some(avoid));
        if let Some(other) = solver.object(at, &[]).filter(|other| other.cost.price() < best.cost.price()) {
            best = other;
        }
    }
    if !tried.is_empty() {
        solver.restart(None);
    }
    best
}

fn emit(
    solver: &Solver<'_>,
    root: usize,
    operation: &Operation,
    parts: &[Part],
) -> Vec<super::query_plan::Fetch> {
    let mut emitter = Emitter::new(solver.supergraph, &solver.needs, &operation.variables);
    for part in parts {
        let merged = emitter.client_object(part.whole);
        let before = emitter.steps.len();
        emitter.root(root, (&part.solution, &part.later), part.need, merged);
        if operation.kind != OperationType::Query {
            emitter.end_of_root_field(before);
        }
    }
    passes::pack(&emitter, operation.kind)
}
