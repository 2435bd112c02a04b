//! Why an operation has no plan.

/// A valid operation that cannot be planned. Safe to tell the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No combination of subgraphs answers a field.
    #[error("no plan for `{path}`: no subgraph, and no chain of entities, answers it from where it is asked")]
    Unplannable {
        /// The response keys that lead to the field.
        path: String,
    },
    /// The search took more states than allowed.
    #[error("the operation takes too much planning")]
    BudgetExceeded,
}

impl PlanError {
    /// The stable code clients see.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unplannable { .. } => "QUERY_PLAN_NOT_FOUND",
            Self::BudgetExceeded => "QUERY_PLAN_BUDGET_EXCEEDED",
        }
    }
}
