//! A transport whose subgraphs answer what a test says, and that remembers what they were asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use gateway::execution::transport::{
    RequestContext, SubgraphRequest, SubgraphResponse, SubgraphTransport, TransportError,
};
use gateway::supergraph::{SubgraphId, Supergraph};
use http::StatusCode;
use serde_json::Value;

/// What a subgraph does when it is asked.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Status and body.
    Http(u16, String),
    /// Status and body, which need not be text.
    Bytes(u16, Vec<u8>),
    /// No answer, with this code.
    Fails(&'static str),
    /// Never.
    Hangs,
    /// For a subscription: events, one after another.
    Events(Vec<Result<String, &'static str>>),
}

/// 200 with a body.
pub fn ok(body: impl ToString) -> Reply {
    Reply::Http(200, body.to_string())
}

/// The transport.
pub struct Script {
    names: Vec<String>,
    replies: Mutex<HashMap<String, VecDeque<Reply>>>,
    /// Subgraph and body of every request, in the order in which they were sent.
    pub asked: Mutex<Vec<(String, Value)>>,
    /// By request, whether it may be sent again.
    pub repeatable: Mutex<Vec<bool>>,
}

impl Script {
    /// Subgraphs reply in the order given.
    pub fn new(supergraph: &Supergraph, replies: &[(&str, Reply)]) -> Arc<Script> {
        let mut by_name: HashMap<String, VecDeque<Reply>> = HashMap::new();
        for (name, reply) in replies {
            by_name.entry(name.to_string()).or_default().push_back(reply.clone());
        }
        let names = supergraph.subgraphs().iter().map(|s| s.name.clone()).collect();
        Arc::new(Script {
            names,
            replies: Mutex::new(by_name),
            asked: Mutex::default(),
            repeatable: Mutex::default(),
        })
    }

    /// From now on, subgraphs reply so; what they had left to say is forgotten.
    pub fn next(&self, replies: &[(&str, Reply)]) {
        let mut all = self.replies.lock().unwrap();
        all.clear();
        for (name, reply) in replies {
            all.entry(name.to_string()).or_default().push_back(reply.clone());
        }
    }

    /// The variables of every request to a subgraph.
    pub fn variables(&self, subgraph: &str) -> Vec<Value> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(name, _)| name == subgraph).map(|(_, body)| body["variables"].clone()).collect()
    }

    fn reply(&self, subgraph: SubgraphId, body: &Bytes) -> Reply {
        let name = &self.names[subgraph.0 as usize];
        let body: Value = serde_json::from_slice(body).unwrap();
        self.asked.lock().unwrap().push((name.clone(), body.clone()));
        let reply = self.replies.lock().unwrap().get_mut(name).and_then(VecDeque::pop_front);
        reply.unwrap_or_else(|| panic!("{name} was not told how to answer {body}"))
    }
}

#[async_trait]
impl SubgraphTransport for Script {
    async fn fetch(
        &self,
        subgraph: SubgraphId,
        request: SubgraphRequest,
        _: &RequestContext,
    ) -> Result<SubgraphResponse, TransportError> {
        self.repeatable.lock().unwrap().push(request.repeatable);
        match self.reply(subgraph, &request.body) {
            Reply::Http(status, body) => {
                Ok(SubgraphResponse { status: StatusCode::from_u16(status).unwrap(), body: body.into() })
            }
            Reply::Bytes(status, body) => {
                Ok(SubgraphResponse { status: StatusCode::from_u16(status).unwrap(), body: body.into() })
            }
            Reply::Fails(code) => Err(TransportError { code, detail: "10.0.0.1:443 refused".into() }),
            Reply::Hangs => std::future::pending().await,
            Reply::Events(_) => panic!("events outside a subscription"),
        }
    }

    async fn subscribe(
        &self,
        subgraph: SubgraphId,
        body: Bytes,
        _: &RequestContext,
    ) -> Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError> {
        match self.reply(subgraph, &body) {
            Reply::Events(events) => {
                let events = events.into_iter().map(|event| {
                    event.map(Bytes::from).map_err(|code| TransportError { code, detail: "10.0.0.1".into() })
                });
                Ok(stream::iter(events).boxed())
            }
            Reply::Fails(code) => Err(TransportError { code, detail: "10.0.0.1".into() }),
            other => panic!("{other:?} to a subscription"),
        }
    }
}
