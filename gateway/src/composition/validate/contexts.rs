//! `@context` and `@fromContext`: who sets a context, who takes a value from it, and whether the value fits.

use apollo_compiler::Name;
use apollo_compiler::ast::{self, Selection, Type};

use super::default_values;
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::contexts::{self, FromContext};
use crate::composition::subgraph::{FieldDef, InputDef, Kind, Subgraph, TypeDef};

/// Checks all contexts of a subgraph.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    for ty in subgraph.types.values() {
        for context in ty.contexts.iter().filter(|context| !is_name(&context.name)) {
            let message = format!("`{}` sets a context named \"{}\"", ty.name, context.name);
            diagnostics.report(codes::CONTEXT_NAME_INVALID, message, [subgraph.site(context.span)]);
        }
        for field in ty.fields.values() {
            for (argument, from) in field.contextual() {
                let coordinate = format!("{}.{}({}:)", ty.name, field.name, argument.name);
                Check { subgraph, diagnostics, coordinate, from }.argument(ty, field, argument);
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// One argument.
struct Check<'a> {
    subgraph: &'a Subgraph,
    diagnostics: &'a mut Diagnostics,
    coordinate: String,
    from: &'a FromContext,
}

impl<'a> Check<'a> {
    fn argument(&mut self, ty: &TypeDef, field: &FieldDef, argument: &InputDef) {
        self.place(ty, field, argument);
        let Some((context, _)) = self.from.parts() else {
            let message = format!("\"{}\" names no context, or takes nothing of it", self.from.text);
            return self.report(codes::NO_CONTEXT_IN_SELECTION, message);
        };
        let setters: Vec<&TypeDef> = contexts::setters(self.subgraph, context).collect();
        if setters.is_empty() || context.is_empty() {
            return self.report(codes::CONTEXT_NOT_SET, format!("no type sets the context `{context}`"));
        }
        match self.from.selection() {
            Ok(set) => self.selection(&setters, &set.selections, &argument.ty),
            Err(reason) => self
                .report(codes::CONTEXT_INVALID_SELECTION, format!("what is taken cannot be read: {reason}")),
        }
    }

    /// Where such an argument may stand.
    fn place(&mut self, ty: &TypeDef, field: &FieldDef, argument: &InputDef) {
        if ty.kind == Kind::Interface {
            return self
                .report(codes::CONTEXT_NOT_SET, "it is an argument of an interface's field".to_owned());
        }
        let interfaces = ty.interfaces.keys().filter_map(|name| self.subgraph.types.get(name));
        if let Some(interface) =
            interfaces.into_iter().find(|interface| interface.fields.contains_key(&field.name))
        {
            let message = format!("its field implements `{}.{}`", interface.name, field.name);
            self.report(codes::CONTEXT_NOT_SET, message);
        }
        if argument.default.is_some() {
            self.report(codes::CONTEXT_NOT_SET, "it has a default".to_owned());
        }
        if ty.keys.iter().all(|key| !key.resolvable) {
            let message = format!("`{}` has no resolvable key", ty.name);
            self.report(codes::CONTEXT_NO_RESOLVABLE_KEY, message);
        }
    }

    /// One field for all types that set the context, or one fragment for each.
    fn selection(&mut self, setters: &[&'a TypeDef], selections: &[Selection], ty: &Type) {
        let fragments: Vec<&ast::InlineFragment> =
            selections.iter().filter_map(|one| one.as_inline_fragment()).map(|one| &**one).collect();
        if fragments.is_empty() {
            return setters.iter().for_each(|setter| self.value(setter, selections, ty));
        }
        if fragments.len() < selections.len() {
            return self.invalid("fields stand beside fragments".to_owned());
        }
        for (index, fragment) in fragments.iter().enumerate() {
            let Some(on) = &fragment.type_condition else {
                self.invalid("a fragment names no type".to_owned());
                continue;
            };
            if fragments[..index].iter().any(|other| other.type_condition.as_ref() == Some(on)) {
                self.invalid(format!("two fragments are on `{on}`"));
            }
            if !fragment.directives.is_empty() {
                self.invalid("a fragment has a directive".to_owned());
            }
            let sets = setters.iter().any(|setter| contexts::applies(self.subgraph, on, setter));
            match self.subgraph.types.get(on).filter(|_| sets) {
                Some(on) => self.value(on, &fragment.selection_set, ty),
                None => self.invalid(format!("`{on}` does not set the context")),
            }
        }
        for setter in setters {
            let has_one = fragments.iter().filter_map(|fragment| fragment.type_condition.as_ref());
            if !has_one.into_iter().any(|on| contexts::applies(self.subgraph, on, setter)) {
                self.invalid(format!("no fragment is on `{}`, which sets the context", setter.name));
            }
        }
    }

    /// Exactly one value, of the argument's type.
    fn value(&mut self, parent: &TypeDef, selections: &[Selection], ty: &Type) {
        match self.type_of(parent, selections) {
            Ok(found) if found == *ty => {}
            Ok(found) => {
                self.invalid(format!("`{found}` is taken of `{}`, the argument is `{ty}`", parent.name))
            }
            Err(reason) => self.invalid(reason),
        }
    }

    /// The type of what is selected; anything on the way may be null.
    fn type_of(&self, parent: &TypeDef, selections: &[Selection]) -> Result<Type, String> {
        let [Selection::Field(selected)] = selections else {
            return Err("not exactly one field is taken".to_owned());
        };
        let coordinate = format!("{}.{}", parent.name, selected.name);
        if selected.alias.is_some() || !selected.directives.is_empty() {
            return Err(format!("`{coordinate}` has an alias or a directive"));
        }
        let field = parent.fields.get(&selected.name).ok_or_else(|| format!("there is no `{coordinate}`"))?;
        self.arguments(&coordinate, selected, field)?;
        let below = self.subgraph.types.get(field.ty.inner_named_type()).filter(|ty| ty.kind.is_composite());
        let inner = match (below, selected.selection_set.is_empty()) {
            (None, true) => Type::Named(field.ty.inner_named_type().clone()),
            (Some(below), false) => self.type_of(below, &selected.selection_set)?,
            (Some(_), true) => return Err(format!("`{coordinate}` needs a selection")),
            (None, false) => return Err(format!("`{coordinate}` has no fields")),
        };
        Ok(in_lists(&field.ty, inner))
    }

    fn arguments(&self, coordinate: &str, selected: &ast::Field, field: &FieldDef) -> Result<(), String> {
        for given in &selected.arguments {
            let declared = field.arguments.get(&given.name).filter(|declared| declared.context.is_none());
            if !declared
                .is_some_and(|declared| default_values::fits(self.subgraph, &declared.ty, &given.value))
            {
                return Err(format!("`{coordinate}({}:)` does not exist or does not fit", given.name));
            }
        }
        let given = |name: &Name| selected.arguments.iter().any(|given| given.name == *name);
        match field.arguments.values().find(|declared| declared.is_required() && !given(&declared.name)) {
            Some(missing) => Err(format!("`{coordinate}` needs its argument `{}`", missing.name)),
            None => Ok(()),
        }
    }

    fn invalid(&mut self, what: String) {
        self.report(codes::CONTEXT_INVALID_SELECTION, what);
    }

    fn report(&mut self, code: Code, what: String) {
        let site = self.subgraph.site(self.from.span);
        self.diagnostics.report(code, format!("`@fromContext` on `{}`: {what}", self.coordinate), [site]);
    }
}

fn in_lists(ty: &Type, inner: Type) -> Type {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => inner,
        Type::List(item) | Type::NonNullList(item) => Type::List(Box::new(in_lists(item, inner))),
    }
}
