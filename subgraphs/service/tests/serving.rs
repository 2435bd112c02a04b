//! What needs sockets: fetching keys from an auth server that comes and goes, and ending in good order.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::{EmptyMutation, Object, Schema, Subscription};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::json;
use service::token::{KeySource, Keys};
use service::{Clock, Settings, SharedKeys, serve, server};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

fn key_pair() -> (EncodingKey, Vec<u8>) {
    let document = Ed25519KeyPair::generate_pkcs8v1(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
    (EncodingKey::from_ed_der(document.as_ref()), pair.public_key().as_ref().to_vec())
}

fn key_set(kid: &str, public: &[u8]) -> JwkSet {
    let mut jwk = Jwk::from_decoding_key(&DecodingKey::from_ed_der(public), Some(Algorithm::EdDSA)).unwrap();
    jwk.common.key_id = Some(kid.into());
    JwkSet { keys: vec![jwk] }
}

/// An auth server whose behaviour the test chooses: it answers with what `current` holds.
#[derive(Clone, Default)]
struct KeyServer {
    current: Arc<std::sync::Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl KeyServer {
    fn behave(&self, how: impl Into<String>) {
        *self.current.lock().unwrap() = how.into();
    }

    fn answer(&self) -> Response {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let current = self.current.lock().unwrap().clone();
        match current.as_str() {
            "down" => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            "redirect" => Redirect::temporary("/elsewhere").into_response(),
            "huge" => format!("{{\"keys\":[],\"padding\":\"{}\"}}", "x".repeat(300_000)).into_response(),
            keys => ([(header::CONTENT_TYPE, "application/json")], keys.to_string()).into_response(),
        }
    }

    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let this = self.clone();
        let elsewhere = serde_json::to_string(&key_set("elsewhere", &key_pair().1)).unwrap();
        let router = Router::new()
            .route("/keys", get(move || async move { this.answer() }))
            .route("/elsewhere", get(move || async move { elsewhere }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }
}

#[tokio::test]
async fn keys_are_fetched_when_unknown_ones_show_up_but_not_for_each_of_them() {
    let auth = KeyServer::default();
    let clock = Clock::manual(0);
    let keys = Keys::new(KeySource::Url(auth.start().await.into()), clock.clone()).unwrap();
    let asked = || auth.asked.load(Ordering::SeqCst);
    let set = |kid: &str| serde_json::to_string(&key_set(kid, &key_pair().1)).unwrap();

    auth.behave("down");
    assert!(keys.find("first").await.is_none() && !keys.known());
    auth.behave(set("first"));
    assert!(keys.find("first").await.is_none(), "within the second");
    clock.advance(Duration::from_secs(1));
    assert!(keys.find("first").await.is_some());
    assert_eq!(asked(), 2);

    for kid in 0..50 {
        assert!(keys.find(&format!("made up {kid}")).await.is_none());
    }
    assert_eq!(asked(), 2, "not again within 30 seconds");
    for (behaviour, wanted) in
        [("down", 3), ("redirect", 4), ("huge", 5), ("not json", 6), ("{\"keys\":[]}", 7)]
    {
        auth.behave(behaviour);
        clock.advance(Duration::from_secs(30));
        assert!(keys.find("elsewhere").await.is_none(), "{behaviour}");
        assert!(keys.find("first").await.is_some(), "the old set is kept: {behaviour}");
        assert_eq!(asked(), wanted);
    }
    auth.behave(set("second"));
    clock.advance(Duration::from_secs(30));
    let many = futures::future::join_all((0..20).map(|_| keys.find("second"))).await;
    assert!(many.iter().all(Option::is_some));
    assert_eq!(asked(), 8, "twenty requests with a new key lead to one fetch");
    assert!(keys.find("first").await.is_none(), "retired keys go");
}

/// Tells when a field is being worked on.
struct Query(Arc<Notify>);

#[Object]
impl Query {
    async fn slow(&self) -> &str {
        self.0.notify_one();
        tokio::time::sleep(Duration::from_millis(500)).await;
        "done"
    }
    async fn stuck(&self) -> i32 {
        self.0.notify_one();
        std::future::pending().await
    }
}

struct Endless;

#[Subscription]
impl Endless {
    async fn forever(&self) -> impl futures::Stream<Item = i32> {
        futures::stream::pending()
    }
}

struct Running {
    url: String,
    shutdown: CancellationToken,
    begun: Arc<Notify>,
    ended: tokio::task::JoinHandle<anyhow::Result<()>>,
}

async fn start(settings: Settings) -> Running {
    let begun = Arc::new(Notify::new());
    let schema = Schema::build(Query(Arc::clone(&begun)), EmptyMutation, Endless).finish();
    let server = server("test", schema, &settings, Router::new(), vec![]).unwrap();
    let listener = TcpListener::bind(settings.listen).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shutdown = CancellationToken::new();
    let ended = tokio::spawn(serve(server, listener, shutdown.clone()));
    Running { url, shutdown, begun, ended }
}

/// Ending is given up after so long in which nothing has come of it.
const PATIENCE: Duration = Duration::from_secs(20);

fn settings(keys: SharedKeys) -> Settings {
    let callers = BTreeMap::from([("gateway".to_string(), "the-credential".into())]);
    Settings { shutdown_deadline_seconds: 2, ..Settings::in_process("unused", callers, keys) }
}

fn post(url: &str, query: &str, headers: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let mut request = reqwest::Client::new().post(format!("{url}/graphql"));
    for (name, value) in
        [("x-knlab-caller", "gateway"), ("x-knlab-credential", "the-credential")].iter().chain(headers)
    {
        request = request.header(*name, *value);
    }
    request.json(&json!({ "query": query }))
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_finishes_what_it_began() {
    let long_after = Settings { shutdown_deadline_seconds: 60, ..settings(SharedKeys::default()) };
    let running = start(long_after).await;
    let slow = tokio::spawn(post(&running.url, "{ slow }", &[]).send());
    let events = [("accept", "text/event-stream")];
    let stream = post(&running.url, "subscription { forever }", &events).send().await.unwrap();
    running.begun.notified().await;
    running.shutdown.cancel();
    assert_eq!(slow.await.unwrap().unwrap().text().await.unwrap(), r#"{"data":{"slow":"done"}}"#);
    assert!(stream.text().await.unwrap().ends_with("event: complete\ndata: {}\n\n"));
    tokio::time::timeout(PATIENCE, running.ended).await.unwrap().unwrap().unwrap();
    assert!(post(&running.url, "{ slow }", &[]).send().await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_stuck_request_does_not_keep_a_server_from_ending() {
    let running = start(settings(SharedKeys::default())).await;
    let stuck = tokio::spawn(post(&running.url, "{ stuck }", &[]).send());
    running.begun.notified().await;
    running.shutdown.cancel();
    tokio::time::timeout(PATIENCE, running.ended).await.unwrap().unwrap().unwrap();
    stuck.abort();
}

#[tokio::test]
async fn a_subscription_ends_with_the_token_it_was_opened_with() {
    let (private, public) = key_pair();
    let keys = SharedKeys::default();
    keys.publish(key_set("k", &public));
    let clock = Clock::manual(1_000_000_000_000_000);
    let running = start(Settings { clock: clock.clone(), ..settings(keys) }).await;
    let now = clock.now_seconds();
    let mut head = Header::new(Algorithm::EdDSA);
    (head.typ, head.kid) = (Some("at+jwt".into()), Some("k".into()));
    let claims = json!({ "iss": "knlab-auth", "aud": "knlab", "sub": "x", "iat": now, "exp": now + 60 });
    let token = format!("Bearer {}", jsonwebtoken::encode(&head, &claims, &private).unwrap());
    let headers = [("accept", "text/event-stream"), ("authorization", token.as_str())];
    let stream = post(&running.url, "subscription { forever }", &headers).send().await.unwrap();
    clock.advance(Duration::from_secs(60));
    let events = stream.text().await.unwrap();
    assert!(
        events.contains("TOKEN_EXPIRED") && events.ends_with("event: complete\ndata: {}\n\n"),
        "{events}"
    );
    running.shutdown.cancel();
}
