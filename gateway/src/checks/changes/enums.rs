//! Values of enums: one that went breaks whoever sends it, one that came surprises whoever receives it.

use apollo_compiler::schema::EnumType;

use super::fields::compare_deprecation;
use super::{Comparison, Impact};

/// Compares two enums.
pub(crate) fn compare(comparison: &mut Comparison, before: &EnumType, after: &EnumType) {
    let parent = &before.name;
    let sent = comparison.old_uses.is_sent(parent);
    let received = comparison.new_uses.is_received(parent);
    for (name, old) in &before.values {
        let coordinate = format!("{parent}.{name}");
        match after.values.get(name) {
            Some(new) => compare_deprecation(comparison, &coordinate, &old.directives, &new.directives),
            None if sent => {
                let message = "was removed, and clients send it";
                comparison.add(("ENUM_VALUE_REMOVED", Impact::Breaking), coordinate, message);
            }
            None => {
                let message = "was removed, and clients only receive it";
                comparison.add(("ENUM_VALUE_REMOVED", Impact::Safe), coordinate, message);
            }
        }
    }
    for name in after.values.keys().filter(|name| !before.values.contains_key(*name)) {
        let coordinate = format!("{parent}.{name}");
        if received {
            let message = "was added, and clients may receive it";
            comparison.add(("ENUM_VALUE_ADDED", Impact::Dangerous), coordinate, message);
        } else {
            comparison.add(
                ("ENUM_VALUE_ADDED", Impact::Safe),
                coordinate,
                "was added, and clients only send it",
            );
        }
    }
}
