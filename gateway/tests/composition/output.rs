//! What composition writes is a valid supergraph, and reading it loses nothing.

use apollo_compiler::Schema;
use gateway::supergraph::Supergraph;

use crate::fixtures::cases;

fn supergraphs() -> impl Iterator<Item = (&'static str, &'static str)> {
    cases().iter().filter_map(|(name, case)| Some((name.as_str(), case.composition.supergraph_sdl()?)))
}

#[test]
fn every_supergraph_is_valid_and_survives_a_round_trip() {
    let mut composed = 0;
    for (name, sdl) in supergraphs() {
        composed += 1;
        let schema = Schema::parse_and_validate(sdl, "supergraph.graphql")
            .unwrap_or_else(|invalid| panic!("{name}: {}", invalid.errors));
        let printed = schema.to_string();
        let again = Schema::parse_and_validate(&printed, "again.graphql")
            .unwrap_or_else(|invalid| panic!("{name}: {}", invalid.errors));
        assert_eq!(*schema, *again, "{name}");
    }
    assert!(composed > 40, "only {composed} compose");
}

#[test]
fn the_gateway_loads_every_supergraph_and_shows_clients_no_machinery() {
    for (name, sdl) in supergraphs() {
        let supergraph = Supergraph::parse(sdl).unwrap_or_else(|error| panic!("{name}: {error}"));
        let machinery: Vec<&str> = supergraph
            .api_schema()
            .types
            .keys()
            .map(|name| name.as_str())
            .filter(|name| name.starts_with("join__") || name.starts_with("link__") || name.starts_with("_S"))
            .collect();
        assert!(machinery.is_empty(), "{name}: {machinery:?}");
    }
}
