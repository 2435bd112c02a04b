//! What has to be fetched at a position: the client's selections and the field sets of keys and requirements, in one form.

use std::collections::BTreeMap;
use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast;
use rustc_hash::FxHashMap;

use super::contexts::{self, Above, Use, UseId};
use crate::operation::selection::{Field, Guard, PartSet, SelectionSet, TypeSet};
use crate::supergraph::{ContextArgumentId, FieldSetId, Supergraph};

/// Index of a [`Need`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NeedId(pub u32);

/// What is needed of the objects at one position.
#[derive(Clone, Debug, Default)]
pub(super) struct Need {
    pub wants: Vec<Want>,
    /// The client's selection: bounded by what the position can publicly hold.
    pub is_public: bool,
    /// What is wanted at the same position for later parts of the answer.
    pub later: Vec<(PartSet, NeedId)>,
    /// Wanted for a later part: asked of subgraphs that are entered anew, not of those that the first part comes from.
    pub is_apart: bool,
}

/// One field that is needed.
#[derive(Clone, Debug)]
pub(super) struct Want {
    /// The client's key; `None` for a field that only the plan needs.
    pub response_key: Option<Name>,
    pub name: Name,
    pub arguments: Vec<(Name, Arc<ast::Value>)>,
    pub types: TypeSet,
    pub guard: Guard,
    pub child: Option<NeedId>,
    /// Whether the supergraph's type of it is an interface or union.
    pub is_abstract: bool,
    /// Part of a key, as opposed to a required field.
    pub is_key: bool,
    /// The arguments of it that objects above fill in, by the contexts that they set.
    pub contexts: Vec<(ContextArgumentId, UseId)>,
    /// What it is wanted for, if it is what a context gives to a field below.
    pub gives: Option<UseId>,
}

impl Want {
    /// Whether it is wanted on an object type; `None` stands for a position without any possible type.
    pub fn applies(&self, object: Option<usize>) -> bool {
        object.map_or(self.types.is_clear(), |object| self.types.contains(object))
    }

    pub fn is_typename(&self) -> bool {
        self.name == "__typename"
    }
}

/// Key and required set of a representation, and whether the concrete type has to be known for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct InputSpec {
    pub key: Option<FieldSetId>,
    pub requires: Option<FieldSetId>,
    pub typename: bool,
}

/// All needs of one planning run.
pub(super) struct Needs<'a> {
    supergraph: &'a Supergraph,
    all: Vec<Need>,
    by_set: FxHashMap<(FieldSetId, bool), NeedId>,
    by_input: FxHashMap<InputSpec, NeedId>,
    with_typename: FxHashMap<NeedId, NeedId>,
    uses: Vec<Use>,
    pub(super) sooner: FxHashMap<(NeedId, PartSet, Vec<usize>), NeedId>,
    pub(super) postponed: FxHashMap<(NeedId, PartSet), NeedId>,
}

impl<'a> Needs<'a> {
    pub fn new(supergraph: &'a Supergraph) -> Self {
        Self {
            supergraph,
            all: Vec::new(),
            by_set: FxHashMap::default(),
            by_input: FxHashMap::default(),
            with_typename: FxHashMap::default(),
            uses: Vec::new(),
            sooner: FxHashMap::default(),
            postponed: FxHashMap::default(),
        }
    }

    /// What is known of a use of a context.
    pub fn context_use(&self, id: UseId) -> &Use {
        &self.uses[id.0 as usize]
    }

    /// Notes objects that set the context of a use and give null.
    pub(super) fn note_nulls(&mut self, id: UseId, depth: usize, types: TypeSet) {
        self.uses[id.0 as usize].nulls.push((depth, types));
    }

    /// Remembers a use of a context.
    pub(super) fn add_use(&mut self, found: Use) -> UseId {
        self.uses.push(found);
        UseId((self.uses.len() - 1) as u32)
    }

    pub fn get(&self, id: NeedId) -> &Need {
        &self.all[id.0 as usize]
    }

    pub(super) fn add(&mut self, need: Need) -> NeedId {
        self.all.push(need);
        NeedId((self.all.len() - 1) as u32)
    }

    /// The client's selection, without what execution answers itself. Contexts may take values of the top only if it
    /// `is_repeatable`: a query's.
    pub fn of_selection(&mut self, selection: &SelectionSet, is_repeatable: bool) -> NeedId {
        self.of_level(selection, &mut Above::new(is_repeatable), PartSet::FIRST)
    }

    /// What is selected on objects that come with these parts.
    fn of_level<'o>(&mut self, selection: &'o SelectionSet, above: &mut Above<'o>, due: PartSet) -> NeedId {
        let is_root = above.is_empty();
        let planned = |field: &&Field| {
            !(field.name == "__schema" || field.name == "__type" || is_root && field.name == "__typename")
        };
        let (mut wants, mut postponed) = (Vec::new(), BTreeMap::<PartSet, Vec<Want>>::new());
        // What contexts give comes first: it is known before anything below is looked at.
        let mut given = Vec::new();
        let guard = contexts::guard(self.supergraph, &selection.fields);
        for field in selection.fields.iter().filter(planned) {
            let contexts = self.contexts_of(self.supergraph, (field, &guard), above);
            above.enter(field);
            let child = field.selection.as_ref().map(|below| self.of_level(below, above, field.due));
            given.extend(above.leave());
            let want = self.of_field(field, child, contexts);
            match field.due == due {
                true => wants.push(want),
                false => postponed.entry(field.due).or_default().push(want),
            }
        }
        given.extend(wants);
        let apart = |wants| Need { wants, is_public: true, is_apart: true, later: Vec::new() };
        let later = postponed.into_iter().map(|(due, wants)| (due, self.add(apart(wants)))).collect();
        self.add(Need { wants: given, is_public: true, later, is_apart: false })
    }

    fn of_field(
        &mut self,
        field: &Field,
        child: Option<NeedId>,
        contexts: Vec<(ContextArgumentId, UseId)>,
    ) -> Want {
        Want {
            response_key: Some(field.response_key.clone()),
            name: field.name.clone(),
            arguments: field.arguments.clone(),
            types: field.types.clone(),
            guard: field.guard.clone(),
            child,
            is_abstract: is_abstract(self.supergraph, &field.ty),
            is_key: false,
            contexts,
            gives: None,
        }
    }

    /// What a context gives: the one field of a set, for the types that it is taken of.
    pub(super) fn of_context(
        &mut self,
        set: FieldSetId,
        types: TypeSet,
        guard: Guard,
        id: UseId,
    ) -> Option<Want> {
        let need = self.of_set(set, false);
        let value = self.get(need).wants.first()?.clone();
        Some(Want { types, guard, gives: Some(id), ..value })
    }

    fn of_set(&mut self, set: FieldSetId, is_key: bool) -> NeedId {
        if let Some(known) = self.by_set.get(&(set, is_key)) {
            return *known;
        }
        let supergraph = self.supergraph;
        let mut wants = Vec::new();
        for field in &supergraph.field_set(set).fields {
            wants.push(Want {
                response_key: None,
                name: field.name.clone(),
                arguments: field.arguments.clone(),
                types: field.types.clone(),
                guard: Guard::default(),
                child: field.selection.map(|below| self.of_set(below, is_key)),
                is_abstract: is_abstract(supergraph, &field.ty),
                is_key,
                contexts: Vec::new(),
                gives: None,
            });
        }
        let id = self.add(Need { wants, ..Need::default() });
        self.by_set.insert((set, is_key), id);
        id
    }

    /// One need for each want, in order.
    pub fn split(&mut self, id: NeedId) -> Vec<NeedId> {
        let wants = self.get(id).wants.clone();
        wants
            .into_iter()
            .map(|want| self.add(Need { wants: vec![want], is_public: true, ..Need::default() }))
            .collect()
    }

    /// What a representation is written from.
    pub fn of_input(&mut self, spec: InputSpec) -> NeedId {
        if let Some(known) = self.by_input.get(&spec) {
            return *known;
        }
        let mut wants = Vec::new();
        for (set, is_key) in [(spec.key, true), (spec.requires, false)] {
            if let Some(set) = set {
                let id = self.of_set(set, is_key);
                wants.extend(self.get(id).wants.iter().cloned());
            }
        }
        if spec.typename {
            wants.push(self.typename());
        }
        let id = self.add(Need { wants, ..Need::default() });
        self.by_input.insert(spec, id);
        id
    }

    fn typename(&self) -> Want {
        let mut types = TypeSet::with_capacity(self.supergraph.types().object_count());
        types.insert_range(..);
        Want {
            response_key: None,
            name: apollo_compiler::name!("__typename"),
            arguments: Vec::new(),
            types,
            guard: Guard::default(),
            child: None,
            is_abstract: false,
            is_key: true,
            contexts: Vec::new(),
            gives: None,
        }
    }

    /// The same need with the concrete type asked for.
    pub fn with_typename(&mut self, id: NeedId) -> NeedId {
        if let Some(known) = self.with_typename.get(&id) {
            return *known;
        }
        let mut need = self.get(id).clone();
        need.wants.push(self.typename());
        let added = self.add(need);
        self.with_typename.insert(id, added);
        added
    }
}

fn is_abstract(supergraph: &Supergraph, ty: &ast::Type) -> bool {
    let id = supergraph.types().id(ty.inner_named_type());
    id.is_some_and(|id| supergraph.types().get(id).object.is_none())
}
