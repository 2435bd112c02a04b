//! The file that declares links between subgraphs, in TOML: its table `entities`. What else stands in it belongs to others.

use serde::Deserialize;

use super::document::Origin;
use super::reader::Mistake;
use crate::composition::EntityLinks;

#[derive(Deserialize)]
struct AccessFile {
    entities: EntityLinks,
}

/// Reads the text of such a file.
pub fn parse_access_file(toml: &str) -> Result<EntityLinks, Mistake> {
    toml::from_str::<AccessFile>(toml).map(|file| file.entities).map_err(|error| {
        let before = error.span().and_then(|span| toml.get(..span.start));
        let origin =
            before.map_or(Origin::Absent, |text| Origin::Line(1 + text.matches('\n').count() as u64));
        Mistake { origin, key: String::new(), reason: error.message().to_owned() }
    })
}
