//! Equal subscriptions share one stream of the subgraph: who shares with whom, at whose pace, and until when.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::channel::mpsc;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use gateway::engine::{Answer, Engine, GraphqlRequest, Limits};
use gateway::execution::transport::{
    RequestContext, SubgraphRequest, SubgraphResponse, SubgraphTransport, TransportError,
};
use gateway::supergraph::SubgraphId;
use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{context, request, supergraph};

const SUBGRAPHS: [(&str, &str); 2] = [
    (
        "products",
        r#"type Query { any: Int } type Subscription { changed(of: Int): Product counted: Int }
           type Product @key(fields: "id") { id: ID! name: String }"#,
    ),
    ("stock", r#"type Query { other: Int } type Product @key(fields: "id") { id: ID! inStock: Boolean! }"#),
];

/// Subgraphs whose events the test says, and that count.
#[derive(Default)]
struct Counting {
    streams: Mutex<Vec<mpsc::UnboundedSender<Result<Bytes, TransportError>>>>,
    open: Arc<AtomicUsize>,
    drawn: Arc<AtomicUsize>,
    entities: AtomicUsize,
    /// How often opening fails from now on.
    fails: AtomicUsize,
}

/// Counts down when it is dropped.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Counting {
    fn opened(&self) -> usize {
        self.streams.lock().unwrap().len()
    }

    fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    fn say(&self, stream: usize, data: Value) {
        let event = Bytes::from(json!({ "data": data }).to_string());
        self.streams.lock().unwrap()[stream].unbounded_send(Ok(event)).unwrap();
    }
}

#[async_trait]
impl SubgraphTransport for Counting {
    async fn fetch(
        &self,
        _: SubgraphId,
        _: SubgraphRequest,
        _: &RequestContext,
    ) -> Result<SubgraphResponse, TransportError> {
        let number = self.entities.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let body = json!({ "data": { "_entities": [{ "inStock": number.is_multiple_of(2) }] } }).to_string();
        Ok(SubgraphResponse { status: StatusCode::OK, body: body.into() })
    }

    async fn subscribe(
        &self,
        _: SubgraphId,
        _: Bytes,
        _: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError> {
        tokio::task::yield_now().await;
        if self.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(TransportError { code: "SUBGRAPH_UNREACHABLE", detail: "as the test says".into() });
        }
        let (say, said) = mpsc::unbounded();
        self.streams.lock().unwrap().push(say);
        self.open.fetch_add(1, Ordering::SeqCst);
        let (open, drawn) = (Open(self.open.clone()), self.drawn.clone());
        let count = move |_: &Result<Bytes, TransportError>| {
            let _ = &open;
            drawn.fetch_add(1, Ordering::SeqCst);
        };
        Ok(said.inspect(count).boxed())
    }
}

struct Scene {
    subgraphs: Arc<Counting>,
    engine: Engine,
}

impl Scene {
    fn new() -> Scene {
        let subgraphs = Arc::new(Counting::default());
        let engine = Engine::new(supergraph(&SUBGRAPHS), subgraphs.clone(), Limits::default());
        Scene { subgraphs, engine }
    }

    async fn subscribe(&self, request: GraphqlRequest, headers: &[(&'static str, &str)]) -> Answer {
        let mut context = context();
        headers.iter().for_each(|(name, value)| {
            context.headers.append(*name, value.parse().unwrap());
        });
        self.engine.answer(request, context).await
    }

    async fn results(&self, query: &str, headers: &[(&'static str, &str)]) -> BoxStream<'static, Bytes> {
        match self.subscribe(request(query, json!({})), headers).await {
            Answer::Stream(results) => results,
            Answer::Single(response) => panic!("{:?}", response.body),
            Answer::Parts(..) => panic!("parts"),
        }
    }
}

const COUNTED: &str = "subscription { counted }";

fn counted(number: usize) -> Option<Option<Bytes>> {
    Some(Some(Bytes::from(json!({ "data": { "counted": number } }).to_string())))
}

#[tokio::test]
async fn streams_are_shared_by_those_who_ask_the_same_as_the_same_and_by_nobody_else() {
    let ann = ("authorization", "Bearer ann");
    let of = |number: i32| json!({ "of": number });
    let with = "subscription($of: Int) { changed(of: $of) { name } }";
    type Asked<'a> = (&'a str, Value, Vec<(&'static str, &'a str)>);
    // How each is told from the first, and whether it shares the first one's stream.
    let cases: Vec<(&str, Asked<'_>, bool)> = vec![
        ("the same once more", (with, of(1), vec![ann]), true),
        (
            "other ids of the request",
            (with, of(1), vec![("x-request-id", "7"), ann, ("traceparent", "8")]),
            true,
        ),
        ("another user", (with, of(1), vec![("authorization", "Bearer bob")]), false),
        ("a user whose name begins alike", (with, of(1), vec![("authorization", "Bearer an")]), false),
        ("nobody", (with, of(1), vec![]), false),
        ("two users at once", (with, of(1), vec![ann, ("authorization", "Bearer bob")]), false),
        ("the user in another header", (with, of(1), vec![("x-user", "Bearer ann")]), false),
        ("a header more", (with, of(1), vec![ann, ("x-tenant", "a")]), false),
        ("another value", (with, of(2), vec![ann]), false),
        ("no value", (with, json!({}), vec![ann]), false),
        (
            "another selection",
            ("subscription($of: Int) { changed(of: $of) { id } }", of(1), vec![ann]),
            false,
        ),
    ];
    for (what, (query, variables, headers), is_shared) in cases {
        let scene = Scene::new();
        let first = scene.subscribe(request(with, of(1)), &[("x-request-id", "1"), ann]).await;
        let second = scene.subscribe(request(query, variables), &headers).await;
        assert!(matches!((&first, &second), (Answer::Stream(_), Answer::Stream(_))));
        assert_eq!(scene.subgraphs.opened(), if is_shared { 1 } else { 2 }, "{what}");
    }
    let scene = Scene::new();
    let engine = scene.engine.with_unshared_subscriptions(["products".to_owned()].into());
    let scene = Scene { engine, ..scene };
    let _both = (scene.results(COUNTED, &[]).await, scene.results(COUNTED, &[]).await);
    assert_eq!(scene.subgraphs.opened(), 2, "what is not to be shared is not");
}

#[tokio::test]
async fn each_event_is_answered_once_for_all_and_the_stream_is_closed_with_the_last() {
    let scene = Scene::new();
    let query = "subscription { changed { name inStock } }";
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(scene.results(query, &[]).await);
    }
    let mut stranger = scene.results(query, &[("authorization", "Bearer bob")]).await;
    assert_eq!((scene.subgraphs.opened(), scene.subgraphs.open()), (2, 2));
    for event in 0..4 {
        scene.subgraphs.say(0, json!({ "changed": { "__typename": "Product", "id": event, "name": "a" } }));
        let answers = futures::future::join_all(all.iter_mut().map(StreamExt::next)).await;
        let answer: Value = serde_json::from_slice(answers[0].as_ref().unwrap()).unwrap();
        assert_eq!(answer, json!({ "data": { "changed": { "name": "a", "inStock": event % 2 == 0 } } }));
        assert!(answers.iter().all(|other| other == &answers[0]), "{answers:?}");
        assert_eq!(scene.subgraphs.entities.load(Ordering::SeqCst), event + 1);
    }
    assert_eq!(stranger.next().now_or_never(), None, "another one's events are not told");
    while all.len() > 1 {
        all.pop();
        assert_eq!(scene.subgraphs.open(), 2);
    }
    // One that comes later shares, and has what comes later.
    let mut late = scene.results(query, &[]).await;
    drop(all);
    scene.subgraphs.say(0, json!({ "changed": null }));
    assert_eq!(late.next().await.unwrap(), r#"{"data":{"changed":null}}"#);
    assert_eq!((scene.subgraphs.opened(), scene.subgraphs.open()), (2, 2));
    drop(late);
    assert_eq!(scene.subgraphs.open(), 1, "closed with its last client");
    let _again = scene.results(query, &[]).await;
    assert_eq!((scene.subgraphs.opened(), scene.subgraphs.open()), (3, 2), "and opened anew for the next");
}

#[tokio::test]
async fn one_that_is_alone_sets_the_pace_and_one_that_is_too_slow_is_told_so() {
    let scene = Scene::new();
    let mut fast = scene.results(COUNTED, &[]).await;
    (0..200).for_each(|number| scene.subgraphs.say(0, json!({ "counted": number })));
    assert_eq!(fast.next().now_or_never(), counted(0));
    assert_eq!(scene.subgraphs.drawn.load(Ordering::SeqCst), 1, "nothing is drawn that nobody asked for");
    let mut slow = scene.results(COUNTED, &[]).await;
    for number in 1..100 {
        assert_eq!(fast.next().now_or_never(), counted(number));
    }
    let mut told = 0;
    let last = loop {
        let result = slow.next().now_or_never().unwrap().unwrap();
        if Some(Some(result.clone())) != counted(told + 1) {
            break String::from_utf8(result.to_vec()).unwrap();
        }
        told += 1;
    };
    assert_eq!(told, 64, "what waited for it is still told");
    assert!(last.contains("SUBSCRIBER_TOO_SLOW"), "{last}");
    assert_eq!(slow.next().now_or_never(), Some(None));
    assert_eq!(fast.next().now_or_never(), counted(100), "others go on");
}

#[tokio::test]
async fn the_end_and_a_failure_reach_everybody_and_whoever_comes_next_begins_anew() {
    let scene = Scene::new();
    let mut all = [scene.results(COUNTED, &[]).await, scene.results(COUNTED, &[]).await];
    scene.subgraphs.say(0, json!({ "counted": 1 }));
    let broken = TransportError { code: "SUBGRAPH_UNREACHABLE", detail: "10.0.0.1".into() };
    scene.subgraphs.streams.lock().unwrap()[0].unbounded_send(Err(broken)).unwrap();
    assert_eq!(all[0].next().await.map(Some), counted(1).unwrap().map(Some));
    let failed = all[0].next().await.unwrap();
    assert!(std::str::from_utf8(&failed).unwrap().contains("SUBGRAPH_UNREACHABLE"), "{failed:?}");
    assert_eq!(all[0].next().await, None);
    // The other one still has all of it to take; a third shares nothing with it.
    let _third = scene.results(COUNTED, &[]).await;
    assert_eq!(scene.subgraphs.opened(), 2);
    assert_eq!(all[1].next().now_or_never(), counted(1));
    assert_eq!(all[1].next().await, Some(failed));
    assert_eq!(all[1].next().await, None);
    drop(all);
    let _fourth = scene.results(COUNTED, &[]).await;
    assert_eq!(scene.subgraphs.opened(), 2, "the place of the ended one took nothing along");
}

#[tokio::test]
async fn of_those_that_come_at_one_time_one_opens_and_a_failure_is_its_own() {
    let scene = Scene::new();
    let ask = || scene.subscribe(request(COUNTED, json!({})), &[]);
    let opened = futures::future::join_all((0..10).map(|_| ask())).await;
    assert!(opened.iter().all(|answer| matches!(answer, Answer::Stream(_))));
    assert_eq!(scene.subgraphs.opened(), 1);
    drop(opened);
    scene.subgraphs.fails.store(2, Ordering::SeqCst);
    let opened = futures::future::join_all((0..5).map(|_| ask())).await;
    let failed = opened.iter().filter(|answer| matches!(answer, Answer::Single(_))).count();
    assert_eq!((failed, scene.subgraphs.opened(), scene.subgraphs.open()), (2, 2, 1));
    // Whoever is opening may be gone before it has done so.
    drop(opened);
    drop(ask().now_or_never());
    assert_eq!(scene.subgraphs.opened(), 2, "it had not opened yet");
    assert!(matches!(ask().await, Answer::Stream(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_forgotten_when_many_come_and_go() {
    for _ in 0..50 {
        let scene = Scene::new();
        let mut all = Vec::new();
        for number in 0..20 {
            let results = scene.results(COUNTED, &[]).await;
            // Every other one leaves early.
            let most = if number % 2 == 0 { 60 } else { number };
            all.push((most, tokio::spawn(results.take(most).count())));
        }
        (0..60).for_each(|number| scene.subgraphs.say(0, json!({ "counted": number })));
        for (most, counted) in all {
            let counted = tokio::time::timeout(Duration::from_secs(20), counted).await;
            assert_eq!(counted.expect("nobody waits for ever").unwrap(), most);
        }
        assert_eq!((scene.subgraphs.opened(), scene.subgraphs.open()), (1, 0));
    }
}
