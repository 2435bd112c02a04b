//! What has to be hidden because of what is hidden: types of which nothing is left, and interface fields that some
//! implementation no longer shows.

use apollo_compiler::Name;

use super::Hidden;
use crate::composition::merged::{Merged, MergedType};
use crate::composition::subgraph::Kind;

/// Hides until nothing follows any more. `Query` stays: that nothing of it is left is for the caller to say.
pub(super) fn follow(merged: &Merged, hidden: &mut Hidden) {
    loop {
        let before = (hidden.types.len(), hidden.members.len());
        for ty in merged.types.values().filter(|ty| ty.kind == Kind::Interface) {
            hide_partial_fields(merged, ty, hidden);
        }
        for ty in merged.types.values() {
            if ty.name != "Query" && !hidden.has_type(&ty.name) && is_empty(merged, ty, hidden) {
                hidden.types.insert(ty.name.clone());
            }
        }
        if before == (hidden.types.len(), hidden.members.len()) {
            return;
        }
    }
}

/// A field of an interface that a visible implementation hides could not be asked for there.
fn hide_partial_fields(merged: &Merged, interface: &MergedType, hidden: &mut Hidden) {
    let visible: Vec<&MergedType> =
        implementations(merged, &interface.name).filter(|ty| !hidden.has_type(&ty.name)).collect();
    for field in interface.fields.keys() {
        if visible.iter().any(|ty| hidden.has_member(&ty.name, field)) {
            hidden.members.insert((interface.name.clone(), field.clone()));
        }
    }
}

/// Whether nothing of a type is left: no member, or of an interface no object type.
fn is_empty(merged: &Merged, ty: &MergedType, hidden: &Hidden) -> bool {
    let is_hidden = |member: &Name| hidden.has_member(&ty.name, member);
    match ty.kind {
        Kind::Scalar => false,
        Kind::Object => ty.fields.keys().all(is_hidden),
        Kind::Interface => ty.fields.keys().all(is_hidden) || has_lost_objects(merged, ty, hidden),
        Kind::Union => ty.members.keys().all(|member| hidden.has_type(member)),
        Kind::Enum => ty.values.keys().all(is_hidden),
        Kind::Input => ty.inputs.keys().all(is_hidden),
    }
}

fn has_lost_objects(merged: &Merged, interface: &MergedType, hidden: &Hidden) -> bool {
    let mut objects =
        implementations(merged, &interface.name).filter(|ty| ty.kind == Kind::Object).peekable();
    objects.peek().is_some() && objects.all(|ty| hidden.has_type(&ty.name))
}

fn implementations<'a>(merged: &'a Merged, interface: &'a Name) -> impl Iterator<Item = &'a MergedType> {
    merged.types.values().filter(move |ty| ty.interfaces.contains_key(interface))
}
