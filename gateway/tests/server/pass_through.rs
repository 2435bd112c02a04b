//! Paths that are passed on to another server.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use crate::replica_double::{Mode, Replica};
use crate::support::TestServer;

/// A server that answers with what it got.
async fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(async |request: Request| {
        let (parts, body) = request.into_parts();
        let length = axum::body::to_bytes(body, 1 << 30).await.map_or(-1, |body| body.len() as i64);
        let seen = format!("{} {} {length} {:?}", parts.method, parts.uri, parts.headers);
        (
            [
                ("x-answer", "yes"),
                ("connection", "x-hop"),
                ("x-hop", "no"),
                ("location", "http://elsewhere/"),
            ],
            seen,
        )
            .into_response()
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

#[tokio::test]
async fn requests_are_passed_on_with_our_credential_and_without_hop_by_hop_headers() {
    let base = echo().await;
    let yaml = format!(
        "pass_through:\n  /files/:\n    url: {base}\n    max_body: 1MiB\n    headers: {{ x-knlab-credential: ours }}\n  /.well-known/jwks.json:\n    url: {base}/base/\n"
    );
    let server = TestServer::start(&yaml).await;
    let sent = [
        ("x-knlab-credential", "forged"),
        ("x_knlab_credential", "forged"),
        ("range", "bytes=0-1"),
        ("connection", "x-mine"),
        ("x-mine", "1"),
    ];
    let answer = server.send("PUT", "/files/u/1?sig=a%20b", &sent, Body::from("x".repeat(500_000))).await;
    let text = answer.text();
    assert!(text.starts_with("PUT /files/u/1?sig=a%20b 500000 "), "{text}");
    assert!(
        text.contains("\"x-knlab-credential\": Sensitive")
            || text.contains("\"x-knlab-credential\": \"ours\""),
        "{text}"
    );
    assert!(text.contains("bytes=0-1") && !text.contains("forged") && !text.contains("x-mine"), "{text}");
    assert_eq!((answer.header("x-answer"), answer.header("x-hop")), ("yes", ""));

    assert!(
        server.get("/.well-known/jwks.json").await.text().starts_with("GET /base/.well-known/jwks.json 0 ")
    );
    assert_eq!(server.get("/.well-known/other").await.status, 404);
}

#[tokio::test]
async fn odd_paths_large_bodies_and_dead_servers_end_cleanly() {
    let base = echo().await;
    let yaml = format!(
        "pass_through:\n  /files/: {{ url: '{base}', max_body: 1KiB }}\n  /dead/: {{ url: 'http://127.0.0.1:1' }}\n"
    );
    let server = TestServer::start(&yaml).await;
    for path in
        ["/files/../graphql", "/files/%2e%2E/graphql", "/files/a%2f..%2fb", "/files/a%5c..", "/files/a%00"]
    {
        assert_eq!(server.get(path).await.status, 400, "{path}");
    }
    let declared = server.send("PUT", "/files/x", &[], Body::from("x".repeat(100_000))).await;
    let pieces = futures::stream::iter((0..100).map(|_| Ok::<_, std::convert::Infallible>("x".repeat(1000))));
    let chunked = server.send("PUT", "/files/x", &[], Body::from_stream(pieces)).await;
    for large in [declared, chunked] {
        assert_eq!((large.status, large.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    }
    let dead = server.get("/dead/x").await;
    assert_eq!((dead.status, dead.code().as_str()), (502, "UPSTREAM_UNREACHABLE"));
    assert!(!dead.text().contains("127.0.0.1"));
}

#[tokio::test]
async fn a_dead_replica_costs_no_passed_on_request_and_no_body_is_lost_on_the_way() {
    let (mut a, b) = (Replica::start("a").await, Replica::start("b").await);
    let yaml = format!(
        "pass_through:\n  /files/: {{ urls: ['http://{}', 'http://{}'], headers: {{ x-ours: secret }} }}\n",
        a.address, b.address
    );
    let server = TestServer::start(&yaml).await;
    for _ in 0..4 {
        assert_eq!(server.get("/files/x").await.status, 200);
    }
    assert_eq!((a.requests(), b.requests()), (2, 2), "they take turns");
    a.kill();
    let seen = b.requests();
    for number in 0..10 {
        let body = format!("upload {number} {}", "x".repeat(50_000));
        let answer = server.send("PUT", "/files/x", &[], Body::from(body.clone())).await;
        assert_eq!((answer.status, answer.text()), (200, "b"), "{number}");
        let last = b.seen().pop().unwrap();
        assert!(last.ends_with(&body) && last.contains("x-ours: secret"), "{number}: {}", &last[..200]);
    }
    assert_eq!(b.requests(), seen + 10);
    a.restart().await;
    let begin = std::time::Instant::now();
    while server.get("/files/x").await.text() != "a" {
        assert!(begin.elapsed() < std::time::Duration::from_secs(15), "a is not back");
    }
}

#[tokio::test]
async fn a_passed_on_read_that_was_cut_is_repeated_and_a_write_is_not() {
    let (a, b) = (Replica::start("a").await, Replica::start("b").await);
    let yaml =
        format!("pass_through:\n  /files/: {{ urls: ['http://{}', 'http://{}'] }}\n", a.address, b.address);
    let server = TestServer::start(&yaml).await;
    a.does(Mode::Cuts);
    for _ in 0..6 {
        assert_eq!(server.get("/files/x").await.text(), "b");
    }
    let seen = a.requests() + b.requests();
    let mut cut = 0;
    for _ in 0..6 {
        let answer = server.send("PUT", "/files/x", &[], Body::from("content")).await;
        cut += usize::from(answer.status == 502);
    }
    assert_eq!(a.requests() + b.requests(), seen + 6, "every write was sent once");
    assert!((1..6).contains(&cut), "{cut} writes were cut");
}
