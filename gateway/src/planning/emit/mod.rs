//! Writes a solution down as steps: what each subgraph is asked, what its representations are written from.
//!
//! `position` walks the solution, `slots` decides under which keys the merged answer holds things, `steps` finds or
//! makes the step that an open belongs to. The result is a draft: passes pack it into fetches and name response keys.

mod contexts;
mod position;
mod slots;
mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast;

pub(super) use self::contexts::ContextDraft;
use self::contexts::Given;
use self::slots::Merged;
use super::needs::Needs;
use super::query_plan::{Path, RepresentationField};
use crate::operation::selection::{Guard, PartSet, TypeSet};
use crate::supergraph::{SubgraphId, Supergraph, TypeId};

/// Index of a [`StepDraft`].
pub(super) type StepIndex = usize;
/// Index of a [`SelectionDraft`].
pub(super) type SelectionIndex = usize;
/// Index of a [`Merged`] object of the answer.
type MergedIndex = usize;

/// What one subgraph is asked at one place of the merged answer.
#[derive(Debug)]
pub(super) struct StepDraft {
    pub subgraph: SubgraphId,
    pub kind: StepKind,
    pub path: Path,
    pub selection: SelectionIndex,
    pub representations: Vec<RepresentationDraft>,
    /// What objects above fill in.
    pub contexts: Vec<ContextDraft>,
    /// Steps whose data it needs.
    pub after: BTreeSet<StepIndex>,
    /// The parts of the answer that it is first needed for.
    pub due: PartSet,
    /// Any of these reasons makes it run; `None` until there is a reason.
    pub guard: Option<Guard>,
}

/// What a step enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepKind {
    /// A root type.
    Root(TypeId),
    /// Entities by their own types.
    Entities,
    /// Entities by an interface: an interface object, or the interface's owner.
    Interface(TypeId),
}

/// How objects of some types are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RepresentationDraft {
    pub types: TypeSet,
    pub type_name: Option<Name>,
    pub fields: Vec<RepresentationField>,
}

/// What is asked of one type of a subgraph.
#[derive(Debug)]
pub(super) struct SelectionDraft {
    pub subgraph: SubgraphId,
    /// The subgraph's type; `None` for entities of any type.
    pub ty: Option<TypeId>,
    pub fields: Vec<FieldDraft>,
}

/// A field that is asked.
#[derive(Debug)]
pub(super) struct FieldDraft {
    pub name: Name,
    pub arguments: Vec<(Name, Arc<ast::Value>)>,
    pub slot: Name,
    pub guard: Guard,
    /// The object types it is asked on.
    pub types: TypeSet,
    /// The subgraph's type of it.
    pub ty: ast::Type,
    pub child: Option<SelectionIndex>,
    /// The object of the merged answer that `child` brings: types whose objects differ there are asked apart.
    merged: Option<MergedIndex>,
}

/// A step and where in its selection one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Source {
    step: StepIndex,
    selection: SelectionIndex,
    knows_type: bool,
}

/// The draft of a plan.
pub(super) struct Emitter<'a> {
    pub supergraph: &'a Supergraph,
    pub needs: &'a Needs<'a>,
    pub steps: Vec<StepDraft>,
    pub selections: Vec<SelectionDraft>,
    merged: Vec<Merged>,
    given: Given,
    /// What the names of variables for contexts begin with.
    prefix: String,
    /// For mutations: steps that every new root step waits for.
    pub barrier: BTreeSet<StepIndex>,
    /// For mutations: the root step that a neighbour may share.
    pub shared_root: Option<StepIndex>,
    /// The parts that are being written down.
    due: PartSet,
}

/// What a walk gave: the fields for a representation, and the steps they come from.
#[derive(Default)]
struct Emitted {
    fields: Vec<RepresentationField>,
    steps: BTreeSet<StepIndex>,
}

impl<'a> Emitter<'a> {
    pub fn new(
        supergraph: &'a Supergraph,
        needs: &'a Needs<'a>,
        variables: &[ast::VariableDefinition],
    ) -> Self {
        Self {
            given: Given::default(),
            prefix: contexts::prefix(variables),
            supergraph,
            needs,
            steps: Vec::new(),
            selections: Vec::new(),
            merged: Vec::new(),
            barrier: BTreeSet::new(),
            shared_root: None,
            due: PartSet::FIRST,
        }
    }

    /// Ends a root field of a mutation, whose steps begin at `first`: what follows waits for all of it. Only a neighbour
    /// of the same subgraph may share its request, and only if nothing else had to be done for it.
    pub fn end_of_root_field(&mut self, first: StepIndex) {
        let is_first = |step: &StepIndex| self.steps[*step].due == PartSet::FIRST;
        let made = (first..self.steps.len()).filter(is_first).count();
        let shared_alone = made == 0 && self.shared_root.is_some();
        if !shared_alone {
            let is_root = |step: &StepDraft| matches!(step.kind, StepKind::Root(_));
            self.shared_root = (made == 1 && self.steps.get(first).is_some_and(is_root)).then_some(first);
        }
        self.barrier = (0..self.steps.len()).filter(is_first).collect();
    }

    /// The names of a set's object types.
    pub fn type_names(&self, types: &TypeSet) -> Vec<Name> {
        types.ones().map(|object| self.supergraph.object_type_name(object).clone()).collect()
    }
}
