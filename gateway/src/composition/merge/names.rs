//! The supergraph has one name for each directive that it carries, so all imports have to agree on it.

use std::collections::{BTreeMap, BTreeSet};

use super::Merger;
use crate::composition::codes;
use crate::composition::diagnostic::Site;
use crate::composition::subgraph::Subgraph;

/// Compares the imports of federation's directives and of composed ones.
pub(crate) fn check(merger: &mut Merger) {
    check_federation(merger);
    check_composed(merger);
    remark_on_majors(merger);
    remark_on_other_names(merger);
}

/// Whose specifications are linked in different major versions cannot be composed any more.
fn remark_on_majors(merger: &mut Merger) {
    let mut linked: BTreeMap<&str, Vec<(u32, Site)>> = BTreeMap::new();
    for (graph, subgraph) in merger.subgraphs.iter().enumerate() {
        for foreign in &subgraph.foreign {
            let site = merger.site(graph, foreign.span);
            linked.entry(&foreign.identity).or_default().push((foreign.version.0, site));
        }
    }
    for (identity, versions) in linked {
        let majors: BTreeSet<u32> = versions.iter().map(|(major, _)| *major).collect();
        let composing =
            |subgraph: &Subgraph| subgraph.composed.iter().any(|composed| composed.identity == identity);
        // Where several subgraphs compose it, that is an error.
        if majors.len() > 1 && merger.subgraphs.iter().filter(|subgraph| composing(subgraph)).count() < 2 {
            let told: Vec<String> = majors.iter().map(|major| format!("v{major}")).collect();
            let message = format!("\"{identity}\" is linked as {}", told.join(" and as "));
            let sites: Vec<Site> = versions.into_iter().map(|(_, site)| site).collect();
            merger.diagnostics.report(codes::DIRECTIVE_COMPOSITION_INFO, message, sites);
        }
    }
}

/// Who imports a composed directive under another name could not compose it.
fn remark_on_other_names(merger: &mut Merger) {
    let mut composed: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for directive in merger.subgraphs.iter().flat_map(|subgraph| &subgraph.composed) {
        composed.entry((&directive.identity, &directive.imported)).or_insert(&directive.name);
    }
    for ((identity, imported), name) in composed {
        let mut sites = Vec::new();
        for (graph, subgraph) in merger.subgraphs.iter().enumerate() {
            let composes = subgraph.composed.iter().any(|own| own.identity == identity);
            for foreign in subgraph.foreign.iter().filter(|own| !composes && own.identity == identity) {
                let differs = |(original, local): &(String, String)| {
                    original.strip_prefix('@') == Some(imported) && local.strip_prefix('@') != Some(name)
                };
                if foreign.imports.iter().any(differs) {
                    sites.push(merger.site(graph, foreign.span));
                }
            }
        }
        if !sites.is_empty() {
            let message = format!("`@{name}` is composed, and imported under another name here");
            merger.diagnostics.report(codes::DIRECTIVE_COMPOSITION_WARN, message, sites);
        }
    }
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
