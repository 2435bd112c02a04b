//! The result does not depend on the order in which subgraphs come.

use gateway::composition::compose;

use crate::fixtures::{cases, subgraphs};

#[test]
fn the_order_of_subgraphs_changes_nothing() {
    for (name, case) in cases() {
        let mut schemas = subgraphs(&case.text);
        schemas.reverse();
        assert_eq!(compose(schemas), case.composition, "{name}");
    }
}

#[test]
fn the_names_of_subgraphs_change_only_names() {
    let mut compared = 0;
    for (name, case) in cases() {
        let schemas = subgraphs(&case.text);
        let Some(before) = case.composition.supergraph_sdl().map(str::to_owned) else {
            continue;
        };
        // Names in the same order, so that the order of graphs is the same too.
        let rename = |text: &str| text.replace("override(from: \"", "override(from: \"z");
        let renamed: Vec<_> = schemas
            .into_iter()
            .filter(|schema| ["a", "b", "c", "d"].contains(&schema.name.as_str()))
            .map(|mut schema| {
                schema.name = format!("z{}", schema.name);
                schema.url = schema.url.replace("http://", "http://z");
                schema.sdl = rename(&schema.sdl);
                schema
            })
            .collect();
        if renamed.is_empty() {
            continue;
        }
        let after = compose(renamed).into_supergraph_sdl().unwrap_or_default();
        let mut expected = before;
        for graph in ["a", "b", "c", "d"] {
            let upper = graph.to_uppercase();
            expected = expected
                .replace(&format!("graph: {upper},"), &format!("graph: Z{upper},"))
                .replace(&format!("graph: {upper})"), &format!("graph: Z{upper})"))
                .replace(&format!("graphs: [{upper}]"), &format!("graphs: [Z{upper}]"))
                .replace(
                    &format!("  {upper} @join__graph(name: \"{graph}\""),
                    &format!("  Z{upper} @join__graph(name: \"z{graph}\""),
                )
                .replace(&format!("http://{graph}."), &format!("http://z{graph}."))
                .replace(&format!("override: \"{graph}\""), &format!("override: \"z{graph}\""))
                // Contexts belong to a subgraph.
                .replace(&format!("\"{graph}__"), &format!("\"z{graph}__"));
        }
        assert_eq!(after, expected, "{name}");
        compared += 1;
    }
    assert!(compared > 30, "only {compared} compared");
}
