//! `@inaccessible`: what is left has to be a schema that clients can use.

use apollo_compiler::Name;
use apollo_compiler::ast::{Type, Value};

use super::locate;
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::Diagnostics;
use crate::composition::merged::{Merged, MergedField, MergedInput, MergedType};
use crate::composition::subgraph::{Kind, Subgraph, has_directive};

/// Who has hidden things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hider {
    /// `@inaccessible` in the subgraphs.
    Subgraphs,
    /// A contract, by tags.
    Contract,
}

/// Checks everything hidden, and everything that is not.
pub(crate) fn check(subgraphs: &[Subgraph], merged: &Merged, diagnostics: &mut Diagnostics, hider: Hider) {
    let mut check = Check { subgraphs, merged, diagnostics, hider };
    for ty in merged.types.values() {
        check.ty(ty);
    }
    for directive in merged.directives.values() {
        for argument in &directive.arguments {
            let coordinate = format!("@{}({}:)", directive.name, argument.name);
            let named = argument.ty.inner_named_type();
            check.reference(&coordinate, &[named], &argument.ty);
        }
    }
}

struct Check<'a> {
    subgraphs: &'a [Subgraph],
    merged: &'a Merged,
    diagnostics: &'a mut Diagnostics,
    hider: Hider,
}

impl<'a> Check<'a> {
    fn ty(&mut self, ty: &'a MergedType) {
        if is_hidden_type(ty) {
            if ty.name == "Query" {
                self.report(codes::QUERY_ROOT_TYPE_INACCESSIBLE, "`Query` is inaccessible", &["Query"]);
            }
            return;
        }
        self.children(ty);
        for field in ty.fields.values() {
            self.field(ty, field);
        }
        for input in ty.inputs.values() {
            let coordinate = format!("{}.{}", ty.name, input.name);
            self.input((&coordinate, &[&ty.name, &input.name]), input);
        }
    }

    fn children(&mut self, ty: &MergedType) {
        let hidden: Vec<bool> = match ty.kind {
            Kind::Scalar => return,
            Kind::Object | Kind::Interface => {
                ty.fields.values().map(|field| has_directive(&field.directives, "inaccessible")).collect()
            }
            Kind::Input => {
                ty.inputs.values().map(|input| has_directive(&input.directives, "inaccessible")).collect()
            }
            Kind::Enum => {
                ty.values.values().map(|value| has_directive(&value.directives, "inaccessible")).collect()
            }
            Kind::Union => ty.members.keys().map(|member| self.is_hidden(member)).collect(),
        };
        if !hidden.is_empty() && hidden.iter().all(|hidden| *hidden) {
            let message = format!("`{}` is accessible and everything in it is not", ty.name);
            self.report(codes::ONLY_INACCESSIBLE_CHILDREN, &message, &[&ty.name]);
        }
    }

    fn field(&mut self, ty: &'a MergedType, field: &'a MergedField) {
        let coordinate = format!("{}.{}", ty.name, field.name);
        let path: &[&str] = &[&ty.name, &field.name];
        if has_directive(&field.directives, "inaccessible") {
            if let Some(interface) = self.visible_in_interface(ty, &field.name) {
                let message = format!(
                    "`{coordinate}` is inaccessible and implements `{interface}.{}`, which is not",
                    field.name
                );
                self.report(codes::IMPLEMENTED_BY_INACCESSIBLE, &message, path);
            }
            return;
        }
        self.reference(&coordinate, path, &field.ty);
        for argument in field.arguments.values() {
            let coordinate = format!("{coordinate}({}:)", argument.name);
            let path: &[&str] = &[&ty.name, &field.name, &argument.name];
            self.input((&coordinate, path), argument);
            let hidden = has_directive(&argument.directives, "inaccessible");
            if hidden && let Some(interface) = self.visible_argument_in_interface(ty, (field, argument)) {
                let message = format!(
                    "`{coordinate}` is inaccessible and implements an argument of `{interface}.{}`, which is not",
                    field.name
                );
                self.report(codes::IMPLEMENTED_BY_INACCESSIBLE, &message, path);
            }
        }
    }

    fn input(&mut self, (coordinate, path): (&str, &[&str]), input: &MergedInput) {
        if has_directive(&input.directives, "inaccessible") {
            if input.ty.is_non_null() && input.default.is_none() {
                let message = format!("`{coordinate}` is required and inaccessible");
                self.report(codes::REQUIRED_INACCESSIBLE, &message, path);
            }
            return;
        }
        self.reference(coordinate, path, &input.ty);
        if let Some(default) = &input.default
            && let Some(hidden) = self.hidden_in_value(&input.ty, default)
        {
            let message = format!("the default of `{coordinate}` uses `{hidden}`, which is inaccessible");
            self.report(codes::DEFAULT_VALUE_USES_INACCESSIBLE, &message, path);
        }
    }

    fn reference(&mut self, coordinate: &str, path: &[&str], ty: &Type) {
        let named = ty.inner_named_type();
        if self.is_hidden(named) {
            let message = format!("`{coordinate}` is accessible and its type `{named}` is not");
            self.report(codes::REFERENCED_INACCESSIBLE, &message, path);
        }
    }

    fn is_hidden(&self, name: &Name) -> bool {
        self.merged.types.get(name).is_some_and(is_hidden_type)
    }

    /// An accessible interface that has this field accessible.
    fn visible_in_interface(&self, ty: &MergedType, field: &Name) -> Option<&'a Name> {
        ty.interfaces.keys().find_map(|interface| {
            let interface = self.merged.types.get(interface)?;
            let field = interface.fields.get(field)?;
            let visible = !is_hidden_type(interface) && !has_directive(&field.directives, "inaccessible");
            visible.then_some(&interface.name)
        })
    }

    fn visible_argument_in_interface(
        &self,
        ty: &MergedType,
        (field, argument): (&MergedField, &MergedInput),
    ) -> Option<&'a Name> {
        let interface = self.visible_in_interface(ty, &field.name)?;
        let declared = self.merged.types.get(interface)?.fields.get(&field.name)?;
        let declared = declared.arguments.get(&argument.name)?;
        (!has_directive(&declared.directives, "inaccessible")).then_some(interface)
    }

    /// The first inaccessible enum value or input field in a default.
    fn hidden_in_value(&self, ty: &Type, value: &Value) -> Option<String> {
        let named = self.merged.types.get(ty.inner_named_type())?;
        match value {
            Value::List(items) => items.iter().find_map(|item| self.hidden_in_value(ty.item_type(), item)),
            Value::Enum(name) => {
                let value = named.values.get(name)?;
                has_directive(&value.directives, "inaccessible").then(|| format!("{}.{name}", named.name))
            }
            Value::Object(fields) => fields.iter().find_map(|(name, value)| {
                let input = named.inputs.get(name)?;
                if has_directive(&input.directives, "inaccessible") {
                    return Some(format!("{}.{name}", named.name));
                }
                self.hidden_in_value(&input.ty, value)
            }),
            _ => None,
        }
    }

    fn report(&mut self, code: Code, message: &str, path: &[&str]) {
        let sites = locate::sites(self.subgraphs, path);
        match self.hider {
            Hider::Subgraphs => self.diagnostics.report(code, message, sites),
            Hider::Contract => {
                let help = "Change the tags: what the contract keeps may need nothing that it leaves out.";
                let message = format!("under the contract, {message}");
                self.diagnostics.report(Code { help, ..code }, message, sites);
            }
        }
    }
}

fn is_hidden_type(ty: &MergedType) -> bool {
    has_directive(&ty.directives, "inaccessible")
}
