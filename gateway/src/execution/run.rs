//! One run of a program: fetches start as soon as the fetches they need have ended.

use std::sync::Arc;

use apollo_compiler::response::JsonMap;
use bytes::Bytes;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serde_json::{Map, Value as JsonValue};

use super::answer::{AnswerReader, EntitiesHeard, Heard};
use super::blame::Blame;
use super::contextual_targets;
use super::errors::ErrorLog;
use super::explained::{Explained, explain};
use super::introspection::introspect;
use super::json::{Malformed, Scanner};
use super::limits::ExecutionLimits;
use super::nulled::note_nulls;
use super::program::{FetchProgram, Program};
use super::projection::Projection;
use super::request_body::request_body;
use super::store::Store;
use super::subgraph_error::read_errors;
use super::targets::{EntityCollector, Targets};
use super::transport::{
    RequestContext, SubgraphRequest, SubgraphResponse, SubgraphTransport, TransportError,
};
use crate::operation::selection::{OperationType, PartSet};

/// What a run needs from outside.
#[derive(Clone)]
pub(crate) struct Execution {
    pub program: Arc<Program>,
    /// Coerced.
    pub variables: Arc<Map<String, JsonValue>>,
    pub transport: Arc<dyn SubgraphTransport>,
    pub context: RequestContext,
    pub limits: ExecutionLimits,
}

/// A finished answer.
pub(crate) struct Executed {
    pub body: Bytes,
    pub errors: usize,
}

type Reply = Result<SubgraphResponse, TransportError>;

/// The state of one run.
pub(super) struct Run<'a> {
    pub(super) execution: &'a Execution,
    pub(super) store: Store,
    pub(super) errors: ErrorLog,
    explained: Vec<Explained>,
    pub(super) guards: Vec<bool>,
    /// The parts of the answer that are being fetched; fetches for others are held back.
    pub(super) open: PartSet,
    held: Vec<usize>,
    ended: Vec<bool>,
    /// By fetch: how many of those it waits for have not ended.
    waiting: Vec<usize>,
    /// By fetch: the objects of each step, while it is under way.
    targets: Vec<Vec<Targets>>,
    in_flight: FuturesUnordered<BoxFuture<'a, (usize, Reply)>>,
}

impl<'a> Run<'a> {
    pub fn new(execution: &'a Execution) -> Run<'a> {
        let program = &*execution.program;
        let is_true = |variable: &str| execution.variables.get(variable) == Some(&JsonValue::Bool(true));
        Run {
            execution,
            store: Store::new(program.root_slots, program.root_type),
            errors: ErrorLog::new(execution.limits.errors),
            explained: Vec::new(),
            open: PartSet::FIRST,
            held: Vec::new(),
            ended: vec![false; program.fetches.len()],
            guards: program.guards.iter().map(|guard| guard.holds(is_true)).collect(),
            waiting: program.fetches.iter().map(|fetch| fetch.after.len()).collect(),
            targets: program.fetches.iter().map(|_| Vec::new()).collect(),
            in_flight: FuturesUnordered::new(),
        }
    }

    /// Runs every fetch and writes the answer.
    pub async fn finish(mut self) -> Executed {
        self.fetch_first().await;
        self.write()
    }

    /// Runs every fetch that the first part of the answer needs.
    pub async fn fetch_first(&mut self) {
        let free: Vec<usize> = self.fetch_numbers().filter(|&fetch| self.waiting[fetch] == 0).collect();
        self.start_all(free);
        self.drain().await;
    }

    /// Starts what was held back and is needed for these parts.
    pub fn open(&mut self, parts: PartSet) {
        self.open = parts;
        let held = std::mem::take(&mut self.held);
        self.start_all(held);
    }

    /// Waits until a fetch has ended, and starts those that waited for it; `false` when none is under way.
    pub async fn step(&mut self) -> bool {
        let Some((fetch, reply)) = self.in_flight.next().await else { return false };
        self.hear(fetch, reply);
        let free = self.end(fetch);
        self.start_all(free);
        true
    }

    /// Whether all that is fetched for some parts is there.
    pub fn has_all(&self, parts: PartSet) -> bool {
        let mut fetches = self.program().fetches.iter().zip(&self.ended);
        fetches.all(|(fetch, ended)| *ended || !fetch.due.meets(parts))
    }

    /// The same, with the answer of the first fetch (a subscription's event) at hand.
    pub async fn finish_with_event(mut self, event: Bytes) -> Executed {
        self.targets[0] = self.collect(0);
        self.hear(0, Ok(SubgraphResponse { status: http::StatusCode::OK, body: event }));
        let mut free = self.end(0);
        free.extend(
            self.fetch_numbers().filter(|&fetch| fetch > 0 && self.program().fetches[fetch].after.is_empty()),
        );
        self.start_all(free);
        self.drain().await;
        self.write()
    }

    pub(super) fn program(&self) -> &'a Program {
        &self.execution.program
    }

    fn fetch_numbers(&self) -> std::ops::Range<usize> {
        0..self.program().fetches.len()
    }

    async fn drain(&mut self) {
        while self.step().await {}
    }

    /// Starts these fetches, and, where one has nothing to ask, those that waited for it.
    fn start_all(&mut self, mut free: Vec<usize>) {
        while let Some(fetch) = free.pop() {
            if !self.program().fetches[fetch].due.meets(self.open) {
                self.held.push(fetch);
            } else if !self.start(fetch) {
                free.extend(self.end(fetch));
            }
        }
    }

    /// A fetch has ended: the fetches that waited for it only.
    fn end(&mut self, ended: usize) -> Vec<usize> {
        self.targets[ended] = Vec::new();
        self.ended[ended] = true;
        let mut free = Vec::new();
        for (number, fetch) in self.program().fetches.iter().enumerate() {
            if fetch.after.contains(&ended) {
                self.waiting[number] -= 1;
                if self.waiting[number] == 0 {
                    free.push(number);
                }
            }
        }
        free
    }

    /// Sends a fetch; `false` if there is nothing to ask.
    fn start(&mut self, number: usize) -> bool {
        let fetch = &self.program().fetches[number];
        if !self.guards[fetch.guard as usize] {
            return false;
        }
        let targets = self.collect(number);
        self.explain_blocked(number, &targets);
        if targets.iter().all(|targets| targets.objects.is_empty()) {
            return false;
        }
        let limit = self.execution.limits.entities_per_fetch;
        let is_too_much = targets.iter().any(|targets| targets.distinct() > limit);
        let body = request_body(&self.program().operation, fetch, &targets, &self.execution.variables);
        let request = SubgraphRequest { body, repeatable: self.is_repeatable(fetch) };
        self.targets[number] = targets;
        if is_too_much {
            self.blame(number)
                .whole_fetch("Too many entities are needed for this field.", "ENTITIES_LIMIT_EXCEEDED");
            return false;
        }
        let Execution { transport, context, .. } = self.execution;
        self.in_flight.push(Box::pin(async move {
            let answer = transport.fetch(fetch.subgraph, request, context);
            let in_time = tokio::time::timeout_at(context.deadline.into(), answer).await;
            let late =
                |_| Err(TransportError { code: "SUBGRAPH_TIMEOUT", detail: "the request's deadline".into() });
            (number, in_time.unwrap_or_else(late))
        }));
        true
    }

    /// Root fields of a mutation are the only requests that change something.
    fn is_repeatable(&self, fetch: &FetchProgram) -> bool {
        self.program().operation.kind != OperationType::Mutation
            || fetch.steps.iter().all(|step| step.entities.is_some())
    }

    /// What was not asked for because of an error needs no other error.
    fn explain_blocked(&mut self, fetch: usize, targets: &[Targets]) {
        for (step, targets) in targets.iter().enumerate() {
            let program = &self.program().fetches[fetch].steps[step];
            for &object in &targets.blocked {
                explain(&mut self.store, &program.shape, object, &[]);
                if !program.is_sole_source {
                    self.explained.push(Explained { fetch, step, object, path: Vec::new() });
                }
            }
        }
    }

    fn collect(&self, number: usize) -> Vec<Targets> {
        let program = self.program();
        let steps = program.fetches[number].steps.iter();
        steps
            .map(|step| match &step.entities {
                None => Targets::of_root(&self.store, &step.routes),
                Some(entities) if !entities.contexts.is_empty() => {
                    let place = (&step.routes[..], &self.guards[..]);
                    contextual_targets::collect(&self.store, &program.types, entities, place)
                }
                Some(entities) => {
                    EntityCollector::new(&self.store, &program.types, &entities.representations)
                        .collect(&step.routes)
                }
            })
            .collect()
    }

    fn blame(&mut self, fetch: usize) -> Blame<'_> {
        Blame {
            program: &self.execution.program,
            fetch,
            targets: &self.targets[fetch],
            guards: &self.guards,
            store: &mut self.store,
            errors: &mut self.errors,
            explained: &mut self.explained,
        }
    }

    /// Takes in what a subgraph replied.
    fn hear(&mut self, number: usize, reply: Reply) {
        let fetch = &self.program().fetches[number];
        let fail = |run: &mut Self, code: &'static str, detail: &str| {
            tracing::warn!(subgraph = &*fetch.service, code, detail, "a subgraph request failed");
            run.blame(number).whole_fetch(message_of(code), code);
        };
        let response = match reply {
            Ok(response) => response,
            Err(error) => return fail(self, error.code, &error.detail),
        };
        if response.body.len() > u32::MAX as usize {
            return fail(self, "SUBGRAPH_RESPONSE_TOO_LARGE", "more than 4 GiB");
        }
        match self.read(number, &response.body) {
            Ok(heard) if heard.has_data || heard.errors.is_some() => {
                self.report(number, &heard, &response.body)
            }
            _ if !response.status.is_success() => fail(self, "SUBGRAPH_HTTP_ERROR", response.status.as_str()),
            Ok(_) => fail(self, "SUBGRAPH_INVALID_RESPONSE", "neither data nor errors"),
            Err(Malformed) => fail(self, "SUBGRAPH_INVALID_RESPONSE", "not a JSON object"),
        }
    }

    fn read(&mut self, number: usize, body: &Bytes) -> Result<Heard, Malformed> {
        std::str::from_utf8(body).map_err(|_| Malformed)?;
        self.store.begin();
        let mut reader = AnswerReader {
            scanner: Scanner::new(body, self.execution.limits.nesting),
            buffer: self.store.keep(body.clone()),
            store: &mut self.store,
            guards: &self.guards,
            types: &self.execution.program.types,
            scratch: Vec::new(),
            body,
        };
        let heard = reader.response(&self.execution.program.fetches[number], &self.targets[number]);
        heard.inspect_err(|_| self.store.take_back())
    }

    /// Reports what the answer says is wrong, and what is wrong with it.
    fn report(&mut self, number: usize, heard: &Heard, body: &[u8]) {
        let fetch = &self.program().fetches[number];
        let limit = self.execution.limits.errors;
        let text = heard.errors.clone().and_then(|range| body.get(range));
        let (mut errors, count) = text.map(|text| read_errors(text, limit)).unwrap_or_default();
        if !errors.is_empty() {
            note_nulls(&mut errors, body, self.execution.limits.nesting);
        }
        let mut blame = self.blame(number);
        let is_explained = errors.iter().any(|error| !blame.is_about_one(error));
        for error in &errors {
            blame.subgraph_error(error, &heard.entities, heard.has_data);
        }
        blame.errors.omit(count - errors.len());
        for (step, entities) in heard.entities.iter().enumerate() {
            if fetch.steps[step].entities.is_some() {
                report_entities(&mut blame, step, entities, is_explained);
            }
        }
    }

    /// Marks again what errors explain: another subgraph may have brought part of what is missing.
    pub(super) fn explain_again(&mut self) {
        for Explained { fetch, step, object, path } in &self.explained {
            let shape = &self.execution.program.fetches[*fetch].steps[*step].shape;
            explain(&mut self.store, shape, *object, path);
        }
    }

    /// The values of `__schema` and `__type`, if they are asked for.
    pub(super) fn introspection(&mut self) -> JsonMap {
        let Execution { program, variables, .. } = self.execution;
        match program.introspects {
            true => introspect(program, variables, &mut self.errors),
            false => JsonMap::default(),
        }
    }

    fn write(mut self) -> Executed {
        let Execution { program, limits, .. } = self.execution;
        self.explain_again();
        let introspection = self.introspection();
        let outputs = (&introspection, &mut self.errors);
        let mut projection = Projection::new(program, &self.store, &self.guards, limits, outputs);
        projection.out.extend_from_slice(b"{\"data\":");
        projection.data();
        let mut body = projection.out;
        if self.errors.len() > 0 {
            body.push(b',');
            self.errors.write(&mut body);
        }
        body.push(b'}');
        Executed { body: body.into(), errors: self.errors.len() }
    }
}

/// What is wrong with a list of entities that no error of the subgraph explains; what is said of one entity does not.
fn report_entities(blame: &mut Blame<'_>, step: usize, heard: &EntitiesHeard, is_explained: bool) {
    let sent = blame.targets[step].distinct();
    let problem = match heard.count {
        None if sent == 0 || is_explained => None,
        None => Some("The subgraph did not answer with a list of entities.".to_string()),
        Some(count) if count != sent => {
            Some(format!("The subgraph was asked for {sent} entities and answered {count}."))
        }
        Some(_) if !heard.strange.is_empty() => {
            Some("The subgraph answered with entities that are no objects.".into())
        }
        Some(_) => None,
    };
    if let Some(message) = problem {
        blame.entity_list(step, message);
        let missing = heard.count.unwrap_or(0)..sent;
        blame.fail_entities(step, missing.chain(heard.strange.iter().copied()));
    }
}

/// What clients are told of a failed request; never what exactly happened.
pub(super) fn message_of(code: &str) -> &'static str {
    match code {
        "SUBGRAPH_UNREACHABLE" => "The subgraph could not be reached.",
        "SUBGRAPH_TIMEOUT" => "The subgraph did not answer in time.",
        "SUBGRAPH_RESPONSE_TOO_LARGE" => "The subgraph's answer is too large.",
        "SUBGRAPH_HTTP_ERROR" => "The subgraph answered with an HTTP error.",
        "SUBGRAPH_INVALID_RESPONSE" => "The subgraph's answer is not a GraphQL response.",
        _ => "The subgraph's answer could not be obtained.",
    }
}
