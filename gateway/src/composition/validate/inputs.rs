//! Rules of the GraphQL specification for arguments and input fields that apollo-compiler does not know.

use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::{InputDef, Subgraph, has_directive};

/// Checks all arguments and input fields of a subgraph.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    for ty in subgraph.types.values() {
        for field in ty.fields.values() {
            for argument in field.arguments.values() {
                let coordinate = format!("{}.{}({}:)", ty.name, field.name, argument.name);
                check_deprecated(subgraph, diagnostics, (&coordinate, argument));
            }
        }
        let is_one_of = has_directive(&ty.directives, "oneOf");
        for input in ty.inputs.values() {
            let coordinate = format!("{}.{}", ty.name, input.name);
            check_deprecated(subgraph, diagnostics, (&coordinate, input));
            if is_one_of && (input.ty.is_non_null() || input.default.is_some()) {
                let message =
                    format!("`{coordinate}` is one of several, so it is neither required nor has a default");
                diagnostics.report(codes::INVALID_GRAPHQL, message, [subgraph.site(input.span)]);
            }
        }
    }
}

fn check_deprecated(
    subgraph: &Subgraph,
    diagnostics: &mut Diagnostics,
    (coordinate, input): (&str, &InputDef),
) {
    if input.is_required() && has_directive(&input.directives, "deprecated") {
        let message = format!("`{coordinate}` is required and deprecated");
        diagnostics.report(codes::INVALID_GRAPHQL, message, [subgraph.site(input.span)]);
    }
}
