//! Supergraph and operation to a query plan: which subgraph is asked what, in which order. Pure: no async, no IO, no clock.
//!
//! `needs` puts the client's selections and the field sets of keys and requirements into one form, `solve` finds the
//! cheapest way to answer them, `emit` writes it down as steps, `passes` make fetches of the steps.

mod contexts;
mod display;
mod emit;
mod error;
mod fetch_document;
mod needs;
mod passes;
mod postponed;
mod solve;
mod top;
mod write;

pub mod query_plan;

pub use self::display::DisplayPlan;
pub use self::error::PlanError;
pub use self::fetch_document::{EntitiesNames, FetchDocument, fetch_document, grouped_document};
pub use self::top::{plan, plan_within};
