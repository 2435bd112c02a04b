//! Steps to fetches: what one subgraph is asked at one depth goes into one request.

use std::collections::BTreeSet;

use super::{alias, select};
use crate::operation::selection::{Guard, OperationType};
use crate::planning::emit::{Emitter, StepDraft, StepKind};
use crate::planning::query_plan::{Fetch, FetchId, FetchStep, Representation};

/// How many delays of one request are tried at most.
const DELAYS: usize = 200;

/// A fetch in the making.
struct Packed {
    steps: Vec<usize>,
    depth: usize,
}

/// Packs a draft's steps, in a topological order.
pub(in crate::planning) fn pack(emitter: &Emitter<'_>, kind: OperationType) -> Vec<Fetch> {
    let packed = settle(emitter);
    let mut home = vec![0; emitter.steps.len()];
    for (index, fetch) in packed.iter().enumerate() {
        fetch.steps.iter().for_each(|step| home[*step] = index);
    }
    let after = direct_dependencies(emitter, &packed, &home);
    let fetches = packed.iter().zip(after);
    fetches.map(|(fetch, after)| build(emitter, fetch, after, kind)).collect()
}

/// Steps as early as can be; then a request waits for a later one of its subgraph, if that saves a request and the whole
/// takes no longer.
fn settle(emitter: &Emitter<'_>) -> Vec<Packed> {
    let mut earliest = vec![0; emitter.steps.len()];
    let mut best = group(emitter, &depths(&emitter.steps, &earliest));
    let length = |packed: &[Packed]| packed.iter().map(|fetch| fetch.depth).max();
    let mut attempts = 0;
    'again: loop {
        for fetch in &best {
            let subgraph = |fetch: &Packed| emitter.steps[fetch.steps[0]].subgraph;
            let later = |other: &&Packed| other.depth > fetch.depth && subgraph(other) == subgraph(fetch);
            for later in best.iter().filter(later) {
                attempts += 1;
                if attempts > DELAYS {
                    return best;
                }
                let mut delayed = earliest.clone();
                fetch.steps.iter().for_each(|step| delayed[*step] = later.depth);
                let candidate = group(emitter, &depths(&emitter.steps, &delayed));
                if candidate.len() < best.len() && length(&candidate) == length(&best) {
                    (best, earliest) = (candidate, delayed);
                    continue 'again;
                }
            }
        }
        return best;
    }
}

/// Steps of equal depth that may be one request.
fn group(emitter: &Emitter<'_>, depths: &[usize]) -> Vec<Packed> {
    let mut order: Vec<usize> = (0..emitter.steps.len()).collect();
    order.sort_by_key(|step| (depths[*step], *step));
    let mut packed: Vec<Packed> = Vec::new();
    for step in order {
        let joins = |fetch: &Packed| {
            fetch.depth == depths[step] && fetch.steps.iter().all(|other| together(emitter, *other, step))
        };
        match packed.iter_mut().find(|fetch| joins(fetch)) {
            Some(fetch) => fetch.steps.push(step),
            None => packed.push(Packed { steps: vec![step], depth: depths[step] }),
        }
    }
    packed
}

/// The number of steps that come before each, in the longest chain, and at least what is given.
fn depths(steps: &[StepDraft], earliest: &[usize]) -> Vec<usize> {
    let mut depths = earliest.to_vec();
    // A step may have been made before one that it waits for; every round settles at least one more level.
    for _ in 0..steps.len() {
        let mut changed = false;
        for (index, step) in steps.iter().enumerate() {
            let depth = step.after.iter().map(|before| depths[*before] + 1).max().unwrap_or(0);
            let depth = depth.max(earliest[index]);
            changed |= depths[index] != depth;
            depths[index] = depth;
        }
        if !changed {
            break;
        }
    }
    depths
}

/// Whether two steps of equal depth may be one request. Root selections stay apart from entities, and a request whose
/// parts run under different conditions would demand inputs that were never fetched.
fn together(emitter: &Emitter<'_>, one: usize, two: usize) -> bool {
    let (one, two) = (&emitter.steps[one], &emitter.steps[two]);
    let entities = |step: &StepDraft| !matches!(step.kind, StepKind::Root(_));
    one.due == two.due
        && one.subgraph == two.subgraph
        && entities(one)
        && entities(two)
        && one.guard == two.guard
}

/// The fetches that each waits for, without those that another of them waits for anyway.
fn direct_dependencies(emitter: &Emitter<'_>, packed: &[Packed], home: &[usize]) -> Vec<Vec<FetchId>> {
    let mut all: Vec<BTreeSet<usize>> = Vec::new();
    let mut direct = Vec::new();
    for fetch in packed {
        let steps = fetch.steps.iter().flat_map(|step| &emitter.steps[*step].after);
        let needed: BTreeSet<usize> = steps.map(|step| home[*step]).collect();
        let implied: BTreeSet<usize> =
            needed.iter().flat_map(|before| all[*before].iter().copied()).collect();
        direct.push(needed.difference(&implied).map(|before| FetchId(*before as u32)).collect());
        all.push(needed.union(&implied).copied().collect());
    }
    direct
}

fn build(emitter: &Emitter<'_>, packed: &Packed, after: Vec<FetchId>, kind: OperationType) -> Fetch {
    let mut steps: Vec<FetchStep> = Vec::new();
    let mut guards = Vec::new();
    let first = &emitter.steps[packed.steps[0]];
    let at_top = matches!(first.kind, StepKind::Root(_)) && first.path.0.is_empty();
    for index in &packed.steps {
        let draft = &emitter.steps[*index];
        guards.push(draft.guard.clone().unwrap_or_default());
        add_step(&mut steps, step(emitter, draft));
    }
    Fetch {
        subgraph: first.subgraph,
        due: first.due,
        kind: if at_top { kind } else { OperationType::Query },
        after,
        guard: guards.into_iter().reduce(|one, two| one.or(&two)).unwrap_or_else(Guard::default),
        steps,
    }
}

/// Entities asked in the same way at several paths are sent in one list.
fn add_step(steps: &mut Vec<FetchStep>, new: FetchStep) {
    if let FetchStep::Entities { paths, representations, contexts, selection } = &new
        && contexts.is_empty()
    {
        for known in steps.iter_mut() {
            match known {
                FetchStep::Entities { paths: more, representations: r, contexts: c, selection: s }
                    if r == representations && c.is_empty() && s == selection =>
                {
                    more.extend(paths.iter().cloned());
                    return;
                }
                _ => {}
            }
        }
    }
    steps.push(new);
}

fn step(emitter: &Emitter<'_>, draft: &StepDraft) -> FetchStep {
    let mut selection = select::selections(emitter, draft);
    alias::assign(&mut selection);
    if let StepKind::Root(_) = draft.kind {
        return FetchStep::Root { path: draft.path.clone(), selection };
    }
    let representations = draft.representations.iter().map(|known| Representation {
        types: emitter.type_names(&known.types),
        type_name: known.type_name.clone(),
        fields: known.fields.clone(),
    });
    FetchStep::Entities {
        paths: vec![draft.path.clone()],
        representations: representations.collect(),
        contexts: draft.contexts.iter().map(|draft| emitter.context_variable(draft)).collect(),
        selection,
    }
}
