//! What composition writes is a valid supergraph, and reading it loses nothing.

use apollo_compiler::Schema;
use gateway::composition::compose;

use crate::fixtures::{cases, subgraphs};

#[test]
fn every_supergraph_is_valid_and_survives_a_round_trip() {
    let mut composed = 0;
    for (name, path) in cases() {
        let Some(sdl) = compose(subgraphs(&path)).supergraph_sdl else {
            continue;
        };
        composed += 1;
        let schema = Schema::parse_and_validate(&sdl, "supergraph.graphql")
            .unwrap_or_else(|invalid| panic!("{name}: {}", invalid.errors));
        let printed = schema.to_string();
        let again = Schema::parse_and_validate(&printed, "again.graphql")
            .unwrap_or_else(|invalid| panic!("{name}: {}", invalid.errors));
        assert_eq!(*schema, *again, "{name}");
    }
    assert!(composed > 40, "only {composed} compose");
}
