//! From a valid document to the model: definitions and extensions of a type made one, directives understood.

use std::collections::BTreeMap;

use apollo_compiler::ast::{
    Definition, DirectiveDefinition, DirectiveList, Document, EnumValueDefinition, FieldDefinition,
    InputValueDefinition, OperationType,
};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::applied::{self, Applied};
use super::federation_spec::Known;
use super::links::{Link, Links};
use crate::composition::codes;
use crate::composition::diagnostic::{Diagnostics, Site};
use crate::composition::subgraph::{
    External, FieldDef, InputDef, Key, Kind, Subgraph, TypeDef, ValueDef, root_name,
};

/// Builds the model of a document that is valid GraphQL.
pub(crate) fn build(
    document: &Document,
    links: &Links,
    diagnostics: &mut Diagnostics,
    site: &Site,
) -> Subgraph {
    let mut builder = Builder { links, diagnostics, site, types: IndexMap::new() };
    let mut directives = IndexMap::new();
    let mut description = None;
    for definition in &document.definitions {
        match definition {
            Definition::DirectiveDefinition(directive) => {
                builder.refuse_contexts(directive);
                directives.insert(directive.name.clone(), directive.clone());
            }
            Definition::SchemaDefinition(schema) => description.clone_from(&schema.description),
            other => {
                if let Some(part) = Part::of(other) {
                    builder.add(&part);
                }
            }
        }
    }
    let mut types = builder.types;
    // Every subgraph answers `_service`, so every subgraph has a query root.
    let query = root_name(OperationType::Query);
    types.entry(query.clone()).or_insert_with(|| empty_type(&query, Kind::Object));
    mark_key_fields_of_extensions(&mut types);
    Subgraph {
        name: site.subgraph.clone(),
        url: String::new(),
        description,
        version: links.version,
        types,
        directives,
        composed: Vec::new(),
        foreign: links.foreign.iter().map(Link::specification).collect(),
        link_span: links.span,
        names: links
            .names
            .iter()
            .filter(|(known, _)| known.is_carried())
            .map(|(known, local)| (known.entry().name, local.clone()))
            .collect(),
    }
}

/// One definition or extension of a type, whatever its kind.
struct Part<'a> {
    name: &'a Name,
    span: Option<SourceSpan>,
    kind: Kind,
    is_extension: bool,
    description: Option<&'a Node<str>>,
    directives: &'a DirectiveList,
    interfaces: &'a [Name],
    fields: &'a [Node<FieldDefinition>],
    inputs: &'a [Node<InputValueDefinition>],
    values: &'a [Node<EnumValueDefinition>],
    members: &'a [Name],
}

impl<'a> Part<'a> {
    fn of(definition: &'a Definition) -> Option<Part<'a>> {
        macro_rules! part {
            ($node:ident, $kind:ident, $extension:literal, $description:expr $(, $field:ident: $from:ident)*) => {{
                let mut part = Part::bare(&$node.name, Kind::$kind, &$node.directives);
                // A renamed root type has no place for its name.
                part.span = $node.name.location().or($node.location());
                part.is_extension = $extension;
                part.description = $description;
                $(part.$field = &$node.$from;)*
                Some(part)
            }};
        }
        match definition {
            Definition::ScalarTypeDefinition(n) => part!(n, Scalar, false, n.description.as_ref()),
            Definition::ScalarTypeExtension(n) => part!(n, Scalar, true, None),
            Definition::ObjectTypeDefinition(n) => {
                part!(n, Object, false, n.description.as_ref(), fields: fields, interfaces: implements_interfaces)
            }
            Definition::ObjectTypeExtension(n) => {
                part!(n, Object, true, None, fields: fields, interfaces: implements_interfaces)
            }
            Definition::InterfaceTypeDefinition(n) => {
                part!(n, Interface, false, n.description.as_ref(), fields: fields, interfaces: implements_interfaces)
            }
            Definition::InterfaceTypeExtension(n) => {
                part!(n, Interface, true, None, fields: fields, interfaces: implements_interfaces)
            }
            Definition::UnionTypeDefinition(n) => {
                part!(n, Union, false, n.description.as_ref(), members: members)
            }
            Definition::UnionTypeExtension(n) => part!(n, Union, true, None, members: members),
            Definition::EnumTypeDefinition(n) => {
                part!(n, Enum, false, n.description.as_ref(), values: values)
            }
            Definition::EnumTypeExtension(n) => part!(n, Enum, true, None, values: values),
            Definition::InputObjectTypeDefinition(n) => {
                part!(n, Input, false, n.description.as_ref(), inputs: fields)
            }
            Definition::InputObjectTypeExtension(n) => part!(n, Input, true, None, inputs: fields),
            _ => None,
        }
    }

    fn bare(name: &'a Name, kind: Kind, directives: &'a DirectiveList) -> Part<'a> {
        Part {
            name,
            span: None,
            kind,
            is_extension: false,
            description: None,
            directives,
            interfaces: &[],
            fields: &[],
            inputs: &[],
            values: &[],
            members: &[],
        }
    }
}

struct Builder<'a> {
    links: &'a Links,
    diagnostics: &'a mut Diagnostics,
    site: &'a Site,
    types: IndexMap<Name, TypeDef>,
}

impl Builder<'_> {
    fn add(&mut self, part: &Part) {
        let applied = Applied { list: part.directives, links: self.links };
        let is_extension = part.is_extension || applied.has(Known::Extends);
        self.refuse_second_sharing(&applied);
        let keys = self.keys(&applied, is_extension);
        let fields: Vec<FieldDef> = part.fields.iter().map(|field| self.field(field, &applied)).collect();
        let inputs: Vec<InputDef> = part.inputs.iter().map(|input| self.input(input)).collect();
        let values: Vec<ValueDef> = part.values.iter().map(|value| self.value(value)).collect();
        let ty = self.types.entry(part.name.clone()).or_insert_with(|| empty_type(part.name, part.kind));
        if !part.is_extension || ty.span.is_none() {
            ty.span = part.span;
        }
        ty.is_extension &= is_extension;
        if ty.description.is_none() {
            ty.description = part.description.cloned();
        }
        ty.is_interface_object |= applied.has(Known::InterfaceObject);
        ty.directives.extend(applied.carried());
        ty.cache_tags.extend(applied.all(Known::CacheTag).cloned());
        ty.contexts.extend(applied.contexts());
        ty.keys.extend(keys);
        for name in part.interfaces {
            ty.interfaces.insert(name.clone(), name.location());
        }
        for name in part.members {
            ty.members.insert(name.clone(), name.location());
        }
        ty.fields.extend(fields.into_iter().map(|field| (field.name.clone(), field)));
        ty.inputs.extend(inputs.into_iter().map(|input| (input.name.clone(), input)));
        ty.values.extend(values.into_iter().map(|value| (value.name.clone(), value)));
    }

    /// A directive has no object above it that could set a context.
    fn refuse_contexts(&mut self, definition: &DirectiveDefinition) {
        for argument in &definition.arguments {
            let applied = Applied { list: &argument.directives, links: self.links };
            if let Some(directive) = applied.first(Known::FromContext) {
                let here = Site { span: directive.location(), ..self.site.clone() };
                let message =
                    format!("`@{}({}:)` is an argument of a directive", definition.name, argument.name);
                self.diagnostics.report(codes::CONTEXT_NOT_SET, message, [here]);
            }
        }
    }

    fn keys(&mut self, on_type: &Applied, extension: bool) -> Vec<Key> {
        let marked_extends = on_type.has(Known::Extends);
        let mut keys = Vec::new();
        for directive in on_type.all(Known::Key) {
            let set = on_type.field_set(directive, applied::KEY, self.diagnostics, self.site);
            let resolvable = directive
                .specified_argument_by_name("resolvable")
                .and_then(|value| value.to_bool())
                .unwrap_or(true);
            keys.extend(set.map(|fields| Key { fields, resolvable, extension, marked_extends }));
        }
        keys
    }

    fn field(&mut self, field: &FieldDefinition, on_type: &Applied) -> FieldDef {
        let on_field = Applied { list: &field.directives, links: self.links };
        self.refuse_second_sharing(&on_field);
        let mut set = |known, codes| {
            let directive = on_field.first(known)?;
            on_field.field_set(directive, codes, self.diagnostics, self.site)
        };
        let requires = set(Known::Requires, applied::REQUIRES);
        let provides = set(Known::Provides, applied::PROVIDES);
        let external = on_field.has(Known::External) || on_type.has(Known::External);
        let span_of = |known| on_field.first(known).and_then(|directive| directive.location());
        FieldDef {
            name: field.name.clone(),
            span: field.name.location(),
            description: field.description.clone(),
            directives: on_field.carried(),
            cache_tags: on_field.all(Known::CacheTag).cloned().collect(),
            ty: field.ty.clone(),
            arguments: field
                .arguments
                .iter()
                .map(|argument| (argument.name.clone(), self.input(argument)))
                .collect(),
            external: if external { External::Yes } else { External::No },
            external_span: span_of(Known::External),
            shareable: on_field.has(Known::Shareable) || on_type.has(Known::Shareable),
            shareable_span: span_of(Known::Shareable),
            requires,
            provides,
            overrides: on_field.overrides(),
        }
    }

    /// It is repeatable only so that a definition and its extensions may each carry it.
    fn refuse_second_sharing(&mut self, applied: &Applied) {
        for directive in applied.all(Known::Shareable).skip(1) {
            let here = Site { span: directive.location(), ..self.site.clone() };
            let message = format!("`@{}` stands a second time on the same element", directive.name);
            self.diagnostics.report(codes::INVALID_SHAREABLE_USAGE, message, [here]);
        }
    }

    fn input(&self, input: &InputValueDefinition) -> InputDef {
        let applied = Applied { list: &input.directives, links: self.links };
        InputDef {
            name: input.name.clone(),
            span: input.name.location(),
            description: input.description.clone(),
            directives: applied.carried(),
            ty: (*input.ty).clone(),
            default: input.default_value.clone(),
            context: applied.context_taken(),
        }
    }

    fn value(&self, value: &EnumValueDefinition) -> ValueDef {
        let applied = Applied { list: &value.directives, links: self.links };
        ValueDef {
            name: value.value.clone(),
            span: value.value.location(),
            description: value.description.clone(),
            directives: applied.carried(),
        }
    }
}

fn empty_type(name: &Name, kind: Kind) -> TypeDef {
    TypeDef {
        name: name.clone(),
        kind,
        span: None,
        description: None,
        directives: Vec::new(),
        cache_tags: Vec::new(),
        contexts: Vec::new(),
        keys: Vec::new(),
        is_extension: true,
        is_interface_object: false,
        interfaces: IndexMap::new(),
        fields: IndexMap::new(),
        inputs: IndexMap::new(),
        values: IndexMap::new(),
        members: IndexMap::new(),
    }
}

/// In an extension the key fields come with every representation, so `@external` on them says nothing about who
/// resolves them.
fn mark_key_fields_of_extensions(types: &mut IndexMap<Name, TypeDef>) {
    let snapshot = Subgraph {
        name: "".into(),
        url: String::new(),
        description: None,
        version: crate::composition::subgraph::FederationVersion::One,
        types: types.clone(),
        directives: IndexMap::new(),
        composed: Vec::new(),
        foreign: Vec::new(),
        link_span: None,
        names: BTreeMap::new(),
    };
    for ty in snapshot.types.values() {
        for key in ty.keys.iter().filter(|key| key.extension) {
            for selected in key.fields.selected(&snapshot, &ty.name) {
                let field = types
                    .get_mut(&selected.parent.name)
                    .and_then(|parent| parent.fields.get_mut(&selected.field.name));
                if let Some(field) = field
                    && field.external == External::Yes
                {
                    field.external = External::KeyOfExtension;
                }
            }
        }
    }
}
