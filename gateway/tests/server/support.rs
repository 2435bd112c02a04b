//! Starts a gateway on a free port and talks to it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use gateway::config::{self, Environment, Settings};
use gateway::server::{self, EngineSlot};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::engine_double::EngineDouble;

/// How long something is waited for: room for a busy machine, and less than the shortest of the default timeouts (10 s), which
/// are not to be what ends the wait.
pub const SOON: Duration = Duration::from_secs(8);

pub struct TestServer {
    pub address: SocketAddr,
    pub shutdown: CancellationToken,
    pub serving: JoinHandle<std::io::Result<()>>,
    client: Client<HttpConnector, Body>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

/// Settings from YAML.
pub fn settings(yaml: &str) -> Settings {
    config::parse(yaml, &Environment::default(), Path::new("")).unwrap()
}

impl TestServer {
    pub async fn start(yaml: &str) -> TestServer {
        TestServer::start_with(yaml, EngineSlot::holding(EngineDouble)).await
    }

    pub async fn start_with(yaml: &str, engine: EngineSlot) -> TestServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(server::serve(settings(yaml), engine, listener, shutdown.clone()));
        let client = Client::builder(TokioExecutor::new()).build_http();
        TestServer { address, shutdown, serving, client }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answered {
        let uri = format!("http://{}{path}", self.address);
        self.send_request(http::Request::builder().method(method).uri(uri), headers, body.into()).await
    }

    /// A GET to another port of the same gateway.
    pub async fn send_to(&self, address: SocketAddr, path: &str) -> Answered {
        let request = http::Request::builder().uri(format!("http://{address}{path}"));
        self.send_request(request, &[], Body::empty()).await
    }

    async fn send_request(
        &self,
        mut request: http::request::Builder,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answered {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answered { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub async fn query(&self, query: &str, headers: &[(&str, &str)]) -> Answered {
        let body = serde_json::json!({ "query": query }).to_string();
        self.send("POST", "/graphql", &[&[("content-type", "application/json")], headers].concat(), body)
            .await
    }

    pub async fn get(&self, path: &str) -> Answered {
        self.send("GET", path, &[], Body::empty()).await
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Answered {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The first error's code, or nothing.
    pub fn code(&self) -> String {
        self.json()
            .pointer("/errors/0/extensions/code")
            .and_then(|code| code.as_str())
            .unwrap_or("")
            .to_owned()
    }
}
