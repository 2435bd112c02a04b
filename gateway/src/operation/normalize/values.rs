//! What the parser's validation leaves out about input values: fields of input objects are named once, `@oneOf` objects
//! have one field, and variables fit the nullability of their places also inside lists and input objects.

use apollo_compiler::ast::{Argument, Directive, Type, Value, VariableDefinition};
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};
use apollo_compiler::schema::{ExtendedType, InputValueDefinition};
use apollo_compiler::{Name, Node, Schema};
use rustc_hash::FxHashSet;

use crate::operation::error::{Location, RequestError, RequestErrorCode};

/// Where a value stands: the type there, and whether a default stands in for null.
#[derive(Clone, Copy)]
struct Place<'a> {
    ty: &'a Type,
    has_default: bool,
}

struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a [Node<VariableDefinition>],
    seen: FxHashSet<&'a Name>,
    errors: Vec<RequestError>,
}

/// Refuses a document with a wrong value in any of its operations.
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Result<(), Vec<RequestError>> {
    let mut errors = Vec::new();
    for operation in document.operations.iter() {
        let (variables, seen) = (&operation.variables[..], FxHashSet::default());
        let mut walk = Walk { schema, document, variables, seen, errors };
        walk.operation(operation);
        errors = walk.errors;
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a Operation) {
        self.directives(&operation.directives);
        for variable in &operation.variables {
            self.directives(&variable.directives);
            if let Some(default) = &variable.default_value {
                self.value(default, Some(Place { ty: &variable.ty, has_default: false }));
            }
        }
        self.selections(&operation.selection_set);
    }

    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.directives(&field.directives);
                    self.arguments(&field.arguments, &field.definition.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives);
                    self.selections(&inline.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives);
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment.filter(|fragment| self.seen.insert(&fragment.name)) {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &'a [Node<Directive>]) {
        for directive in directives {
            if let Some(definition) = self.schema.directive_definitions.get(&directive.name) {
                self.arguments(&directive.arguments, &definition.arguments);
            }
        }
    }

    fn arguments(&mut self, given: &'a [Node<Argument>], defined: &'a [Node<InputValueDefinition>]) {
        for argument in given {
            let definition = defined.iter().find(|definition| definition.name == argument.name);
            self.value(&argument.value, definition.map(place_of));
        }
    }

    fn value(&mut self, value: &'a Node<Value>, place: Option<Place<'a>>) {
        match value.as_ref() {
            Value::Variable(name) => {
                let variable = self.variables.iter().find(|variable| variable.name == *name);
                if let (Some(variable), Some(place)) = (variable, place)
                    && !is_allowed(variable, place)
                {
                    let (ty, wanted) = (&variable.ty, place.ty);
                    self.refuse(value, format!("variable `${name}` of type `{ty}` is used as `{wanted}`"));
                }
            }
            Value::List(items) => {
                let ty = place.map(|place| match place.ty {
                    Type::List(item) | Type::NonNullList(item) => item.as_ref(),
                    ty => ty,
                });
                items.iter().for_each(|item| self.value(item, ty.map(|ty| Place { ty, has_default: false })));
            }
            Value::Object(fields) => self.object(value, fields, place),
            _ => {}
        }
    }

    fn object(&mut self, at: &Node<Value>, fields: &'a [(Name, Node<Value>)], place: Option<Place<'a>>) {
        let ty = place.and_then(|place| self.schema.types.get(place.ty.inner_named_type()));
        let input = match ty {
            Some(ExtendedType::InputObject(input)) => Some(input),
            _ => None,
        };
        let mut names = FxHashSet::default();
        for (name, value) in fields {
            if !names.insert(name) {
                self.refuse(value, format!("the input field `{name}` is given twice"));
            }
            let field = input.and_then(|input| input.fields.get(name));
            self.value(value, field.map(|field| place_of(&field.node)));
        }
        let one_of = input.filter(|input| input.directives.has("oneOf"));
        if let Some(input) = one_of.filter(|_| fields.len() != 1 || fields[0].1.is_null()) {
            self.refuse(at, format!("`{}` takes exactly one field, not null", input.name));
        }
    }

    fn refuse(&mut self, at: &Node<Value>, message: String) {
        let mut error = RequestError::new(RequestErrorCode::ValidationFailed, message);
        let place = at.location().and_then(|span| span.line_column(&self.document.sources));
        error.locations = place.into_iter().map(|p| Location { line: p.line, column: p.column }).collect();
        self.errors.push(error);
    }
}

fn place_of(definition: &Node<InputValueDefinition>) -> Place<'_> {
    let has_default = definition.default_value.as_ref().is_some_and(|value| !value.is_null());
    Place { ty: &definition.ty, has_default }
}

/// GraphQL specification, "IsVariableUsageAllowed".
fn is_allowed(variable: &VariableDefinition, place: Place<'_>) -> bool {
    if place.ty.is_non_null() && !variable.ty.is_non_null() {
        let is_set = variable.default_value.as_ref().is_some_and(|value| !value.is_null());
        return (is_set || place.has_default) && fits(&variable.ty, &place.ty.clone().nullable());
    }
    fits(&variable.ty, place.ty)
}

fn fits(variable: &Type, place: &Type) -> bool {
    if place.is_non_null() && !variable.is_non_null() {
        return false;
    }
    match (variable, place) {
        (Type::List(one) | Type::NonNullList(one), Type::List(two) | Type::NonNullList(two)) => {
            fits(one, two)
        }
        (Type::Named(one) | Type::NonNullNamed(one), Type::Named(two) | Type::NonNullNamed(two)) => {
            one == two
        }
        _ => false,
    }
}
