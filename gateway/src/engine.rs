//! One request from text to bytes: prepare, plan, execute. The plan cache wraps this one path.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::{HeaderName, HeaderValue};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::json;

use crate::execution::transport::{ReplicaStanding, RequestContext, SubgraphTransport};
use crate::execution::{
    self, Execution, ExecutionLimits, Part, PartsFormat, Program, RuntimeTypes, SharedSubscriptions,
};
use crate::operation::selection::{Operation, OperationType};
use crate::operation::{self, Deferring, RequestError, RequestErrorCode};
use crate::planning;
use crate::planning::query_plan::QueryPlan;
use crate::supergraph::Supergraph;

/// A GraphQL request, transport-neutral.
#[derive(Clone, Debug)]
pub struct GraphqlRequest {
    /// The document.
    pub query: String,
    /// Which operation of the document; needed when there are several.
    pub operation_name: Option<String>,
    /// The variables as the client sent them: a JSON object, or nothing.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// The client's method allows only queries (HTTP GET): a mutation is refused with `MUTATION_OVER_GET`.
    pub only_queries: bool,
    /// How deferred fragments are sent, if the client takes an answer in parts; else `@defer` is not heeded.
    pub parts: Option<PartsFormat>,
}

/// The engine's answer.
pub enum Answer {
    /// One JSON response, complete.
    Single(Response),
    /// A subscription: each item is one complete JSON response. Dropping the stream ends it upstream.
    Stream(BoxStream<'static, Bytes>),
    /// The first part of an answer, and those that follow: JSON in the format that the request names. Dropping the stream
    /// ends the requests that are under way.
    Parts(Response, BoxStream<'static, Bytes>),
}

/// One JSON response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The JSON text: `{"data": …}`, `{"errors": …}` or both.
    pub body: Bytes,
    /// Whether execution began. A refused request (syntax, validation, limits) has no `data` and is HTTP 400 for clients
    /// that accept `application/graphql-response+json`.
    pub executed: bool,
    /// How many errors the body lists; for the server's log line.
    pub errors: usize,
}

/// What requests may use at most.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Of the operation's text, before it is planned.
    pub operation: operation::Limits,
    /// Of its execution.
    pub execution: ExecutionLimits,
    /// Bytes, roughly, that cached plans may occupy.
    pub plan_cache_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let (operation, execution) = Default::default();
        Limits { operation, execution, plan_cache_bytes: 64 << 20 }
    }
}

/// Makes plans. [`Engine::new`] uses `planning::plan`; tests bring plans of their own.
pub type Planner = dyn Fn(&Supergraph, Arc<Operation>) -> Result<QueryPlan, PlanRefusal> + Send + Sync;

/// Why an operation has no plan; safe to tell the client.
#[derive(Clone, Debug)]
pub struct PlanRefusal {
    /// What is wrong.
    pub message: String,
    /// A stable code.
    pub code: &'static str,
}

/// Answers GraphQL requests over one supergraph. Cheap to share, immutable but for its plan cache.
pub struct Engine {
    preparation: Arc<Preparation>,
    transport: Arc<dyn SubgraphTransport>,
    plans: Cache<PlanKey, Arc<Program>, PlanWeight>,
    labels: Labels,
    subscriptions: SharedSubscriptions<Sameness>,
    /// The subgraphs whose subscriptions are not shared.
    unshared: BTreeSet<String>,
}

/// Which labels of progressive overrides (`@override(label:)`) are on.
pub struct Labels {
    /// These always are.
    pub on: BTreeSet<String>,
    /// Drawn once for each request, from 0 to 100: `percent(n)` is on below n.
    pub draw: Box<dyn Fn() -> f64 + Send + Sync>,
}

/// From 0 to below 100: 53 random bits.
fn random() -> f64 {
    (uuid::Uuid::new_v4().as_u128() & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64 * 100.0
}

impl Default for Labels {
    fn default() -> Labels {
        Labels { on: BTreeSet::new(), draw: Box::new(random) }
    }
}

impl Labels {
    /// For each label of a supergraph, whether it is on for one request.
    fn state(&self, labels: &[String]) -> Vec<bool> {
        let mut drawn = None;
        let mut is_on = |label: &String| {
            let percent = label.strip_prefix("percent(").and_then(|rest| rest.strip_suffix(')'));
            let percent = percent.and_then(|number| number.parse::<f64>().ok());
            let below = percent.is_some_and(|percent| *drawn.get_or_insert_with(|| (self.draw)()) < percent);
            below || self.on.contains(label)
        };
        labels.iter().map(&mut is_on).collect()
    }
}

/// What it takes to make a program from text.
struct Preparation {
    types: Arc<RuntimeTypes>,
    limits: Limits,
    planner: Box<Planner>,
    /// The supergraph with labels on, for those states that were met: there are few, as one number is drawn for all.
    labelled: Mutex<HashMap<Vec<bool>, Arc<RuntimeTypes>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PlanKey {
    query: String,
    operation_name: Option<String>,
    /// An answer in parts is planned for the Boolean variables' values; `None` within is any other value.
    deferring: Option<BTreeMap<String, Option<bool>>>,
    /// The labels of progressive overrides that are on.
    labels: Vec<bool>,
}

/// What makes two subscriptions equal: they are planned alike, and the subgraph cannot tell their requests apart.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Sameness {
    plan: PlanKey,
    /// Coerced, as JSON.
    variables: String,
    /// What goes along to subgraphs and may say who asks, sorted by name.
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Headers that name one request and say nothing of who asks.
const OF_ONE_REQUEST: [&str; 3] = ["x-request-id", "traceparent", "tracestate"];

impl Sameness {
    fn of(plan: PlanKey, execution: &Execution) -> Sameness {
        let all = execution.context.headers.iter();
        let own = all.filter(|(name, _)| !OF_ONE_REQUEST.contains(&name.as_str()));
        let mut headers: Vec<_> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
        // Values of one name stay in their order.
        headers.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
        let variables = serde_json::Value::Object((*execution.variables).clone()).to_string();
        Sameness { plan, variables, headers }
    }
}

/// A plan is taken to be as long as its text is, many times over.
#[derive(Clone)]
struct PlanWeight;

impl Weighter<PlanKey, Arc<Program>> for PlanWeight {
    fn weight(&self, key: &PlanKey, _: &Arc<Program>) -> u64 {
        4096 + 16 * key.query.len() as u64
    }
}

impl Engine {
    /// An engine for a supergraph; the transport leads to its subgraphs.
    pub fn new(supergraph: Arc<Supergraph>, transport: Arc<dyn SubgraphTransport>, limits: Limits) -> Engine {
        let planner = |supergraph: &Supergraph, operation: Arc<Operation>| {
            planning::plan(supergraph, operation)
                .map_err(|error| PlanRefusal { message: error.to_string(), code: error.code() })
        };
        Engine::with_planner(supergraph, transport, limits, Box::new(planner))
    }

    /// An engine that makes its plans with `planner`.
    pub fn with_planner(
        supergraph: Arc<Supergraph>,
        transport: Arc<dyn SubgraphTransport>,
        limits: Limits,
        planner: Box<Planner>,
    ) -> Engine {
        let plans = Cache::with_weighter(1000, limits.plan_cache_bytes, PlanWeight);
        let types = Arc::new(RuntimeTypes::new(supergraph));
        let preparation = Arc::new(Preparation { types, limits, planner, labelled: Mutex::default() });
        let (labels, subscriptions, unshared) = Default::default();
        Engine { preparation, transport, plans, labels, subscriptions, unshared }
    }

    /// The same with these labels of progressive overrides on.
    #[must_use]
    pub fn with_labels(self, labels: Labels) -> Engine {
        Engine { labels, ..self }
    }

    /// The same where each subscription to these subgraphs has a stream of its own: their streams begin with something that
    /// one who comes later must see, too.
    #[must_use]
    pub fn with_unshared_subscriptions(self, subgraphs: BTreeSet<String>) -> Engine {
        Engine { unshared: subgraphs, ..self }
    }

    /// Answers one request.
    pub async fn answer(&self, request: GraphqlRequest, context: RequestContext) -> Answer {
        let parts = request.parts;
        match self.begin(request, context).await {
            Ok((execution, plan)) if execution.program.operation.kind == OperationType::Subscription => {
                self.subscribe(execution, plan).await
            }
            Ok((execution, _)) => match parts.filter(|_| !execution.program.operation.defers.is_empty()) {
                Some(format) => in_parts(execution::execute_in_parts(execution, format)).await,
                None => single(execution::execute(&execution).await),
            },
            Err(errors) => Answer::Single(refusal(&errors)),
        }
    }

    /// Equal subscriptions share one stream of events, and each event is answered once for all of them.
    async fn subscribe(&self, execution: Execution, plan: PlanKey) -> Answer {
        let is_shared =
            execution.program.subscribed().is_none_or(|subgraph| !self.unshared.contains(subgraph));
        let opened = if is_shared {
            let same = Sameness::of(plan, &execution);
            self.subscriptions.join(same, || execution::subscribe(execution.clone())).await
        } else {
            execution::subscribe(execution).await
        };
        opened.map_or_else(single, Answer::Stream)
    }

    /// By subgraph, how its replicas stand; empty when the transport has none.
    pub fn replicas(&self) -> Vec<(String, Vec<ReplicaStanding>)> {
        let subgraphs = self.preparation.types.supergraph.subgraphs().iter();
        subgraphs.map(|subgraph| subgraph.name.clone()).zip(self.transport.replicas()).collect()
    }

    /// All that can be refused before execution.
    async fn begin(
        &self,
        request: GraphqlRequest,
        context: RequestContext,
    ) -> Result<(Execution, PlanKey), Vec<Refusal>> {
        let GraphqlRequest { query, operation_name, variables, only_queries, parts } = request;
        // Only a document with the word can have the directive.
        let deferring = parts.filter(|_| query.contains("defer")).map(|_| booleans(&variables));
        let labels = self.labels.state(self.preparation.types.supergraph.labels());
        let plan = PlanKey { query, operation_name, deferring, labels };
        let program = self.program(&plan).await?;
        if only_queries && program.operation.kind != OperationType::Query {
            let message = "Only queries may be sent with this method.";
            return Err(refusals(vec![RequestError::new(RequestErrorCode::MutationOverGet, message)]));
        }
        let supergraph = &self.preparation.types.supergraph;
        let variables =
            operation::coerce_variables(supergraph, &program.operation, &variables).map_err(refusals)?;
        let (variables, transport) = (Arc::new(variables), self.transport.clone());
        let limits = self.preparation.limits.execution;
        Ok((Execution { program, variables, transport, context, limits }, plan))
    }

    /// The program of a document: one request makes it, others that come meanwhile wait for it.
    async fn program(&self, key: &PlanKey) -> Result<Arc<Program>, Vec<Refusal>> {
        let guard = match self.plans.get_value_or_guard_async(key).await {
            Ok(program) => return Ok(program),
            Err(guard) => guard,
        };
        let (preparation, key) = (self.preparation.clone(), key.clone());
        let made = tokio::task::spawn_blocking(move || preparation.program(&key)).await;
        let program = made.unwrap_or_else(|panic| {
            tracing::error!(%panic, "planning failed");
            Err(vec![Refusal::internal()])
        })?;
        // The cache may have been cleared meanwhile; the program is as good.
        let _ = guard.insert(program.clone());
        Ok(program)
    }
}

impl Preparation {
    fn program(&self, key: &PlanKey) -> Result<Arc<Program>, Vec<Refusal>> {
        let types = self.with_labels(&key.labels);
        let (supergraph, name) = (&types.supergraph, key.operation_name.as_deref());
        let deferring = key.deferring.as_ref().map_or(Deferring::Off, Deferring::On);
        let limits = &self.limits.operation;
        let operation = operation::normalize_in_parts(supergraph, &key.query, name, limits, deferring)
            .map_err(refusals)?;
        let plan = (self.planner)(supergraph, operation).map_err(|PlanRefusal { message, code }| {
            tracing::warn!(code, message, "an operation has no plan");
            vec![Refusal { message, code, locations: Vec::new() }]
        })?;
        Ok(Arc::new(execution::compile(&types, &plan)))
    }

    fn with_labels(&self, labels: &[bool]) -> Arc<RuntimeTypes> {
        if !labels.contains(&true) {
            return self.types.clone();
        }
        let mut labelled = self.labelled.lock().unwrap_or_else(PoisonError::into_inner);
        let made = labelled.entry(labels.to_vec()).or_insert_with(|| {
            Arc::new(RuntimeTypes::new(Arc::new(self.types.supergraph.with_labels(labels))))
        });
        made.clone()
    }
}

/// One error of a refused request.
struct Refusal {
    message: String,
    code: &'static str,
    locations: Vec<operation::Location>,
}

impl Refusal {
    fn internal() -> Refusal {
        let message = "The request could not be processed.".to_string();
        Refusal { message, code: "INTERNAL_SERVER_ERROR", locations: Vec::new() }
    }
}

fn refusals(errors: Vec<RequestError>) -> Vec<Refusal> {
    let refusal = |error: RequestError| Refusal {
        message: error.message,
        code: error.code.as_str(),
        locations: error.locations,
    };
    errors.into_iter().map(refusal).collect()
}

fn refusal(errors: &[Refusal]) -> Response {
    let listed = errors.iter().map(|Refusal { message, code, locations }| {
        let mut error = json!({ "message": message });
        if !locations.is_empty() {
            error["locations"] =
                locations.iter().map(|l| json!({ "line": l.line, "column": l.column })).collect();
        }
        error["extensions"] = json!({ "code": code });
        error
    });
    let body = json!({ "errors": listed.collect::<Vec<_>>() });
    Response { body: body.to_string().into(), executed: false, errors: errors.len() }
}

fn single(executed: execution::Executed) -> Answer {
    Answer::Single(Response { body: executed.body, executed: true, errors: executed.errors })
}

/// The Boolean variables of a request, and which of the others are there.
fn booleans(variables: &serde_json::Map<String, serde_json::Value>) -> BTreeMap<String, Option<bool>> {
    let relevant = variables.iter().filter(|(_, value)| value.is_boolean() || value.is_null());
    relevant.map(|(name, value)| (name.clone(), value.as_bool())).collect()
}

/// Waits for the first part; the answer is a single one if none follows.
async fn in_parts(mut parts: BoxStream<'static, Part>) -> Answer {
    // There is always a first part.
    let Some(Part { body, errors, has_next }) = parts.next().await else {
        return Answer::Single(refusal(&[Refusal::internal()]));
    };
    let first = Response { body, executed: true, errors };
    match has_next {
        true => Answer::Parts(first, parts.map(|part| part.body).boxed()),
        false => Answer::Single(first),
    }
}
