//! Reads the `@join__…` applications: which subgraph knows what.

use apollo_compiler::parser::Parser;
use apollo_compiler::schema::{Component, Directive, DirectiveList, ExtendedType, FieldDefinition};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::contexts::{self, ContextArgument, ContextArgumentId, Written};
use super::error::SupergraphError;
use super::field_set::{FieldSetField, FieldSetId, FieldSets};
use super::machinery::Machinery;
use super::subgraph_types::{Key, Labelled, SubgraphField, SubgraphType};
use super::types::{TypeId, TypeKind, TypeTable};
use super::{Subgraph, SubgraphId};

type Result<T> = std::result::Result<T, SupergraphError>;

/// The subgraphs and their names in `join__Graph`.
pub(super) fn subgraphs(
    schema: &Schema,
    machinery: &Machinery,
) -> Result<(Vec<Subgraph>, FxHashMap<String, SubgraphId>)> {
    let enum_name = machinery.type_name("join", "Graph");
    let directive = machinery.directive("join", "graph");
    let Some(graphs) = schema.get_enum(&enum_name) else {
        return Err(SupergraphError::NotASupergraph(format!("no enum `{enum_name}`")));
    };
    let mut subgraphs = Vec::new();
    let mut by_value = FxHashMap::default();
    for (value, definition) in &graphs.values {
        let application = definition.directives.iter().find(|d| d.name == directive.as_str());
        let text =
            |name| application.and_then(|d| d.specified_argument_by_name(name)).and_then(|v| v.as_str());
        by_value.insert(value.to_string(), SubgraphId(subgraphs.len() as u32));
        let name = text("name").unwrap_or(value.as_str()).to_owned();
        subgraphs.push(Subgraph { name, url: text("url").unwrap_or_default().to_owned() });
    }
    Ok((subgraphs, by_value))
}

/// Reads one supergraph.
pub(super) struct Reader<'a> {
    pub(super) schema: &'a Valid<Schema>,
    pub(super) machinery: &'a Machinery,
    pub(super) table: &'a TypeTable,
    pub(super) graphs: &'a FxHashMap<String, SubgraphId>,
    pub(super) field_sets: FieldSets,
    /// The object types that set each context.
    pub(super) setters: FxHashMap<String, Vec<usize>>,
    pub(super) context_arguments: Vec<ContextArgument>,
    /// Labels of progressive overrides.
    pub(super) labels: Vec<String>,
    pub(super) known: Vec<Option<SubgraphType>>,
}

impl Reader<'_> {
    /// Fills `known` for every subgraph and composite type.
    pub(super) fn read(&mut self) -> Result<()> {
        self.known = vec![None; self.graphs.len() * self.table.len()];
        for id in self.table.ids() {
            let schema = self.schema;
            let Some(ty) = schema.types.get(&self.table.get(id).name) else { continue };
            self.presence(id, ty)?;
            match ty {
                ExtendedType::Object(object) => self.fields(id, &object.fields)?,
                ExtendedType::Interface(interface) => self.fields(id, &interface.fields)?,
                _ => {}
            }
            self.extension_keys(id, ty.directives())?;
        }
        if self.machinery.has_owners() {
            self.provided_fields();
        }
        self.possible_types();
        Ok(())
    }

    fn slot(&mut self, subgraph: SubgraphId, id: TypeId) -> &mut Option<SubgraphType> {
        let index = subgraph.0 as usize * self.table.len() + id.0 as usize;
        &mut self.known[index]
    }

    fn applications<'d>(&self, directives: &'d DirectiveList, element: &str) -> Vec<&'d Directive> {
        let name = self.machinery.directive("join", element);
        directives.iter().filter(|d| d.name == name.as_str()).map(|d| d.as_ref()).collect()
    }

    fn graph(&self, at: &str, directive: &Directive) -> Result<Option<SubgraphId>> {
        let Some(value) = directive.specified_argument_by_name("graph") else { return Ok(None) };
        let name = value.as_enum().map(|name| name.as_str()).or_else(|| value.as_str());
        match name.and_then(|name| self.graphs.get(name)) {
            Some(id) => Ok(Some(*id)),
            None => Err(SupergraphError::Join { at: at.to_owned(), reason: format!("no subgraph {value}") }),
        }
    }

    /// `@join__type`: which subgraphs know the type, with which keys.
    fn presence(&mut self, id: TypeId, ty: &ExtendedType) -> Result<()> {
        let name = self.table.get(id).name.clone();
        let kind = self.table.get(id).kind;
        let empty = |kind| SubgraphType {
            kind,
            keys: Vec::new(),
            fields: IndexMap::new(),
            possible: fixedbitset::FixedBitSet::new(),
        };
        let applications = self.applications(ty.directives(), "type");
        if applications.is_empty() {
            // In join v0.1 value types name no subgraph: every subgraph may know them.
            for graph in 0..self.graphs.len() as u32 {
                *self.slot(SubgraphId(graph), id) = Some(empty(kind));
            }
        }
        for application in applications {
            let Some(graph) = self.graph(&name, application)? else { continue };
            let flag =
                |argument: &str| application.specified_argument_by_name(argument).and_then(|v| v.to_bool());
            let key = match application.specified_argument_by_name("key").and_then(|v| v.as_str()) {
                Some(text) => Some(Key {
                    fields: self.field_sets.parse(self.schema, self.table, &name, text)?,
                    text: text.to_owned(),
                    resolvable: flag("resolvable").unwrap_or(true),
                }),
                None => None,
            };
            let known = self.slot(graph, id).get_or_insert_with(|| empty(kind));
            if flag("isInterfaceObject") == Some(true) {
                known.kind = TypeKind::InterfaceObject;
            }
            known.keys.extend(key);
        }
        Ok(())
    }

    fn fields(&mut self, id: TypeId, fields: &IndexMapOfFields) -> Result<()> {
        let owner = self.owner(id)?;
        for field in fields.values() {
            let name = self.machinery.directive("join", "field");
            let applications: Vec<_> = field.directives.iter().filter(|d| d.name == name.as_str()).collect();
            if applications.is_empty() {
                for graph in (0..self.graphs.len() as u32).map(SubgraphId) {
                    if owner.is_none_or(|owner| owner == graph) {
                        let plain = self.plain(field);
                        if let Some(known) = self.slot(graph, id) {
                            known.fields.insert(field.name.clone(), plain);
                        }
                    }
                }
            }
            for application in applications {
                self.field(id, field, application)?;
            }
        }
        Ok(())
    }

    fn plain(&self, field: &FieldDefinition) -> SubgraphField {
        SubgraphField {
            target: self.table.id(field.ty.inner_named_type()),
            ty: field.ty.clone(),
            external: false,
            label: None,
            requires: None,
            provides: None,
            contexts: Vec::new(),
        }
    }

    fn field(&mut self, id: TypeId, field: &FieldDefinition, application: &Directive) -> Result<()> {
        let type_name = self.table.get(id).name.clone();
        let at = format!("{type_name}.{}", field.name);
        // `@join__field` without a graph: no subgraph has it on this type; an interface object contributes it.
        let Some(graph) = self.graph(&at, application)? else { return Ok(()) };
        let text = |name: &str| application.specified_argument_by_name(name).and_then(|v| v.as_str());
        let flag =
            |name: &str| application.specified_argument_by_name(name).and_then(|v| v.to_bool()) == Some(true);
        let mut found = self.plain(field);
        if let Some(ty) = text("type") {
            found.ty = Parser::new()
                .parse_type(ty, "type")
                .map_err(|errors| SupergraphError::Join { at: at.clone(), reason: errors.to_string() })?;
            found.target = self.table.id(found.ty.inner_named_type());
        }
        let (takes, never) = (text("override").is_some(), flag("external"));
        found.label =
            text("overrideLabel").map(|label| Labelled { label: self.label(label), when: takes, never });
        // Labels are off until somebody turns them on: the old owner answers.
        let is_overridden = match found.label {
            Some(labelled) => labelled.when,
            None => flag("usedOverridden"),
        };
        found.external = never || is_overridden;
        found.contexts = self.contexts((id, &field.name), graph, application)?;
        if let Some(requires) = text("requires") {
            found.requires = Some(self.field_sets.parse(self.schema, self.table, &type_name, requires)?);
        }
        if let Some(provides) = text("provides") {
            let below = found.ty.inner_named_type().clone();
            found.provides = Some(self.field_sets.parse(self.schema, self.table, &below, provides)?);
        }
        let Some(known) = self.slot(graph, id) else {
            return Err(SupergraphError::Join {
                at,
                reason: "its subgraph does not know the type".to_owned(),
            });
        };
        known.fields.insert(field.name.clone(), found);
        Ok(())
    }

    fn label(&mut self, text: &str) -> usize {
        let known = self.labels.iter().position(|label| label == text);
        known.unwrap_or_else(|| {
            self.labels.push(text.to_owned());
            self.labels.len() - 1
        })
    }

    /// The arguments that come from contexts.
    fn contexts(
        &mut self,
        (parent, field): (TypeId, &Name),
        subgraph: SubgraphId,
        application: &Directive,
    ) -> Result<Vec<ContextArgumentId>> {
        let mut found = Vec::new();
        let at = format!("{}.{field}", self.table.get(parent).name);
        for Written { context, name, ty, selection } in contexts::written(&at, application)? {
            let mut values = FxHashMap::default();
            for object in self.setters.get(&context).cloned().unwrap_or_default() {
                let type_name = self.table.get(self.table.object(object)).name.clone();
                let taken = contexts::taken_of(self.table, object, &selection);
                let set = taken.map(|text| self.field_sets.parse(self.schema, self.table, &type_name, &text));
                values.insert(object, set.transpose()?);
            }
            found.push(ContextArgumentId(self.context_arguments.len() as u32));
            self.context_arguments.push(ContextArgument {
                subgraph,
                parent,
                field: field.clone(),
                name,
                ty,
                values,
            });
        }
        Ok(found)
    }

    /// `@join__owner` of join v0.1: fields that name no subgraph are the owner's.
    fn owner(&self, id: TypeId) -> Result<Option<SubgraphId>> {
        let name = &self.table.get(id).name;
        let Some(ty) = self.schema.types.get(name).filter(|_| self.machinery.has_owners()) else {
            return Ok(None);
        };
        match self.applications(ty.directives(), "owner").first() {
            Some(application) => self.graph(name, application),
            None => Ok(None),
        }
    }

    /// Key fields of an extension are resolvable there, though they may be marked external or (join v0.1) not at all.
    fn extension_keys(&mut self, id: TypeId, directives: &DirectiveList) -> Result<()> {
        let name = self.table.get(id).name.clone();
        let owner = self.owner(id)?;
        for application in self.applications(directives, "type") {
            let Some(graph) = self.graph(&name, application)? else { continue };
            let extension = application.specified_argument_by_name("extension").and_then(|v| v.to_bool());
            if extension != Some(true) && owner.is_none_or(|owner| owner == graph) {
                continue;
            }
            let keys = self.slot(graph, id).as_ref().map(|known| known.keys.clone()).unwrap_or_default();
            for key in keys {
                let fields = self.field_sets.sets[key.fields.0 as usize].fields.clone();
                for field in fields {
                    let named = self.named(&field);
                    let Some(known) = self.slot(graph, id) else { continue };
                    known.fields.entry(field.name).or_insert(named).external = false;
                }
            }
        }
        Ok(())
    }

    /// In join v0.1 a field names its owner only. What another subgraph provides of it, that one has too, if only there.
    fn provided_fields(&mut self) {
        let types = self.table.len();
        let of = |(index, known): (usize, &Option<SubgraphType>)| -> Vec<_> {
            let graph = SubgraphId((index / types) as u32);
            let fields = known.iter().flat_map(|known| known.fields.values());
            fields.filter_map(|field| Some((graph, field.provides?))).collect()
        };
        let mut next: Vec<(SubgraphId, FieldSetId)> = self.known.iter().enumerate().flat_map(of).collect();
        while let Some((graph, set)) = next.pop() {
            for field in self.field_sets.sets[set.0 as usize].fields.clone() {
                let named = SubgraphField { external: true, ..self.named(&field) };
                for object in field.types.ones().filter(|_| field.name != "__typename") {
                    let ty = self.table.object(object);
                    if let Some(known) = self.slot(graph, ty) {
                        known.fields.entry(field.name.clone()).or_insert_with(|| named.clone());
                    }
                }
                next.extend(field.selection.map(|below| (graph, below)));
            }
        }
    }

    /// A field of which a subgraph says no more than that it stands in a field set.
    fn named(&self, field: &FieldSetField) -> SubgraphField {
        SubgraphField {
            ty: field.ty.clone(),
            target: self.table.id(field.ty.inner_named_type()),
            external: false,
            label: None,
            requires: None,
            provides: None,
            contexts: Vec::new(),
        }
    }

    fn possible_types(&mut self) {
        for graph in (0..self.graphs.len() as u32).map(SubgraphId) {
            for id in self.table.ids() {
                let Some(known) = self.slot(graph, id).as_ref() else { continue };
                let possible = match known.kind {
                    TypeKind::Object | TypeKind::InterfaceObject => self.table.get(id).possible.clone(),
                    TypeKind::Interface => self.listed(graph, id, Listing::Implements),
                    TypeKind::Union => self.listed(graph, id, Listing::UnionMember),
                };
                if let Some(known) = self.slot(graph, id) {
                    known.possible = possible;
                }
            }
        }
    }

    /// The object types that a subgraph itself lists for an interface or union.
    fn listed(&mut self, graph: SubgraphId, id: TypeId, listing: Listing) -> fixedbitset::FixedBitSet {
        let ty = self.table.get(id).clone();
        let mut found = fixedbitset::FixedBitSet::with_capacity(self.table.object_count());
        for object in ty.possible.ones() {
            let member = self.table.object(object);
            let member_name = self.table.get(member).name.clone();
            let (holder, element, argument, expected) = match listing {
                Listing::Implements => (&member_name, "implements", "interface", &ty.name),
                Listing::UnionMember => (&ty.name, "unionMember", "member", &member_name),
            };
            let Some(definition) = self.schema.types.get(holder) else { continue };
            let applications = self.applications(definition.directives(), element);
            let named = |d: &&Directive| {
                d.specified_argument_by_name(argument).and_then(|v| v.as_str()) == Some(expected.as_str())
            };
            let matching: Vec<_> = applications.iter().filter(|d| named(d)).collect();
            let listed = matching.iter().any(|d| self.graph(&ty.name, d).ok().flatten() == Some(graph));
            if listed || (matching.is_empty() && self.slot(graph, member).is_some()) {
                found.insert(object);
            }
        }
        found
    }
}

#[derive(Clone, Copy)]
enum Listing {
    Implements,
    UnionMember,
}

type IndexMapOfFields = apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>;
