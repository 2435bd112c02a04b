//! A proxy for a search engine that knows which indexes a request is about.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Passage;

/// The three indexes.
pub const INDEXES: [&str; 3] = ["politica", "screening", "project"];

/// Passes requests on to a search engine.
pub struct IndexProxy {
    url: String,
    passages: watch::Sender<BTreeMap<&'static str, Passage>>,
    accepting: JoinHandle<()>,
}

struct Engine {
    url: String,
    client: reqwest::Client,
    passages: watch::Receiver<BTreeMap<&'static str, Passage>>,
}

/// Ends the connection without an answer.
#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("refused")
    }
}

impl std::error::Error for Refused {}

impl IndexProxy {
    /// A proxy for the engine at this URL.
    pub async fn to(engine: &str) -> IndexProxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (passages, changes) = watch::channel(BTreeMap::new());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let engine = Arc::new(Engine { url: engine.to_owned(), client, passages: changes });
        IndexProxy { url, passages, accepting: tokio::spawn(accept(listener, engine)) }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// What it does from now on with requests about this index.
    pub fn set(&self, index: &'static str, passage: Passage) {
        self.passages.send_modify(|passages| {
            passages.insert(index, passage);
        });
    }
}

impl Drop for IndexProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, engine: Arc<Engine>) {
    while let Ok((client, _)) = listener.accept().await {
        let engine = engine.clone();
        let answer = service_fn(move |request| engine.clone().answer(request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(client), answer));
    }
}

impl Engine {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Refused> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Refused)?.to_bytes();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        self.admit(&about(&path, &body)).await?;
        let mut headers = head.headers;
        headers.remove("host");
        let sent = self.client.request(head.method, format!("{}{path}", self.url));
        let answer = sent.headers(headers).body(body).send().await.map_err(|_| Refused)?;
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "transfer-encoding") {
            response = response.header(name, value);
        }
        let body = answer.bytes().await.map_err(|_| Refused)?;
        response.body(Full::new(body)).map_err(|_| Refused)
    }

    /// Waits while an index holds the request back; what is refused meanwhile is refused.
    async fn admit(&self, about: &[&'static str]) -> Result<(), Refused> {
        let mut passages = self.passages.clone();
        let of = |passages: &BTreeMap<&'static str, Passage>| -> Vec<Passage> {
            about.iter().filter_map(|index| passages.get(index).copied()).collect()
        };
        let is_settled = |passages: &BTreeMap<&'static str, Passage>| !of(passages).contains(&Passage::Held);
        let now = passages.wait_for(is_settled).await.map_err(|_| Refused)?.clone();
        let late = |passage: &Passage| match passage {
            Passage::Late(time) => *time,
            _ => Duration::ZERO,
        };
        let now = of(&now);
        if now.contains(&Passage::Refused) {
            return Err(Refused);
        }
        tokio::time::sleep(now.iter().map(late).max().unwrap_or_default()).await;
        Ok(())
    }
}

/// The indexes of a request: those in its path; for a bulk those in its actions.
fn about(path: &str, body: &Bytes) -> Vec<&'static str> {
    let place = path.split('?').next().unwrap_or_default();
    let text = String::from_utf8_lossy(if place.ends_with("_bulk") { body } else { &[] });
    let is_named =
        |index: &&'static str| place.contains(*index) || text.contains(&format!("\"_index\":\"{index}"));
    INDEXES.into_iter().filter(is_named).collect()
}
