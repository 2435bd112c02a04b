//! Subscriptions as server-sent events.

use axum::body::Body;
use http_body_util::BodyExt;

use crate::support::TestServer;

const EVENTS: &[(&str, &str)] = &[("accept", "text/event-stream")];

#[tokio::test]
async fn each_result_is_an_event_and_complete_ends_it() {
    let server = TestServer::start("").await;
    let answer = server.query("subscription { three }", EVENTS).await;
    assert_eq!(answer.header("content-type"), "text/event-stream; charset=utf-8");
    let event = |n: u8| format!("event: next\ndata: {{\"data\":{{\"three\":{n}}}}}\n\n");
    let expected = format!(":\n\n{}{}{}event: complete\ndata:\n\n", event(1), event(2), event(3));
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn a_query_is_one_event_only_for_clients_that_accept_nothing_else() {
    let server = TestServer::start("").await;
    let answer = server.query("{ hello }", EVENTS).await;
    assert_eq!(
        answer.text(),
        "event: next\ndata: {\"data\":{\"hello\":\"world\"}}\n\nevent: complete\ndata:\n\n"
    );
    let both = [("accept", "text/event-stream, application/json")];
    assert_eq!(
        server.query("{ hello }", &both).await.header("content-type"),
        "application/json; charset=utf-8"
    );
    let answer = server.query("subscription { three }", &both).await;
    assert_eq!(answer.header("content-type"), "text/event-stream; charset=utf-8");
}

#[tokio::test]
async fn a_client_that_does_not_accept_events_is_told_so() {
    let server = TestServer::start("").await;
    let answer = server.query("subscription { three }", &[]).await;
    assert_eq!((answer.status, answer.code().as_str()), (406, "SUBSCRIPTION_NEEDS_EVENT_STREAM"));
}

#[tokio::test]
async fn a_quiet_subscription_is_kept_alive_and_not_compressed() {
    let server = TestServer::start("timeouts: { keep_alive: 50ms }").await;
    let client =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let request = http::Request::post(format!("http://{}/graphql", server.address))
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .header("accept-encoding", "gzip")
        .body(Body::from(r#"{"query":"subscription { endless }"}"#))
        .unwrap();
    let mut body = client.request(request).await.unwrap().into_body();
    let mut text = String::new();
    while text.matches(":\n\n").count() < 4 {
        let frame = body.frame().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    assert!(text.contains("event: next\ndata: {\"data\":{\"endless\":1}}\n\n"));
}
