//! Subscriptions: the first fetch is a stream of events; the rest of the plan runs once for each.

use std::time::Instant;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryFutureExt};

use super::errors::{ErrorLog, PathItem, ResponseError};
use super::program::Program;
use super::request_body::request_body;
use super::run::{Executed, Execution, Run, message_of};
use super::targets::Targets;
use super::transport::TransportError;

/// Opens the subscription of a program. Each item is a whole response; the next event is asked for when the one before
/// has been taken. An event may take as long as the whole request was given.
pub(crate) async fn subscribe(execution: Execution) -> Result<BoxStream<'static, Bytes>, Executed> {
    let Some(fetch) = execution.program.fetches.first() else {
        return Err(Run::new(&execution).finish().await);
    };
    let budget = execution.context.deadline.saturating_duration_since(Instant::now());
    let targets: Vec<Targets> = fetch.steps.iter().map(|_| Targets::default()).collect();
    let body = request_body(&execution.program.operation, fetch, &targets, &execution.variables);
    let opened = execution.transport.subscribe(fetch.subgraph, body, &execution.context);
    let late = |_| TransportError { code: "SUBGRAPH_TIMEOUT", detail: "opening a subscription".into() };
    let opened = tokio::time::timeout_at(execution.context.deadline.into(), opened).map_err(late).await;
    let events = match opened.and_then(|opened| opened) {
        Ok(events) => events,
        Err(error) => return Err(failure(&execution.program, &error)),
    };
    let state = Some((events, execution));
    Ok(stream::unfold(state, move |state| async move {
        let (mut events, mut execution) = state?;
        match events.next().await? {
            Ok(event) => {
                execution.context.deadline = Instant::now() + budget;
                let answer = Run::new(&execution).finish_with_event(event).await;
                Some((answer.body, Some((events, execution))))
            }
            Err(error) => Some((failure(&execution.program, &error).body, None)),
        }
    })
    .boxed())
}

/// The response that tells of a subscription that could not be opened or broke.
fn failure(program: &Program, error: &TransportError) -> Executed {
    let fetch = program.fetches.first();
    tracing::warn!(
        subgraph = fetch.map(|f| &*f.service),
        code = error.code,
        detail = error.detail,
        "a subscription failed"
    );
    let path = program
        .sets
        .first()
        .and_then(|set| set.fields.first())
        .map(|f| PathItem::Key(f.response_key.clone()));
    let mut errors = ErrorLog::new(1);
    errors.push(
        0,
        ResponseError {
            message: message_of(error.code).into(),
            path: path.into_iter().collect(),
            code: error.code.into(),
            service: fetch.map(|fetch| fetch.service.clone()),
        },
    );
    let mut body = b"{\"data\":null,".to_vec();
    errors.write(&mut body);
    body.push(b'}');
    Executed { body: body.into(), errors: 1 }
}
