//! Requests to other servers that are not GraphQL: the key set, and paths that are passed on. Redirects are not followed.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::execution::http_failure::failure;
use crate::execution::replicas::Outcome;
use crate::execution::tls::choose_provider;

/// A client with pooled connections; clones share the pool.
#[derive(Clone)]
pub struct Upstream(Client<HttpsConnector<HttpConnector>, Body>);

/// Why there is no answer.
pub(super) struct SendError {
    /// How the request ended.
    pub outcome: Outcome,
    /// The request's body went over its limit.
    pub body_too_large: bool,
    /// What happened, for the log.
    pub detail: String,
}

impl Upstream {
    /// A client that connects at most this long.
    pub fn new(connect: Duration) -> Upstream {
        choose_provider();
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        http.set_connect_timeout(Some(connect));
        http.enforce_http(false);
        let https = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .build(https);
        Upstream(client)
    }

    /// Sends a request; the answer's body comes as a stream.
    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, SendError> {
        self.0.request(request).await.map_err(|error| {
            let (outcome, detail) = failure(&error);
            let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
            let body_too_large = causes.any(|cause| cause.is::<LengthLimitError>());
            SendError { outcome, body_too_large, detail }
        })
    }

    /// Whether a server answers at all, whatever it says.
    pub async fn is_there(&self, url: Uri) -> bool {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = url;
        self.send(request).await.is_ok_and(|answer| !answer.status().is_server_error())
    }

    /// Fetches a small document whole.
    pub async fn get(&self, url: &str, most: usize, time: Duration) -> Result<Bytes, String> {
        let request = Request::get(url).header(http::header::ACCEPT, "application/json").body(Body::empty());
        let request = request.map_err(|error| error.to_string())?;
        let fetched = tokio::time::timeout(time, async {
            let response = self.send(request).await.map_err(|error| error.detail)?;
            if !response.status().is_success() {
                return Err(format!("status {}", response.status()));
            }
            let body = Limited::new(response.into_body(), most).collect().await;
            Ok(body.map_err(|error| error.to_string())?.to_bytes())
        });
        fetched.await.map_err(|_| "it took too long".to_owned())?
    }
}
