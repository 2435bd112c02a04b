//! Directives that clients may write in operations.

use apollo_compiler::ast::DirectiveDefinition;

use super::fields::compare_arguments;
use super::{Comparison, Impact};

/// Compares all executable directives.
pub(crate) fn compare(comparison: &mut Comparison) {
    let (old, new) = (comparison.old, comparison.new);
    for (name, before) in old.directive_definitions.iter().filter(|(_, d)| !d.is_built_in()) {
        match new.directive_definitions.get(name) {
            None => {
                comparison.add(("DIRECTIVE_REMOVED", Impact::Breaking), format!("@{name}"), "was removed")
            }
            Some(after) => compare_one(comparison, before, after),
        }
    }
    for name in new.directive_definitions.keys() {
        if !old.directive_definitions.contains_key(name) {
            comparison.add(("DIRECTIVE_ADDED", Impact::Safe), format!("@{name}"), "was added");
        }
    }
}

fn compare_one(comparison: &mut Comparison, before: &DirectiveDefinition, after: &DirectiveDefinition) {
    let coordinate = format!("@{}", before.name);
    for location in before.locations.iter().filter(|location| !after.locations.contains(location)) {
        let message = format!("cannot stand on {location} any longer");
        comparison.add(("DIRECTIVE_LOCATION_REMOVED", Impact::Breaking), &coordinate, message);
    }
    for location in after.locations.iter().filter(|location| !before.locations.contains(location)) {
        let message = format!("may stand on {location}");
        comparison.add(("DIRECTIVE_LOCATION_ADDED", Impact::Safe), &coordinate, message);
    }
    if before.repeatable && !after.repeatable {
        let message = "cannot be repeated any longer";
        comparison.add(("DIRECTIVE_REPEATABLE_REMOVED", Impact::Breaking), &coordinate, message);
    }
    compare_arguments(comparison, &coordinate, (&before.arguments, &after.arguments));
}
