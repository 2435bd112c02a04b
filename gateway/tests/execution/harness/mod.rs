//! What the execution tests share: plans in a short notation, and subgraphs that say what a test tells them to.

pub mod case;
mod computed;
pub mod contexts;
pub mod deferring;
pub mod fakes;
pub mod features;
mod federation;
pub mod interpreter;
pub mod merging;
pub mod notation;
pub mod operations;
pub mod schemas;
pub mod script;
pub mod shrink;
pub mod verdict;
pub mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gateway::composition::{SubgraphSchema, compose};
use gateway::engine::{Answer, Engine, GraphqlRequest, Limits};
use gateway::execution::transport::{RequestContext, SubgraphTransport};
use gateway::supergraph::Supergraph;
use serde_json::Value;

/// What every subgraph's SDL begins with.
pub const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.8\", import: [\"@key\", \
    \"@context\", \"@fromContext\", \"@external\", \"@requires\", \"@provides\", \"@shareable\", \"@inaccessible\", \"@interfaceObject\", \"@override\"])\n";

/// Composes subgraphs given as (name, SDL).
pub fn supergraph(subgraphs: &[(&str, &str)]) -> Arc<Supergraph> {
    let schema = |(name, sdl): &(&str, &str)| SubgraphSchema {
        name: name.to_string(),
        url: format!("http://{name}.invalid/graphql"),
        sdl: format!("{LINK}{sdl}"),
    };
    let composition = compose(subgraphs.iter().map(schema).collect());
    let sdl = composition.into_supergraph_sdl().unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"));
    Arc::new(Supergraph::parse(&sdl).unwrap())
}

/// The context of a request that may take ten seconds.
pub fn context() -> RequestContext {
    RequestContext { headers: http::HeaderMap::new(), deadline: Instant::now() + Duration::from_secs(10) }
}

/// A request without an operation name.
pub fn request(query: &str, variables: Value) -> GraphqlRequest {
    let variables = variables.as_object().cloned().unwrap_or_default();
    GraphqlRequest {
        query: query.to_string(),
        operation_name: None,
        variables,
        only_queries: false,
        parts: None,
    }
}

/// An engine that answers every operation with one hand-made plan.
pub fn engine_with_plan(
    subgraphs: &[(&str, &str)],
    plan: &[&str],
    transport: Arc<dyn SubgraphTransport>,
    limits: Limits,
) -> Engine {
    let supergraph = supergraph(subgraphs);
    let fetches = notation::fetches(subgraphs, &supergraph, plan);
    let planner = move |_: &Supergraph, operation| {
        Ok(gateway::planning::query_plan::QueryPlan { operation, fetches: fetches.clone() })
    };
    Engine::with_planner(supergraph, transport, limits, Box::new(planner))
}

/// The one response, as JSON.
pub async fn answer(engine: &Engine, query: &str, variables: Value) -> Value {
    serde_json::from_str(&answer_text(engine, query, variables).await).unwrap()
}

/// The one response, to the byte.
pub async fn answer_text(engine: &Engine, query: &str, variables: Value) -> String {
    match engine.answer(request(query, variables), context()).await {
        Answer::Single(response) => String::from_utf8(response.body.to_vec()).unwrap(),
        Answer::Stream(_) | Answer::Parts(..) => panic!("a stream"),
    }
}
