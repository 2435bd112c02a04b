//! With `KNLAB_TEST_CORPUS=FILE` the tests write supergraphs, operations and our plans' depth and requests down, one JSON
//! object a line, for other planners to be compared.

use std::env;
use std::fs::File;
use std::io::Write;

use gateway::planning::query_plan::QueryPlan;
use gateway::supergraph::Supergraph;
use serde_json::{Value, json};

/// Whether there is a file to write.
pub fn is_wanted() -> bool {
    env::var("KNLAB_TEST_CORPUS").is_ok()
}

/// The line of a supergraph; the operations after it are its own.
pub fn supergraph(sdl: &str) -> Value {
    json!({ "supergraph": sdl })
}

/// The line of an operation with our plan.
pub fn operation(text: &str, plan: &QueryPlan, supergraph: &Supergraph, from: impl ToString) -> Value {
    let printed = plan.display(supergraph).to_string();
    let (depth, requests) = (depth(plan), plan.fetches.len());
    json!({"operation": text, "depth": depth, "requests": requests, "plan": printed, "from": from.to_string()})
}

/// Of fetches that wait for one another, the most.
pub fn depth(plan: &QueryPlan) -> usize {
    let mut depths: Vec<usize> = Vec::new();
    for fetch in &plan.fetches {
        depths.push(fetch.after.iter().map(|before| depths[before.0 as usize]).max().unwrap_or(0) + 1);
    }
    depths.into_iter().max().unwrap_or(0)
}

/// Writes lines, all at once: tests run side by side.
pub fn append(lines: &[Value]) {
    if let Ok(file) = env::var("KNLAB_TEST_CORPUS") {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut file = File::options().create(true).append(true).open(file).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}
