//! Connections that are slow, many or broken.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{SOON, TestServer};

#[tokio::test]
async fn clients_that_do_not_finish_their_request_are_closed_in_time() {
    let server = TestServer::start("timeouts: { headers: 300ms, body: 300ms }").await;
    let post =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    for begun in ["", "P", "PRI", "GET /graphql HTTP/1.1\r\nhost: x\r\nx-slow: ", post] {
        let started = Instant::now();
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = tokio::time::timeout(SOON, stream.read_to_string(&mut answer)).await;
        assert!(read.is_ok(), "{begun:?} is still open after {:?}", started.elapsed());
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{begun:?}: {answer}");
    }
    assert_eq!(server.query("{ hello }", &[]).await.status, 200);
}

#[tokio::test]
async fn broken_requests_get_an_error_and_a_closed_connection() {
    let server = TestServer::start("limits: { headers: 8KiB }").await;
    let long = format!("GET /graphql HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(100_000));
    let many = format!("GET /graphql HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(500));
    let hello = r#"{"query":"{ hello }"}"#;
    let post = |headers: &str| {
        format!("POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{headers}\r\n{hello}")
    };
    for (what, request) in [
        ("a long header", long),
        ("many headers", many),
        ("two lengths", post("content-length: 21\r\ncontent-length: 22\r\n")),
        ("a signed length", post("content-length: +21\r\n")),
        ("an odd transfer encoding", post("transfer-encoding: xchunked\r\n")),
        ("a NUL", "GET /graphql HTTP/1.1\r\nhost: x\0\r\n\r\n".to_owned()),
        ("no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_owned()),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // The server may close before it has read all.
        drop(stream.write_all(request.as_bytes()).await);
        let mut answer = Vec::new();
        let read = tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "{what}: still open");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{what}: {answer}");
        assert!(answer.matches("HTTP/1.1").count() <= 1, "{what}: {answer}");
    }
    assert_eq!(server.query("{ hello }", &[]).await.status, 200);
}

#[tokio::test]
async fn http2_with_prior_knowledge_is_answered() {
    let server = TestServer::start("").await;
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .http2_only(true)
        .build_http::<axum::body::Body>();
    let uri = format!("http://{}/health/live", server.address).parse().unwrap();
    let response = client.get(uri).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, http::Version::HTTP_2));
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_closed() {
    let server = TestServer::start("timeouts: { write: 300ms, headers: 60s }").await;
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    // Else the kernel takes the whole answer for the client.
    socket.set_recv_buffer_size(64 << 10).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    let body = r#"{"query":"{ huge }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.peek(&mut [0]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok() && answer.len() < 16_000_000, "{} bytes came", answer.len());
}
