//! The `join__Graph` enum: one valid, unique value for each subgraph.

use std::collections::HashMap;

use apollo_compiler::Name;

use crate::composition::merged::Graph;
use crate::composition::subgraph::Subgraph;

/// The values in the order of the subgraphs.
pub(crate) fn graphs(subgraphs: &[Subgraph]) -> Vec<Graph> {
    let wanted: Vec<String> = subgraphs.iter().map(|subgraph| enum_value(&subgraph.name)).collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for value in &wanted {
        *count.entry(value).or_default() += 1;
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut graphs = Vec::with_capacity(subgraphs.len());
    for (subgraph, value) in subgraphs.iter().zip(&wanted) {
        let mut unique = value.clone();
        if count[value.as_str()] > 1 {
            let number = seen.entry(value).or_default();
            *number += 1;
            unique = format!("{value}_{number}");
            while count.contains_key(unique.as_str()) {
                unique.push('_');
            }
        }
        graphs.push(Graph {
            value: Name::new_unchecked(&unique),
            name: subgraph.name.to_string(),
            url: subgraph.url.clone(),
        });
    }
    graphs
}

/// Upper case, with everything that cannot stand in a name replaced. A trailing number gets an underscore more, so that
/// the numbers that tell equal values apart cannot meet it.
fn enum_value(name: &str) -> String {
    let mut value: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if value.starts_with(|c: char| c.is_ascii_digit()) {
        value.insert(0, '_');
    }
    let digits = value.chars().rev().take_while(char::is_ascii_digit).count();
    let before = &value[..value.len() - digits];
    if digits > 0 && before.len() > 1 && before.ends_with('_') {
        value.push('_');
    }
    value
}
