//! The graphql-transport-ws protocol, message by message.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support::{SOON, TestServer};
use crate::tokens::Issuer;

pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open(
        server: &TestServer,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, tungstenite::Error> {
        let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        Ok(Socket(tokio_tungstenite::connect_async(request).await?.0))
    }

    pub async fn send(&mut self, message: Value) {
        self.0.send(Message::Text(message.to_string().into())).await.unwrap();
    }

    /// The next text message, or the code with which the server closed.
    pub async fn next(&mut self) -> Result<Value, u16> {
        loop {
            let message = tokio::time::timeout(SOON, self.0.next()).await.expect("a message in time");
            match message {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(_)) => {}
                other => panic!("neither a message nor a close: {other:?}"),
            }
        }
    }

    pub async fn initialise(&mut self) {
        self.send(json!({ "type": "connection_init" })).await;
        assert_eq!(self.next().await.unwrap(), json!({ "type": "connection_ack" }));
    }
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "type": "subscribe", "id": id, "payload": { "query": query } })
}

#[tokio::test]
async fn violations_close_with_the_protocols_codes() {
    let server = TestServer::start("timeouts: { websocket_init: 1s }").await;
    let init = || json!({ "type": "connection_init" });
    let endless = || subscribe("1", "subscription { endless }");
    let cases: Vec<(&str, Vec<Value>, u16)> = vec![
        ("nothing is sent", vec![], 4408),
        ("only a ping is sent", vec![json!({ "type": "ping" })], 4408),
        ("subscribe before init", vec![subscribe("1", "{ hello }")], 4401),
        ("init twice", vec![init(), init()], 4429),
        ("the same id twice", vec![init(), endless(), endless()], 4409),
        ("an unknown type", vec![init(), json!({ "type": "start", "id": "1" })], 4400),
        ("no type", vec![json!({})], 4400),
        ("not an object", vec![json!([])], 4400),
        ("a server's message", vec![init(), json!({ "type": "next", "id": "1" })], 4400),
        (
            "subscribe without an id",
            vec![init(), json!({ "type": "subscribe", "payload": { "query": "{ hello }" } })],
            4400,
        ),
        ("subscribe with an empty id", vec![init(), subscribe("", "{ hello }")], 4400),
        (
            "subscribe with a number as id",
            vec![init(), json!({ "type": "subscribe", "id": 1, "payload": {} })],
            4400,
        ),
        ("subscribe without a payload", vec![init(), json!({ "type": "subscribe", "id": "1" })], 4400),
        ("complete without an id", vec![init(), json!({ "type": "complete" })], 4400),
        ("init with an odd payload", vec![json!({ "type": "connection_init", "payload": 1 })], 4400),
        (
            "authorization that is no text",
            vec![json!({ "type": "connection_init", "payload": { "authorization": 1 } })],
            4403,
        ),
    ];
    for (what, messages, code) in cases {
        let mut socket = Socket::open(&server, &[]).await.unwrap();
        for message in messages {
            socket.send(message).await;
        }
        let closed = loop {
            match socket.next().await {
                Ok(_) => {}
                Err(closed) => break closed,
            }
        };
        assert_eq!(closed, code, "{what}");
    }
    for message in [
        Message::Text("{".into()),
        Message::Binary(vec![1].into()),
        Message::Text(r#"{"type":"ping","type":"pong"}"#.into()),
    ] {
        let mut socket = Socket::open(&server, &[]).await.unwrap();
        socket.0.send(message).await.unwrap();
        assert_eq!(socket.next().await, Err(4400));
    }
}

#[tokio::test]
async fn operations_answer_and_end() {
    let server = TestServer::start("limits: { websocket_operations: 2 }").await;
    let mut socket = Socket::open(&server, &[]).await.unwrap();
    socket.send(json!({ "type": "ping", "payload": { "a": 1 } })).await;
    assert_eq!(socket.next().await.unwrap(), json!({ "type": "pong", "payload": { "a": 1 } }));
    socket.initialise().await;

    socket.send(subscribe("q", "{ hello }")).await;
    assert_eq!(
        socket.next().await.unwrap(),
        json!({ "type": "next", "id": "q", "payload": { "data": { "hello": "world" } } })
    );
    assert_eq!(socket.next().await.unwrap(), json!({ "type": "complete", "id": "q" }));

    socket.send(subscribe("q", "{ unknown }")).await;
    let error = socket.next().await.unwrap();
    assert_eq!((error["type"].as_str(), error["id"].as_str()), (Some("error"), Some("q")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");

    socket.send(json!({ "type": "subscribe", "id": "q", "payload": { "query": 1 } })).await;
    assert_eq!(socket.next().await.unwrap()["payload"][0]["extensions"]["code"], "BAD_REQUEST");

    socket.send(subscribe("s", "subscription { three }")).await;
    for n in 1..=3 {
        let next = json!({ "type": "next", "id": "s", "payload": { "data": { "three": n } } });
        assert_eq!(socket.next().await.unwrap(), next);
    }
    assert_eq!(socket.next().await.unwrap(), json!({ "type": "complete", "id": "s" }));
}

#[tokio::test]
async fn a_completed_subscription_frees_its_id_and_its_place() {
    let server = TestServer::start("limits: { websocket_operations: 2 }").await;
    let mut socket = Socket::open(&server, &[]).await.unwrap();
    socket.initialise().await;
    for id in ["a", "b", "c"] {
        socket.send(subscribe(id, "subscription { endless }")).await;
        let said = socket.next().await.unwrap();
        assert_eq!(said["type"], if id == "c" { "error" } else { "next" });
    }
    socket.send(json!({ "type": "complete", "id": "a" })).await;
    socket.send(json!({ "type": "complete", "id": "never seen" })).await;
    socket.send(subscribe("a", "{ hello }")).await;
    assert_eq!(socket.next().await.unwrap()["payload"]["data"]["hello"], "world");
    assert_eq!(socket.next().await.unwrap(), json!({ "type": "complete", "id": "a" }));
}

#[tokio::test]
async fn a_quiet_connection_is_pinged_and_closed_at_shutdown() {
    let server = TestServer::start("timeouts: { keep_alive: 400ms, drain: 1ms }").await;
    let mut socket = Socket::open(&server, &[]).await.unwrap();
    socket.initialise().await;
    assert_eq!(socket.next().await.unwrap(), json!({ "type": "ping" }));
    socket.send(json!({ "type": "pong" })).await;
    server.shutdown.cancel();
    let closed = loop {
        match socket.next().await {
            Ok(_) => {}
            Err(closed) => break closed,
        }
    };
    assert_eq!(closed, 1001);
}

#[tokio::test]
async fn a_client_that_never_answers_a_ping_is_dropped() {
    let server = TestServer::start("timeouts: { keep_alive: 50ms }").await;
    let mut socket = Socket::open(&server, &[]).await.unwrap();
    socket.initialise().await;
    for _ in 0..3 {
        assert_eq!(socket.next().await.unwrap(), json!({ "type": "ping" }));
    }
    let ended = tokio::time::timeout(SOON, socket.0.next()).await.unwrap();
    assert!(!matches!(ended, Some(Ok(Message::Text(_)))), "{ended:?}");
}

#[tokio::test]
async fn only_pages_of_our_own_or_a_listed_origin_may_connect() {
    let server = TestServer::start("cors: { origins: [https://app.example.org] }").await;
    let own = format!("http://{}", server.address);
    for (origin, allowed) in [
        (own.as_str(), true),
        ("https://app.example.org", true),
        ("https://evil.test", false),
        ("null", false),
    ] {
        let opened = Socket::open(&server, &[("origin", origin)]).await;
        assert_eq!(opened.is_ok(), allowed, "{origin}");
    }
    assert!(Socket::open(&server, &[("sec-websocket-protocol", "graphql-ws")]).await.is_err());
}

#[tokio::test]
async fn a_token_may_come_with_the_connection_and_ends_it_when_it_expires() {
    let issuer = Issuer::start().await;
    let server = TestServer::start(&issuer.yaml("0ms")).await;
    let good = format!("Bearer {}", issuer.token(|_, _| {}));
    let mut socket = Socket::open(&server, &[]).await.unwrap();
    socket.send(json!({ "type": "connection_init", "payload": { "Authorization": good } })).await;
    assert_eq!(socket.next().await.unwrap(), json!({ "type": "connection_ack" }));
    socket.send(subscribe("1", "{ headers }")).await;
    assert_eq!(socket.next().await.unwrap()["payload"]["data"]["authorization"], good);

    let mut socket = Socket::open(&server, &[]).await.unwrap();
    socket.send(json!({ "type": "connection_init", "payload": { "authorization": "Bearer a.b.c" } })).await;
    assert_eq!(socket.next().await, Err(4403));
    assert!(
        Socket::open(&server, &[("authorization", "Bearer a.b.c")]).await.is_err(),
        "refused before the upgrade"
    );

    let short =
        format!("Bearer {}", issuer.token(|_, claims| claims["exp"] = json!(crate::tokens::now() + 3)));
    let mut socket = Socket::open(&server, &[("authorization", &short)]).await.unwrap();
    socket.initialise().await;
    assert_eq!(socket.next().await, Err(4403));
}
