//! One type out of the types that subgraphs declare for the same field or argument.

use apollo_compiler::ast::Type;

use super::subtypes::Subtypes;

/// For what a subgraph gives: the declared type that covers all others.
pub(crate) fn widest<'t>(types: &[&'t Type], subtypes: &Subtypes) -> Option<&'t Type> {
    types.iter().find(|candidate| types.iter().all(|ty| subtypes.is_subtype(ty, candidate))).copied()
}

/// For what a subgraph takes: the declared type that all others accept.
pub(crate) fn narrowest<'t>(types: &[&'t Type], subtypes: &Subtypes) -> Option<&'t Type> {
    types.iter().find(|candidate| types.iter().all(|ty| subtypes.is_subtype(candidate, ty))).copied()
}

/// `"A" has X, "B" has Y`, for messages.
pub(crate) fn tell<'a>(types: impl IntoIterator<Item = (&'a str, &'a Type)>) -> String {
    let told: Vec<String> =
        types.into_iter().map(|(subgraph, ty)| format!("`{ty}` in \"{subgraph}\"")).collect();
    told.join(", ")
}
