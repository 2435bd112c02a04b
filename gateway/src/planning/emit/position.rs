//! Walks a solution and asks each source for what is taken from it.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use apollo_compiler::{ast, name};

use super::slots::Held;
use super::steps::{Wanted, union};
use super::{
    ContextDraft, Emitted, Emitter, FieldDraft, MergedIndex, RepresentationDraft, SelectionIndex, Source,
    StepIndex, StepKind,
};
use crate::operation::selection::{Guard, TypeSet};
use crate::planning::needs::{NeedId, Want};
use crate::planning::query_plan::{Path, PathSegment, RepresentationField};
use crate::planning::solve::{Deferred, ObjectSolution, Open, PositionSolution};
use crate::supergraph::query_graph::{EntryKind, Place};
use crate::supergraph::{ContextArgumentId, TypeKind};

type Solved = (Option<usize>, Rc<ObjectSolution>);

/// A position of the merged answer.
struct Spot<'p> {
    need: NeedId,
    merged: MergedIndex,
    path: &'p Path,
    /// All runtime types met there.
    types: TypeSet,
    /// When what is fetched here matters.
    demand: &'p Guard,
    /// For each field on the way: the types it is taken from in the way that led here. Objects of other types may have
    /// theirs at the same place from elsewhere.
    scope: Vec<TypeSet>,
}

/// A want with all the types that take it in the same way.
struct Group {
    want: usize,
    sources: Vec<Source>,
    child: Option<Rc<PositionSolution>>,
    types: TypeSet,
    /// How the first source declares the field.
    declared: Option<Declared>,
}

/// A field's type in a subgraph, the composite type it leads to, and its arguments that contexts fill in.
type Declared = (ast::Type, Option<crate::supergraph::TypeId>, Vec<ContextArgumentId>);

impl Emitter<'_> {
    /// The top of an operation.
    pub fn root(
        &mut self,
        object: usize,
        (solution, later): (&Rc<ObjectSolution>, &[Deferred]),
        need: NeedId,
        merged: MergedIndex,
    ) {
        let types = self.one(Some(object));
        let path = Path::default();
        let spot = Spot { need, merged, path: &path, types, demand: &Guard::default(), scope: Vec::new() };
        self.objects((&[(Some(object), Rc::clone(solution))], later), &spot, &[]);
    }

    fn one(&self, object: Option<usize>) -> TypeSet {
        let mut types = TypeSet::with_capacity(self.supergraph.types().object_count());
        types.extend(object);
        types
    }

    fn position(
        &mut self,
        solution: &PositionSolution,
        want: &Want,
        (merged, path, above, scope): (MergedIndex, &Path, &Spot<'_>, Vec<TypeSet>),
        arrivals: &[Source],
    ) -> Emitted {
        let mut types = self.one(None);
        types.extend(solution.objects.iter().filter_map(|(object, _)| *object));
        for (arrival, used) in arrivals.iter().zip(&solution.used) {
            let ty = self.selections[arrival.selection].ty;
            let is_abstract = ty.is_none_or(|ty| self.supergraph.types().get(ty).object.is_none());
            if *used && arrival.knows_type && (want.is_abstract || is_abstract) {
                self.typename(*arrival, &types);
            }
        }
        let spot = Spot { need: solution.need, merged, path, types, demand: above.demand, scope };
        self.objects((&solution.objects, &solution.later), &spot, arrivals)
    }

    /// Objects of several types at one position, given the sources that all of them have.
    fn objects(
        &mut self,
        (solved, later): (&[Solved], &[Deferred]),
        spot: &Spot<'_>,
        arrivals: &[Source],
    ) -> Emitted {
        let mut emitted = Emitted::default();
        let mut groups: Vec<Group> = Vec::new();
        let mut standing: Vec<Vec<Source>> = Vec::new();
        for (object, solution) in solved {
            let mut sources = arrivals.to_vec();
            let demands = self.demands(solution, spot, arrivals.len());
            for (open, demand) in solution.opens.iter().zip(&demands) {
                let taken = solution.takes.iter().filter(|take| take.sources.contains(&sources.len()));
                let taken: Vec<&Want> =
                    taken.map(|take| &self.needs.get(spot.need).wants[take.want]).collect();
                let filled = self.filled(open, &taken);
                let source = self.open(*object, (open, demand, filled), spot, &sources);
                sources.push(source);
            }
            for take in &solution.takes {
                let from: Vec<Source> = take.sources.iter().map(|index| sources[*index]).collect();
                let want = &self.needs.get(spot.need).wants[take.want];
                let declared = self.declared(from[0], *object, want);
                let alike = |group: &&mut Group| {
                    group.want == take.want
                        && group.sources == from
                        && same_child(&group.child, &take.child)
                        && group.declared == declared
                };
                match groups.iter_mut().find(alike) {
                    Some(group) => group.types.extend(*object),
                    None => groups.push(Group {
                        want: take.want,
                        sources: from,
                        child: take.child.clone(),
                        types: self.one(*object),
                        declared,
                    }),
                }
            }
            standing.push(sources);
        }
        groups.sort_by_key(|group| group.want);
        let needs = self.needs;
        for group in &groups {
            let want = &needs.get(spot.need).wants[group.want];
            if want.gives.is_some() {
                let mut gift = Emitted::default();
                self.take(group, spot, &mut gift);
                self.give(want, (spot.path, &group.types), gift);
                continue;
            }
            self.take(group, spot, &mut emitted);
        }
        later.iter().for_each(|deferred| self.deferred(deferred, spot, &standing));
        emitted
    }

    /// What comes later, from where one stands on each runtime type.
    fn deferred(&mut self, deferred: &Deferred, spot: &Spot<'_>, standing: &[Vec<Source>]) {
        let outer = std::mem::replace(&mut self.due, deferred.due);
        let spot =
            Spot { need: deferred.need, types: spot.types.clone(), scope: spot.scope.clone(), ..*spot };
        for (index, sources) in standing.iter().enumerate() {
            if standing[..index].contains(sources) {
                continue;
            }
            let alike = deferred.objects.iter().zip(standing).filter(|(_, other)| *other == sources);
            let objects: Vec<Solved> = alike.map(|(object, _)| object.clone()).collect();
            self.objects((&objects, &[]), &spot, sources);
        }
        self.due = outer;
    }

    /// When each open of a solution matters: when something taken from it, or a later open fed by it, does.
    fn demands(&self, solution: &ObjectSolution, spot: &Spot<'_>, arrivals: usize) -> Vec<Guard> {
        let wants = &self.needs.get(spot.need).wants;
        let mut demands: Vec<Option<Guard>> = vec![None; solution.opens.len()];
        for index in (0..solution.opens.len()).rev() {
            let source = arrivals + index;
            let takes = solution.takes.iter().filter(|take| take.sources.contains(&source));
            let taken = takes.map(|take| match &wants[take.want] {
                // Without the type nothing of the object can be written, whatever else is left out.
                want if want.is_typename() => spot.demand.clone(),
                want => spot.demand.and(&want.guard),
            });
            let feeds = (index + 1..solution.opens.len())
                .filter(|later| solution.opens[*later].inputs.used.get(source) == Some(&true))
                .map(|later| demands[later].clone().unwrap_or_default());
            let all: Vec<Guard> = taken.chain(feeds).collect();
            demands[index] = all.into_iter().reduce(|one, two| one.or(&two));
        }
        demands.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// Enters a subgraph: what the representation needs first, then the step.
    fn open(
        &mut self,
        object: Option<usize>,
        (open, demand, (contexts, told)): (&Open, &Guard, (Vec<ContextDraft>, BTreeSet<StepIndex>)),
        spot: &Spot<'_>,
        sources: &[Source],
    ) -> Source {
        let types = self.one(object);
        let before = &sources[..open.inputs.used.len().min(sources.len())];
        let inner = Spot {
            need: open.input,
            merged: spot.merged,
            path: spot.path,
            types: types.clone(),
            demand,
            scope: spot.scope.clone(),
        };
        let mut inputs = self.objects((&[(object, Rc::clone(&open.inputs))], &[]), &inner, before);
        let place = self.supergraph.query_graph().place(open.place).clone();
        let (kind, type_name) = self.step_kind(open.kind, &place);
        let before = self.all_before(&inputs.steps);
        let typed = sources.iter().find(|source| source.knows_type && before.contains(&source.step));
        let typed = typed.or_else(|| sources.iter().find(|source| source.knows_type)).copied();
        let mut representation = None;
        if matches!(kind, StepKind::Root(_)) {
            let above = sources.first().filter(|_| !spot.path.0.is_empty());
            inputs.steps.extend(above.map(|source| source.step));
        } else {
            if let (Some(source), EntryKind::Object) = (typed, open.kind) {
                if !self.is_told(source) {
                    self.typename(source, &types);
                }
                inputs.steps.insert(source.step);
            }
            representation = Some(RepresentationDraft { types, type_name, fields: inputs.fields });
        }
        inputs.steps.extend(told);
        let wanted = Wanted {
            subgraph: place.subgraph,
            kind,
            path: spot.path,
            after: inputs.steps,
            representation,
            contexts,
            guard: demand.clone(),
        };
        let step = self.step(wanted);
        let knows_type = place.kind != TypeKind::InterfaceObject;
        Source { step, selection: self.steps[step].selection, knows_type }
    }

    /// Whether the concrete type at a source is clear from what is asked there.
    fn is_told(&self, source: Source) -> bool {
        let table = self.supergraph.types();
        // Entities come back as what they were sent as.
        let Some(ty) = self.selections[source.selection].ty else { return true };
        table.get(ty).object.is_some_and(|object| object < table.public_object_count())
    }

    fn step_kind(&self, kind: EntryKind, place: &Place) -> (StepKind, Option<apollo_compiler::Name>) {
        match kind {
            EntryKind::Root => (StepKind::Root(place.ty), None),
            EntryKind::Object => (StepKind::Entities, None),
            EntryKind::Interface(ty) | EntryKind::InterfaceObject(ty) => {
                (StepKind::Interface(ty), Some(self.supergraph.types().get(ty).name.clone()))
            }
        }
    }

    fn take(&mut self, group: &Group, spot: &Spot<'_>, emitted: &mut Emitted) {
        let needs = self.needs;
        let want = &needs.get(spot.need).wants[group.want];
        if want.is_typename() {
            for source in &group.sources {
                self.typename(*source, &group.types);
                emitted.steps.insert(source.step);
            }
            if want.response_key.is_none() {
                emitted.fields = union(&emitted.fields, &[typename_field(want)]);
            }
            return;
        }
        for held in self.held(spot.merged, want, &group.types) {
            let fields = match (&group.child, held.child) {
                (Some(child), Some(merged)) => {
                    let arrivals = self.ask_all(group, child, want, (&held, emitted));
                    let path = self.below(spot, &held);
                    let mut scope = spot.scope.clone();
                    scope.push(held.types.clone());
                    let mut below = self.position(child, want, (merged, &path, spot, scope), &arrivals);
                    emitted.steps.extend(below.steps);
                    if want.is_abstract && want.response_key.is_none() {
                        // A subgraph that gets an interface or union back must be told which type it is.
                        below.fields = union(&[typename_field(want)], &below.fields);
                    }
                    below.fields
                }
                _ => {
                    self.ask_leaf(group, want, (&held, spot), emitted);
                    Vec::new()
                }
            };
            let field = self.representation_field(want, &held, fields, spot);
            emitted.fields = union(&emitted.fields, &[field]);
        }
    }

    fn ask_leaf(
        &mut self,
        group: &Group,
        want: &Want,
        (held, spot): (&Held, &Spot<'_>),
        emitted: &mut Emitted,
    ) {
        let source = group.sources[0];
        if let Some(step) = self.brought(spot.merged, held, &spot.scope) {
            emitted.steps.insert(step);
            return;
        }
        emitted.steps.insert(source.step);
        self.ask(source, want, held);
        self.note_brought(spot.merged, held, (&spot.scope, source.step));
    }

    /// Asks every source that the solution below uses; at least one, so that the position exists.
    fn ask_all(
        &mut self,
        group: &Group,
        child: &PositionSolution,
        want: &Want,
        (held, emitted): (&Held, &mut Emitted),
    ) -> Vec<Source> {
        let none = !child.used.contains(&true);
        let mut arrivals = Vec::new();
        for (index, source) in group.sources.iter().enumerate() {
            let used =
                group.sources.len() == 1 || child.used.get(index) == Some(&true) || (none && index == 0);
            arrivals.push(match used {
                true => {
                    emitted.steps.insert(source.step);
                    self.ask(*source, want, held)
                }
                // Never looked at: the solution takes nothing from it.
                false => *source,
            });
        }
        arrivals
    }

    fn representation_field(
        &self,
        want: &Want,
        held: &Held,
        fields: Vec<RepresentationField>,
        spot: &Spot<'_>,
    ) -> RepresentationField {
        let everywhere = spot.types.is_subset(&held.types);
        RepresentationField {
            name: want.name.clone(),
            slot: held.key.clone(),
            types: if everywhere { Vec::new() } else { self.type_names(&held.types) },
            is_key: want.is_key,
            fields,
        }
    }

    fn below(&self, spot: &Spot<'_>, held: &Held) -> Path {
        let mut path = spot.path.clone();
        if !spot.types.is_subset(&held.all_types) {
            let mut types = held.all_types.clone();
            types.intersect_with(&spot.types);
            path.0.push(PathSegment::OnTypes(self.type_names(&types)));
        }
        path.0.push(PathSegment::Key(held.key.clone()));
        path
    }

    /// Asks a source for a field; the answer is where one stands below it.
    fn ask(&mut self, source: Source, want: &Want, held: &Held) -> Source {
        let Some(declared) = self.declared(source, held.types.ones().next(), want) else { return source };
        let child = self.field(source.selection, want, held, declared);
        match child {
            Some((selection, knows_type)) => Source { step: source.step, selection, knows_type },
            None => source,
        }
    }

    fn declared(&self, source: Source, object: Option<usize>, want: &Want) -> Option<Declared> {
        let selection = &self.selections[source.selection];
        let holder = object.map(|object| self.supergraph.types().object(object));
        let known = |ty| self.supergraph.known(selection.subgraph, ty)?.fields.get(&want.name);
        let own = holder.and_then(known).or_else(|| selection.ty.and_then(known))?;
        Some((own.ty.clone(), own.target, own.contexts.clone()))
    }

    fn field(
        &mut self,
        at: SelectionIndex,
        want: &Want,
        held: &Held,
        (ty, target, contexts): Declared,
    ) -> Option<(SelectionIndex, bool)> {
        let subgraph = self.selections[at].subgraph;
        let none = self.one(None);
        let filled = contexts.iter().map(|id| {
            let variable = ast::Value::Variable(self.variable(*id));
            (self.supergraph.context_argument(*id).name.clone(), Arc::new(variable))
        });
        let arguments: Vec<_> = want.arguments.iter().cloned().chain(filled).collect();
        let guard = if want.response_key.is_some() { want.guard.clone() } else { Guard::default() };
        let tells_types = self.tells_types(at);
        let found = self.selections[at].fields.iter().position(|field| {
            field.slot == held.key
                && field.name == want.name
                && field.ty == ty
                && field.arguments == arguments
                && field.guard == guard
                && (field.merged == held.child || !tells_types)
        });
        let index = match found {
            Some(index) => {
                let known = &mut self.selections[at].fields[index];
                known.guard = known.guard.or(&guard);
                index
            }
            None => {
                let child =
                    target.filter(|_| want.child.is_some()).map(|ty| self.selection(subgraph, Some(ty)));
                self.selections[at].fields.push(FieldDraft {
                    name: want.name.clone(),
                    arguments,
                    slot: held.key.clone(),
                    guard,
                    types: none,
                    ty,
                    child,
                    merged: held.child,
                });
                self.selections[at].fields.len() - 1
            }
        };
        self.selections[at].fields[index].types.union_with(&held.types);
        let child = self.selections[at].fields[index].child?;
        let target = target?;
        let knows_type = self
            .supergraph
            .known(subgraph, target)
            .is_some_and(|known| known.kind != TypeKind::InterfaceObject);
        Some((child, knows_type))
    }

    /// Whether a selection can ask some runtime types for other things than others.
    fn tells_types(&self, at: SelectionIndex) -> bool {
        let selection = &self.selections[at];
        let known =
            selection.ty.map(|ty| self.supergraph.known(selection.subgraph, ty).map(|known| known.kind));
        !matches!(known, Some(Some(TypeKind::Object | TypeKind::InterfaceObject)))
    }

    /// Asks a source for the concrete type.
    fn typename(&mut self, source: Source, types: &TypeSet) {
        if !source.knows_type {
            return;
        }
        let fields = &mut self.selections[source.selection].fields;
        let key = name!("__typename");
        match fields.iter_mut().find(|field| field.name == key) {
            Some(field) => field.types.union_with(types),
            None => fields.insert(
                0,
                FieldDraft {
                    name: key.clone(),
                    arguments: Vec::new(),
                    slot: key,
                    guard: Guard::default(),
                    types: types.clone(),
                    ty: apollo_compiler::ty!(String!),
                    child: None,
                    merged: None,
                },
            ),
        }
    }
}

fn typename_field(want: &Want) -> RepresentationField {
    RepresentationField {
        name: name!("__typename"),
        slot: name!("__typename"),
        types: Vec::new(),
        is_key: want.is_key,
        fields: Vec::new(),
    }
}

fn same_child(one: &Option<Rc<PositionSolution>>, two: &Option<Rc<PositionSolution>>) -> bool {
    match (one, two) {
        (Some(one), Some(two)) => Rc::ptr_eq(one, two),
        (None, None) => true,
        _ => false,
    }
}
