//! Several replicas of one subgraph: how requests are shared, and what one that dies, hangs or restarts costs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use gateway::execution::http_transport::{Endpoint, HttpSettings, HttpTransport};
use gateway::execution::transport::{ReplicaState, RequestContext, SubgraphRequest, SubgraphTransport};
use gateway::supergraph::SubgraphId;
use http::{HeaderMap, HeaderValue};

use crate::replica_double::{Mode, Replica};

const SUBGRAPH: SubgraphId = SubgraphId(0);
const TIMEOUT: Duration = Duration::from_millis(400);
/// What "at once" means; of many, for the machine is busy with other tests.
const AT_ONCE: Duration = Duration::from_millis(50);
/// How long a replica that works again may stay unused.
const BACK: Duration = Duration::from_secs(15);

/// A transport to one subgraph with these replicas.
fn transport(replicas: &[&Replica]) -> Arc<HttpTransport> {
    let mut headers = HeaderMap::new();
    headers.insert("x-caller", HeaderValue::from_static("gateway"));
    let urls = replicas.iter().map(|replica| replica.url().parse().unwrap()).collect();
    let settings = HttpSettings::new(vec![Endpoint {
        urls,
        headers,
        timeout: TIMEOUT,
        subscriptions: Default::default(),
    }]);
    Arc::new(HttpTransport::new(settings))
}

/// Sends one request; the name of who answered, or the code.
async fn send(
    transport: &HttpTransport,
    body: &'static str,
    repeatable: bool,
) -> Result<String, &'static str> {
    let context =
        RequestContext { headers: HeaderMap::new(), deadline: Instant::now() + Duration::from_secs(10) };
    let request = SubgraphRequest { body: Bytes::from(body), repeatable };
    let answer = transport.fetch(SUBGRAPH, request, &context).await;
    answer.map(|answer| String::from_utf8(answer.body.to_vec()).unwrap()).map_err(|error| error.code)
}

async fn query(transport: &HttpTransport) -> Result<String, &'static str> {
    send(transport, "query", true).await
}

async fn mutation(transport: &HttpTransport) -> Result<String, &'static str> {
    send(transport, "mutation", false).await
}

/// Asks until this replica answers; how long that took.
async fn until_back(transport: &HttpTransport, name: &str) -> Duration {
    let begin = Instant::now();
    while query(transport).await.as_deref() != Ok(name) {
        assert!(begin.elapsed() < BACK, "{name} is not back");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begin.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn states(transport: &HttpTransport) -> Vec<ReplicaState> {
    transport.replicas()[0].iter().map(|replica| replica.state).collect()
}

#[tokio::test]
async fn idle_replicas_take_turns_and_each_gets_the_same_headers() {
    let (a, b, c) = (Replica::start("a").await, Replica::start("b").await, Replica::start("c").await);
    let transport = transport(&[&a, &b, &c]);
    for _ in 0..30 {
        query(&transport).await.unwrap();
    }
    for replica in [&a, &b, &c] {
        assert_eq!(replica.requests(), 10, "{}", replica.name);
        assert!(replica.seen().iter().all(|request| request.contains("x-caller: gateway")));
    }
}

#[tokio::test]
async fn a_busy_replica_gets_less() {
    let (a, b) = (Replica::start("a").await, Replica::start("b").await);
    let transport = transport(&[&a, &b]);
    a.does(Mode::Hangs);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let transport = transport.clone();
            tokio::spawn(async move { query(&transport).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..20 {
        assert_eq!(query(&transport).await.as_deref(), Ok("b"));
    }
    a.does(Mode::Answers);
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_dead_replica_costs_no_query_and_no_mutation_and_is_back_by_itself() {
    let (mut a, b) = (Replica::start("a").await, Replica::start("b").await);
    let transport = transport(&[&a, &b]);
    for _ in 0..4 {
        query(&transport).await.unwrap();
    }
    a.kill();
    // A connection that is closed but not yet known to be counts as cut: only a query is sent again.
    query(&transport).await.unwrap();
    for _ in 0..20 {
        assert_eq!(mutation(&transport).await.as_deref(), Ok("b"), "nothing was sent to the dead one");
        assert_eq!(query(&transport).await.as_deref(), Ok("b"));
    }
    assert_eq!(states(&transport), [ReplicaState::Refusing, ReplicaState::Up]);
    a.restart().await;
    until_back(&transport, "a").await;
    assert_eq!(states(&transport), [ReplicaState::Up, ReplicaState::Up]);
}

#[tokio::test]
async fn with_nobody_else_to_ask_a_restarted_replica_is_used_at_once() {
    let mut a = Replica::start("a").await;
    let transport = transport(&[&a]);
    for round in 0..5 {
        a.kill();
        assert_eq!(mutation(&transport).await, Err("SUBGRAPH_UNREACHABLE"));
        // Past the first probe, which comes at once; long before the second.
        tokio::time::sleep(Duration::from_millis(50)).await;
        a.restart().await;
        assert_eq!(mutation(&transport).await.as_deref(), Ok("a"), "round {round}");
    }
}

#[tokio::test]
async fn a_query_that_was_cut_is_repeated_on_another_replica_and_a_mutation_never() {
    let (a, b) = (Replica::start("a").await, Replica::start("b").await);
    let transport = transport(&[&a, &b]);
    a.does(Mode::Cuts);
    for _ in 0..10 {
        assert_eq!(query(&transport).await.as_deref(), Ok("b"));
    }
    let (before, mut cut) = (a.requests() + b.requests(), 0);
    for _ in 0..10 {
        cut += usize::from(mutation(&transport).await == Err("SUBGRAPH_UNREACHABLE"));
    }
    assert_eq!(a.requests() + b.requests(), before + 10, "every mutation was sent once");
    assert!((1..10).contains(&cut), "{cut} mutations were cut");
    b.does(Mode::Cuts);
    assert_eq!(query(&transport).await, Err("SUBGRAPH_UNREACHABLE"));
    assert_eq!(a.requests() + b.requests(), before + 12, "a query is repeated once");
}

#[tokio::test]
async fn when_all_are_cut_repeats_are_a_reserve_and_then_a_tenth() {
    let a = Replica::start("a").await;
    let transport = transport(&[&a]);
    a.does(Mode::Cuts);
    for _ in 0..600 {
        assert_eq!(query(&transport).await, Err("SUBGRAPH_UNREACHABLE"));
    }
    let repeats = a.requests() - 600;
    assert!((100..=160).contains(&repeats), "{repeats} repeats");
}

#[tokio::test]
async fn old_connections_to_a_restarted_replica_fail_no_query() {
    let mut a = Replica::start("a").await;
    let transport = transport(&[&a]);
    for round in 0..20 {
        // Some connections for the pool.
        futures::future::join_all((0..5).map(|_| query(&transport))).await;
        a.kill();
        a.restart().await;
        assert_eq!(query(&transport).await.as_deref(), Ok("a"), "round {round}");
    }
    a.does(Mode::Closes);
    for round in 0..200 {
        assert_eq!(query(&transport).await.as_deref(), Ok("a"), "closed without a word, round {round}");
    }
}

#[tokio::test]
async fn a_hung_replica_costs_the_first_requests_their_time_and_then_nothing() {
    let (a, b) = (Replica::start("a").await, Replica::start("b").await);
    let transport = transport(&[&a, &b]);
    a.does(Mode::Hangs);
    let first = futures::future::join_all((0..4).map(|_| query(&transport))).await;
    assert!(first.iter().any(|answer| answer == &Err("SUBGRAPH_TIMEOUT")), "{first:?}");
    let mut times = Vec::new();
    for _ in 0..50 {
        let begin = Instant::now();
        assert_eq!(query(&transport).await.as_deref(), Ok("b"));
        times.push(begin.elapsed());
    }
    assert!(median(&mut times) < AT_ONCE, "{times:?}");
    assert_eq!(states(&transport), [ReplicaState::Silent, ReplicaState::Up]);
    a.does(Mode::Answers);
    until_back(&transport, "a").await;
}

#[tokio::test]
async fn with_every_replica_hung_requests_fail_at_once_after_the_first_timeout() {
    let (a, b) = (Replica::start("a").await, Replica::start("b").await);
    let transport = transport(&[&a, &b]);
    a.does(Mode::Hangs);
    b.does(Mode::Hangs);
    let first = futures::future::join_all((0..4).map(|_| query(&transport))).await;
    assert!(first.iter().all(|answer| answer == &Err("SUBGRAPH_TIMEOUT")), "{first:?}");
    let mut times = Vec::new();
    for _ in 0..50 {
        let begin = Instant::now();
        assert_eq!(query(&transport).await, Err("SUBGRAPH_UNREACHABLE"));
        assert_eq!(mutation(&transport).await, Err("SUBGRAPH_UNREACHABLE"));
        times.push(begin.elapsed());
    }
    assert!(median(&mut times) < AT_ONCE, "{times:?}");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((a.probes(), b.probes()), (1, 1), "one probe at a time");
    a.does(Mode::Answers);
    until_back(&transport, "a").await;
}

#[tokio::test]
async fn a_slow_answer_does_not_take_out_a_replica_that_answers_others() {
    let a = Replica::start("a").await;
    let transport = transport(&[&a]);
    let slow = {
        let transport = transport.clone();
        tokio::spawn(async move { send(&transport, "slow", true).await })
    };
    while !slow.is_finished() {
        assert_eq!(query(&transport).await.as_deref(), Ok("a"));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(slow.await.unwrap(), Err("SUBGRAPH_TIMEOUT"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((states(&transport), a.probes()), (vec![ReplicaState::Up], 0), "it was never out");
}

#[tokio::test]
async fn a_client_in_a_hurry_does_not_take_out_a_replica() {
    let a = Replica::start("a").await;
    let transport = transport(&[&a]);
    a.does(Mode::Hangs);
    let context =
        RequestContext { headers: HeaderMap::new(), deadline: Instant::now() + Duration::from_millis(20) };
    let request = SubgraphRequest { body: Bytes::from("query"), repeatable: true };
    let answer = transport.fetch(SUBGRAPH, request, &context).await;
    assert_eq!(answer.unwrap_err().code, "SUBGRAPH_TIMEOUT");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!((states(&transport), a.probes()), (vec![ReplicaState::Up], 0));
}

#[tokio::test]
async fn a_subscription_is_opened_on_a_replica_that_lives() {
    let (mut a, b) = (Replica::start("a").await, Replica::start("b").await);
    let transport = transport(&[&a, &b]);
    a.kill();
    for _ in 0..4 {
        let context =
            RequestContext { headers: HeaderMap::new(), deadline: Instant::now() + Duration::from_secs(10) };
        let opened = transport.subscribe(SUBGRAPH, Bytes::from("subscription"), &context).await.unwrap();
        let events: Vec<_> = opened.map(|event| event.unwrap()).collect().await;
        assert_eq!(events, ["{\"from\":\"b\"}"]);
    }
    assert_eq!(b.requests(), 4);
}

/// Each replica in turn goes away and comes back while queries go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_under_load_fails_no_query() {
    let (mut a, mut b) = (Replica::start("a").await, Replica::start("b").await);
    let transport = transport(&[&a, &b]);
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (transport, stop) = (transport.clone(), stop.clone());
            tokio::spawn(async move {
                let (mut sent, mut failed) = (0, Vec::new());
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    sent += 1;
                    failed.extend(query(&transport).await.err());
                }
                (sent, failed)
            })
        })
        .collect();
    for _ in 0..5 {
        for (replica, name) in [(&mut a, "a"), (&mut b, "b")] {
            replica.kill();
            tokio::time::sleep(Duration::from_millis(50)).await;
            replica.restart().await;
            until_back(&transport, name).await;
        }
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut all = 0;
    for client in clients {
        let (sent, failed) = client.await.unwrap();
        assert_eq!(failed, Vec::<&str>::new());
        all += sent;
    }
    assert!(all > 1000, "only {all} queries were sent");
}

#[tokio::test]
async fn a_replica_that_answers_everything_with_errors_is_out_and_costs_queries_nothing() {
    let (sick, well) = (Replica::start("sick").await, Replica::start("well").await);
    let transport = transport(&[&sick, &well]);
    sick.does(Mode::Fails);
    for _ in 0..50 {
        assert_eq!(query(&transport).await.as_deref(), Ok("well"));
    }
    assert!(sick.requests() <= 3, "it was asked {} times", sick.requests());
    assert!(states(&transport).contains(&ReplicaState::Failing), "{:?}", states(&transport));
    for _ in 0..10 {
        assert_eq!(mutation(&transport).await.as_deref(), Ok("well"));
    }
    sick.does(Mode::Answers);
    until_back(&transport, "sick").await;
}

#[tokio::test]
async fn with_all_replicas_failing_their_answers_are_passed_on() {
    let only = Replica::start("only").await;
    let transport = transport(&[&only]);
    only.does(Mode::Fails);
    for _ in 0..20 {
        assert_eq!(query(&transport).await.as_deref(), Ok("only"), "the error is the subgraph's to tell");
    }
    only.does(Mode::Answers);
    assert_eq!(mutation(&transport).await.as_deref(), Ok("only"));
}
