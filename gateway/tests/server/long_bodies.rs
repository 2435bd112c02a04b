//! Bodies on passed-on paths: they may be as long and take as long as they like, but not stand still; and web pages of other
//! origins may send them.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::replica_double::{Mode, Replica};
use crate::support::TestServer;

/// How long nothing may move in these tests.
const LIMIT: Duration = Duration::from_millis(1_200);

/// A server that counts bodies, answers slowly at `/files/slow`, and stops in the middle at `/files/stops`.
async fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(async |request: Request| match request.uri().path() {
        "/files/slow" => Body::from_stream(slow()).into_response(),
        "/files/stops" => Body::from_stream(slow().take(2).chain(stream::pending())).into_response(),
        _ => counted(request).await,
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

async fn counted(request: Request) -> Response {
    let pieces = request.into_body().into_data_stream();
    let length = pieces.fold(0, async |sum, piece| sum + piece.unwrap().len()).await;
    ([("upload-offset", length.to_string())], length.to_string()).into_response()
}

/// Eight pieces; each comes in time, all of them take longer than the limit.
fn slow() -> impl futures::Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    stream::iter(0..8).then(async |_| {
        tokio::time::sleep(LIMIT / 4).await;
        Ok(Bytes::from_static(b"12345"))
    })
}

async fn gateway(urls: &[String]) -> TestServer {
    let millis = LIMIT.as_millis();
    let yaml = format!(
        "timeouts: {{ pass_through: {millis}ms }}\npass_through: {{ /files/: {{ urls: {urls:?} }} }}\n\
         cors: {{ origins: ['https://app.example.org'] }}"
    );
    TestServer::start(&yaml).await
}

#[tokio::test]
async fn a_body_that_moves_may_be_long_and_slow_in_both_directions() {
    let gateway = gateway(&[server().await]).await;
    let up = gateway.send("PATCH", "/files/u/1", &[], Body::from_stream(slow())).await;
    assert_eq!((up.status, up.text()), (200, "40"));
    assert_eq!(gateway.get("/files/slow").await.text(), "12345".repeat(8));
    let piece = Bytes::from(vec![7; 1 << 20]);
    let large = stream::iter((0..150).map(move |_| Ok::<_, Infallible>(piece.clone())));
    let up = gateway.send("PUT", "/files/u/1", &[], Body::from_stream(large)).await;
    assert_eq!((up.status, up.text()), (200, "157286400"), "no limit but that of the server behind");
}

#[tokio::test]
async fn a_client_that_stops_in_the_middle_is_told_and_costs_no_replica() {
    let (a, b) = (Replica::start("a").await, Replica::start("b").await);
    let urls = [&a, &b].map(|replica| format!("http://{}", replica.address));
    let gateway = gateway(&urls).await;
    for _ in 0..2 {
        let begin = Instant::now();
        let stops = slow().take(2).chain(stream::pending());
        let answer = gateway.send("PUT", "/files/x", &[], Body::from_stream(stops)).await;
        assert_eq!((answer.status, answer.code().as_str()), (408, "BODY_TIMEOUT"));
        assert!(begin.elapsed() < LIMIT * 4, "{:?}", begin.elapsed());
    }
    let names =
        [gateway.get("/files/x").await, gateway.get("/files/x").await].map(|answer| answer.text().to_owned());
    assert!(names.contains(&"a".to_owned()) && names.contains(&"b".to_owned()), "both are up: {names:?}");
}

#[tokio::test]
async fn a_server_that_stops_is_given_up_before_and_in_the_middle_of_its_answer() {
    let silent = Replica::start("a").await;
    silent.does(Mode::Hangs);
    let hanging = gateway(&[format!("http://{}", silent.address)]).await;
    let answer = hanging.send("PUT", "/files/x", &[], Body::from("content")).await;
    assert_eq!((answer.status, answer.code().as_str()), (504, "UPSTREAM_TIMEOUT"));

    let stopping = gateway(&[server().await]).await;
    let begin = Instant::now();
    let mut client = TcpStream::connect(stopping.address).await.unwrap();
    client.write_all(b"GET /files/stops HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("12345") && !answer.ends_with("0\r\n\r\n"), "it is broken off: {answer}");
    assert!(begin.elapsed() < LIMIT * 4, "{:?}", begin.elapsed());
}

#[tokio::test]
async fn pages_of_allowed_origins_may_upload_in_parts_and_read_every_header() {
    let gateway = gateway(&[server().await]).await;
    let headers = "content-type,tus-resumable,upload-length,upload-offset";
    for (origin, allowed) in [("https://app.example.org", true), ("https://evil.example.org", false)] {
        for method in ["PUT", "PATCH", "HEAD", "GET"] {
            let ask = [
                ("origin", origin),
                ("access-control-request-method", method),
                ("access-control-request-headers", headers),
            ];
            let preflight = gateway.send("OPTIONS", "/files/u/1", &ask, Body::empty()).await;
            assert_eq!(preflight.header("access-control-allow-origin"), if allowed { origin } else { "" });
            assert_eq!(preflight.header("access-control-allow-methods"), method);
            assert_eq!(preflight.header("access-control-allow-headers"), headers);
            let answer = gateway.send(method, "/files/u/1", &[("origin", origin)], Body::from("12345")).await;
            assert_eq!(answer.header("access-control-allow-origin"), if allowed { origin } else { "" });
            assert_eq!(answer.header("access-control-expose-headers"), "*");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
    }
}
