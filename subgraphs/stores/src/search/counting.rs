//! Which of many counts are listed.

use std::collections::BTreeMap;

use super::FacetCount;

/// How many values of a facet are listed.
pub(super) const FACET_VALUES: usize = 100;

/// The largest counts, largest first; equal ones by value.
pub(super) fn largest(counts: BTreeMap<String, u64>, first: usize) -> Vec<FacetCount> {
    let mut counts: Vec<_> = counts.into_iter().map(|(value, count)| FacetCount { value, count }).collect();
    counts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.value.cmp(&other.value)));
    counts.truncate(first);
    counts
}
