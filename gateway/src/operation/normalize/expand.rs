//! Expands fragments into a typed selection tree: selections merged where they agree, split where runtime types see
//! different ones, constant conditions applied, impossible type conditions dropped.

use std::sync::Arc;

use apollo_compiler::ast;
use apollo_compiler::executable::{self, ExecutableDocument};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::conditions::Conditions;
use super::deferred::{self, Sites};
use super::guards::{self, Conjunction};
use crate::operation::deferral;
use crate::operation::error::{RequestError, RequestErrorCode};
use crate::operation::selection::{Defer, Field, Guard, PartId, PartSet, SelectionSet, TypeSet};
use crate::supergraph::Supergraph;

/// One place where a response key is selected.
struct Occurrence<'a> {
    types: TypeSet,
    guard: Conjunction,
    field: &'a executable::Field,
    /// The innermost deferred fragment around it.
    part: PartId,
    /// How many occurrences, of whatever key, come before it.
    rank: u32,
}

/// A selection set to be merged into a level: on which types, under which conditions.
struct Part<'a> {
    types: TypeSet,
    guard: Conjunction,
    part: PartId,
    set: &'a executable::SelectionSet,
}

/// Occurrences that a class of object types sees.
struct Class<'o, 'a> {
    types: TypeSet,
    members: Vec<&'o Occurrence<'a>>,
}

/// Occurrences by response key.
#[derive(Default)]
struct Groups<'a> {
    /// What holds wherever the level is selected at all.
    around: Conjunction,
    by_key: IndexMap<&'a Name, Vec<Occurrence<'a>>>,
    count: u32,
    sites: Sites,
}

impl<'a> Groups<'a> {
    fn add(&mut self, types: TypeSet, guard: Conjunction, field: &'a executable::Field, part: PartId) {
        let occurrence = Occurrence { types, guard, field, part, rank: self.count };
        self.count += 1;
        self.by_key.entry(field.response_key()).or_default().push(occurrence);
    }
}

struct Expand<'a> {
    supergraph: &'a Supergraph,
    document: &'a ExecutableDocument,
    conditions: &'a Conditions,
    defers: Vec<Defer>,
    /// The response keys that lead to where it is.
    path: Vec<Name>,
}

/// What an operation selects on the root type, and its deferred fragments.
pub(super) fn selection(
    supergraph: &Supergraph,
    document: &ExecutableDocument,
    operation: &Node<executable::Operation>,
    conditions: &Conditions,
) -> Result<(SelectionSet, Vec<Defer>), Vec<RequestError>> {
    let mut expand = Expand { supergraph, document, conditions, defers: Vec::new(), path: Vec::new() };
    let set = &operation.selection_set;
    let types = expand.possible(&set.ty);
    let top = Part { types, guard: Vec::new(), part: PartId::FIRST, set };
    let mut selection = expand.level(&set.ty, vec![top], Vec::new()).map_err(|error| vec![error])?;
    deferred::leave_out_empty(&mut selection, &mut expand.defers);
    Ok((selection, expand.defers))
}

impl<'a> Expand<'a> {
    /// The public object types behind a name.
    fn possible(&self, name: &str) -> TypeSet {
        let table = self.supergraph.types();
        let mut types = table.possible(name);
        for object in table.public_object_count()..table.object_count() {
            types.set(object, false);
        }
        types
    }

    fn level(
        &mut self,
        parent: &Name,
        parts: Vec<Part<'a>>,
        around: Conjunction,
    ) -> Result<SelectionSet, RequestError> {
        let mut groups = Groups { around, ..Groups::default() };
        for part in &parts {
            self.collect(part, &mut groups);
        }
        let mut fields = Vec::new();
        for (key, group) in &groups.by_key {
            for class in partition(group) {
                for (types, ty) in self.by_declared_type(&class) {
                    fields.push(self.field(key, (types, ty), &class.members, &groups.around)?);
                }
            }
        }
        fields.sort_by_key(|field| field.ranks[0].1);
        Ok(SelectionSet { parent: Some(parent.clone()), fields, defers: groups.sites.list() })
    }

    fn collect(&mut self, part: &Part<'a>, groups: &mut Groups<'a>) {
        for selection in &part.set.selections {
            let (directives, nested) = match selection {
                executable::Selection::Field(field) => {
                    if let Some(guard) =
                        guards::narrow((&groups.around, &part.guard), &field.directives, self.conditions)
                    {
                        groups.add(part.types.clone(), guard, field, part.part);
                    }
                    continue;
                }
                executable::Selection::InlineFragment(inline) => {
                    (&inline.directives, Some((inline.type_condition.as_ref(), &inline.selection_set)))
                }
                executable::Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    let nested = fragment.map(|f| (Some(&f.selection_set.ty), &f.selection_set));
                    (&spread.directives, nested)
                }
            };
            let guard = guards::narrow((&groups.around, &part.guard), directives, self.conditions);
            let (Some((condition, set)), Some(guard)) = (nested, guard) else { continue };
            let mut types = part.types.clone();
            if let Some(condition) = condition {
                types.intersect_with(&self.possible(condition));
            }
            if !types.is_clear() || part.types.is_clear() {
                let inner = match self.conditions.defers(directives) {
                    Some(defer) => {
                        groups.sites.add((defer, part.part), &types, (&mut self.defers, &self.path))
                    }
                    None => part.part,
                };
                self.collect(&Part { types, guard, part: inner, set }, groups);
            }
        }
    }

    /// Splits a class by the type that its object types declare for the field.
    fn by_declared_type(&self, class: &Class<'_, 'a>) -> Vec<(TypeSet, ast::Type)> {
        let Some(Occurrence { field, .. }) = class.members.first() else { return Vec::new() };
        let schema = self.supergraph.api_schema();
        let mut found: Vec<(TypeSet, ast::Type)> = Vec::new();
        for object in class.types.ones() {
            let declared = schema.type_field(self.supergraph.object_type_name(object), &field.name);
            let ty =
                declared.map_or_else(|_| field.definition.ty.clone(), |definition| definition.ty.clone());
            match found.iter_mut().find(|(_, known)| *known == ty) {
                Some((types, _)) => types.insert(object),
                None => {
                    let mut types = TypeSet::with_capacity(class.types.len());
                    types.insert(object);
                    found.push((types, ty));
                }
            }
        }
        if found.is_empty() {
            // A position without any possible type: kept, so that it is still asked and fails where it should.
            found.push((class.types.clone(), field.definition.ty.clone()));
        }
        found
    }

    fn field(
        &mut self,
        key: &Name,
        (types, ty): (TypeSet, ast::Type),
        members: &[&Occurrence<'a>],
        around: &Conjunction,
    ) -> Result<Field, RequestError> {
        let first = members[0].field;
        if key == "__typename" && first.name != "__typename" {
            let message = format!("`{}` must not be given the alias `__typename`", first.name);
            return Err(RequestError::new(RequestErrorCode::ValidationFailed, message));
        }
        let alike = members.iter().all(|member| member.guard == members[0].guard);
        let inside = if alike { guards::both(around, &members[0].guard) } else { around.clone() };
        let mut parts = Vec::new();
        let is_introspection = first.name.starts_with("__");
        for Occurrence { guard, field, part, .. } in members.iter().filter(|_| !is_introspection) {
            if !field.selection_set.selections.is_empty() {
                parts.push(Part {
                    types: self.possible(ty.inner_named_type()),
                    guard: if alike { Vec::new() } else { guard.clone() },
                    part: *part,
                    set: &field.selection_set,
                });
            }
        }
        self.path.push(key.clone());
        let selection = match parts.is_empty() {
            true => None,
            false => Some(self.level(ty.inner_named_type(), parts, inside)?),
        };
        self.path.pop();
        let parts = members.iter().fold(PartSet::default(), |all, member| all.with(PartSet::of(member.part)));
        Ok(Field {
            response_key: key.clone(),
            name: first.name.clone(),
            arguments: arguments(first),
            types,
            guard: Guard::any(members.iter().map(|member| member.guard.clone())),
            ty,
            selection,
            ranks: ranks(members),
            parts,
            due: deferral::earliest(&self.defers, parts),
        })
    }
}

/// Where a field may stand: at its first occurrence, or at a later one if what is before that may be left out.
fn ranks(members: &[&Occurrence<'_>]) -> Vec<(Guard, u32)> {
    let mut ranks: Vec<(Guard, u32)> = Vec::new();
    for member in members {
        if ranks.last().is_some_and(|(guard, _)| guard.is_always()) {
            break;
        }
        let guard = Guard::any([member.guard.clone()]);
        // What is left out whenever an earlier one is decides nothing.
        if ranks.iter().all(|(known, _)| *known != guard) {
            ranks.push((guard, member.rank));
        }
    }
    ranks
}

fn arguments(field: &executable::Field) -> Vec<(Name, Arc<ast::Value>)> {
    field.arguments.iter().map(|a| (a.name.clone(), Arc::new(a.value.as_ref().clone()))).collect()
}

/// Splits the occurrences of a response key into classes of object types that see the same ones.
fn partition<'o, 'a>(group: &'o [Occurrence<'a>]) -> Vec<Class<'o, 'a>> {
    let mut classes: Vec<Class<'o, 'a>> = Vec::new();
    for occurrence in group {
        let member = occurrence;
        let mut rest = occurrence.types.clone();
        let mut next = Vec::new();
        for class in classes {
            let mut both = class.types.clone();
            both.intersect_with(&occurrence.types);
            rest.difference_with(&class.types);
            if both.is_clear() && !(class.types.is_clear() && occurrence.types.is_clear()) {
                next.push(class);
                continue;
            }
            let mut only = class.types;
            only.difference_with(&both);
            if !only.is_clear() {
                next.push(Class { types: only, members: class.members.clone() });
            }
            let mut members = class.members;
            members.push(member);
            next.push(Class { types: both, members });
        }
        if !rest.is_clear() || (occurrence.types.is_clear() && next.is_empty()) {
            next.push(Class { types: rest, members: vec![member] });
        }
        classes = next;
    }
    classes
}
