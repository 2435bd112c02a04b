//! Shutdown in order: not ready, running requests to their end, subscriptions closed, nothing new.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::support::TestServer;

#[tokio::test]
async fn running_requests_end_new_ones_are_not_accepted_and_readiness_falls_first() {
    let mut server = TestServer::start("timeouts: { drain: 1s }").await;
    let (slow, during) = tokio::join!(server.query("{ slow }", &[]), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.shutdown.cancel();
        tokio::time::sleep(Duration::from_millis(50)).await;
        server.get("/health/ready").await
    });
    assert_eq!(during.status, 503, "load balancers are told while connections are still accepted");
    assert_eq!(slow.status, 200, "a request that was running is answered");
    let ended = tokio::time::timeout(Duration::from_secs(20), &mut server.serving).await;
    ended.expect("the server ends by itself").unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_off_at_the_deadline() {
    let mut server = TestServer::start("timeouts: { drain: 1ms, shutdown: 300ms }").await;
    let started = Instant::now();
    let address = server.address;
    let hanging = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let body = r#"{"query":"{ never }"}"#;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.unwrap();
        std::future::pending::<()>().await;
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.shutdown.cancel();
    (&mut server.serving).await.unwrap().unwrap();
    assert!(started.elapsed() < Duration::from_secs(10));
    hanging.abort();
}

#[tokio::test]
async fn idle_connections_and_subscriptions_do_not_hold_shutdown_up() {
    let mut server = TestServer::start("timeouts: { drain: 1ms, shutdown: 60s }").await;
    assert_eq!(server.query("{ hello }", &[]).await.status, 200);
    let silent = TcpStream::connect(server.address).await.unwrap();
    let (events, ()) =
        tokio::join!(server.query("subscription { endless }", &[("accept", "text/event-stream")]), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            server.shutdown.cancel();
        });
    assert!(events.text().contains("\"endless\":1") && !events.text().contains("complete"));
    tokio::time::timeout(Duration::from_secs(20), &mut server.serving).await.unwrap().unwrap().unwrap();
    drop(silent);
}
