//! What `@key`, `@requires` and `@provides` may select.

use apollo_compiler::Name;
use apollo_compiler::ast::{self, Selection};
use apollo_compiler::parser::SourceSpan;

use super::default_values;
use crate::composition::codes::{self, Code};
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::field_set::FieldSet;
use crate::composition::subgraph::{External, FederationVersion, FieldDef, Kind, Subgraph, TypeDef};

/// What differs between the three directives.
struct Rule {
    name: &'static str,
    invalid: Code,
    directive_inside: Code,
    /// `None`: arguments are allowed.
    has_arguments: Option<Code>,
    /// `None`: leaves need not be external.
    missing_external: Option<Code>,
    /// `None`: fields of abstract types are allowed.
    abstract_type: Option<Code>,
    /// A field of an interface counts as external where that of an implementation is.
    counts_implementations: bool,
}

const KEY: Rule = Rule {
    name: "key",
    invalid: codes::KEY_INVALID_FIELDS,
    directive_inside: codes::KEY_DIRECTIVE_IN_FIELDS_ARG,
    has_arguments: Some(codes::KEY_FIELDS_HAS_ARGS),
    missing_external: None,
    abstract_type: Some(codes::KEY_FIELDS_SELECT_INVALID_TYPE),
    counts_implementations: false,
};

const REQUIRES: Rule = Rule {
    name: "requires",
    invalid: codes::REQUIRES_INVALID_FIELDS,
    directive_inside: codes::REQUIRES_DIRECTIVE_IN_FIELDS_ARG,
    has_arguments: None,
    missing_external: Some(codes::REQUIRES_FIELDS_MISSING_EXTERNAL),
    abstract_type: None,
    counts_implementations: true,
};

const PROVIDES: Rule = Rule {
    name: "provides",
    invalid: codes::PROVIDES_INVALID_FIELDS,
    directive_inside: codes::PROVIDES_DIRECTIVE_IN_FIELDS_ARG,
    has_arguments: Some(codes::PROVIDES_FIELDS_HAS_ARGS),
    missing_external: Some(codes::PROVIDES_FIELDS_MISSING_EXTERNAL),
    abstract_type: None,
    counts_implementations: false,
};

/// Checks all field sets of a subgraph.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    for ty in subgraph.types.values() {
        check_keys(subgraph, diagnostics, ty);
        for field in ty.fields.values() {
            check_requires(subgraph, diagnostics, (ty, field));
            check_provides(subgraph, diagnostics, (ty, field));
        }
    }
}

fn check_keys(subgraph: &Subgraph, diagnostics: &mut Diagnostics, ty: &TypeDef) {
    for key in &ty.keys {
        let too_old = ty.kind == Kind::Interface && subgraph.version < FederationVersion::Two(3);
        if too_old {
            let message = format!("the interface `{}` has a key, which federation v2.3 brought", ty.name);
            let site = subgraph.site(key.fields.span);
            diagnostics.report(codes::KEY_UNSUPPORTED_ON_INTERFACE, message, [site]);
            continue;
        }
        walk(subgraph, diagnostics, (&KEY, ty.name.to_string()), (&ty.name, &key.fields));
    }
}

fn check_requires(subgraph: &Subgraph, diagnostics: &mut Diagnostics, (ty, field): (&TypeDef, &FieldDef)) {
    let Some(requires) = &field.requires else {
        return;
    };
    let coordinate = format!("{}.{}", ty.name, field.name);
    if ty.kind == Kind::Interface {
        let site = subgraph.site(requires.span);
        let message = format!("`{coordinate}` of an interface has `@requires`");
        diagnostics.report(codes::REQUIRES_UNSUPPORTED_ON_INTERFACE, message, [site]);
    }
    walk(subgraph, diagnostics, (&REQUIRES, coordinate), (&ty.name, requires));
}

fn check_provides(subgraph: &Subgraph, diagnostics: &mut Diagnostics, (ty, field): (&TypeDef, &FieldDef)) {
    let Some(provides) = &field.provides else {
        return;
    };
    let coordinate = format!("{}.{}", ty.name, field.name);
    let site = subgraph.site(provides.span);
    if ty.kind == Kind::Interface {
        let message = format!("`{coordinate}` of an interface has `@provides`");
        diagnostics.report(codes::PROVIDES_UNSUPPORTED_ON_INTERFACE, message, [site]);
        return;
    }
    let returned = field.ty.inner_named_type();
    let is_composite = subgraph.types.get(returned).is_some_and(|returned| returned.kind.is_composite());
    if !is_composite {
        let message = format!("`{coordinate}` has `@provides` and returns `{returned}`, which has no fields");
        diagnostics.report(codes::PROVIDES_ON_NON_OBJECT_FIELD, message, [site]);
        return;
    }
    walk(subgraph, diagnostics, (&PROVIDES, coordinate), (returned, provides));
}

fn walk(
    subgraph: &Subgraph,
    diagnostics: &mut Diagnostics,
    (rule, coordinate): (&'static Rule, String),
    (parent, set): (&Name, &FieldSet),
) {
    let mut walk = Walk { subgraph, diagnostics, rule, coordinate, span: set.span };
    walk.selections(parent, &set.selections, false);
}

struct Walk<'a> {
    subgraph: &'a Subgraph,
    diagnostics: &'a mut Diagnostics,
    rule: &'static Rule,
    coordinate: String,
    span: Option<SourceSpan>,
}

impl Walk<'_> {
    fn selections(&mut self, parent: &Name, selections: &[Selection], below_external: bool) {
        let subgraph = self.subgraph;
        let Some(parent) = subgraph.types.get(parent) else {
            return self.report(self.rule.invalid, format!("there is no type `{parent}`"));
        };
        for selection in selections {
            match selection {
                Selection::Field(field) => self.field(parent, field, below_external),
                Selection::InlineFragment(fragment) => {
                    self.no_directives(&fragment.directives);
                    let on = fragment.type_condition.as_ref().unwrap_or(&parent.name);
                    self.selections(on, &fragment.selection_set, below_external);
                }
                Selection::FragmentSpread(spread) => {
                    self.report(self.rule.invalid, format!("there is no fragment `{}`", spread.fragment_name))
                }
            }
        }
    }

    fn field(&mut self, parent: &TypeDef, selected: &ast::Field, below_external: bool) {
        self.no_directives(&selected.directives);
        if let Some(alias) = &selected.alias {
            return self.report(
                self.rule.invalid,
                format!("`{}` has the alias `{alias}`, which is not allowed here", selected.name),
            );
        }
        if selected.name == "__typename" {
            return;
        }
        let coordinate = format!("{}.{}", parent.name, selected.name);
        let Some(field) = parent.fields.get(&selected.name) else {
            return self.report(self.rule.invalid, format!("there is no field `{coordinate}`"));
        };
        if let Some(code) = self.rule.has_arguments
            && !field.arguments.is_empty()
        {
            self.report(code, format!("`{coordinate}` has arguments"));
        }
        self.arguments(&coordinate, selected, field);
        self.selection_of(&coordinate, selected, field);
        self.external(&coordinate, parent, (selected, field), below_external);
        if !selected.selection_set.is_empty() {
            let external = below_external
                || field.is_external()
                || self.is_external_on_some_implementation(parent, field);
            self.selections(field.ty.inner_named_type(), &selected.selection_set, external);
        }
    }

    fn arguments(&mut self, coordinate: &str, selected: &ast::Field, field: &FieldDef) {
        for argument in &selected.arguments {
            let name = &argument.name;
            match field.arguments.get(name) {
                None => self.report(self.rule.invalid, format!("`{coordinate}` has no argument `{name}`")),
                Some(declared) if !default_values::fits(self.subgraph, &declared.ty, &argument.value) => {
                    let what = format!("`{}` is no `{}`, the type of", argument.value, declared.ty);
                    self.report(self.rule.invalid, format!("{what} `{coordinate}({name}:)`"));
                }
                Some(_) => {}
            }
        }
        if self.rule.has_arguments.is_some() {
            return;
        }
        for declared in field.arguments.values().filter(|declared| declared.is_required()) {
            let given = selected.arguments.iter().any(|argument| argument.name == declared.name);
            if !given {
                self.report(
                    self.rule.invalid,
                    format!("`{coordinate}` needs its argument `{}`", declared.name),
                );
            }
        }
    }

    fn selection_of(&mut self, coordinate: &str, selected: &ast::Field, field: &FieldDef) {
        let returned = field.ty.inner_named_type();
        let kind = self.subgraph.types.get(returned).map(|ty| ty.kind);
        let is_composite = kind.is_some_and(Kind::is_composite);
        match (is_composite, selected.selection_set.is_empty()) {
            (true, true) => self.report(
                self.rule.invalid,
                format!("`{coordinate}` is of type `{returned}` and needs a selection of its fields"),
            ),
            (false, false) => self.report(
                self.rule.invalid,
                format!("`{coordinate}` is of type `{returned}`, which has no fields to select"),
            ),
            _ => {}
        }
        if let Some(code) = self.rule.abstract_type
            && let Some(kind @ (Kind::Interface | Kind::Union)) = kind
        {
            self.report(code, format!("`{coordinate}` is of the {} `{returned}`", kind.describe()));
        }
    }

    fn external(
        &mut self,
        coordinate: &str,
        parent: &TypeDef,
        (selected, field): (&ast::Field, &FieldDef),
        below_external: bool,
    ) {
        let Some(code) = self.rule.missing_external else {
            return;
        };
        let is_leaf = selected.selection_set.is_empty();
        if !is_leaf || below_external || field.is_external() {
            return;
        }
        if self.rule.counts_implementations && self.is_external_on_some_implementation(parent, field) {
            return;
        }
        let message = if field.external == External::KeyOfExtension {
            format!("`{coordinate}` is a key field of an extension, so it is always known here")
        } else {
            format!("`{coordinate}` is not marked `@external`")
        };
        self.report(code, message);
    }

    fn is_external_on_some_implementation(&self, parent: &TypeDef, field: &FieldDef) -> bool {
        parent.kind == Kind::Interface
            && self
                .subgraph
                .runtime_types(&parent.name)
                .iter()
                .filter_map(|object| object.fields.get(&field.name))
                .any(FieldDef::is_external)
    }

    fn no_directives(&mut self, directives: &ast::DirectiveList) {
        if let Some(directive) = directives.iter().next() {
            let message = format!("there is a directive `@{}` inside", directive.name);
            self.report(self.rule.directive_inside, message);
        }
    }

    fn report(&mut self, code: Code, what: String) {
        let site = self.subgraph.site(self.span);
        let message = format!("`@{}` on `{}`: {what}", self.rule.name, self.coordinate);
        self.diagnostics.report(code, message, [site]);
    }
}
