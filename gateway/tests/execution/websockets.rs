//! Subscriptions to a subgraph over graphql-transport-ws, message by message: what the subgraph is told, and what the transport
//! makes of all that it may say.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::StreamExt;
use gateway::execution::http_transport::{
    Endpoint, HttpSettings, HttpTransport, SubscriptionProtocol, SubscriptionRoute,
};
use gateway::execution::transport::{RequestContext, SubgraphTransport};
use gateway::supergraph::SubgraphId;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const MAX_BYTES: usize = 1000;
const BODY: &str = r#"{"query":"subscription{n}","variables":{"a":[1.10,"ä"]}}"#;

/// What the subgraph does, by the header `x-wish`, and what it noticed.
#[derive(Default)]
struct Noticed {
    heard: Mutex<Vec<Value>>,
    headers: Mutex<HeaderMap>,
    open: AtomicUsize,
}

async fn subgraph(
    State(noticed): State<Arc<Noticed>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let wish = headers["x-wish"].to_str().unwrap().to_string();
    *noticed.headers.lock().unwrap() = headers;
    match wish.as_str() {
        "refuse" => (StatusCode::UNAUTHORIZED, axum::Json(json!({ "errors": [] }))).into_response(),
        "html" => (StatusCode::BAD_GATEWAY, "<html>").into_response(),
        "other protocol" => upgrade.protocols(["graphql-ws"]).on_upgrade(|_| async {}),
        _ => upgrade.protocols(["graphql-transport-ws"]).on_upgrade(move |socket| async move {
            noticed.open.fetch_add(1, Ordering::SeqCst);
            // Ends when either side has closed.
            talk(socket, &wish, &noticed).await;
            noticed.open.fetch_sub(1, Ordering::SeqCst);
        }),
    }
}

async fn hear(socket: &mut WebSocket, noticed: &Noticed) -> Option<Value> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Text(text) => {
                let heard: Value = serde_json::from_str(&text).unwrap();
                noticed.heard.lock().unwrap().push(heard.clone());
                return Some(heard);
            }
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

async fn say(socket: &mut WebSocket, messages: &[&str]) -> Option<()> {
    for text in messages {
        socket.send(Message::text(*text)).await.ok()?;
    }
    Some(())
}

async fn talk(mut socket: WebSocket, wish: &str, noticed: &Noticed) -> Option<()> {
    hear(&mut socket, noticed).await?;
    match wish {
        "no acknowledgement" => std::future::pending().await,
        "another acknowledgement" => say(&mut socket, &[r#"{"type":"complete","id":"1"}"#]).await?,
        "ping first" => {
            say(&mut socket, &[r#"{"type":"ping","payload":{"a":1}}"#]).await?;
            hear(&mut socket, noticed).await?;
            say(&mut socket, &[r#"{"type":"connection_ack"}"#]).await?;
        }
        _ => say(&mut socket, &[r#"{"type":"connection_ack","payload":{}}"#]).await?,
    }
    hear(&mut socket, noticed).await?;
    let large = format!(r#"{{"type":"next","id":"1","payload":"{}"}}"#, "x".repeat(MAX_BYTES));
    let one = r#"{"payload":{"data":{"n":1.10}},"id":"1","type":"next"}"#;
    let messages: &[&str] = match wish {
        "errors" => &[r#"{"type":"error","id":"1","payload":[{"message":"m"}]}"#],
        "another id" => &[one, r#"{"type":"next","id":"2","payload":{}}"#],
        "no payload" => &[one, r#"{"type":"next","id":"1"}"#],
        "no JSON" => &[one, "{"],
        "unknown" => &[one, r#"{"type":"subscribe","id":"1","payload":{}}"#],
        "large" => &[one, &large],
        "end" => &[one],
        "close" => &[one],
        _ => &[one, r#"{"type":"pong"}"#, r#"{"type":"ping"}"#, one, r#"{"type":"complete","id":"1"}"#, one],
    };
    say(&mut socket, messages).await?;
    match wish {
        "end" => return Some(()),
        "close" => {
            let frame = axum::extract::ws::CloseFrame { code: 4403, reason: "Forbidden".into() };
            socket.send(Message::Close(Some(frame))).await.ok()?;
        }
        _ => {}
    }
    loop {
        hear(&mut socket, noticed).await?;
    }
}

async fn transport() -> (HttpTransport, Arc<Noticed>) {
    let noticed = Arc::new(Noticed::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/graphql", listener.local_addr().unwrap());
    let served = Router::new().route("/ws", get(subgraph)).with_state(noticed.clone());
    tokio::spawn(async move { axum::serve(listener, served).await });
    let mut headers = HeaderMap::new();
    headers.insert("x-knlab-credential", HeaderValue::from_static("secret"));
    let endpoint = Endpoint {
        urls: vec![url.parse().unwrap()],
        headers,
        timeout: Duration::from_millis(700),
        subscriptions: SubscriptionRoute {
            protocol: SubscriptionProtocol::WebSocket,
            path: Some("/ws?v=1".parse().unwrap()),
        },
    };
    let settings = HttpSettings { max_response_bytes: MAX_BYTES, ..HttpSettings::new(vec![endpoint]) };
    (HttpTransport::new(settings), noticed)
}

async fn subscribe(transport: &HttpTransport, wish: &str) -> Result<Vec<String>, &'static str> {
    let mut headers = HeaderMap::new();
    headers.insert("x-wish", wish.parse().unwrap());
    headers.insert("authorization", HeaderValue::from_static("Bearer ann"));
    let context = RequestContext { headers, deadline: Instant::now() + Duration::from_secs(5) };
    let opened = transport.subscribe(SubgraphId(0), Bytes::from(BODY), &context).await;
    let results = opened.map_err(|error| error.code)?.map(|event| match event {
        Ok(event) => String::from_utf8(event.to_vec()).unwrap(),
        Err(error) => error.code.to_string(),
    });
    Ok(results.collect().await)
}

#[tokio::test]
async fn whatever_a_subgraph_says_is_results_or_one_failure() {
    const ONE: &str = r#"{"data":{"n":1.10}}"#;
    let told = |events: &[&str]| Ok(events.iter().map(ToString::to_string).collect::<Vec<_>>());
    let cases = [
        ("be well", told(&[ONE, ONE])),
        ("ping first", told(&[ONE, ONE])),
        ("errors", told(&[r#"{"errors":[{"message":"m"}]}"#])),
        ("another id", told(&[ONE, "SUBGRAPH_UNREACHABLE"])),
        ("no payload", told(&[ONE, "SUBGRAPH_UNREACHABLE"])),
        ("no JSON", told(&[ONE, "SUBGRAPH_UNREACHABLE"])),
        ("unknown", told(&[ONE, "SUBGRAPH_UNREACHABLE"])),
        ("large", told(&[ONE, "SUBGRAPH_RESPONSE_TOO_LARGE"])),
        ("end", told(&[ONE, "SUBGRAPH_UNREACHABLE"])),
        ("close", told(&[ONE, "SUBGRAPH_UNREACHABLE"])),
        ("refuse", told(&[r#"{"errors":[]}"#])),
        ("html", Err("SUBGRAPH_HTTP_ERROR")),
        ("other protocol", Err("SUBGRAPH_UNREACHABLE")),
        ("another acknowledgement", Err("SUBGRAPH_UNREACHABLE")),
        ("no acknowledgement", Err("SUBGRAPH_TIMEOUT")),
    ];
    for (wish, expected) in &cases {
        // Anew each time: a replica that has hung is out.
        let (transport, noticed) = transport().await;
        assert_eq!(subscribe(&transport, wish).await, *expected, "{wish}");
        let closed = async {
            while noticed.open.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let is_left = wish == &"no acknowledgement";
        assert!(
            is_left || tokio::time::timeout(Duration::from_secs(8), closed).await.is_ok(),
            "{wish}: left open"
        );
    }
}

#[tokio::test]
async fn the_subgraph_is_told_who_asks_and_what_to_the_byte() {
    let (transport, noticed) = transport().await;
    subscribe(&transport, "ping first").await.unwrap();
    let heard = noticed.heard.lock().unwrap().clone();
    let init = json!({ "type": "connection_init", "payload": { "x-wish": "ping first", "authorization": "Bearer ann" } });
    let subscribe =
        json!({ "type": "subscribe", "id": "1", "payload": serde_json::from_str::<Value>(BODY).unwrap() });
    let pongs = [json!({ "type": "pong", "payload": { "a": 1 } }), json!({ "type": "pong" })];
    assert_eq!(heard[..3], [init, pongs[0].clone(), subscribe]);
    assert!(heard[3..].is_empty() || heard[3..] == pongs[1..], "{heard:?}");
    let headers = noticed.headers.lock().unwrap();
    assert_eq!(
        (&headers["authorization"], &headers["x-knlab-credential"]),
        (&"Bearer ann".parse().unwrap(), &"secret".parse().unwrap())
    );
}
