//! A double of the engine: what it answers depends on the query's text only.

use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use gateway::engine::{Answer, GraphqlRequest, Response};
use gateway::execution::transport::RequestContext;
use gateway::server::Answers;
use serde_json::json;

pub struct EngineDouble;

impl Answers for EngineDouble {
    fn answer(&self, request: GraphqlRequest, context: RequestContext) -> BoxFuture<'_, Answer> {
        async move {
            match request.query.as_str() {
                "{ hello }" => executed(json!({ "hello": "world" })),
                "{ big }" => executed(json!({ "big": "x".repeat(10_000) })),
                "{ huge }" => executed(json!({ "huge": "x".repeat(16_000_000) })),
                "{ headers }" => {
                    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
                    let headers: serde_json::Map<_, _> = context
                        .headers
                        .iter()
                        .map(|(name, value)| (name.to_string(), text(value).into()))
                        .collect();
                    executed(headers.into())
                }
                "query ($v: JSON) { echo }" => executed(json!({ "echo": request.variables })),
                "{ slow }" => {
                    tokio::time::sleep(Duration::from_millis(2500)).await;
                    executed(json!({ "slow": true }))
                }
                "{ never }" => std::future::pending().await,
                "{ panic }" => panic!("secret of the engine"),
                "{ partial }" => single(json!({ "data": null, "errors": [{ "message": "no" }] }), true, 1),
                query if query.starts_with("mutation") && request.only_queries => {
                    refused("MUTATION_OVER_GET")
                }
                query if query.starts_with("mutation") => executed(json!({ "done": true })),
                "subscription { three }" => {
                    let items = (1..=3).map(|n| Bytes::from(json!({ "data": { "three": n } }).to_string()));
                    Answer::Stream(futures::stream::iter(items).boxed())
                }
                "subscription { endless }" => {
                    let first = futures::stream::iter([Bytes::from_static(br#"{"data":{"endless":1}}"#)]);
                    Answer::Stream(first.chain(futures::stream::pending()).boxed())
                }
                _ => refused("GRAPHQL_VALIDATION_FAILED"),
            }
        }
        .boxed()
    }
}

fn executed(data: serde_json::Value) -> Answer {
    single(json!({ "data": data }), true, 0)
}

fn refused(code: &str) -> Answer {
    single(json!({ "errors": [{ "message": "refused", "extensions": { "code": code } }] }), false, 1)
}

fn single(body: serde_json::Value, executed: bool, errors: usize) -> Answer {
    Answer::Single(Response { body: body.to_string().into(), executed, errors })
}
