//! What every planning test does: compose a fixture by hand, plan, check against the oracle, print.

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use gateway::operation::{Limits, normalize};
use gateway::planning::plan;
use gateway::supergraph::Supergraph;

use crate::oracle;

/// A supergraph with its subgraphs' own schemas.
pub struct Fixture {
    supergraph: Supergraph,
    schemas: Vec<Valid<Schema>>,
}

/// The machinery that every join-spec supergraph starts with. `graphs` are subgraph names.
fn header(graphs: &[&str]) -> String {
    let values: Vec<String> = graphs
        .iter()
        .map(|name| format!("{} @join__graph(name: \"{name}\", url: \"http://{name}\")", name.to_uppercase()))
        .collect();
    format!(
        r#"schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
           @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) {{ query: Query }}
        directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM_VALUE | ENUM | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        scalar join__FieldSet
        enum join__Graph {{ {} }}"#,
        values.join(" ")
    )
}

impl Fixture {
    /// `subgraphs`: name and SDL of each; `supergraph`: the types, without the machinery.
    pub fn new(subgraphs: &[(&str, &str)], supergraph: &str) -> Self {
        let names: Vec<&str> = subgraphs.iter().map(|(name, _)| *name).collect();
        let sdl = format!("{}\n{supergraph}", header(&names));
        let supergraph = Supergraph::parse(&sdl).unwrap_or_else(|error| panic!("fixture: {error}"));
        Self { supergraph, schemas: subgraphs.iter().map(|(_, sdl)| oracle::served(sdl)).collect() }
    }

    /// The printed plan of a query, after the oracle had no complaint; or the error's code and text.
    pub fn plan(&self, query: &str) -> String {
        let operation = normalize(&self.supergraph, query, None, &Limits::default());
        let operation = operation.unwrap_or_else(|errors| panic!("{query}: {errors:?}"));
        match plan(&self.supergraph, operation) {
            Ok(plan) => {
                let complaints = oracle::complaints(&self.supergraph, &plan, &self.schemas);
                assert!(
                    complaints.is_empty(),
                    "{}\n{}",
                    complaints.join("\n"),
                    plan.display(&self.supergraph)
                );
                plan.display(&self.supergraph).to_string()
            }
            Err(error) => format!("{}: {error}", error.code()),
        }
    }
}
