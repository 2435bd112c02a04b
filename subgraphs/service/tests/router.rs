//! A small schema behind the shared router: what is refused, what is masked, what is streamed. No sockets.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeMap;

use async_graphql::{EmptyMutation, Object, Schema, Subscription};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use service::error::Result;
use service::{ClientError, Role, Settings, SharedKeys, require, server};
use stores::StoreError;
use tower::ServiceExt as _;

struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "hello"
    }
    async fn client_error(&self) -> Result<i32> {
        Err(ClientError::new("CODE", "text").into())
    }
    async fn leaks(&self) -> async_graphql::Result<i32> {
        Err(std::io::Error::other("secret of /var/lib"))?
    }
    async fn store_down(&self) -> async_graphql::Result<i32> {
        Err(StoreError::Unavailable { store: "sql".into(), detail: "host db1".into() })?
    }
    async fn operators_only(&self, ctx: &async_graphql::Context<'_>) -> Result<i32> {
        require(ctx, Role::Operator)?;
        Ok(1)
    }
    async fn panics(&self) -> i32 {
        let empty: Vec<i32> = Vec::new();
        empty[std::hint::black_box(0)]
    }
}

struct Count;

#[Subscription]
impl Count {
    async fn count(&self) -> impl futures::Stream<Item = i32> {
        futures::stream::iter(1..=2)
    }
}

fn router() -> Router {
    let callers = BTreeMap::from([("gateway".to_string(), "the-credential".into())]);
    let settings =
        Settings { body_limit: 2000, ..Settings::in_process("unused", callers, SharedKeys::default()) };
    let schema = Schema::build(Query, EmptyMutation, Count).enable_subscription_in_federation().finish();
    server("test", schema, &settings, Router::new(), vec![]).unwrap().router
}

fn post(headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post("/graphql").body(body.into()).unwrap();
    let defaults = [
        ("content-type", "application/json"),
        ("x-knlab-caller", "gateway"),
        ("x-knlab-credential", "the-credential"),
    ];
    for (name, value) in defaults.iter().chain(headers) {
        let name = axum::http::HeaderName::try_from(*name).unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

async fn answer(request: Request<Body>) -> (StatusCode, String) {
    let response = router().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn code(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_string()
}

#[tokio::test]
async fn requests_that_are_not_graphql_over_post_are_refused_with_a_code() {
    let hello = json!({ "query": "{ hello }" }).to_string();
    let long = json!({ "query": "{ hello }", "operationName": "x".repeat(3000) }).to_string();
    let cases: Vec<(Request<Body>, u16, &str)> = vec![
        (Request::get("/graphql?query={hello}").body(Body::empty()).unwrap(), 405, "METHOD_NOT_ALLOWED"),
        (Request::get("/nowhere").body(Body::empty()).unwrap(), 404, "NOT_FOUND"),
        (post(&[("x-knlab-credential", "the-credentiaL")], hello.clone()), 401, "CALLER_NOT_ACCEPTED"),
        (post(&[("x-knlab-caller", "admin")], hello.clone()), 401, "CALLER_NOT_ACCEPTED"),
        (post(&[("content-type", "text/plain")], hello.clone()), 415, "MEDIA_TYPE_NOT_ACCEPTED"),
        (
            post(&[("content-type", "application/json; charset=utf-7")], hello.clone()),
            415,
            "MEDIA_TYPE_NOT_ACCEPTED",
        ),
        (post(&[("content-encoding", "gzip")], hello.clone()), 415, "MEDIA_TYPE_NOT_ACCEPTED"),
        (post(&[("authorization", "Basic eA==")], hello.clone()), 401, "TOKEN_MALFORMED"),
        (post(&[("authorization", "Bearer x.y.z")], hello.clone()), 401, "TOKEN_MALFORMED"),
        (post(&[], "{"), 400, "BODY_NOT_A_REQUEST"),
        (post(&[], r#"{"query":"{hello}","query":"{hello}"}"#), 400, "BODY_NOT_A_REQUEST"),
        (post(&[], format!("[{hello}]")), 400, "BATCH_NOT_ACCEPTED"),
        (post(&[], long), 413, "BODY_TOO_LARGE"),
        (post(&[], json!({ "query": "{ panics }" }).to_string()), 500, "INTERNAL_SERVER_ERROR"),
    ];
    for (number, (request, status, wanted)) in cases.into_iter().enumerate() {
        let (got, body) = answer(request).await;
        assert_eq!((got.as_u16(), code(&body).as_str()), (status, wanted), "case {number}: {body}");
    }
}

#[tokio::test]
async fn every_error_has_a_code_and_nothing_internal_in_its_text() {
    let cases = [
        ("{ clientError }", "CODE"),
        ("{ leaks }", "INTERNAL_SERVER_ERROR"),
        ("{ storeDown }", "STORE_UNAVAILABLE"),
        ("{ operatorsOnly }", "UNAUTHENTICATED"),
        ("{ unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ hello", "GRAPHQL_VALIDATION_FAILED"),
    ];
    for (query, wanted) in cases {
        let (status, body) = answer(post(&[], json!({ "query": query }).to_string())).await;
        assert_eq!((status, code(&body).as_str()), (StatusCode::OK, wanted), "{query}: {body}");
        assert!(!body.contains("secret") && !body.contains("db1"), "{body}");
    }
}

#[tokio::test]
async fn a_subscription_is_a_stream_of_next_and_then_complete() {
    let request =
        post(&[("accept", "text/event-stream")], json!({ "query": "subscription { count }" }).to_string());
    let (status, body) = answer(request).await;
    assert_eq!(status, StatusCode::OK);
    let events: Vec<&str> = body.split("\n\n").map(str::trim).filter(|event| !event.is_empty()).collect();
    assert_eq!(
        events,
        [
            "event: next\ndata: {\"data\":{\"count\":1}}",
            "event: next\ndata: {\"data\":{\"count\":2}}",
            "event: complete\ndata: {}"
        ]
    );
}

#[tokio::test]
async fn readiness_follows_the_checks_and_request_ids_come_back() {
    let settings = Settings::default();
    let schema = Schema::new(Query, EmptyMutation, async_graphql::EmptySubscription);
    let server = server("test", schema, &settings, Router::new(), vec![]).unwrap();
    let ready = || Request::get("/health/ready").header("x-request-id", "abc-1").body(Body::empty()).unwrap();
    let response = server.router.clone().oneshot(ready()).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-request-id"]),
        (200, &"abc-1".parse().unwrap())
    );
    server.health.add_optional("search", || async { Err::<(), _>("down") });
    let response = server.router.clone().oneshot(ready()).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
    let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(told["checks"], serde_json::json!({ "search": "failing" }));
    server.health.add("sql", || async { Err::<(), _>("down") });
    assert_eq!(server.router.oneshot(ready()).await.unwrap().status().as_u16(), 503);
}
