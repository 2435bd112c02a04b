//! The supergraph has one name for each directive that it carries, so all imports have to agree on it.

use std::collections::{BTreeMap, BTreeSet};

use super::Merger;
use crate::composition::codes;
use crate::composition::diagnostic::Site;

/// Compares the imports of federation's directives and of composed ones.
pub(crate) fn check(merger: &mut Merger) {
    check_federation(merger);
    check_composed(merger);
}

fn check_federation(merger: &mut Merger) {
    let mut names: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    for (graph, subgraph) in merger.subgraphs.iter().enumerate() {
        for (directive, local) in &subgraph.names {
            names.entry(directive).or_default().push((graph, local));
        }
    }
    for (directive, locals) in names {
        let different: BTreeSet<&str> = locals.iter().map(|(_, local)| *local).collect();
        if different.len() < 2 {
            continue;
        }
        let told: Vec<&str> = different.into_iter().collect();
        let sites: Vec<Site> =
            locals.iter().map(|(graph, _)| merger.site(*graph, merger.subgraphs[*graph].link_span)).collect();
        let message = format!("`@{directive}` is imported as {}", told.join(" and "));
        merger.diagnostics.report(codes::LINK_IMPORT_NAME_MISMATCH, message, sites);
    }
}

fn check_composed(merger: &mut Merger) {
    let mut names: BTreeMap<(&str, &str), Vec<(&str, Site)>> = BTreeMap::new();
    for (graph, subgraph) in merger.subgraphs.iter().enumerate() {
        for composed in &subgraph.composed {
            let site = merger.site(graph, composed.span);
            let known = names.entry((&composed.identity, &composed.imported)).or_default();
            known.push((composed.name.as_str(), site));
        }
    }
    for ((_, directive), locals) in names {
        let different: BTreeSet<&str> = locals.iter().map(|(local, _)| *local).collect();
        if different.len() > 1 {
            let told: Vec<String> = different.iter().map(|local| format!("`@{local}`")).collect();
            let message = format!("`@{directive}` is composed as {}", told.join(" and as "));
            let sites: Vec<Site> = locals.into_iter().map(|(_, site)| site).collect();
            merger.diagnostics.report(codes::DIRECTIVE_COMPOSITION_ERROR, message, sites);
        }
    }
}
