//! What every planning test does: compose a fixture by hand, plan, check against the oracle, print.

use std::collections::BTreeMap;
use std::sync::Arc;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use gateway::composition::{SubgraphSchema, Terms, compose_on};
use gateway::operation::selection::Operation;
use gateway::operation::{Deferring, Limits, normalize, normalize_in_parts};
use gateway::planning::query_plan::{Fetch, QueryPlan};
use gateway::planning::{PlanError, fetch_document, plan};
use gateway::supergraph::Supergraph;

use crate::{corpus, oracle};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@external", "@context", "@fromContext",
    "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@interfaceObject"])"#;

/// A supergraph with its subgraphs' own schemas.
pub struct Fixture {
    pub supergraph: Supergraph,
    /// What it was read from.
    sdl: String,
    /// By subgraph, as its server would serve it.
    pub schemas: Vec<Valid<Schema>>,
}

impl Fixture {
    /// Composes subgraphs, each a name and its SDL without the `@link` that all of them get.
    pub fn compose(subgraphs: &[(&str, &str)]) -> Self {
        Self::compose_on(subgraphs, Terms::default())
    }

    /// The same on terms.
    pub fn compose_on(subgraphs: &[(&str, &str)], terms: Terms) -> Self {
        let schemas: Vec<SubgraphSchema> = subgraphs
            .iter()
            .map(|(name, sdl)| SubgraphSchema {
                name: (*name).to_owned(),
                url: format!("http://{name}"),
                sdl: format!("{LINK}\n{sdl}"),
            })
            .collect();
        let composition = compose_on(schemas, terms);
        let sdl = composition.into_supergraph_sdl().unwrap_or_else(|found| panic!("fixture: {found:#?}"));
        Self::read(&sdl, subgraphs)
    }

    /// Takes a supergraph as another composer might write it.
    pub fn read(text: &str, subgraphs: &[(&str, &str)]) -> Self {
        let supergraph = Supergraph::parse(text).unwrap_or_else(|error| panic!("fixture: {error}"));
        let sdl =
            |name: &str| subgraphs.iter().find(|(known, _)| *known == name).map(|(_, sdl)| *sdl).unwrap();
        let schemas = supergraph
            .subgraphs()
            .iter()
            .map(|s| oracle::served(&format!("{LINK}\n{}", sdl(&s.name))))
            .collect();
        Self { supergraph, sdl: text.to_owned(), schemas }
    }

    /// Whether the public schema allows a query.
    pub fn is_valid(&self, query: &str) -> bool {
        normalize(&self.supergraph, query, None, &Limits::default()).is_ok()
    }

    /// The printed plan of a query, after the oracle had no complaint; or the error's code and text.
    pub fn plan(&self, query: &str) -> String {
        let operation = normalize(&self.supergraph, query, None, &Limits::default());
        let operation = operation.unwrap_or_else(|errors| panic!("{query}: {errors:?}"));
        match self.checked(operation) {
            Ok(plan) => {
                self.record(query, &plan);
                plan.display(&self.supergraph).to_string()
            }
            Err(error) => format!("{}: {error}", error.code()),
        }
    }

    /// The printed plan of a query whose answer comes in parts.
    pub fn plan_in_parts(&self, query: &str) -> String {
        self.in_parts(query).display(&self.supergraph).to_string()
    }

    /// The fetches of such a plan in short: parts, subgraph, document.
    pub fn fetches_in_parts(&self, query: &str) -> Vec<String> {
        let plan = self.in_parts(query);
        let short = |fetch: &Fetch| {
            let parts: String = fetch.due.iter().map(|part| part.0.to_string()).collect();
            let subgraph = &self.supergraph.subgraphs()[fetch.subgraph.0 as usize].name;
            format!("{parts} {subgraph} {}", fetch_document(&plan.operation, fetch).text)
        };
        plan.fetches.iter().map(short).collect()
    }

    /// For comparison with other planners, where that is asked for.
    pub fn record(&self, query: &str, plan: &QueryPlan) {
        if !corpus::is_wanted() {
            return;
        }
        let thread = std::thread::current();
        let from = thread.name().unwrap_or_default();
        corpus::append(&[
            corpus::supergraph(&self.sdl),
            corpus::operation(query, plan, &self.supergraph, from),
        ]);
    }

    fn in_parts(&self, query: &str) -> QueryPlan {
        let (limits, none) = (Limits::default(), BTreeMap::new());
        let operation = normalize_in_parts(&self.supergraph, query, None, &limits, Deferring::On(&none));
        self.checked(operation.unwrap_or_else(|errors| panic!("{query}: {errors:?}"))).unwrap()
    }

    fn checked(&self, operation: Arc<Operation>) -> Result<QueryPlan, PlanError> {
        let plan = plan(&self.supergraph, operation)?;
        let complaints = oracle::complaints(&self.supergraph, &plan, &self.schemas);
        let text = plan.display(&self.supergraph);
        assert!(complaints.is_empty(), "{}\n{text}", complaints.join("\n"));
        Ok(plan)
    }
}
