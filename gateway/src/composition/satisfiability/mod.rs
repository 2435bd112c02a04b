//! Can every query that the public schema allows be answered? Walks sets of places, not paths: what comes after a path
//! depends only on where it can have landed, so each state is visited once, however many paths lead there.

mod reasons;
mod walk;

use crate::supergraph::{SubgraphId, Supergraph};

/// A field that some operation can ask for and that cannot be answered there, or not alike by all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsatisfiable {
    /// What is wrong.
    pub kind: Problem,
    /// A shortest path to it, from a root type.
    pub path: Vec<Step>,
    /// Why each subgraph cannot go on; by subgraph, in their order.
    pub reasons: Vec<Reason>,
    /// The labels of progressive overrides that were on.
    pub labels: Vec<String>,
}

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    /// No subgraph answers the last field.
    NotAnswered,
    /// The subgraphs that answer the last field have no runtime type in common.
    MismatchedRuntimeTypes,
    /// They have some in common, and others not. That is no mistake as long as only those come that all know.
    DifferingRuntimeTypes,
    /// The search was given up; not a proof of anything.
    BudgetExceeded,
}

impl Problem {
    /// The published code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAnswered => "SATISFIABILITY_ERROR",
            Self::MismatchedRuntimeTypes => "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
            Self::DifferingRuntimeTypes => "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
            Self::BudgetExceeded => "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
        }
    }
}

/// One field of a path, on the object type that it is asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The object type.
    pub type_name: String,
    /// The field.
    pub field: String,
    /// Whether the type has to be named by a fragment, as the position is of an abstract type.
    pub in_fragment: bool,
}

/// Why one subgraph cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The subgraph.
    pub subgraph: SubgraphId,
    /// Why, in one sentence.
    pub text: String,
}

impl Unsatisfiable {
    /// The type and field concerned: `User.name`.
    pub fn coordinate(&self) -> String {
        self.path.last().map(|step| format!("{}.{}", step.type_name, step.field)).unwrap_or_default()
    }

    /// An operation that cannot be answered.
    pub fn operation(&self) -> String {
        let root = match self.path.first().map(|step| step.type_name.as_str()) {
            Some("Mutation") => "mutation ",
            Some("Subscription") => "subscription ",
            _ => "",
        };
        let mut opened = 1;
        let mut text = format!("{root}{{ ");
        for (index, step) in self.path.iter().enumerate() {
            if step.in_fragment {
                text.push_str(&format!("... on {} {{ ", step.type_name));
                opened += 1;
            }
            text.push_str(&step.field);
            if index + 1 < self.path.len() {
                text.push_str(" { ");
                opened += 1;
            }
        }
        text.push_str(&" }".repeat(opened));
        text
    }

    /// All of it as text, with the names of the subgraphs.
    pub fn message(&self, supergraph: &Supergraph) -> String {
        let mut text = match self.kind {
            Problem::NotAnswered => {
                format!("`{}` cannot be answered in `{}`", self.coordinate(), self.operation())
            }
            Problem::MismatchedRuntimeTypes => format!(
                "the subgraphs that answer `{}` have no runtime type of it in common, in `{}`",
                self.coordinate(),
                self.operation()
            ),
            Problem::DifferingRuntimeTypes => format!(
                "the subgraphs that answer `{}` can return different runtime types, in `{}`",
                self.coordinate(),
                self.operation()
            ),
            Problem::BudgetExceeded => {
                "the check that every query can be answered took too many states".to_owned()
            }
        };
        if !self.labels.is_empty() {
            text.push_str(&format!(" when the label `{}` is on", self.labels.join("`, `")));
        }
        for reason in &self.reasons {
            let name = supergraph.subgraphs().get(reason.subgraph.0 as usize).map_or("", |s| s.name.as_str());
            text.push_str(&format!("; {name}: {}", reason.text));
        }
        text
    }
}

/// Every field that cannot be answered, each once with a shortest path; empty when every query can be answered.
///
/// With progressive overrides that goes for every state of each label, beside all others off and all others on.
pub fn check(supergraph: &Supergraph) -> Vec<Unsatisfiable> {
    let mut found = check_and_remark(supergraph);
    found.retain(|found| found.kind != Problem::DifferingRuntimeTypes);
    found
}

/// The same, and what is worth a remark though it can be answered.
pub fn check_and_remark(supergraph: &Supergraph) -> Vec<Unsatisfiable> {
    let mut found = walk::Walk::new(supergraph).run();
    for on in states(supergraph.labels().len()) {
        let labels = supergraph.labels().iter().zip(&on).filter(|(_, on)| **on);
        let labels: Vec<String> = labels.map(|(label, _)| label.clone()).collect();
        for mut problem in walk::Walk::new(&supergraph.with_labels(&on)).run() {
            let is_told = |known: &Unsatisfiable| {
                known.kind == problem.kind && known.coordinate() == problem.coordinate()
            };
            if !found.iter().any(is_told) {
                problem.labels.clone_from(&labels);
                found.push(problem);
            }
        }
    }
    found
}

/// The states of labels that are looked at, besides all off.
fn states(labels: usize) -> Vec<Vec<bool>> {
    let mut states: Vec<Vec<bool>> = Vec::new();
    for state in [false, true] {
        let alone = (0..labels).map(|one| (0..labels).map(|label| (label == one) != state).collect());
        states.extend(alone);
    }
    states.push(vec![true; labels]);
    states.retain(|state| state.contains(&true));
    states.sort();
    states.dedup();
    states
}
