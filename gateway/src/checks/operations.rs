//! Known operations against base and head: do they still validate and plan, and do they cost more than before.

use serde::Serialize;

use super::known_operations::KnownOperation;
use crate::operation::{self, Limits};
use crate::planning::query_plan::QueryPlan;
use crate::planning::{self};
use crate::supergraph::Supergraph;

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationFinding {
    /// Its file, and its name where it has one.
    pub operation: String,
    /// How it fares.
    pub status: OperationStatus,
    /// Why, where it does not fare well.
    pub reasons: Vec<String>,
    /// Its plan against the base.
    pub base: Option<PlanSize>,
    /// Its plan against the head.
    pub head: Option<PlanSize>,
}

/// How an operation fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationStatus {
    /// It is answered as before.
    Fine,
    /// It is answered with more requests, or more one after the other.
    Grown,
    /// The head refuses it, and so did the base.
    AlreadyBroken,
    /// It is valid no longer.
    Invalid,
    /// It is valid and cannot be planned any longer.
    Unplannable,
}

/// What a plan costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PlanSize {
    /// Requests to subgraphs.
    pub fetches: usize,
    /// The longest chain of requests that wait for each other.
    pub depth: usize,
}

impl OperationStatus {
    /// Whether it speaks against the head.
    pub fn is_failure(self) -> bool {
        matches!(self, OperationStatus::Invalid | OperationStatus::Unplannable)
    }
}

/// Checks all operations.
pub(crate) fn check(base: &Supergraph, head: &Supergraph, known: &[KnownOperation]) -> Vec<OperationFinding> {
    known.iter().map(|operation| check_one(base, head, operation)).collect()
}

fn check_one(base: &Supergraph, head: &Supergraph, known: &KnownOperation) -> OperationFinding {
    let before = plan(base, known);
    let after = plan(head, known);
    let (status, reasons) = match (&before, &after) {
        (Ok(before), Ok(after)) => match growth(*before, *after) {
            None => (OperationStatus::Fine, Vec::new()),
            Some(reason) => (OperationStatus::Grown, vec![reason]),
        },
        (Err(_), Err(failure)) => (OperationStatus::AlreadyBroken, failure.reasons.clone()),
        (Ok(_), Err(failure)) => (failure.status, failure.reasons.clone()),
        (Err(_), Ok(_)) => (OperationStatus::Fine, Vec::new()),
    };
    OperationFinding { operation: known.label.clone(), status, reasons, base: before.ok(), head: after.ok() }
}

struct Failure {
    status: OperationStatus,
    reasons: Vec<String>,
}

fn plan(supergraph: &Supergraph, known: &KnownOperation) -> Result<PlanSize, Failure> {
    let limits = Limits::default();
    let operation = operation::normalize(supergraph, &known.document, known.name.as_deref(), &limits)
        .map_err(|errors| {
            let tell = |error: &operation::RequestError| match error.locations.first() {
                Some(at) => format!("{}:{}: {}", at.line, at.column, error.message),
                None => error.message.clone(),
            };
            Failure { status: OperationStatus::Invalid, reasons: errors.iter().map(tell).collect() }
        })?;
    let plan = planning::plan(supergraph, operation).map_err(|error| Failure {
        status: OperationStatus::Unplannable,
        reasons: vec![error.to_string()],
    })?;
    Ok(size(&plan))
}

fn size(plan: &QueryPlan) -> PlanSize {
    let mut depths: Vec<usize> = Vec::with_capacity(plan.fetches.len());
    for fetch in &plan.fetches {
        let before = fetch.after.iter().filter_map(|id| depths.get(id.0 as usize)).max();
        depths.push(before.map_or(1, |depth| depth + 1));
    }
    PlanSize { fetches: plan.fetches.len(), depth: depths.into_iter().max().unwrap_or(0) }
}

fn growth(before: PlanSize, after: PlanSize) -> Option<String> {
    let mut grown = Vec::new();
    if after.fetches > before.fetches {
        grown.push(format!("{} requests instead of {}", after.fetches, before.fetches));
    }
    if after.depth > before.depth {
        grown.push(format!("{} one after the other instead of {}", after.depth, before.depth));
    }
    (!grown.is_empty()).then(|| grown.join(", "))
}
