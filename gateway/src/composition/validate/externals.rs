//! Where `@external` may stand, and that there is a reason for it.

use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::{External, FieldDef, Kind, Subgraph, TypeDef, usage};

/// Directives that say something about a field in public, so they belong where it is resolved.
const PUBLIC: &[&str] =
    &["tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost", "listSize"];

/// Checks all external fields of a subgraph.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    let used = usage::used(subgraph);
    for ty in subgraph.types.values() {
        for field in ty.fields.values().filter(|field| field.external != External::No) {
            let span = field.external_span.or(field.span);
            if ty.kind == Kind::Interface {
                let message = format!("`{}.{}` of an interface is external", ty.name, field.name);
                diagnostics.report(codes::EXTERNAL_ON_INTERFACE, message, [subgraph.site(span)]);
            }
            let is_used = used.contains(&(ty.name.clone(), field.name.clone()));
            if !is_used && field.is_external() {
                let message = format!(
                    "`{}.{}` is external and used in no `@key`, `@requires`, `@provides` or interface",
                    ty.name, field.name
                );
                diagnostics.report(codes::EXTERNAL_UNUSED, message, [subgraph.site(span)]);
            }
            check_public(subgraph, diagnostics, (ty, field));
        }
    }
}

fn check_public(subgraph: &Subgraph, diagnostics: &mut Diagnostics, (ty, field): (&TypeDef, &FieldDef)) {
    if !field.is_external() {
        return;
    }
    if field.provides.is_some() {
        let message = format!("`{}.{}` is external and carries `@provides`", ty.name, field.name);
        let site = subgraph.site(field.external_span.or(field.span));
        diagnostics.report(codes::EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE, message, [site]);
    }
    for directive in &field.directives {
        if PUBLIC.contains(&directive.name.as_str()) {
            let message =
                format!("`{}.{}` is external and carries `@{}`", ty.name, field.name, directive.name);
            let site = subgraph.site(directive.location());
            diagnostics.report(codes::MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL, message, [site]);
        }
    }
}
