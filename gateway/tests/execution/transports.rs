//! The transports: the same subgraph over a socket and in process, well behaved and not.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use futures::{StreamExt, stream};
use gateway::execution::http_transport::{Endpoint, HttpSettings, HttpTransport};
use gateway::execution::in_process_transport::{InProcessTransport, handler};
use gateway::execution::transport::{RequestContext, SubgraphRequest, SubgraphTransport};
use gateway::supergraph::SubgraphId;
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::net::TcpListener;
use tower::ServiceExt;

const MAX_BYTES: usize = 1000;
const SUBGRAPH: SubgraphId = SubgraphId(0);

/// What the subgraph noticed.
#[derive(Default)]
struct Noticed {
    connections: AtomicUsize,
    stream_dropped: AtomicBool,
}

/// Tells when the stream that holds it is dropped.
struct DropFlag(Arc<Noticed>);

impl Drop for DropFlag {
    fn drop(&mut self) {
        self.0.stream_dropped.store(true, Ordering::SeqCst);
    }
}

/// Does what the request's body says.
async fn subgraph(State(noticed): State<Arc<Noticed>>, request: Request<Body>) -> Response<Body> {
    let headers = request.headers().clone();
    let wish = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let header = |name: &str| headers.get(name).map(|v| v.to_str().unwrap().to_string()).unwrap_or_default();
    let chunks =
        |chunks: Vec<&'static str>| stream::iter(chunks).map(|c| Ok::<_, Infallible>(Bytes::from(c)));
    match &wish[..] {
        b"headers" => Response::new(Body::from(format!(
            "{}|{}|{}|{}",
            header("content-type"),
            header("accept"),
            header("x-knlab-caller"),
            header("x-request-id")
        ))),
        b"chunks" => Response::new(Body::from_stream(chunks(vec!["{\"a\":", "", "1", "}"]))),
        b"redirect" => {
            Response::builder().status(302).header("location", "/graphql").body(Body::empty()).unwrap()
        }
        b"large" => Response::new(Body::from("x".repeat(MAX_BYTES + 1))),
        b"large chunks" => Response::new(Body::from_stream(stream::repeat(Ok::<_, Infallible>(
            Bytes::from("x".repeat(100)),
        )))),
        b"hang" => std::future::pending().await,
        b"events" => events(Body::from_stream(chunks(vec![
            "event: next\nda",
            "ta: {\"n\":1}\n\nevent: next\ndata: {\"n\":2}\n\nevent: complete\ndata:\n\n",
            "event: next\ndata: {}\n\n",
        ]))),
        b"cut events" => {
            events(Body::from_stream(chunks(vec!["event: next\ndata: {\"n\":1}\n\nevent: next\n"])))
        }
        b"long event" => events(Body::from_stream(stream::repeat(Ok::<_, Infallible>(Bytes::from(
            "data: xxxxxxxxxxxxxxxxx\n",
        ))))),
        b"refused" => Response::builder()
            .status(401)
            .header("content-type", "application/json")
            .body(Body::from("{\"errors\":[]}"))
            .unwrap(),
        b"html" => Response::builder()
            .status(500)
            .header("content-type", "text/html")
            .body(Body::from("<html>"))
            .unwrap(),
        b"slow events" => {
            let flag = DropFlag(noticed.clone());
            let ticks = stream::unfold((0, flag), |(n, flag)| async move {
                tokio::time::sleep(Duration::from_millis(if n == 0 { 0 } else { 400 })).await;
                Some((Ok::<_, Infallible>(Bytes::from(format!("event: next\ndata: {n}\n\n"))), (n + 1, flag)))
            });
            events(Body::from_stream(ticks))
        }
        other => panic!("{other:?}"),
    }
}

fn events(body: Body) -> Response<Body> {
    Response::builder().header("content-type", "text/event-stream; charset=utf-8").body(body).unwrap()
}

fn endpoint(url: String) -> Endpoint {
    let mut headers = HeaderMap::new();
    headers.insert("x-knlab-caller", HeaderValue::from_static("gateway"));
    Endpoint {
        urls: vec![url.parse().unwrap()],
        headers,
        timeout: Duration::from_millis(500),
        subscriptions: Default::default(),
    }
}

fn context() -> RequestContext {
    let mut headers = HeaderMap::new();
    headers.insert("x-request-id", HeaderValue::from_static("r1"));
    headers.insert("x-knlab-caller", HeaderValue::from_static("somebody else"));
    RequestContext { headers, deadline: Instant::now() + Duration::from_secs(5) }
}

fn http_transport(url: String) -> Arc<dyn SubgraphTransport> {
    let settings = HttpSettings { max_response_bytes: MAX_BYTES, ..HttpSettings::new(vec![endpoint(url)]) };
    Arc::new(HttpTransport::new(settings))
}

/// The same subgraph behind both transports.
async fn both() -> Vec<(&'static str, Arc<dyn SubgraphTransport>, Arc<Noticed>)> {
    let over_http = Arc::new(Noticed::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/graphql", listener.local_addr().unwrap());
    let router =
        |noticed: &Arc<Noticed>| Router::new().route("/graphql", post(subgraph)).with_state(noticed.clone());
    let (served, counted) = (router(&over_http), over_http.clone());
    let listener = axum::serve::ListenerExt::tap_io(listener, move |_| {
        counted.connections.fetch_add(1, Ordering::SeqCst);
    });
    tokio::spawn(async move { axum::serve(listener, served).await });

    let in_process = Arc::new(Noticed::default());
    let service = router(&in_process);
    let answer = handler(move |request: Request<Bytes>| {
        let service = service.clone();
        async move { service.oneshot(request.map(Body::from)).await.unwrap() }
    });
    let local =
        InProcessTransport::new(vec![(endpoint("http://local/graphql".to_string()), answer)], MAX_BYTES);
    vec![("http", http_transport(url), over_http), ("in process", Arc::new(local), in_process)]
}

fn query(wish: &'static str) -> SubgraphRequest {
    SubgraphRequest { body: Bytes::from(wish), repeatable: true }
}

async fn fetch(
    transport: &Arc<dyn SubgraphTransport>,
    wish: &'static str,
) -> Result<(u16, String), &'static str> {
    match transport.fetch(SUBGRAPH, query(wish), &context()).await {
        Ok(answer) => Ok((answer.status.as_u16(), String::from_utf8(answer.body.to_vec()).unwrap())),
        Err(error) => Err(error.code),
    }
}

#[tokio::test]
async fn one_request_and_one_answer() {
    let sent = "application/json|application/graphql-response+json, application/json;q=0.9|gateway|r1";
    let cases = [
        ("headers", Ok((200, sent.to_string()))),
        ("chunks", Ok((200, "{\"a\":1}".to_string()))),
        ("redirect", Ok((302, String::new()))),
        ("large", Err("SUBGRAPH_RESPONSE_TOO_LARGE")),
        ("large chunks", Err("SUBGRAPH_RESPONSE_TOO_LARGE")),
        ("hang", Err("SUBGRAPH_TIMEOUT")),
    ];
    for (name, transport, _) in both().await {
        for (wish, expected) in &cases {
            assert_eq!(fetch(&transport, wish).await, *expected, "{name}: {wish}");
        }
    }
}

#[tokio::test]
async fn connections_are_kept() {
    let (_, transport, noticed) = both().await.remove(0);
    for _ in 0..10 {
        fetch(&transport, "chunks").await.unwrap();
    }
    assert_eq!(noticed.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_closed_port_and_an_answer_that_breaks_off_are_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let transport = http_transport(format!("http://{}/", listener.local_addr().unwrap()));
    let broken = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        tokio::io::AsyncReadExt::read(&mut socket, &mut request).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"data\":";
        tokio::io::AsyncWriteExt::write_all(&mut socket, answer).await.unwrap();
    });
    assert_eq!(fetch(&transport, "anything").await, Err("SUBGRAPH_UNREACHABLE"));
    broken.await.unwrap();
    assert_eq!(fetch(&transport, "anything").await, Err("SUBGRAPH_UNREACHABLE"));
}

async fn subscribe(
    transport: &Arc<dyn SubgraphTransport>,
    wish: &'static str,
) -> Result<Vec<String>, &'static str> {
    let opened = transport.subscribe(SUBGRAPH, Bytes::from(wish), &context()).await;
    let events = opened.map_err(|error| error.code)?.take(3).map(|event| match event {
        Ok(event) => String::from_utf8(event.to_vec()).unwrap(),
        Err(error) => error.code.to_string(),
    });
    Ok(events.collect().await)
}

#[tokio::test]
async fn subscriptions_are_events_until_they_complete() {
    let told = |events: &[&str]| Ok(events.iter().map(ToString::to_string).collect::<Vec<_>>());
    let cases = [
        ("events", told(&["{\"n\":1}", "{\"n\":2}"])),
        ("cut events", told(&["{\"n\":1}", "SUBGRAPH_UNREACHABLE"])),
        ("long event", told(&["SUBGRAPH_RESPONSE_TOO_LARGE"])),
        ("refused", told(&["{\"errors\":[]}"])),
        ("html", Err("SUBGRAPH_HTTP_ERROR")),
        ("slow events", told(&["0", "1", "2"])),
        // The last: a replica that hangs and was not heard of for a millisecond is out.
        ("hang", Err("SUBGRAPH_TIMEOUT")),
    ];
    for (name, transport, noticed) in both().await {
        for (wish, expected) in &cases {
            assert_eq!(subscribe(&transport, wish).await, *expected, "{name}: {wish}");
        }
        let dropped = async {
            while !noticed.stream_dropped.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(8), dropped).await;
        assert!(in_time.is_ok(), "{name}: dropping the stream must close it upstream");
    }
}

#[tokio::test]
async fn a_deadline_that_has_passed_is_a_timeout() {
    for (name, transport, _) in both().await {
        let mut context = context();
        context.deadline = Instant::now();
        let answer = transport.fetch(SUBGRAPH, query("hang"), &context).await;
        assert_eq!(answer.unwrap_err().code, "SUBGRAPH_TIMEOUT", "{name}");
        let missing = transport.fetch(SubgraphId(7), query("chunks"), &context).await;
        assert_eq!(missing.unwrap_err().code, "SUBGRAPH_UNREACHABLE", "{name}");
    }
}
