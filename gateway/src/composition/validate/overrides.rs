//! Where `@override` may stand, and its label.

use crate::composition::codes;
use crate::composition::diagnostic::Diagnostics;
use crate::composition::subgraph::{Kind, Subgraph};

/// Checks all overrides of a subgraph.
pub(crate) fn check(subgraph: &Subgraph, diagnostics: &mut Diagnostics) {
    for ty in subgraph.types.values() {
        for field in ty.fields.values() {
            let Some(overrides) = &field.overrides else {
                continue;
            };
            let site = subgraph.site(overrides.span);
            if ty.kind == Kind::Interface {
                let message = format!("`{}.{}` of an interface is overridden", ty.name, field.name);
                diagnostics.report(codes::OVERRIDE_ON_INTERFACE, message, [site]);
                continue;
            }
            if ty.is_interface_object {
                let message = format!("`{}.{}` of an interface object is overridden", ty.name, field.name);
                diagnostics.report(codes::OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE, message, [site.clone()]);
            }
            if let Some(label) = overrides.label.as_ref().filter(|label| !is_label(label)) {
                let message = format!("`{}.{}` has the override label \"{label}\"", ty.name, field.name);
                diagnostics.report(codes::OVERRIDE_LABEL_INVALID, message, [site]);
            }
        }
    }
}

fn is_label(label: &str) -> bool {
    let inner = label.strip_prefix("percent(").and_then(|rest| rest.strip_suffix(')'));
    if let Some(percent) = inner {
        return is_percentage(percent);
    }
    label.starts_with(|c: char| c.is_ascii_alphabetic())
        && label.chars().all(|c| c.is_ascii_alphanumeric() || "_-:./".contains(c))
}

/// 0 to 100, with up to eight decimals below 100.
fn is_percentage(text: &str) -> bool {
    if text == "100" {
        return true;
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit())
    };
    digits(whole, 2) && digits(decimals, 8)
}
