//! Subscriptions from end to end: clients over server-sent events and over graphql-transport-ws, subgraphs over both, and how
//! many streams and requests that makes upstream.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use futures::stream::BoxStream;
use gateway::server::{EngineSlot, supergraph_file};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::engine::supergraph;
use crate::event_double::{EventSubgraph, SDL};
use crate::support::{SOON, TestServer, settings};
use crate::websocket::Socket;

const QUERY: &str = "subscription { changed { id for count } }";

/// A gateway before one subgraph of events and one that counts items.
async fn gateway(events: &EventSubgraph, counts: &EventSubgraph, protocol: &str) -> TestServer {
    let own = SDL.replace(" count: Int", "");
    let sdl = supergraph(&[
        ("events", &format!("http://{}/graphql", events.address), &own),
        (
            "counts",
            &format!("http://{}/graphql", counts.address),
            "type Query { none: Int } type Item @key(fields: \"id\") { id: ID! count: Int }",
        ),
    ]);
    let yaml = match protocol {
        "events" => String::new(),
        _ => format!("subgraphs: {{ events: {{ subscriptions: {{ protocol: {protocol}, path: /ws }} }} }}"),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("supergraph.graphql");
    std::fs::write(&path, sdl).unwrap();
    let engine = supergraph_file::load(&path, &settings(&yaml)).unwrap();
    TestServer::start_with(&yaml, EngineSlot::holding(engine)).await
}

/// What one client hears, until it completes.
async fn client(server: &TestServer, protocol: &str, user: &str) -> BoxStream<'static, Value> {
    if protocol == "websocket" {
        let mut socket = Socket::open(server, &[]).await.unwrap();
        // Where browsers can put it.
        socket.send(json!({ "type": "connection_init", "payload": { "Authorization": user } })).await;
        assert_eq!(socket.next().await.unwrap()["type"], "connection_ack");
        socket.send(json!({ "type": "subscribe", "id": "a", "payload": { "query": QUERY } })).await;
        return futures::stream::unfold(socket, |mut socket| async move {
            loop {
                let said = socket.next().await.unwrap();
                match said["type"].as_str() {
                    Some("next") => return Some((said["payload"].clone(), socket)),
                    Some("complete") => return None,
                    _ => {}
                }
            }
        })
        .boxed();
    }
    let client =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let request = http::Request::post(format!("http://{}/graphql", server.address))
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .header("authorization", user)
        .body(Body::from(json!({ "query": QUERY }).to_string()))
        .unwrap();
    let body = client.request(request).await.unwrap().into_body();
    futures::stream::unfold((body, String::new()), |(mut body, mut text)| async move {
        loop {
            if let Some((event, rest)) = text.split_once("\n\n") {
                let data = event.strip_prefix("event: next\ndata: ");
                let result = data.map(|data| serde_json::from_str(data).unwrap());
                if event.starts_with("event: complete") {
                    return None;
                }
                text = rest.to_owned();
                if let Some(result) = result {
                    return Some((result, (body, text)));
                }
                continue;
            }
            let frame = body.frame().await?.unwrap().into_data().unwrap();
            text.push_str(std::str::from_utf8(&frame).unwrap());
        }
    })
    .boxed()
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waited = tokio::time::timeout(SOON, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}");
}

#[tokio::test]
async fn equal_clients_are_one_stream_upstream_over_each_protocol_and_it_is_closed_with_the_last() {
    for upstream in ["events", "websocket"] {
        for downstream in [["events", "events"], ["websocket", "websocket"], ["events", "websocket"]] {
            let name = format!("{downstream:?} over {upstream}");
            let (events, counts) = (EventSubgraph::start().await, EventSubgraph::start().await);
            let server = gateway(&events, &counts, upstream).await;
            let mut anns = Vec::new();
            for number in 0..4 {
                anns.push(client(&server, downstream[number % 2], "Bearer ann").await);
                until(&name, || events.open() == 1).await;
            }
            let mut bob = client(&server, downstream[1], "Bearer bob").await;
            until(&name, || events.open() == 2).await;
            // Over a WebSocket the subscription of a client may still be under way.
            tokio::time::sleep(Duration::from_millis(200)).await;
            for (round, id) in [1, 20, 300].into_iter().enumerate() {
                events.change(id);
                let item = |user: &str| json!({ "data": { "changed": { "id": id.to_string(), "for": user, "count": round + 1 } } });
                for ann in &mut anns {
                    assert_eq!(ann.next().await.unwrap(), item("Bearer ann"), "{name}");
                }
                assert_eq!(bob.next().await.unwrap(), item("Bearer bob"), "{name}");
                assert_eq!(counts.entities(), 2 * (round + 1), "{name}: once for all who share");
            }
            assert_eq!((events.opened(), events.open()), (2, 2), "{name}");
            anns.truncate(1);
            drop(bob);
            until(&name, || events.open() == 1).await;
            events.change(4);
            assert_eq!(anns[0].next().await.unwrap()["data"]["changed"]["id"], "4", "{name}");
            drop(anns);
            until(&name, || events.open() == 0).await;
            assert_eq!(events.opened(), 2, "{name}");

            let mut last = client(&server, downstream[0], "Bearer ann").await;
            until(&name, || events.open() == 1).await;
            events.complete();
            assert_eq!(last.next().await, None, "{name}: it completes with the subgraph's");
        }
    }
}
