//! The merged supergraph as join-spec SDL: sorted, one directive a line, the same text whatever the order of subgraphs.

mod header;
mod text;
mod types;

use std::collections::BTreeMap;

use self::text::Text;
use super::merged::Merged;

/// Writes the supergraph.
pub(crate) fn emit(merged: &Merged) -> String {
    let mut blocks: BTreeMap<String, String> = BTreeMap::new();
    for ty in merged.types.values() {
        let mut text = Text::default();
        types::write(&mut text, merged, ty);
        blocks.insert(ty.name.to_string(), text.into_string());
    }
    blocks.extend(header::types(merged));
    let mut parts = vec![header::schema(merged)];
    parts.extend(header::directives(merged));
    parts.extend(blocks.into_values());
    let mut sdl = parts.join("\n\n");
    sdl.push('\n');
    sdl
}
