//! Query plan, variables and a transport to response bytes: fetches run as soon as their inputs are there, answers are
//! parsed into slots, the client's answer is written in one walk.
//!
//! In the order of a request: `program` compiles the plan (once, cached with it); `run` starts the fetches whose inputs
//! are there; `targets` finds the objects of a fetch and writes their representations; `request_body` fills the compiled
//! body; a `transport` sends it, over HTTP to one of the `replicas`; `answer` reads the reply into the `store`; `blame` gives errors their places; `projection`
//! writes the client's answer. `parts` does all this for an answer in parts, which `payload` puts into a client's format.
//! `subscription` does it for each event of a stream, which reaches us as `sse` or over a `websocket`; equal subscriptions are
//! `sharing` one stream.

mod answer;
mod blame;
mod contextual_targets;
pub(crate) mod course;
mod errors;
mod explained;
mod http_exchange;
pub(crate) mod http_failure;
pub mod http_transport;
pub mod in_process_transport;
mod introspection;
mod json;
mod limits;
mod nulled;
mod one_of;
mod parts;
mod payload;
mod program;
mod projection;
pub(crate) mod replicas;
mod request_body;
mod retry_budget;
mod run;
mod shared_stream;
mod sharing;
mod sse;
mod store;
mod subgraph_error;
mod subscription;
mod targets;
pub(crate) mod tls;
pub mod transport;
mod websocket;

pub use limits::ExecutionLimits;
pub(crate) use parts::{Part, execute_in_parts};
pub use payload::PartsFormat;
pub(crate) use program::{Program, RuntimeTypes, compile};
pub(crate) use run::{Executed, Execution};
pub(crate) use sharing::SharedSubscriptions;
pub(crate) use subscription::subscribe;

/// Executes a query or mutation.
pub(crate) async fn execute(execution: &Execution) -> Executed {
    run::Run::new(execution).finish().await
}
