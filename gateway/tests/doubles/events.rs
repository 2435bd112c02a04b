//! A subgraph with a subscription, over server-sent events and over graphql-transport-ws, that counts its streams.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use futures::StreamExt;
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// What the subgraph knows. Its name of an item shows whom the gateway said that it asks for.
pub const SDL: &str = "type Query { item: Item } type Subscription { changed: Item } \
    type Item @key(fields: \"id\") { id: ID! for: String count: Int }";

/// The subgraph, on a port of its own.
pub struct EventSubgraph {
    pub address: SocketAddr,
    counts: Arc<Counts>,
    say: broadcast::Sender<usize>,
}

struct Counts {
    opened: AtomicUsize,
    open: AtomicUsize,
    entities: AtomicUsize,
    say: broadcast::Sender<usize>,
    ending: CancellationToken,
}

/// A stream that is open.
struct Open(Arc<Counts>);

impl Open {
    fn of(counts: &Arc<Counts>) -> Open {
        counts.opened.fetch_add(1, Ordering::SeqCst);
        counts.open.fetch_add(1, Ordering::SeqCst);
        Open(counts.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl EventSubgraph {
    pub async fn start() -> EventSubgraph {
        let (say, _) = broadcast::channel(64);
        let (opened, open, entities) = Default::default();
        let ending = CancellationToken::new();
        let counts = Arc::new(Counts { opened, open, entities, say: say.clone(), ending });
        let router = Router::new().route("/graphql", post(requested)).route("/ws", get(connected));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = router.with_state(counts.clone());
        tokio::spawn(async move { axum::serve(listener, served).await });
        EventSubgraph { address, counts, say }
    }

    /// Streams so far.
    pub fn opened(&self) -> usize {
        self.counts.opened.load(Ordering::SeqCst)
    }

    /// Streams that are open.
    pub fn open(&self) -> usize {
        self.counts.open.load(Ordering::SeqCst)
    }

    /// Requests for entities so far.
    pub fn entities(&self) -> usize {
        self.counts.entities.load(Ordering::SeqCst)
    }

    /// Tells every stream that this item has changed.
    pub fn change(&self, id: usize) {
        self.say.send(id).unwrap();
    }

    /// Completes every stream.
    pub fn complete(&self) {
        self.counts.ending.cancel();
    }
}

fn event(id: usize, headers: &HeaderMap) -> String {
    let asks = headers.get("authorization").map_or("nobody", |value| value.to_str().unwrap());
    json!({ "data": { "changed": { "__typename": "Item", "id": id.to_string(), "for": asks } } }).to_string()
}

async fn requested(
    State(counts): State<Arc<Counts>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response<Body> {
    if let Some(sent) = body["variables"]["representations"].as_array() {
        counts.entities.fetch_add(1, Ordering::SeqCst);
        let count = |sent: &Value| json!({ "count": sent["id"].as_str().unwrap().len() });
        let all: Vec<Value> = sent.iter().map(count).collect();
        return Response::new(Body::from(json!({ "data": { "_entities": all } }).to_string()));
    }
    let (open, said, ending) = (Open::of(&counts), counts.say.subscribe(), counts.ending.clone());
    let events = futures::stream::unfold(Some((open, said)), move |state| {
        let (headers, ending) = (headers.clone(), ending.clone());
        async move {
            let (open, mut said) = state?;
            tokio::select! {
                id = said.recv() => {
                    let event = format!("event: next\ndata: {}\n\n", event(id.unwrap(), &headers));
                    Some((Bytes::from(event), Some((open, said))))
                }
                () = ending.cancelled() => Some((Bytes::from("event: complete\ndata:\n\n"), None)),
            }
        }
    });
    let body = Body::from_stream(events.map(Ok::<_, Infallible>));
    Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
}

async fn connected(
    State(counts): State<Arc<Counts>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response<Body> {
    let upgrade = upgrade.protocols(["graphql-transport-ws"]);
    upgrade.on_upgrade(move |socket| async move {
        let _ = talk(socket, &counts, &headers).await;
    })
}

/// Ends when the gateway is gone, for then nothing can be sent or heard.
async fn talk(mut socket: WebSocket, counts: &Arc<Counts>, headers: &HeaderMap) -> Option<()> {
    socket.recv().await?.ok()?;
    socket.send(Message::text(r#"{"type":"connection_ack"}"#)).await.ok()?;
    let subscribe = socket.recv().await?.ok()?.into_text().ok()?;
    let subscribe: Value = serde_json::from_str(&subscribe).unwrap();
    let (_open, mut said) = (Open::of(counts), counts.say.subscribe());
    loop {
        tokio::select! {
            id = said.recv() => {
                let result = event(id.unwrap(), headers);
                let text = format!(r#"{{"type":"next","id":{},"payload":{result}}}"#, subscribe["id"]);
                socket.send(Message::text(text)).await.ok()?;
            }
            message = socket.recv() => drop(message?.ok()?),
            () = counts.ending.cancelled() => {
                let text = json!({ "type": "complete", "id": subscribe["id"] }).to_string();
                socket.send(Message::text(text)).await.ok()?;
                return Some(());
            }
        }
    }
}
