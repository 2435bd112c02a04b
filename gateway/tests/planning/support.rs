//! What every planning test does: compose a fixture by hand, plan, check against the oracle, print.

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use gateway::composition::{SubgraphSchema, compose};
use gateway::operation::{Limits, normalize};
use gateway::planning::plan;
use gateway::supergraph::Supergraph;

use crate::oracle;

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@external", "@context", "@fromContext",
    "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@interfaceObject"])"#;

/// A supergraph with its subgraphs' own schemas.
pub struct Fixture {
    pub supergraph: Supergraph,
    /// By subgraph, as its server would serve it.
    pub schemas: Vec<Valid<Schema>>,
}

impl Fixture {
    /// Composes subgraphs, each a name and its SDL without the `@link` that all of them get.
    pub fn compose(subgraphs: &[(&str, &str)]) -> Self {
        let schemas: Vec<SubgraphSchema> = subgraphs
            .iter()
            .map(|(name, sdl)| SubgraphSchema {
                name: (*name).to_owned(),
                url: format!("http://{name}"),
                sdl: format!("{LINK}\n{sdl}"),
            })
            .collect();
        let composition = compose(schemas);
        let sdl =
            composition.supergraph_sdl.unwrap_or_else(|| panic!("fixture: {:#?}", composition.diagnostics));
        Self::read(&sdl, subgraphs)
    }

    /// Takes a supergraph as another composer might write it.
    pub fn read(supergraph: &str, subgraphs: &[(&str, &str)]) -> Self {
        let supergraph = Supergraph::parse(supergraph).unwrap_or_else(|error| panic!("fixture: {error}"));
        let sdl =
            |name: &str| subgraphs.iter().find(|(known, _)| *known == name).map(|(_, sdl)| *sdl).unwrap();
        let schemas = supergraph
            .subgraphs()
            .iter()
            .map(|s| oracle::served(&format!("{LINK}\n{}", sdl(&s.name))))
            .collect();
        Self { supergraph, schemas }
    }

    /// Whether the public schema allows a query.
    pub fn is_valid(&self, query: &str) -> bool {
        normalize(&self.supergraph, query, None, &Limits::default()).is_ok()
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
