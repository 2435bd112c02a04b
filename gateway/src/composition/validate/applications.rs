//! Directives on elements that do not take them.

use apollo_compiler::Node;
use apollo_compiler::ast::Directive;

use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::{Kind, Subgraph, TypeDef};

const ACCESS: &[&str] = &["authenticated", "requiresScopes", "policy"];

/// Checks where directives stand.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    for ty in subgraph.types.values() {
        if ty.is_interface_object && ty.keys.is_empty() {
            diagnostics.report(
                codes::INTERFACE_OBJECT_USAGE_ERROR,
                format!("the interface object `{}` has no key", ty.name),
                [subgraph.site(ty.span)],
            );
        }
        if ty.kind == Kind::Interface || ty.is_interface_object {
            check_access(subgraph, diagnostics, (&ty.name, &ty.directives));
        }
        if ty.kind == Kind::Interface {
            for field in ty.fields.values() {
                let coordinate = format!("{}.{}", ty.name, field.name);
                check_access(subgraph, diagnostics, (&coordinate, &field.directives));
            }
        }
        if ty.kind == Kind::Interface {
            check_interface(subgraph, diagnostics, ty);
        }
    }
}

fn check_interface(subgraph: &Subgraph, diagnostics: &mut Diagnostics, ty: &TypeDef) {
    for field in ty.fields.values() {
        let coordinate = format!("{}.{}", ty.name, field.name);
        if field.shareable_span.is_some() {
            diagnostics.report(
                codes::INVALID_SHAREABLE_USAGE,
                format!("`{coordinate}` of an interface is shareable"),
                [subgraph.site(field.shareable_span)],
            );
        }
        if let Some(cost) = field.directives.iter().find(|directive| directive.name == "cost") {
            diagnostics.report(
                codes::COST_APPLIED_TO_INTERFACE_FIELD,
                format!("`{coordinate}` of an interface has a cost"),
                [subgraph.site(cost.location())],
            );
        }
    }
}

fn check_access(
    subgraph: &Subgraph,
    diagnostics: &mut Diagnostics,
    (coordinate, directives): (&str, &[Node<Directive>]),
) {
    for directive in directives {
        if ACCESS.contains(&directive.name.as_str()) {
            diagnostics.report(
                codes::AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE,
                format!("`@{}` stands on `{coordinate}` of an interface", directive.name),
                [subgraph.site(directive.location())],
            );
        }
    }
}
