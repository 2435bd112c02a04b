//! Where objects hold what they give to fields below, and which steps wait for it.

use std::collections::BTreeSet;

use apollo_compiler::{Name, ast};
use rustc_hash::FxHashMap;

use super::{Emitted, Emitter, StepIndex};
use crate::operation::selection::{Guard, TypeSet};
use crate::planning::contexts::UseId;
use crate::planning::needs::Want;
use crate::planning::query_plan::{ContextSource, ContextVariable, Path, PathSegment};
use crate::planning::solve::Open;
use crate::supergraph::ContextArgumentId;

/// What is held so far, by the use that it is for.
pub(super) type Given = FxHashMap<UseId, Vec<Gift>>;

/// What objects of some types give.
#[derive(Clone, Debug)]
pub(super) struct Gift {
    source: ContextSource,
    steps: BTreeSet<StepIndex>,
}

/// An argument that objects above the entities of a step fill in.
#[derive(Clone, Debug)]
pub(in crate::planning) struct ContextDraft {
    argument: ContextArgumentId,
    sources: Vec<ContextSource>,
    guard: Guard,
}

/// No variable of the client's begins with it.
pub(super) fn prefix(variables: &[ast::VariableDefinition]) -> String {
    let mut prefix = "contextualArgument".to_owned();
    while variables.iter().any(|variable| variable.name.starts_with(&prefix)) {
        prefix.push('_');
    }
    prefix
}

impl Emitter<'_> {
    /// Notes that objects of some types hold what they give under this field.
    pub(super) fn give(&mut self, want: &Want, (path, types): (&Path, &TypeSet), emitted: Emitted) {
        let Some(id) = want.gives else { return };
        let all = self.type_names(types);
        for value in emitted.fields {
            let types = if value.types.is_empty() { all.clone() } else { value.types.clone() };
            let source = ContextSource { depth: depth(path), types, value: Some(value) };
            let gift = Gift { source, steps: emitted.steps.clone() };
            self.given.entry(id).or_default().push(gift);
        }
    }

    /// What an open has to be told by objects above for the fields that are taken from it, and the steps that bring it.
    pub(super) fn filled(&self, open: &Open, wants: &[&Want]) -> (Vec<ContextDraft>, BTreeSet<StepIndex>) {
        let (mut drafts, mut steps) = (Vec::new(), BTreeSet::new());
        for want in wants {
            let found = self.supergraph.query_graph().field(open.place, want.name.as_str());
            for argument in found.iter().flat_map(|found| &found.contexts) {
                let Some((_, id)) = want.contexts.iter().find(|(known, _)| known == argument) else {
                    continue;
                };
                let gifts = self.given.get(id).map(Vec::as_slice).unwrap_or_default();
                steps.extend(gifts.iter().flat_map(|gift| gift.steps.iter().copied()));
                let nulls = self.needs.context_use(*id).nulls.iter().map(|(depth, types)| ContextSource {
                    depth: *depth,
                    types: self.type_names(types),
                    value: None,
                });
                let sources = gifts.iter().map(|gift| gift.source.clone()).chain(nulls).collect();
                let (argument, guard) = (*argument, want.guard.clone());
                add(&mut drafts, ContextDraft { argument, sources, guard });
            }
        }
        (drafts, steps)
    }

    /// The variable that stands for an argument that objects above fill in.
    pub(super) fn variable(&self, id: ContextArgumentId) -> Name {
        let subgraph = self.supergraph.context_argument(id).subgraph;
        let name =
            self.supergraph.subgraphs().get(subgraph.0 as usize).map_or("", |known| known.name.as_str());
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        Name::new_unchecked(&format!("{}_{plain}_{}", self.prefix, id.0))
    }

    /// What a draft says, for the plan.
    pub(in crate::planning) fn context_variable(&self, draft: &ContextDraft) -> ContextVariable {
        let argument = self.supergraph.context_argument(draft.argument);
        let mut sources = draft.sources.clone();
        sources.sort_by_key(|source| std::cmp::Reverse(source.depth));
        let (variable, guard) = (self.variable(draft.argument), draft.guard.clone());
        ContextVariable { variable, ty: argument.ty.clone(), sources, guard }
    }
}

/// Adds what is not known yet.
pub(super) fn add(known: &mut Vec<ContextDraft>, new: ContextDraft) {
    match known.iter_mut().find(|draft| draft.argument == new.argument) {
        None => known.push(new),
        Some(draft) => {
            draft.guard = draft.guard.or(&new.guard);
            for source in new.sources {
                if !draft.sources.contains(&source) {
                    draft.sources.push(source);
                }
            }
        }
    }
}

/// How many keys a path has.
fn depth(path: &Path) -> usize {
    path.0.iter().filter(|segment| matches!(segment, PathSegment::Key(_))).count()
}
