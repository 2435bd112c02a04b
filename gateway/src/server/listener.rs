//! Accepts connections, keeps slow and too many ones off, and ends them in order: not ready, then no new ones, then the
//! running requests to their end within a deadline.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Timeouts;

use super::gateway::Gateway;
use super::write_deadline::WriteDeadline;

/// Streams at one time on one HTTP/2 connection.
const HTTP2_STREAMS: u32 = 100;
/// What an HTTP/2 client with prior knowledge sends first.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// Serves until shutdown, then ends in order.
pub async fn run(
    gateway: Arc<Gateway>,
    router: Router,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let connections = TaskTracker::new();
    let slots = Arc::new(Semaphore::new(gateway.settings.limits.connections.min(Semaphore::MAX_PERMITS)));
    // Cancelled when connections have to finish their last request.
    let finishing = CancellationToken::new();
    let accepting = accept(&gateway, &router, &listener, (&connections, &slots, &finishing));
    let draining = async {
        shutdown.cancelled().await;
        gateway.drain();
        // Load balancers see "not ready" while connections are still accepted.
        tokio::time::sleep(gateway.settings.timeouts.drain).await;
    };
    tokio::select! {
        () = accepting => {}
        () = draining => {}
    }
    drop(listener);
    finishing.cancel();
    gateway.ending.cancel();
    connections.close();
    let limit = gateway.settings.timeouts.shutdown;
    if tokio::time::timeout(limit, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "shutdown: some requests did not end in time and are cut off"
        );
    }
    Ok(())
}

async fn accept(
    gateway: &Arc<Gateway>,
    router: &Router,
    listener: &TcpListener,
    (connections, slots, finishing): (&TaskTracker, &Arc<Semaphore>, &CancellationToken),
) {
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = connection(stream, gateway.clone(), router.clone(), finishing.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(slot);
                });
            }
            // Out of file descriptors, or the client was gone before it was accepted: neither ends the server.
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, gateway: Arc<Gateway>, router: Router, finishing: CancellationToken) {
    drop(stream.set_nodelay(true));
    let (limits, timeouts) = (&gateway.settings.limits, &gateway.settings.timeouts);
    let http2 = tokio::select! {
        http2 = speaks_http2(&stream, timeouts) => http2,
        () = finishing.cancelled() => return,
    };
    let Some(http2) = http2 else { return };
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.headers)
        .max_buf_size(limits.headers.max(8 << 10));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS)
        .max_header_list_size(u32::try_from(limits.headers).unwrap_or(u32::MAX))
        .keep_alive_interval(Some(Duration::from_secs(20)))
        .keep_alive_timeout(Duration::from_secs(10));
    let builder = if http2 { builder.http2_only() } else { builder.http1_only() };
    let service = TowerToHyperService::new(router);
    let serving = builder
        .serve_connection_with_upgrades(TokioIo::new(WriteDeadline::new(stream, timeouts.write)), service);
    tokio::pin!(serving);
    tokio::select! {
        _ = serving.as_mut() => return,
        () = finishing.cancelled() => serving.as_mut().graceful_shutdown(),
    }
    // How a connection ends is the client's affair.
    drop(serving.await);
}

/// Looks at the first bytes without taking them; nothing when they do not come in time. hyper's own detection waits for
/// them without a limit.
async fn speaks_http2(stream: &TcpStream, timeouts: &Timeouts) -> Option<bool> {
    let looking = async {
        let mut first = [0; HTTP2_PREFACE.len()];
        loop {
            let length = stream.peek(&mut first).await.ok().filter(|length| *length > 0)?;
            if !HTTP2_PREFACE.starts_with(&first[..length]) {
                return Some(false);
            }
            if length == first.len() {
                return Some(true);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(timeouts.headers, looking).await.ok().flatten()
}
