//! What each stage costs, from subgraph schemas to an answer: `cargo bench --package gateway --bench stages`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench fails by panicking")]

mod shop;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use gateway::composition::compose;
use gateway::engine::{self, Answer, Engine, GraphqlRequest};
use gateway::execution::transport::RequestContext;
use gateway::operation::{Limits, normalize};
use gateway::planning::plan;
use gateway::supergraph::Supergraph;

use self::shop::{OPERATION, Shop};

/// Done once: at a start, or when a schema is published.
fn schemas(criterion: &mut Criterion) {
    let sdl = shop::supergraph();
    criterion.bench_function("compose 4 subgraphs", |bencher| bencher.iter(|| compose(shop::schemas())));
    criterion
        .bench_function("load the supergraph", |bencher| bencher.iter(|| Supergraph::parse(&sdl).unwrap()));
}

/// Done once for each operation; its program is kept.
fn operations(criterion: &mut Criterion) {
    let supergraph = Supergraph::parse(&shop::supergraph()).unwrap();
    let limits = Limits::default();
    criterion.bench_function("validate and normalize an operation", |bencher| {
        bencher.iter(|| normalize(&supergraph, OPERATION, None, &limits).unwrap());
    });
    let operation = normalize(&supergraph, OPERATION, None, &limits).unwrap();
    criterion.bench_function("plan an operation of 7 fetches", |bencher| {
        bencher.iter(|| plan(&supergraph, operation.clone()).unwrap());
    });
}

/// Done for each request, on subgraphs that answer at once.
fn requests(criterion: &mut Criterion) {
    let supergraph = Arc::new(Supergraph::parse(&shop::supergraph()).unwrap());
    let engine = Engine::new(supergraph.clone(), Arc::new(Shop::of(&supergraph)), engine::Limits::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime.block_on(answer(&engine));
    assert!(!first.windows(8).any(|part| part == b"\"errors\""), "{}", String::from_utf8_lossy(&first));
    let mut group = criterion.benchmark_group("answer");
    group.throughput(Throughput::Bytes(first.len() as u64));
    group.bench_function("execute a plan of 7 fetches", |bencher| {
        bencher.iter(|| runtime.block_on(answer(&engine)));
    });
    group.finish();
}

async fn answer(engine: &Engine) -> bytes::Bytes {
    let variables = serde_json::Map::new();
    let request = GraphqlRequest {
        query: OPERATION.to_owned(),
        operation_name: None,
        variables,
        only_queries: false,
        parts: None,
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    match engine.answer(request, RequestContext { headers: http::HeaderMap::new(), deadline }).await {
        Answer::Single(response) => response.body,
        Answer::Stream(_) | Answer::Parts(..) => panic!("a stream"),
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    schemas(&mut criterion);
    operations(&mut criterion);
    requests(&mut criterion);
    criterion.final_summary();
}
